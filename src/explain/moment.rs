//! Times for people: a date in UTC (RFC 3339), and how long a span is.

use crate::time::NANOS_PER_SECOND;

/// The moment `seconds` after 1970 began, as `2023-11-14T22:13:20Z`; the bare number beyond the years that have four
/// digits.
pub(super) fn date(seconds: i128) -> String {
    let Ok(seconds) = i64::try_from(seconds) else { return seconds.to_string() };
    if !(0..=crate::limits::NUMERIC_DATE_MAX_SECONDS).contains(&seconds) {
        return seconds.to_string();
    }
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years begin in March, so that the leap day is the last one; eras have 400 years.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + era * 400 + next;
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// How long `nanos` are, in the unit that people would take; parts of a second are rounded up.
pub(super) fn span(nanos: i128) -> String {
    let seconds = nanos.abs().saturating_add(NANOS_PER_SECOND - 1) / NANOS_PER_SECOND;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::parse_http_date;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (253_402_300_800, "253402300800"),
            (-1, "-1"),
        ] {
            assert_eq!(date(seconds), text);
        }
        assert_eq!(
            parse_http_date("Tue, 14 Nov 2023 22:13:20 GMT").map(i128::from).map(date).unwrap(),
            date(1_700_000_000)
        );
    }

    #[test]
    fn spans_have_the_unit_that_people_take() {
        for (seconds, text) in [(37, "37 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172_800, "2 days")] {
            assert_eq!(span(seconds * NANOS_PER_SECOND), text);
        }
        assert_eq!(span(1), "1 s");
        assert_eq!(span(-NANOS_PER_SECOND), "1 s");
    }
}
