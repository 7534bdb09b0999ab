//! The dates of a token for people: RFC 3339 in UTC, and how far off they are.

use countersign::json::Value;
use countersign::time::{NANOS_PER_SECOND, NumericDate};

/// What to say beside the member `name` of a token; `None` if it is no date.
pub(crate) fn describe(name: &str, value: Value<'_>, now: i128) -> Option<String> {
    let seconds = seconds_of(name, value)?;
    let distance = now.div_euclid(NANOS_PER_SECOND) - i128::from(seconds);
    let when = if distance < 0 { format!("in {}", span(-distance)) } else { format!("{} ago", span(distance)) };
    Some(format!("{}, {when}", utc(seconds)))
}

/// Whole seconds of a claim that is a date by its name and a number.
pub(crate) fn seconds_of(name: &str, value: Value<'_>) -> Option<i64> {
    if !DATES.contains(&name) {
        return None;
    }
    let date = NumericDate::parse(value.as_number()?).ok()?;
    i64::try_from(date.floor_nanos.div_euclid(NANOS_PER_SECOND)).ok()
}

/// A moment as RFC 3339 writes it; the core takes no date beyond the year 9999.
pub(crate) fn utc(seconds: i64) -> String {
    let (days, time) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", time / 3600, time / 60 % 60, time % 60)
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last, in eras of 400 years.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_FROM_MARCH_0000;
    let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A length of time in its largest fitting unit.
fn span(seconds: i128) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let (length, name) = units.into_iter().find(|(length, _)| seconds >= 2 * length).unwrap_or((1, "second"));
    let count = seconds / length;
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {name}{plural}")
}

/// The claims that are dates (RFC 7519 section 4.1, OpenID Connect Core sections 2 and 5.1).
const DATES: [&str; 5] = ["exp", "nbf", "iat", "auth_time", "updated_at"];
const DAY: i64 = 86_400;
const ERA: i64 = 146_097;
const DAYS_FROM_MARCH_0000: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_the_dates_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(seconds), text);
        }
    }

    #[test]
    fn a_span_is_told_in_its_largest_unit() {
        let told = [0, 1, 119, 120, 7199, 7200, 172_799, 172_800].map(span);
        let expected =
            ["0 seconds", "1 second", "119 seconds", "2 minutes", "119 minutes", "2 hours", "47 hours", "2 days"];
        assert_eq!(told, expected);
    }
}
