//! An HTTP-date (RFC 9110 section 5.6.7) in seconds since 1970: the present form and the two old ones.

/// The moment, if `text` is a date of the years 1970 to 9999.
pub(crate) fn parse_http_date(text: &str) -> Option<i64> {
    let (_, rest) = text.trim().split_once(' ')?;
    let words: Vec<&str> = rest.split([' ', '-']).filter(|word| !word.is_empty()).collect();
    match words[..] {
        // `Sun, 06 Nov 1994 08:49:37 GMT` and `Sunday, 06-Nov-94 08:49:37 GMT`; then `Sun Nov  6 08:49:37 1994`.
        [day, month, year, time, "GMT"] | [month, day, time, year] => seconds(year, month, day, time),
        _ => None,
    }
}

fn seconds(year: &str, month: &str, day: &str, time: &str) -> Option<i64> {
    let year = match (year.len(), number(year)?) {
        (4, year) => year,
        // Two digits are of this century or the one before, whichever is nearer to a server's clock.
        (2, year) => year + if year < 70 { 2000 } else { 1900 },
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)?;
    let day = number(day).filter(|day| (1..=31).contains(day))?;
    let mut parts = time.split(':').map(number);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let fits = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none() && (1970..=9999).contains(&year);
    let days = days_before(year, i64::try_from(month).ok()?) + day - 1;
    fits.then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days from 1970-01-01 to the first of the month.
fn days_before(year: i64, month: i64) -> i64 {
    // Years begin in March, so that the leap day is the last one.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    days + (month * 153 + 2) / 5 - 719_468
}

fn number(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_one_moment() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse_http_date(text), Some(784_111_777), "{text}");
        }
        assert_eq!(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        assert_eq!(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT"), Some(253_402_300_799));
        for text in [
            "",
            "120",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49 GMT",
            "Sun, 06 Nov 1994 25:00:00 GMT",
            "Sun, 00 Nov 1994 00:00:00 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
        ] {
            assert_eq!(parse_http_date(text), None, "{text}");
        }
    }
}
