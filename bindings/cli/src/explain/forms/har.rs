//! HTTP Archive 1.2, as Chromium, Firefox and Safari save it: the members that matter, the rest passed over unread.
//!
//! A body with escapes that are no text (half a surrogate pair) is taken for empty, and no more is lost by it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::body::BODY_BYTES;
use super::exchange::{Exchange, Form, Found, Heard, Line, Sent};
use super::har_time::seconds_of;
use super::{EXCHANGES, LINES, Unreadable};

#[derive(Deserialize)]
struct File<'f> {
    #[serde(borrow)]
    log: Option<Log<'f>>,
}

#[derive(Deserialize)]
struct Log<'f> {
    #[serde(borrow)]
    entries: Option<Vec<&'f RawValue>>,
}

#[derive(Deserialize)]
struct Entry<'f> {
    #[serde(rename = "startedDateTime")]
    started: Option<String>,
    #[serde(borrow)]
    request: Request<'f>,
    #[serde(borrow)]
    response: Response<'f>,
}

#[derive(Deserialize)]
struct Request<'f> {
    #[serde(borrow)]
    method: Cow<'f, str>,
    #[serde(borrow)]
    url: Cow<'f, str>,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
struct Response<'f> {
    /// 0 where the browser got none, or hid it from the script.
    #[serde(default)]
    status: i64,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(borrow)]
    content: Option<Content<'f>>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Content<'f> {
    #[serde(borrow)]
    text: Option<&'f RawValue>,
    encoding: Option<String>,
}

/// Reads every entry.
pub(super) fn read(text: &[u8]) -> Result<Found, Unreadable> {
    let text = String::from_utf8_lossy(text);
    let file: File<'_> = serde_json::from_str(&text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Unreadable::NotHar,
        _ => Unreadable::Json(error.line(), error.column()),
    })?;
    let entries = file.log.and_then(|log| log.entries).ok_or(Unreadable::NotHar)?;
    if entries.is_empty() {
        return Err(Unreadable::NoEntries);
    }
    if entries.len() > EXCHANGES {
        return Err(Unreadable::TooManyExchanges);
    }
    let exchanges = entries.iter().zip(1..).map(|(entry, place)| read_entry(entry, place)).collect::<Result<_, _>>()?;
    Ok(Found { form: Form::Har, exchanges, token: None })
}

fn read_entry(entry: &RawValue, place: usize) -> Result<Exchange, Unreadable> {
    let entry: Entry<'_> = serde_json::from_str(entry.get()).map_err(|_| Unreadable::Entry(place))?;
    if entry.request.headers.len().max(entry.response.headers.len()) > LINES {
        return Err(Unreadable::TooManyLines(place));
    }
    let sent = Sent {
        method: entry.request.method.as_bytes().to_vec(),
        target: entry.request.url.as_bytes().to_vec(),
        lines: lines(entry.request.headers),
    };
    let heard = u16::try_from(entry.response.status).ok().filter(|status| *status > 0).map(|status| Heard {
        status,
        lines: lines(entry.response.headers),
        body: entry.response.content.as_ref().map(body).unwrap_or_default(),
    });
    let started = entry.started.as_deref().and_then(seconds_of);
    Ok(Exchange { sent: Some(sent), heard, place, started })
}

/// The field lines, without the pseudo fields of HTTP/2; Chromium joins lines of one name with LF.
fn lines(headers: Vec<Header>) -> Vec<Line> {
    let mut lines = Vec::new();
    for Header { name, value } in headers.into_iter().filter(|header| !header.name.starts_with(':')) {
        lines.extend(value.split('\n').map(|line| (name.clone().into_bytes(), line.as_bytes().to_vec())));
    }
    lines.truncate(LINES);
    lines
}

fn body(content: &Content<'_>) -> Vec<u8> {
    let text: String = content.text.and_then(|text| serde_json::from_str(text.get()).ok()).unwrap_or_default();
    let mut body = match content.encoding.as_deref() {
        Some("base64") => STANDARD.decode(text.trim()).unwrap_or_default(),
        _ => text.into_bytes(),
    };
    body.truncate(BODY_BYTES);
    body
}

#[cfg(test)]
mod tests {
    use super::super::exchange::field;
    use super::*;

    fn har(entries: &str) -> Vec<u8> {
        format!(r#"{{"log":{{"version":"1.2","creator":{{"name":"x"}},"entries":[{entries}]}}}}"#).into_bytes()
    }

    const ENTRY: &str = r#"{"startedDateTime":"2026-01-02T03:04:05.000Z","_initiator":{"type":"script"},
        "request":{"method":"GET","url":"https://api.example/v1?x=1","headers":[{"name":":path","value":"/v1"},{"name":"authorization","value":"Bearer t"}],"cookies":[]},
        "response":{"status":401,"statusText":"","headers":[{"name":"www-authenticate","value":"Basic\nBearer"}],
            "content":{"size":2,"mimeType":"text/plain","text":"bm8=","encoding":"base64"},"redirectURL":""},"time":1}"#;

    #[test]
    fn an_entry_is_an_exchange() {
        let found = read(&har(ENTRY)).unwrap();
        let exchange = &found.exchanges[0];
        let (sent, heard) = (exchange.sent.as_ref().unwrap(), exchange.heard.as_ref().unwrap());
        assert_eq!((exchange.place, heard.status, heard.body.as_slice()), (1, 401, &b"no"[..]));
        assert_eq!(sent.target, b"https://api.example/v1?x=1");
        assert_eq!(sent.lines, [(b"authorization".to_vec(), b"Bearer t".to_vec())]);
        assert_eq!((heard.lines.len(), exchange.started), (2, Some(1_767_323_045)));
        assert_eq!(field(&heard.lines, "WWW-Authenticate"), Some(&b"Basic"[..]));
    }

    #[test]
    fn a_response_that_never_came_is_none() {
        let found = read(&har(&ENTRY.replace("\"status\":401", "\"status\":0"))).unwrap();
        assert!(found.exchanges[0].heard.is_none());
    }

    #[test]
    fn a_body_that_is_no_text_costs_the_body_alone() {
        for text in [r#""\ud800""#, r#""!!""#, "null", "7"] {
            let found = read(&har(&ENTRY.replace("\"bm8=\"", text))).unwrap();
            assert_eq!(found.exchanges[0].heard.as_ref().unwrap().body, b"", "{text}");
        }
    }

    #[test]
    fn what_is_no_har_file_is_told_with_its_place() {
        for (text, fault) in [
            (&b"{\"access_token\":\"x\"}"[..], Unreadable::NotHar),
            (b"[1]", Unreadable::NotHar),
            (b"{\"log\":{\n\"entries\":[", Unreadable::Json(2, 11)),
            (&har(""), Unreadable::NoEntries),
            (&har(&format!("{ENTRY},{{\"request\":1}}")), Unreadable::Entry(2)),
        ] {
            assert_eq!(read(text), Err(fault));
        }
    }
}
