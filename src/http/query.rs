//! A parameter in the query of a request target (RFC 6750 section 2.3, RFC 3986 section 3.4).
//!
//! The value is given as it stands: a token needs no escapes, so one that has them is refused later
//! for its `%` (`bearer_bad_character`); an API key may have any character, so its escapes are undone. Names are read through their escapes, so that a second
//! `access%5Ftoken` does not slip past the count. Time is linear in the target; never allocates.

/// How often a parameter stands in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryParameter<'a> {
    /// Not at all.
    Absent,
    /// Once, with this value; empty if there is no `=`.
    Once(&'a [u8]),
    /// This many times, twice at least.
    Repeated(usize),
}

/// Looks for `name` in the query of `target`, a path or an absolute URI: pairs parted by `&`
/// between the first `?` and a `#`. Names compare with case.
///
/// ```
/// use countersign::http::{QueryParameter, select_query_parameter};
///
/// let target = b"/v1?page=2&access_token=mF_9.B5f-4.1JqM#top";
/// assert_eq!(select_query_parameter(target, b"access_token"), QueryParameter::Once(b"mF_9.B5f-4.1JqM"));
/// assert_eq!(select_query_parameter(target, b"token"), QueryParameter::Absent);
/// ```
pub fn select_query_parameter<'a>(target: &'a [u8], name: &[u8]) -> QueryParameter<'a> {
    let mut found = QueryParameter::Absent;
    for pair in query(target).split(|byte| *byte == b'&') {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        if !is_name(halves.next().unwrap_or_default(), name) {
            continue;
        }
        found = match found {
            QueryParameter::Absent => QueryParameter::Once(halves.next().unwrap_or_default()),
            QueryParameter::Once(_) => QueryParameter::Repeated(2),
            QueryParameter::Repeated(count) => QueryParameter::Repeated(count.saturating_add(1)),
        };
    }
    found
}

/// A value without its `%` escapes, undone once into `room`; a `+` stays what it is. `None` if an escape is broken.
pub(crate) fn unescape<'m>(value: &'m [u8], room: &'m mut Vec<u8>) -> Option<&'m [u8]> {
    if !value.contains(&b'%') {
        return Some(value);
    }
    if room.len() < value.len() {
        room.resize(value.len(), 0);
    }
    let (mut rest, mut len) = (value, 0);
    while let [first, behind @ ..] = rest {
        let (byte, behind) = match (first, behind) {
            (b'%', [high, low, behind @ ..]) => (hex(*high)? << 4 | hex(*low)?, behind),
            (b'%', _) => return None,
            (byte, behind) => (*byte, behind),
        };
        *room.get_mut(len)? = byte;
        len += 1;
        rest = behind;
    }
    room.get(..len)
}

fn query(target: &[u8]) -> &[u8] {
    let before_fragment = target.split(|byte| *byte == b'#').next().unwrap_or_default();
    before_fragment.splitn(2, |byte| *byte == b'?').nth(1).unwrap_or_default()
}

/// Whether `written`, with its `%` escapes and `+` for a space, is `name`; an empty name is nobody's.
fn is_name(mut written: &[u8], name: &[u8]) -> bool {
    let mut wanted = name.iter();
    let mut met = 0_usize;
    while let [first, rest @ ..] = written {
        let (byte, rest) = match (first, rest) {
            (b'%', [high, low, rest @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, rest),
                _ => return false,
            },
            (b'+', rest) => (b' ', rest),
            (byte, rest) => (*byte, rest),
        };
        if wanted.next() != Some(&byte) {
            return false;
        }
        met += 1;
        written = rest;
    }
    met > 0 && wanted.next().is_none()
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::QueryParameter::{Absent, Once, Repeated};
    use super::*;

    #[test]
    fn the_value_is_given_as_it_stands() {
        for (target, expected) in [
            ("/", Absent),
            ("/?", Absent),
            ("", Absent),
            ("/access_token=x", Absent),
            ("/#?access_token=x", Absent),
            ("/?a=access_token=x", Absent),
            ("/?xaccess_token=x", Absent),
            ("/?Access_Token=x", Absent),
            ("/?access_token=x", Once(b"x")),
            ("?access_token=x", Once(b"x")),
            ("https://a.example/?b=c&access_token=x#y", Once(b"x")),
            ("/?access_token", Once(b"")),
            ("/?access_token=", Once(b"")),
            ("/?access_token=a=b", Once(b"a=b")),
            ("/?access_token=a?b", Once(b"a?b")),
            ("/?access_token=a%2Eb", Once(b"a%2Eb")),
            ("/?&&access_token=a;b", Once(b"a;b")),
        ] {
            assert_eq!(select_query_parameter(target.as_bytes(), b"access_token"), expected, "{target}");
        }
    }

    #[test]
    fn escapes_are_undone_once() {
        // REQ-APIKEY-12
        let mut room = Vec::new();
        for (value, plain) in [
            ("", ""),
            ("a+b", "a+b"),
            ("a%2Bb%2fc", "a+b/c"),
            ("%25%36%31", "%61"),
            ("%00%FF", "\0\u{ff}"),
            ("x%20", "x "),
        ] {
            let plain: Vec<u8> = plain.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect();
            assert_eq!(unescape(value.as_bytes(), &mut room), Some(&*plain), "{value}");
        }
        for value in ["%", "a%", "a%2", "%zz", "%+6", "%2%42"] {
            assert_eq!(unescape(value.as_bytes(), &mut room), None, "{value}");
        }
    }

    #[test]
    fn repetitions_are_counted_through_escapes() {
        // REQ-BEARER-09
        for (target, expected) in [
            ("/?access_token=a&access_token=a", Repeated(2)),
            ("/?access_token=a&access%5Ftoken=b", Repeated(2)),
            ("/?access_token&x&access%5ftoken=b&%61ccess_token=c", Repeated(3)),
            ("/?access_token=a&access%5", Once(&b"a"[..])),
            ("/?access_token=a&access%5Gtoken=b", Once(b"a")),
            ("/?access_token=a#&access_token=b", Once(b"a")),
        ] {
            assert_eq!(select_query_parameter(target.as_bytes(), b"access_token"), expected, "{target}");
        }
        assert_eq!(select_query_parameter(b"/?a+b=c", b"a b"), Once(b"c"));
        assert_eq!(select_query_parameter(b"/?=c&&", b""), Absent);
    }
}
