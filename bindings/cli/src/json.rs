//! Writing JSON for machines: members in the order given, texts of the core as they stand.
//!
//! Not a serialiser on purpose: claims and headers go out as they were signed, numbers untouched.

/// The members of one object.
#[derive(Default)]
pub(crate) struct Object(String);

impl Object {
    /// An object without members.
    pub(crate) fn new() -> Self {
        Object::default()
    }

    /// Adds a member whose value is JSON already.
    pub(crate) fn raw(mut self, name: &str, json: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&string(name));
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    /// Adds a string.
    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        self.raw(name, &string(text))
    }

    /// Adds a string, or null.
    pub(crate) fn text_or_null(self, name: &str, text: Option<&str>) -> Self {
        self.raw(name, &text.map_or_else(|| "null".to_owned(), string))
    }

    /// Adds a truth value.
    pub(crate) fn boolean(self, name: &str, holds: bool) -> Self {
        self.raw(name, if holds { "true" } else { "false" })
    }

    /// The object as one compact text.
    pub(crate) fn finish(self) -> String {
        format!("{{{}}}", self.0)
    }
}

/// A JSON string: `"`, `\` and controls are escaped, nothing else.
pub(crate) fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// An array of values that are JSON already.
pub(crate) fn array<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let mut out = String::from("[");
    for item in items {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(item.as_ref());
    }
    out.push(']');
    out
}
