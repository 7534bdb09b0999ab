//! The moments of logs in milliseconds since 1970: RFC 3339, the date of access logs, and bare numbers.

/// A moment as text: RFC 3339 (ISO 8601 with a space or without an offset too), `10/Oct/2000:13:55:36 -0700`, or a number.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let mut digits = Digits(text.trim_ascii());
    let text = digits.0;
    if text.get(2) == Some(&b'/') {
        return access_log(&mut digits);
    }
    if text.get(4) == Some(&b'-') {
        return rfc3339(&mut digits);
    }
    std::str::from_utf8(text).ok()?.parse().ok().and_then(number)
}

/// A moment as a number since 1970: seconds, or milliseconds, microseconds, nanoseconds by its size.
pub(super) fn number(value: f64) -> Option<i64> {
    let millis = match value {
        ..1e8 => return None,
        ..1e11 => value * 1e3,
        ..1e14 => value,
        ..1e17 => value / 1e3,
        ..1e20 => value / 1e6,
        _ => return None,
    };
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "a positive number below 2^53")]
    Some(millis as i64)
}

fn rfc3339(digits: &mut Digits<'_>) -> Option<i64> {
    let year = digits.number(4)?;
    digits.one_of(b"-")?;
    let month = digits.number(2)?;
    digits.one_of(b"-")?;
    let day = digits.number(2)?;
    digits.one_of(b"Tt ")?;
    let seconds = digits.time()?;
    let millis = digits.fraction();
    let offset = digits.offset().unwrap_or(0);
    Some((days(year, month, day)? * 86_400 + seconds - offset) * 1000 + millis)
}

fn access_log(digits: &mut Digits<'_>) -> Option<i64> {
    let day = digits.number(2)?;
    digits.one_of(b"/")?;
    let name = digits.take(3)?;
    let month = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    digits.one_of(b"/")?;
    let year = digits.number(4)?;
    digits.one_of(b":")?;
    let seconds = digits.time()?;
    digits.one_of(b" ")?;
    Some((days(year, i64::try_from(month).ok()? + 1, day)? * 86_400 + seconds - digits.offset()?) * 1000)
}

/// Days from 1970-01-01, for dates of the years 1970 to 9999.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is the last one.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    Some(365 * year + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

/// What is left of a date.
struct Digits<'a>(&'a [u8]);

impl<'a> Digits<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, count: usize) -> Option<i64> {
        let digits = self.take(count)?;
        digits.iter().try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0')))
    }

    fn one_of(&mut self, set: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first).filter(|byte| set.contains(byte))
    }

    /// `hh:mm:ss` in seconds; a leap second is one of the next minute.
    fn time(&mut self) -> Option<i64> {
        let hour = self.number(2)?;
        self.one_of(b":")?;
        let minute = self.number(2)?;
        self.one_of(b":")?;
        let second = self.number(2)?;
        (hour < 24 && minute < 60 && second <= 60).then_some((hour * 60 + minute) * 60 + second)
    }

    /// A fraction of a second in milliseconds, if one stands here.
    fn fraction(&mut self) -> i64 {
        let Some((b'.' | b',', rest)) = self.0.split_first() else { return 0 };
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = rest.split_at(length);
        self.0 = rest;
        (0..3).fold(0, |value, at| value * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0')))
    }

    /// `Z`, `+01:00` or `+0100` in seconds.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.number(2)?;
        if self.0.first() == Some(&b':') {
            self.take(1)?;
        }
        Some(sign * (hours * 60 + self.number(2)?) * 60)
    }
}

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_logs_are_read() {
        for (text, millis) in [
            ("2023-11-14T22:13:20Z", 1_700_000_000_000),
            ("2023-11-14T22:13:20.1234567Z", 1_700_000_000_123),
            ("2023-11-14 22:13:20,5", 1_700_000_000_500),
            ("2023-11-15T00:13:20+02:00", 1_700_000_000_000),
            ("14/Nov/2023:22:13:20 +0000", 1_700_000_000_000),
            ("14/Nov/2023:15:13:20 -0700", 1_700_000_000_000),
            ("1700000000", 1_700_000_000_000),
            ("1700000000.123", 1_700_000_000_123),
            ("1700000000123", 1_700_000_000_123),
            ("1700000000123456789", 1_700_000_000_123),
            ("2000-02-29T00:00:00Z", 951_782_400_000),
            ("1970-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(millis), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "-",
            "2023",
            "2023-13-01T00:00:00Z",
            "2023-11-14T24:00:00Z",
            "99999999999999999999999",
            "NaN",
            "-1",
            "14/Nox/2023:22:13:20 +0000",
            "14/Nov/2023:22:13:20",
            "1899-01-01T00:00:00Z",
            "\u{ff}\u{ff}/",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
