//! How long to wait: what the server says, else longer and longer at random (RFC 9110 section 10.2.3).

use super::date::parse_http_date;

/// The longest wait that is worth while; a server that asks for more has its answer handed to the caller.
pub(super) const LONGEST_SECONDS: u64 = 300;

/// The longest wait that is told: 136 years.
const MOST_SECONDS: u64 = 0xFFFF_FFFF;

/// The longest first wait; it doubles each time.
const FIRST_SECONDS: u64 = 1;

/// Seconds of a Retry-After value at `now`, in seconds since 1970, at most what 32 bits hold; nothing for what cannot
/// be read.
pub(super) fn retry_after(value: &[u8], now: i64) -> Option<u64> {
    let text = core::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
    if !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(MOST_SECONDS).min(MOST_SECONDS));
    }
    parse_http_date(text).map(|moment| u64::try_from(moment.saturating_sub(now)).unwrap_or(0).min(MOST_SECONDS))
}

/// Backoff with full jitter (REQ-CLIENT-17): any number of seconds up to a bound that doubles with each wait so far.
/// The same seed and count give the same wait.
pub(super) fn backoff(seed: u64, waits: u8) -> u64 {
    let most = FIRST_SECONDS.saturating_mul(2_u64.saturating_pow(u32::from(waits) + 1)).min(LONGEST_SECONDS);
    mix(seed.wrapping_add(u64::from(waits).wrapping_mul(0x9E37_79B9_7F4A_7C15))) % (most + 1)
}

/// The finisher of `SplitMix64`: every bit of the seed moves every bit of the result.
const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_says_how_long_in_seconds_or_by_a_date() {
        // REQ-CLIENT-18
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("99999999999999999999999", Some(4_294_967_295)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sun, 06 Nov 1994 08:48:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value.as_bytes(), 784_111_740), seconds, "{value}");
        }
        assert_eq!(retry_after(b"\xFF", 0), None);
    }

    #[test]
    fn waits_are_spread_and_bounded() {
        // REQ-CLIENT-17
        for waits in 0..20 {
            let most = 2_u64.pow(u32::from(waits) + 1).min(LONGEST_SECONDS);
            let all: Vec<u64> = (0..2000).map(|seed| backoff(seed, waits)).collect();
            assert!(all.iter().all(|seconds| *seconds <= most), "{waits}");
            let mean = all.iter().sum::<u64>() / 2000;
            assert!(mean >= most * 2 / 5 && mean <= most * 3 / 5 + 1, "{waits}: {mean} of {most}");
            assert_eq!(backoff(7, waits), backoff(7, waits));
        }
    }
}
