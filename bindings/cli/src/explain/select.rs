//! Which exchange is explained, and the redirects that led to it.

use super::forms::{Exchange, Form, Found, field};
use super::shown;
use crate::fault::Fault;
use crate::response::is_absolute;

/// The exchange that is explained.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selected {
    /// Which, counted from 0.
    pub(super) index: usize,
    /// The redirects before it, in order, counted from 0.
    pub(super) hops: Vec<usize>,
    /// Others that were denied, counted from 0.
    pub(super) others: Vec<usize>,
}

/// Picks the exchange by `--entry`; without it, of a HAR file the first that was denied, of any other form the last
/// that was and was not let through later, else the last.
pub(super) fn select(found: &Found, entry: Option<u64>, name: &str) -> Result<Selected, Fault> {
    let exchanges = &found.exchanges;
    let count = exchanges.len();
    let denied = |index: &usize| exchanges.get(*index).is_some_and(|exchange| is_denied(exchange.status()));
    let index = match entry {
        Some(entry) => usize::try_from(entry - 1).ok().filter(|index| *index < count.max(1)).ok_or_else(|| {
            Fault::new(format!("{name}: there is no exchange {entry}"))
                .next(format!("--entry takes 1 to {}", count.max(1)))
        })?,
        None if found.form == Form::Har && count > 1 => {
            (0..count).find(denied).ok_or_else(|| ambiguous(exchanges, name))?
        }
        None => {
            let unsolved = |index: &usize| denied(index) && !is_solved(exchanges, *index);
            (0..count).rev().find(unsolved).unwrap_or(count.saturating_sub(1))
        }
    };
    let others = (0..count).filter(|other| *other != index).filter(denied).collect();
    Ok(Selected { index, hops: hops(found, index), others })
}

/// A list of the entries, since none of them was denied.
fn ambiguous(exchanges: &[Exchange], name: &str) -> Fault {
    let mut lines = vec![format!("{name}: {} entries, none of them with 401, 403 or 407", exchanges.len())];
    // What failed in another way is what people look for; a browser tells no status of what it blocked.
    let is_odd = |exchange: &&Exchange| !(100..400).contains(&exchange.status());
    let odd: Vec<&Exchange> = exchanges.iter().filter(is_odd).collect();
    let listed: Vec<&Exchange> = if odd.is_empty() { exchanges.iter().collect() } else { odd };
    lines
        .extend(listed.iter().take(LISTED).map(|exchange| format!("{:>5}  {}", exchange.place, shown::line(exchange))));
    if listed.len() > LISTED {
        lines.push(format!("       and {} more", listed.len() - LISTED));
    }
    Fault::new(lines.join("\n")).next("name the one to explain with --entry N")
}

/// Whether a later exchange with the same address was answered, as after curl's --anyauth.
fn is_solved(exchanges: &[Exchange], index: usize) -> bool {
    let target = |exchange: &Exchange| exchange.sent.as_ref().map(|sent| sent.target.clone());
    let own = exchanges.get(index).and_then(target);
    let later = exchanges.get(index + 1..).unwrap_or_default();
    own.is_some() && later.iter().any(|exchange| (200..400).contains(&exchange.status()) && target(exchange) == own)
}

fn is_denied(status: u16) -> bool {
    matches!(status, 401 | 403 | 407)
}

/// The redirects that led to an exchange: in a HAR file by their addresses, else those right before it.
fn hops(found: &Found, index: usize) -> Vec<usize> {
    let mut hops = Vec::new();
    let mut at = index;
    while hops.len() < HOPS {
        let leads = |before: &usize| match (found.exchanges.get(*before), found.exchanges.get(at)) {
            (Some(before), Some(exchange)) => leads_to(before, exchange),
            _ => false,
        };
        let before = if found.form == Form::Har { (0..at).rev().find(leads) } else { at.checked_sub(1).filter(leads) };
        let Some(before) = before else { break };
        hops.insert(0, before);
        at = before;
    }
    hops
}

/// Whether one exchange is a redirect to the other, as far as their addresses tell.
fn leads_to(before: &Exchange, after: &Exchange) -> bool {
    let Some(location) = location(before) else { return false };
    let (Some(from), Some(to)) = (&before.sent, &after.sent) else { return true };
    let (from, to) = (String::from_utf8_lossy(&from.target), String::from_utf8_lossy(&to.target));
    let without_fragment = |address: &str| address.split('#').next().unwrap_or_default().to_owned();
    let location = without_fragment(&String::from_utf8_lossy(location));
    if is_absolute(&location) {
        // Of a raw exchange only the path of an address is known.
        return location == to || (to.starts_with('/') && location.ends_with(&*to)) || path_is_root(&location, &to);
    }
    match (location.strip_prefix("//"), location.starts_with('/'), origin(&from)) {
        (Some(rest), ..) => to.ends_with(rest) || to.starts_with('/'),
        (None, true, Some(origin)) => to == format!("{origin}{location}"),
        (None, true, None) => to == location,
        (None, false, _) => to.ends_with(location.trim_start_matches(['.', '/'])),
    }
}

/// `https://host` and `https://host/` are one address.
fn path_is_root(location: &str, to: &str) -> bool {
    to.strip_suffix('/').is_some_and(|to| to == location || (to.is_empty() && location.matches('/').count() == 2))
}

/// Where a redirect leads to.
pub(super) fn location(exchange: &Exchange) -> Option<&[u8]> {
    let heard = exchange.heard.as_ref().filter(|heard| (300..400).contains(&heard.status))?;
    field(&heard.lines, "location")
}

fn origin(address: &str) -> Option<&str> {
    let start = address.find("://")? + 3;
    let end = address.get(start..)?.find(['/', '?']).map_or(address.len(), |at| start + at);
    address.get(..end)
}

/// Entries that a list shows.
const LISTED: usize = 20;
/// Redirects that are followed back; browsers and curl give up before.
const HOPS: usize = 50;

#[cfg(test)]
mod tests {
    use super::super::forms::read;
    use super::*;

    fn selected(text: &str) -> Selected {
        select(&read(text.as_bytes(), None).unwrap(), None, "f").unwrap()
    }

    fn pair(target: &str, host: &str, status: &str) -> String {
        format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\nHTTP/1.1 {status}\r\n\r\n")
    }

    #[test]
    fn the_last_denied_one_counts_with_the_redirects_before_it() {
        let text = pair("/", "a", "200 OK")
            + &pair("/a", "a", "301 X\r\nLocation: https://a/b")
            + &pair("/b", "a", "302 X\r\nLocation: /c")
            + &pair("/c", "a", "401 X");
        assert_eq!(selected(&text), Selected { index: 3, hops: vec![1, 2], others: vec![] });
    }

    #[test]
    fn a_denial_that_was_solved_does_not_count() {
        let text = pair("/a", "a", "401 X") + &pair("/a", "a", "200 OK");
        assert_eq!(selected(&text).index, 1);
        let text = pair("/a", "a", "401 X") + &pair("/b", "a", "200 OK");
        assert_eq!(selected(&text).index, 0);
    }

    #[test]
    fn an_entry_can_be_named_and_must_be_there() {
        let found = read((pair("/a", "a", "401 X") + &pair("/b", "a", "403 X")).as_bytes(), None).unwrap();
        assert_eq!(select(&found, Some(1), "f").unwrap().index, 0);
        assert_eq!(select(&found, None, "f").unwrap().others, [0]);
        assert_eq!(select(&found, Some(3), "f").unwrap_err().next.as_deref(), Some("--entry takes 1 to 2"));
    }

    fn har(entries: &[(&str, u16, &str)]) -> Found {
        let entries: Vec<String> = entries
            .iter()
            .map(|(url, status, location)| {
                format!(
                    r#"{{"request":{{"method":"GET","url":"{url}","headers":[]}},"response":{{"status":{status},"headers":[{{"name":"location","value":"{location}"}}]}}}}"#
                )
            })
            .collect();
        read(format!(r#"{{"log":{{"entries":[{}]}}}}"#, entries.join(",")).as_bytes(), None).unwrap()
    }

    #[test]
    fn of_a_har_file_the_first_denied_entry_counts() {
        let found = har(&[
            ("https://a/1", 302, "https://b/2#x"),
            ("https://a/pixel", 200, ""),
            ("https://b/2", 401, ""),
            ("https://b/3", 403, ""),
        ]);
        assert_eq!(select(&found, None, "f").unwrap(), Selected { index: 2, hops: vec![0], others: vec![3] });
    }

    #[test]
    fn a_har_file_without_a_denial_lists_its_entries() {
        let found = har(&[("https://a/1?token=secret", 200, ""), ("https://u:secret@a/2", 0, "")]);
        let fault = select(&found, None, "f").unwrap_err();
        assert_eq!(
            fault.message,
            "f: 2 entries, none of them with 401, 403 or 407\n    2  GET https://a/2, no response"
        );
    }
}
