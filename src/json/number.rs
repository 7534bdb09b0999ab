//! Numbers as exact decimals: no floating point, nothing rounded.

/// Whether two JSON numbers have the same value: `1`, `1.0` and `10e-1` are one number.
pub fn numbers_equal(one: &str, other: &str) -> bool {
    let (one, other) = (Decimal::parse(one), Decimal::parse(other));
    match (one.first, other.first) {
        (None, None) => true,
        (Some(a), Some(b)) => one.negative == other.negative && a == b && one.significant().eq(other.significant()),
        _ => false,
    }
}

/// The floor of `number` times ten to the power of `places`, and whether something was cut off.
///
/// `None` beyond 36 digits; a NumericDate in nanoseconds has at most 21.
pub fn floor_scaled(number: &str, places: u8) -> Option<(i128, bool)> {
    let decimal = Decimal::parse(number);
    let Some(first) = decimal.first else { return Some((0, false)) };
    let whole = first.saturating_add(i64::from(places)).saturating_add(1);
    if whole > 36 {
        return None;
    }
    let mut value: i128 = 0;
    let mut digits = decimal.significant();
    for _ in 0..whole {
        value = value * 10 + i128::from(digits.next().unwrap_or(0));
    }
    let rest = digits.next().is_some();
    Some(match (decimal.negative, rest) {
        (false, _) => (value, rest),
        (true, false) => (-value, false),
        (true, true) => (-value - 1, true),
    })
}

/// The parts of a JSON number: plus or minus `d.ddd` times ten to the power of `first`.
struct Decimal<'a> {
    negative: bool,
    digits: &'a str,
    /// The power of ten of the first digit that is not zero; `None` for zero.
    first: Option<i64>,
}

impl<'a> Decimal<'a> {
    /// `number` must be of the JSON grammar; the scanner hands in nothing else.
    fn parse(number: &'a str) -> Self {
        let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
        let (digits, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let whole = digits.split('.').next().unwrap_or(digits).len();
        let exponent = parse_exponent(exponent);
        let leading = digits.bytes().filter(|&byte| byte != b'.').position(|byte| byte != b'0');
        let first = leading.map(|zeros| {
            let point = i64::try_from(whole).unwrap_or(i64::MAX);
            exponent.saturating_add(point - 1).saturating_sub(i64::try_from(zeros).unwrap_or(i64::MAX))
        });
        Decimal { negative, digits, first }
    }

    /// The digits from the first to the last that are not zero.
    fn significant(&self) -> impl Iterator<Item = u8> + use<'a> {
        let digits = if self.digits.contains('.') { self.digits.trim_end_matches('0') } else { self.digits };
        let digits = digits.trim_end_matches('.');
        let digits = if digits.contains('.') { digits } else { digits.trim_end_matches('0') };
        digits.bytes().filter(|&byte| byte != b'.').skip_while(|&byte| byte == b'0').map(|byte| byte - b'0')
    }
}

fn parse_exponent(text: &str) -> i64 {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    // An exponent beyond the bound is as good as the bound: nothing near it is in range.
    let value = digits
        .bytes()
        .fold(0_i64, |value, digit| (value * 10 + i64::from(digit.wrapping_sub(b'0'))).min(1_000_000_000_000));
    if negative { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors_are_exact() {
        for (number, expected) in [
            ("0", Some((0, false))),
            ("-0", Some((0, false))),
            ("0.0e99999999999999999999", Some((0, false))),
            ("1700000000", Some((1_700_000_000_000_000_000, false))),
            ("1.7e9", Some((1_700_000_000_000_000_000, false))),
            ("17000000000e-1", Some((1_700_000_000_000_000_000, false))),
            ("1700000000.5", Some((1_700_000_000_500_000_000, false))),
            ("1700000000.0000000001", Some((1_700_000_000_000_000_000, true))),
            ("-1700000000.0000000001", Some((-1_700_000_000_000_000_001, true))),
            ("-0.5", Some((-500_000_000, false))),
            ("1e-10", Some((0, true))),
            ("-1e-99999999999999999999", Some((-1, true))),
            ("100e-2", Some((1_000_000_000, false))),
            ("1e999", None),
            ("1e99999999999999999999", None),
        ] {
            assert_eq!(floor_scaled(number, 9), expected, "{number}");
        }
    }

    #[test]
    fn equal_numbers_have_many_spellings() {
        for (one, other) in
            [("1", "1.0"), ("1", "10e-1"), ("0", "-0.00e5"), ("100", "1E2"), ("0.5", "5e-1"), ("120", "1.20e2")]
        {
            assert!(numbers_equal(one, other), "{one} {other}");
        }
        for (one, other) in [("1", "-1"), ("1", "10"), ("9007199254740993", "9007199254740992"), ("0", "1e-999")] {
            assert!(!numbers_equal(one, other), "{one} {other}");
        }
    }
}
