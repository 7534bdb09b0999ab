//! A finding as JSON, the one form that the driver, the command line and the fronts write.

use super::finding::Finding;

impl Finding {
    /// Appends the finding as one compact JSON object: `id`, `severity`, `certainty`, `place`, `evidence`, `cause`,
    /// `advice`, `would_pass_if`, in this order. Only quote, backslash and control characters are escaped.
    pub fn write_json(&self, out: &mut String) {
        out.push_str("{\"id\":");
        put_text(out, self.id.name());
        member(out, "severity", Some(self.severity().name()));
        member(out, "certainty", Some(self.certainty.name()));
        out.push_str(",\"place\":{\"part\":");
        put_text(out, self.place.part.name());
        member(out, "name", self.place.name.as_deref());
        out.push_str(",\"offset\":");
        match self.place.offset {
            Some(offset) => out.push_str(&offset.to_string()),
            None => out.push_str("null"),
        }
        out.push('}');
        member(out, "evidence", Some(&self.evidence));
        member(out, "cause", Some(self.cause()));
        member(out, "advice", Some(self.advice()));
        member(out, "would_pass_if", self.would_pass_if.as_deref());
        out.push('}');
    }
}

/// Appends the findings as one compact JSON list; see [`Finding::write_json`].
///
/// ```
/// use countersign::explain::{Exchange, explain, write_json};
///
/// let findings = explain(&Exchange { token: Some(b"undefined"), ..Exchange::default() });
/// let mut json = String::new();
/// write_json(&findings, &mut json);
/// assert!(json.starts_with(r#"[{"id":"bearer_placeholder","severity":"error","certainty":"observed","#));
/// ```
pub fn write_json(findings: &[Finding], out: &mut String) {
    out.push('[');
    for (place, finding) in findings.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        finding.write_json(out);
    }
    out.push(']');
}

fn member(out: &mut String, name: &str, value: Option<&str>) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    match value {
        Some(value) => put_text(out, value),
        None => out.push_str("null"),
    }
}

pub(super) fn put_text(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter < ' ' => {
                let code = u32::from(letter);
                out.push_str("\\u00");
                out.extend([code >> 4, code & 15].iter().filter_map(|digit| char::from_digit(*digit, 16)));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_the_drivers_are() {
        let mut out = String::new();
        put_text(&mut out, "a\"b\\c\n\r\t\u{1}\u{1f}é");
        assert_eq!(out, "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001fé\"");
    }
}
