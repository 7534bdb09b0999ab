//! `curl -i` output, and raw HTTP: requests and responses one behind the other, or either alone.
//!
//! Responses of 1xx are passed over, and so is the proxy's answer to CONNECT; what stands before the first start line
//! (a prompt, a progress meter) is too.

use super::body::{cut_body, kept};
use super::exchange::{Exchange, Form, Found, Heard, Line, Sent};
use super::head::{push_line, request_line, status_line};
use super::text::cut_line;
use super::{EXCHANGES, Unreadable};

/// Reads every message of `text`.
pub(super) fn read(text: &[u8]) -> Result<Found, Unreadable> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut form = Form::CurlInclude;
    let (mut rest, mut place) = (text, 1);
    while !rest.is_empty() {
        let (line, behind) = cut_line(rest);
        let start = (status_line(line), request_line(line));
        if start == (None, None) {
            (rest, place) = (behind, place + 1);
            continue;
        }
        let (lines, behind) = read_head(behind, place)?;
        let (body, behind) = cut_body(behind, &lines);
        match start {
            (Some(status), _) => push_response(&mut exchanges, status, lines, body, place),
            (None, Some((method, target))) => {
                form = Form::Http;
                // Stays a path, where it is one: the text does not tell http from https.
                let sent = Sent { method: method.to_vec(), target: target.to_vec(), lines };
                exchanges.push(Exchange { sent: Some(sent), heard: None, place, started: None });
            }
            (None, None) => {}
        }
        if exchanges.len() > EXCHANGES {
            return Err(Unreadable::TooManyExchanges);
        }
        place += rest.iter().take(rest.len() - behind.len()).filter(|&&byte| byte == b'\n').count();
        rest = behind;
    }
    exchanges.retain(|exchange| !is_tunnel(exchange));
    if exchanges.is_empty() { Err(Unreadable::NoMessage) } else { Ok(Found { form, exchanges, token: None }) }
}

/// The field lines up to an empty line.
fn read_head(mut text: &[u8], place: usize) -> Result<(Vec<Line>, &[u8]), Unreadable> {
    let mut lines = Vec::new();
    while !text.is_empty() {
        let (line, rest) = cut_line(text);
        // A copy may have lost the empty line between two heads.
        if status_line(line).is_some() {
            break;
        }
        text = rest;
        if line.is_empty() {
            break;
        }
        push_line(&mut lines, line, place)?;
    }
    Ok((lines, text))
}

/// A response belongs to the request before it, unless that has one.
fn push_response(exchanges: &mut Vec<Exchange>, status: u16, lines: Vec<Line>, body: &[u8], place: usize) {
    if (100..200).contains(&status) {
        return;
    }
    let body = kept(body, &lines);
    let heard = Some(Heard { status, lines, body });
    match exchanges.last_mut() {
        Some(last) if last.heard.is_none() => last.heard = heard,
        _ => exchanges.push(Exchange { sent: None, heard, place, started: None }),
    }
}

/// A tunnel through a proxy that was opened: no exchange with the server.
pub(super) fn is_tunnel(exchange: &Exchange) -> bool {
    let opened = (200..300).contains(&exchange.status());
    match &exchange.sent {
        Some(sent) => opened && sent.method == b"CONNECT",
        // Proxies say it in the reason phrase alone; of a response without field lines nothing is lost.
        None => opened && exchange.heard.as_ref().is_some_and(|heard| heard.lines.is_empty() && heard.body.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::field;
    use super::*;

    fn found(text: &str) -> Found {
        read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_request_and_its_response_are_one_exchange() {
        let text = "GET /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\n\r\nHTTP/1.1 401 Unauthorized\r\nDate: d\r\n\r\n{}";
        for text in [text.to_owned(), text.replace("\r\n", "\n"), format!("$ nc\n\n{text}")] {
            let found = found(&text);
            assert_eq!((found.form, found.exchanges.len()), (Form::Http, 1));
            let (sent, heard) = (found.exchanges[0].sent.as_ref().unwrap(), found.exchanges[0].heard.as_ref().unwrap());
            assert_eq!((sent.method.as_slice(), sent.target.as_slice()), (&b"GET"[..], &b"/a"[..]));
            assert_eq!(field(&sent.lines, "authorization"), Some(&b"Bearer t"[..]));
            assert_eq!((heard.status, heard.body.as_slice()), (401, &b"{}"[..]));
        }
    }

    #[test]
    fn responses_alone_are_what_curl_i_writes() {
        let text = "HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /b\r\n\r\nHTTP/2 401 \r\nserver: x\r\n\r\nno";
        let found = found(text);
        assert_eq!(found.form, Form::CurlInclude);
        let told: Vec<(usize, u16)> = found.exchanges.iter().map(|one| (one.place, one.status())).collect();
        assert_eq!(told, [(5, 302), (8, 401)]);
        assert_eq!(found.exchanges[1].heard.as_ref().unwrap().body, b"no");
    }

    #[test]
    fn bodies_are_cut_by_their_length_or_before_the_next_message() {
        let text =
            "POST / HTTP/1.1\nContent-Length: 3\n\nabcHTTP/1.1 403 X\n\nno\nGET /2 HTTP/1.1\n\nHTTP/1.1 401 X\n\n";
        let found = found(text);
        let statuses: Vec<u16> = found.exchanges.iter().map(Exchange::status).collect();
        assert_eq!(statuses, [403, 401]);
        assert_eq!(found.exchanges[0].heard.as_ref().unwrap().body, b"no\n");
    }

    #[test]
    fn a_request_alone_has_no_response() {
        let found = found("GET / HTTP/1.1\nAuthorization: Bearer a\nb\nHost: x");
        let exchange = &found.exchanges[0];
        assert!(exchange.heard.is_none());
        // The break in the value is kept for the core to see.
        let sent = exchange.sent.as_ref().unwrap();
        assert_eq!(field(&sent.lines, "authorization"), Some(&b"Bearer a\r\nb"[..]));
    }

    #[test]
    fn text_without_a_start_line_is_told() {
        assert_eq!(read(b"HTTP/1.1\nGET /"), Err(Unreadable::NoMessage));
        let many = "HTTP/1.1 401 X\n".to_owned() + &"A: 1\n".repeat(600);
        assert_eq!(read(many.as_bytes()), Err(Unreadable::TooManyLines(1)));
        let many = "HTTP/1.1 401 X\n\n".repeat(EXCHANGES + 1);
        assert_eq!(read(many.as_bytes()), Err(Unreadable::TooManyExchanges));
    }
}
