//! The report as one page: no script, nothing fetched, light and dark by the reader's preference.
//!
//! Everything that came from a log or a file name goes through [`escape`]; a policy in the page forbids scripts and
//! fetches even if something slipped through.

mod parts;
mod plots;

use super::report::{Report, utc};
use crate::output::printable;

/// The whole page.
pub(super) fn page(report: &Report<'_>) -> String {
    let mut out = String::with_capacity(64 << 10);
    out.push_str(HEAD);
    out.push_str(include_str!("page.css"));
    out.push_str("</style>\n</head>\n<body>\n<header>\n<h1>Refused requests</h1>\n");
    parts::summary(report, &mut out);
    out.push_str("</header>\n<main>\n");
    plots::timeline(report, &mut out);
    parts::findings(report, &mut out);
    plots::routes(report, &mut out);
    plots::challenges(report, &mut out);
    parts::groups(report, &mut out);
    parts::files(report, &mut out);
    out.push_str("</main>\n<footer><p>Queries, tokens, addresses and names were left out when the logs were read. Times are UTC. ");
    out.push_str("Written by <code>countersign audit</code>.</p></footer>\n</body>\n</html>\n");
    out
}

/// Text for HTML, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A route, which breaks behind its slashes.
fn route(text: &str) -> String {
    escape(text).replace('/', "/<wbr>")
}

/// Text of ours, in which backticks stand around code.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escape(part);
        if at % 2 == 1 {
            out.extend(["<code>", &part, "</code>"]);
        } else {
            out.push_str(&part);
        }
    }
    out
}

/// A count with its thousands parted.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202F}');
        }
        out.push(digit);
    }
    out
}

/// A moment as an element for machines too.
fn time(millis: i64) -> String {
    let utc = utc(millis);
    format!("<time datetime=\"{utc}\">{}</time>", utc.replace('T', " ").replace('Z', ""))
}

const HEAD: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"referrer\" content=\"no-referrer\">
<link rel=\"icon\" href=\"data:,\">
<title>Refused requests</title>
<style>
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element_or_attribute() {
        let hostile = "</title><script>alert('x')</script>\"onload=\"y\" &amp; \u{202E}";
        let text = escape(hostile);
        assert!(!text.contains(['<', '>', '"', '\'', '\u{202E}']), "{text}");
        assert!(text.contains("&amp;amp;"));
    }

    #[test]
    fn thousands_are_parted() {
        assert_eq!([1, 1000, 1_234_567].map(grouped), ["1", "1\u{202F}000", "1\u{202F}234\u{202F}567"]);
    }
}
