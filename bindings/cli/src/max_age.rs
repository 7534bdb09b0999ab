//! How long a response says that it is fresh (RFC 9111 sections 4.2.1 and 5.2.2).
//!
//! Reads of Cache-Control what a key set's lifetime needs, and nothing else: directives are cut apart at commas, also
//! within quotes, where a wrong guess can only make a life shorter.

/// The seconds for which a response is still fresh: the max-age of its Cache-Control field `value`, less the `age`
/// in seconds that its Age field tells; `None` if it does not say.
///
/// `no-store`, `no-cache` and a max-age that is no number are 0, which the store lengthens to its shortest life; of
/// several the smallest counts.
pub(crate) fn cache_control_max_age(value: &[u8], age: u64) -> Option<u64> {
    let lifetimes = value.split(|&byte| byte == b',').filter_map(lifetime);
    lifetimes.min().map(|seconds| seconds.saturating_sub(age))
}

/// What one directive grants, if it is one of these.
fn lifetime(directive: &[u8]) -> Option<u64> {
    let directive = String::from_utf8_lossy(directive);
    let (name, argument) = directive.split_once('=').unwrap_or((&directive, ""));
    match name.trim().to_ascii_lowercase().as_str() {
        "no-store" | "no-cache" => Some(0),
        // Recipients take the quoted form too (RFC 9111 section 5.2).
        "max-age" => Some(seconds(argument.trim().trim_matches('"')).unwrap_or(0)),
        _ => None,
    }
}

/// delta-seconds of RFC 9111 section 1.2.2; a number too great to hold is the greatest.
pub(crate) fn seconds(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_rotation_11_the_life_of_a_response_is_read() {
        for (value, age, expected) in [
            ("max-age=600", 0, Some(600)),
            ("public, Max-Age=\"600\" , must-revalidate", 0, Some(600)),
            ("max-age=600", 100, Some(500)),
            ("max-age=600", 601, Some(0)),
            ("max-age=600, max-age=60", 0, Some(60)),
            ("max-age=600, no-cache", 0, Some(0)),
            ("no-cache=\"x\"", 0, Some(0)),
            ("no-store", 0, Some(0)),
            ("max-age=99999999999999999999999", 0, Some(u64::MAX)),
            ("max-age=-1", 0, Some(0)),
            ("max-age", 0, Some(0)),
            ("s-maxage=600", 0, None),
            ("", 0, None),
        ] {
            assert_eq!(cache_control_max_age(value.as_bytes(), age), expected, "{value} {age}");
        }
    }
}
