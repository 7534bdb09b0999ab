//! How long a response says that it is fresh (RFC 9111 sections 4.2.1 and 5.2.2).
//!
//! Hosts hand over the Cache-Control of fetched key sets as it stood, so that no front reads grammar. Refuses
//! nothing: what is no directive is passed over, and a lifetime that cannot be read is none. Never allocates.

use super::class::{QDTEXT, TCHAR};
use super::cursor::Cursor;
use super::field::field_name_eq;
use crate::limits;

/// The seconds for which a response is still fresh: the max-age of its Cache-Control field `value`, less the `age`
/// in seconds that its Age field tells (RFC 9111 section 5.1); `None` if it does not say.
///
/// Several field lines are joined by commas. `no-store` and `no-cache`, with or without names behind them, and a
/// max-age that is no number of seconds are 0 (section 4.2.1); of several the smallest counts. Directives for
/// shared caches and unknown ones are passed over. A value over [`limits::CACHE_CONTROL_BYTES`] is 0.
///
/// ```
/// use countersign::http::cache_control_max_age;
///
/// assert_eq!(cache_control_max_age(b"public, Max-Age=\"3600\"", 600), Some(3000));
/// assert_eq!(cache_control_max_age(b"max-age=3600, no-cache", 0), Some(0));
/// assert_eq!(cache_control_max_age(b"public, s-maxage=60", 0), None);
/// ```
pub fn cache_control_max_age(value: &[u8], age: u64) -> Option<u64> {
    if value.len() > limits::CACHE_CONTROL_BYTES {
        return Some(0);
    }
    let mut cursor = Cursor::new(value);
    let mut smallest: Option<u64> = None;
    while cursor.peek().is_some() {
        let lifetime = take_directive(&mut cursor).map(|lifetime| lifetime.saturating_sub(age));
        smallest = match (smallest, lifetime) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        cursor.take(b',');
    }
    smallest
}

/// Takes a directive, or whatever stands in its place, up to the comma behind it; gives the lifetime that it grants.
fn take_directive(cursor: &mut Cursor<'_>) -> Option<u64> {
    cursor.skip_ows();
    let name = cursor.take_run(TCHAR);
    cursor.skip_ows();
    let has_argument = cursor.take(b'=');
    let mut seconds = None;
    if has_argument {
        cursor.skip_ows();
        let front = *cursor;
        seconds = take_seconds(cursor);
        if seconds.is_none() {
            // Back in front of what may be a quoted-string, which is skipped as a whole.
            *cursor = front;
        }
        cursor.skip_ows();
    }
    let is_whole = cursor.at_element_end();
    skip_element(cursor);
    if field_name_eq(name, b"max-age") {
        return Some(seconds.filter(|_| is_whole).unwrap_or(0));
    }
    (field_name_eq(name, b"no-store") || field_name_eq(name, b"no-cache")).then_some(0)
}

/// Takes delta-seconds, bare or in quotes (RFC 9111 section 1.2.2); more than fit are as many as fit.
fn take_seconds(cursor: &mut Cursor<'_>) -> Option<u64> {
    let is_quoted = cursor.take(b'"');
    let mut seconds: Option<u64> = None;
    loop {
        // A backslash may stand in front of any character between quotes (RFC 9110 section 5.6.4).
        let is_escaped = is_quoted && cursor.take(b'\\');
        let Some(digit @ b'0'..=b'9') = cursor.peek() else {
            let is_closed = !is_escaped && (!is_quoted || cursor.take(b'"'));
            return seconds.filter(|_| is_closed);
        };
        cursor.take(digit);
        let sum = seconds.unwrap_or(0).saturating_mul(10);
        seconds = Some(sum.saturating_add(u64::from(digit - b'0')));
    }
}

/// Skips to the next comma that stands in no quoted-string, or to the end.
fn skip_element(cursor: &mut Cursor<'_>) {
    while !cursor.at_element_end() {
        if cursor.take(b'"') {
            skip_quoted(cursor);
        } else {
            cursor.take_bytes(1);
        }
    }
}

/// Skips what is left of a quoted-string; one without its end goes to the end of the line.
fn skip_quoted(cursor: &mut Cursor<'_>) {
    while cursor.peek().is_some() && !cursor.take(b'"') {
        // What a backslash escapes, or a byte that may stand in no quoted-string.
        if cursor.take(b'\\') || cursor.take_run(QDTEXT).is_empty() {
            cursor.take_bytes(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_rotation_11_directives_are_read_as_rfc_9111_has_them() {
        for (value, seconds) in [
            ("", None),
            (",, ,", None),
            ("public", None),
            ("max-age=3600", Some(3600)),
            ("MAX-AGE=3600", Some(3600)),
            ("public, max-age=3600, must-revalidate", Some(3600)),
            ("\t public\t,\tmax-age=60 \t", Some(60)),
            ("max-age=\"60\"", Some(60)),
            ("max-age=\"6\\0\"", Some(60)),
            ("max-age = 60", Some(60)),
            ("max-age=007", Some(7)),
            ("max-age=0", Some(0)),
            ("max-age=18446744073709551615", Some(u64::MAX)),
            ("max-age=99999999999999999999999999", Some(u64::MAX)),
            ("max-age=60, max-age=30, max-age=90", Some(30)),
            ("no-store", Some(0)),
            ("No-Cache", Some(0)),
            ("no-cache=\"Set-Cookie, X\", max-age=60", Some(0)),
            ("max-age=60, no-store", Some(0)),
            ("s-maxage=10, stale-while-revalidate=30", None),
            ("x-max-age=5, max-agee=5, max-ag=5", None),
            ("ext=\"a, max-age=1, b\", max-age=60", Some(60)),
            ("ext=\"a\\\", max-age=1\", max-age=60", Some(60)),
            ("private=\"no-store\"", None),
        ] {
            assert_eq!(cache_control_max_age(value.as_bytes(), 0), seconds, "{value}");
        }
    }

    #[test]
    fn a_lifetime_that_cannot_be_read_is_none() {
        for value in [
            "max-age",
            "max-age=",
            "max-age=\"\"",
            "max-age=-1",
            "max-age=+1",
            "max-age=1.5",
            "max-age=1h",
            "max-age=60 60",
            "max-age=\"60",
            "max-age=\"60\\",
            "max-age=\"6\\\"0\"",
            "max-age=60\"x\"",
            "max-age=60, max-age=x",
            "max-age=x, max-age=60",
            "max-age==60",
        ] {
            assert_eq!(cache_control_max_age(value.as_bytes(), 0), Some(0), "{value}");
        }
        assert_eq!(cache_control_max_age(b"=60, \xFF, max-age\xFF=5, max-age=9", 0), Some(0));
        assert_eq!(cache_control_max_age(b"=60, \xFF=1, \0, max-age=9", 0), Some(9), "strays spoil nothing");
        assert_eq!(cache_control_max_age(b"ext=\"never ends, max-age=9", 0), None);
    }

    #[test]
    fn the_age_of_the_response_is_taken_off() {
        for (age, left) in [(0, 60), (1, 59), (60, 0), (61, 0), (u64::MAX, 0)] {
            assert_eq!(cache_control_max_age(b"max-age=60", age), Some(left));
        }
        assert_eq!(cache_control_max_age(b"public", 5), None);
    }

    #[test]
    fn the_bound_holds() {
        let value = |length: usize| format!("max-age=60{}", " ".repeat(length - 10));
        for (length, seconds) in [(limits::CACHE_CONTROL_BYTES - 1, 60), (limits::CACHE_CONTROL_BYTES, 60)] {
            assert_eq!(cache_control_max_age(value(length).as_bytes(), 0), Some(seconds));
        }
        assert_eq!(cache_control_max_age(value(limits::CACHE_CONTROL_BYTES + 1).as_bytes(), 0), Some(0));
    }
}
