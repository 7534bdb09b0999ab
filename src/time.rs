//! Instants as integers: the host's wall clock and a token's NumericDate (RFC 7519 section 2).
//!
//! Both are nanoseconds in 128 bits, so that every comparison is exact; no floating point anywhere.
//! Refuses dates beyond the year 9999 or its negative. Never allocates.

use core::fmt;

use crate::json;
use crate::limits::NUMERIC_DATE_MAX_SECONDS;

/// Nanoseconds in one second.
pub const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// A moment on the host's clock: nanoseconds since 1970-01-01 UTC.
///
/// ```
/// use countersign::time::Wall;
///
/// assert_eq!(Wall::parse("1700000000.5"), Wall::from_timespec(1_700_000_000, 500_000_000));
/// assert!(!Wall::from_nanos(0).is_set());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wall(i128);

impl Wall {
    /// The moment so many nanoseconds after 1970 began.
    pub const fn from_nanos(nanos: i128) -> Self {
        Wall(nanos)
    }

    /// The moment that a C `timespec` names; `None` unless `nanos` is below one second.
    pub fn from_timespec(seconds: i64, nanos: u32) -> Option<Self> {
        let nanos = i128::from(nanos);
        (nanos < NANOS_PER_SECOND).then(|| Wall(i128::from(seconds) * NANOS_PER_SECOND + nanos))
    }

    /// Reads seconds in the form `-?digits`, or `-?digits.digits` with one to nine digits behind the point.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || fraction.is_some_and(|part| !all_digits(part) || part.len() > 9) {
            return None;
        }
        json::floor_scaled(text, 9).map(|(nanos, _)| Wall(nanos))
    }

    /// Nanoseconds since 1970 began.
    pub const fn nanos(self) -> i128 {
        self.0
    }

    /// Whether the clock was set: a time of zero or less is that of a machine that does not know it.
    pub const fn is_set(self) -> bool {
        self.0 > 0
    }
}

/// Both clocks of the host, read together.
///
/// The wall clock tells ages of what was fetched elsewhere and is written into reports; every duration
/// is measured on the monotonic one, so that setting the wall clock lengthens nothing (REQ-ROTATION-24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The time of day.
    pub wall: Wall,
    /// Nanoseconds on a clock that is never set, as in `CLOCK_MONOTONIC`; where it starts does not matter.
    pub monotonic: u64,
}

impl Now {
    /// What the two clocks say.
    pub const fn new(wall: Wall, monotonic: u64) -> Self {
        Now { wall, monotonic }
    }
}

/// A date of a token, without loss: between `floor_nanos` and the next nanosecond if it is inexact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumericDate {
    /// The last whole nanosecond that is not after the date.
    pub floor_nanos: i128,
    /// Whether the date is later than that, by less than a nanosecond.
    pub inexact: bool,
}

/// A date beyond the last second of the year 9999, or beyond its negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date beyond the year 9999")
    }
}

impl std::error::Error for OutOfRange {}

impl NumericDate {
    /// Reads the text of a JSON number: an integer, a fraction or one with an exponent (REQ-JWT-03).
    ///
    /// # Errors
    /// [`OutOfRange`] beyond 253402300799 seconds or its negative.
    #[inline]
    pub fn parse(number: &str) -> Result<Self, OutOfRange> {
        if let Some(seconds) = plain_seconds(number) {
            return in_range(i128::from(seconds) * NANOS_PER_SECOND, false);
        }
        let (floor_nanos, inexact) = json::floor_scaled(number, 9).ok_or(OutOfRange)?;
        in_range(floor_nanos, inexact)
    }

    /// Whether the date is `nanos` or earlier.
    #[inline]
    pub const fn is_at_or_before(self, nanos: i128) -> bool {
        self.floor_nanos < nanos || (self.floor_nanos == nanos && !self.inexact)
    }

    /// Whether the date is earlier than `nanos`.
    #[inline]
    pub const fn is_before(self, nanos: i128) -> bool {
        self.floor_nanos < nanos
    }

    /// Whether the date is later than `nanos`.
    #[inline]
    pub const fn is_after(self, nanos: i128) -> bool {
        !self.is_at_or_before(nanos)
    }
}

#[inline]
fn in_range(floor_nanos: i128, inexact: bool) -> Result<NumericDate, OutOfRange> {
    let date = NumericDate { floor_nanos, inexact };
    if date.is_after(MAX_NANOS) || date.is_before(-MAX_NANOS) { Err(OutOfRange) } else { Ok(date) }
}

/// The short way for what nearly every token holds: eight to twelve digits and nothing else.
#[inline]
fn plain_seconds(number: &str) -> Option<u64> {
    let (first, rest) = number.as_bytes().split_first_chunk::<8>()?;
    if rest.len() > 4 {
        return None;
    }
    let mut value = eight_digits(u64::from_le_bytes(*first))?;
    for byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

/// The number that eight digits make, the first one lowest.
#[inline]
const fn eight_digits(word: u64) -> Option<u64> {
    // A digit has a three above and at most a nine below, which six more do not carry over.
    if (word & 0xF0F0_F0F0_F0F0_F0F0) | ((word.wrapping_add(0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0) >> 4)
        != 0x3333_3333_3333_3333
    {
        return None;
    }
    // Neighbours are joined: digits to pairs, pairs to fours, fours to all.
    let pairs = (word & 0x0F0F_0F0F_0F0F_0F0F).wrapping_mul(10 << 8 | 1) >> 8;
    let fours = (pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(100 << 16 | 1) >> 16;
    Some((fours & 0x0000_FFFF_0000_FFFF).wrapping_mul(10_000 << 32 | 1) >> 32)
}

#[expect(clippy::as_conversions, reason = "widening, and `From` is not const")]
const MAX_NANOS: i128 = NUMERIC_DATE_MAX_SECONDS as i128 * NANOS_PER_SECOND;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_time_reads_digits_and_up_to_nine_behind_the_point() {
        for (text, nanos) in [
            ("0", Some(0)),
            ("1700000000", Some(1_700_000_000_000_000_000)),
            ("-1", Some(-1_000_000_000)),
            ("-0.5", Some(-500_000_000)),
            ("1.000000001", Some(1_000_000_001)),
            ("007", Some(7_000_000_000)),
            ("1.0000000001", None),
            ("1.", None),
            (".5", None),
            ("", None),
            ("-", None),
            ("+1", None),
            ("1e3", None),
            ("1.-5", None),
            ("99999999999999999999999999999999999999", None),
        ] {
            assert_eq!(Wall::parse(text).map(Wall::nanos), nanos, "{text}");
        }
        assert_eq!(Wall::from_timespec(1, 1_000_000_000), None);
        assert_eq!(Wall::from_timespec(-1, 1).map(Wall::nanos), Some(-999_999_999));
    }

    #[test]
    fn req_jwt_20_a_clock_of_zero_or_less_is_not_set() {
        assert!(!Wall::from_nanos(0).is_set() && !Wall::from_nanos(-1).is_set() && Wall::from_nanos(1).is_set());
    }

    #[test]
    fn req_jwt_03_dates_keep_fractions_and_exponents() {
        for (text, floor_nanos, inexact) in [
            ("1700000000", 1_700_000_000_000_000_000, false),
            ("1.7e9", 1_700_000_000_000_000_000, false),
            ("1700000000.5", 1_700_000_000_500_000_000, false),
            ("1700000000.0000000001", 1_700_000_000_000_000_000, true),
            ("-0", 0, false),
            ("-0.0000000001", -1, true),
            ("253402300799", 253_402_300_799_000_000_000, false),
            ("-253402300799", -253_402_300_799_000_000_000, false),
        ] {
            assert_eq!(NumericDate::parse(text), Ok(NumericDate { floor_nanos, inexact }), "{text}");
        }
        for text in
            ["253402300800", "253402300799.0000000001", "-253402300799.0000000001", "1e999", "-1e999", "999999999999"]
        {
            assert_eq!(NumericDate::parse(text), Err(OutOfRange), "{text}");
        }
    }

    #[test]
    fn the_short_way_over_digits_agrees_with_the_long_one() {
        for number in [0_u64, 7, 12_345_678, 99_999_999, 100_000_000, 1_700_000_000, 253_402_300_799, 999_999_999_999] {
            for width in [0, 8, 9, 12] {
                let text = format!("{number:0width$}");
                let expected = (8..=12).contains(&text.len()).then_some(number);
                assert_eq!(plain_seconds(&text), expected, "{text}");
            }
        }
        for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_digit() && byte.is_ascii()) {
            for place in 0..10 {
                let mut text = *b"1700000000";
                text[place] = byte;
                assert_eq!(plain_seconds(core::str::from_utf8(&text).unwrap()), None, "{byte} at {place}");
            }
        }
        assert_eq!(eight_digits(u64::from_le_bytes([0xB1; 8])), None);
    }

    #[test]
    fn comparison_sees_what_is_below_a_nanosecond() {
        let exact = NumericDate { floor_nanos: 5, inexact: false };
        let later = NumericDate { floor_nanos: 5, inexact: true };
        assert!(exact.is_at_or_before(5) && !exact.is_after(5) && !exact.is_before(5));
        assert!(!later.is_at_or_before(5) && later.is_after(5) && !later.is_before(5));
        assert!(later.is_before(6) && later.is_at_or_before(6) && exact.is_after(4));
    }
}
