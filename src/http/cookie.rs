//! A cookie of a request (RFC 6265 section 5.4), by name.
//!
//! The names compare with case, so that `__hOsT-sid` never stands in for `__Host-sid` (REQ-COOKIE-02).
//! Several Cookie lines are one list: HTTP/2 splits the field (RFC 9113 section 8.2.3). A view; never allocates.

use super::field::trim_ows;

/// How often a cookie stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie<'a> {
    Absent,
    /// Once, with this value, from which one pair of quotes was taken.
    Once(&'a [u8]),
    /// Twice or more: which is meant nobody can tell (REQ-COOKIE-03).
    Repeated,
}

/// Looks for `name` in the values of all Cookie lines.
pub(crate) fn select_cookie<'a>(lines: impl Iterator<Item = &'a [u8]>, name: &[u8]) -> Cookie<'a> {
    let mut found = Cookie::Absent;
    for pair in lines.flat_map(|line| line.split(|byte| *byte == b';')) {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let (written, Some(value)) = (trim_ows(halves.next().unwrap_or_default()), halves.next()) else { continue };
        if written != name {
            continue;
        }
        if found != Cookie::Absent {
            return Cookie::Repeated;
        }
        found = Cookie::Once(without_quotes(trim_ows(value)));
    }
    found
}

fn without_quotes(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select<'a>(lines: &[&'a str], name: &str) -> Cookie<'a> {
        select_cookie(lines.iter().map(|line| line.as_bytes()), name.as_bytes())
    }

    #[test]
    fn a_cookie_is_found_by_its_exact_name() {
        // REQ-COOKIE-01, REQ-COOKIE-02
        for (lines, value) in [
            (&["sid=abc"][..], "abc"),
            (&["a=1; sid=abc; b=2"], "abc"),
            (&["a=1;sid=abc;b=2"], "abc"),
            (&["a=1", " sid = abc "], "abc"),
            (&["sid=\"abc\""], "abc"),
            (&["sid=a=b"], "a=b"),
            (&["sid="], ""),
            (&["sid=\""], "\""),
            (&["SID=x; sid=abc"], "abc"),
        ] {
            assert_eq!(select(lines, "sid"), Cookie::Once(value.as_bytes()), "{lines:?}");
        }
        for lines in [&[][..], &[""], &["sid"], &["xsid=1; sidx=2"], &["=sid"], &["SID=1"]] {
            assert_eq!(select(lines, "sid"), Cookie::Absent, "{lines:?}");
        }
        assert_eq!(select(&["__hOsT-sid=evil"], "__Host-sid"), Cookie::Absent);
    }

    #[test]
    fn twice_in_one_line_or_two_is_told() {
        // REQ-COOKIE-03
        for lines in [&["sid=a; sid=b"][..], &["sid=a", "sid=a"], &["sid=a; x=1", "y=2; sid="]] {
            assert_eq!(select(lines, "sid"), Cookie::Repeated, "{lines:?}");
        }
    }
}
