//! How long a response may be kept (RFC 9111 sections 5.2.2.1 and 5.1).
//!
//! Reads of Cache-Control what a key set's lifetime needs, and nothing else.

/// The seconds of `max-age` in a Cache-Control field, less those of the `Age` field; `None` if there is none to go by.
///
/// `no-store` and `no-cache` are a life of nothing, which the store lengthens to its shortest one.
pub(crate) fn cache_control_max_age(value: &str, age: Option<&str>) -> Option<u64> {
    let mut found = None;
    for directive in value.split(',') {
        let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
        let name = name.trim();
        if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
            return Some(0);
        }
        if found.is_none() && name.eq_ignore_ascii_case("max-age") {
            // Recipients take the quoted form too (RFC 9111 section 5.2).
            found = seconds(argument.trim().trim_matches('"'));
        }
    }
    let age = age.and_then(|age| seconds(age.trim())).unwrap_or(0);
    found.map(|max_age| max_age.saturating_sub(age))
}

/// delta-seconds of RFC 9111 section 1.2.2; a number too great to hold is the greatest.
fn seconds(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_rotation_11_the_life_of_a_response_is_read() {
        for (value, age, expected) in [
            ("max-age=600", None, Some(600)),
            ("public, Max-Age=\"600\" , must-revalidate", None, Some(600)),
            ("max-age=600", Some("100"), Some(500)),
            ("max-age=600", Some("601"), Some(0)),
            ("max-age=600", Some("soon"), Some(600)),
            ("max-age=600, no-cache", None, Some(0)),
            ("no-store", None, Some(0)),
            ("max-age=99999999999999999999999", None, Some(u64::MAX)),
            ("max-age=-1", None, None),
            ("max-age", None, None),
            ("s-maxage=600", None, None),
            ("", None, None),
        ] {
            assert_eq!(cache_control_max_age(value, age), expected, "{value} {age:?}");
        }
    }
}
