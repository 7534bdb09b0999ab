//! `curl -v` output, with standard output mixed in or not, with -i or not, of one request or several.
//!
//! The heads stand on `> ` and `< ` lines. What has no mark is the body of the response before it; with -i the heads
//! stand there once more and are taken off.

use super::body::BODY_BYTES;
use super::curl_line::{CurlLine, classify, glued_note};
use super::curl_note::Connection;
use super::exchange::{Exchange, Form, Found, Heard, Sent, field};
use super::head::{push_line, request_line, status_line};
use super::messages::is_tunnel;
use super::text::{cut_line, lines};
use super::{EXCHANGES, Unreadable};

/// Reads every exchange of `text`.
pub(super) fn read(text: &[u8]) -> Result<Found, Unreadable> {
    let mut reader = Reader::default();
    let doubled = ends_in_two_carriage_returns(text);
    for (index, line) in lines(text).enumerate() {
        let line = if doubled { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
        reader.read_line(line, index + 1)?;
    }
    reader.end()
}

/// Whether the text went through a program that writes CR LF for LF: then nearly every line of a head has two CR.
fn ends_in_two_carriage_returns(text: &[u8]) -> bool {
    let of_head = || lines(text).filter(|line| matches!(line, [b'>' | b'<', b' ', ..]));
    let doubled = of_head().filter(|line| line.ends_with(b"\r")).count();
    doubled > 1 && doubled * 2 > of_head().count()
}

/// In which part of an exchange the reader is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    #[default]
    Outside,
    SentHead,
    HeardHead,
    Body,
}

#[derive(Default)]
struct Reader {
    at: At,
    connection: Connection,
    exchanges: Vec<Exchange>,
    /// What stands without a mark behind the newest response.
    plain: Vec<u8>,
    has_copies: bool,
    has_notes: bool,
}

impl Reader {
    fn read_line(&mut self, line: &[u8], number: usize) -> Result<(), Unreadable> {
        match classify(line) {
            CurlLine::Sent(sent) => self.read_sent(sent, line, number),
            CurlLine::Heard(heard) => self.read_heard(heard, line, number),
            CurlLine::Note(note) => {
                self.has_notes = true;
                self.connection.note(note);
                Ok(())
            }
            CurlLine::Meter => Ok(()),
            CurlLine::Plain(plain) => {
                self.read_plain(plain);
                Ok(())
            }
        }
    }

    fn read_sent(&mut self, sent: &[u8], line: &[u8], number: usize) -> Result<(), Unreadable> {
        if let Some((method, target)) = request_line(sent).filter(|_| self.at != At::SentHead) {
            let sent = Sent { method: method.to_vec(), target: target.to_vec(), lines: Vec::new() };
            self.at = At::SentHead;
            return self.begin(Exchange { sent: Some(sent), heard: None, place: number, started: None });
        }
        match self.exchanges.last_mut() {
            Some(Exchange { sent: Some(request), place, .. }) if self.at == At::SentHead => {
                if sent.is_empty() {
                    request.target = self.connection.absolute(&request.target, field(&request.lines, "host"));
                    self.connection.request_ended();
                    self.at = At::Outside;
                    return Ok(());
                }
                push_line(&mut request.lines, sent, *place)
            }
            // A line of the body that looks like one of the request.
            _ => {
                self.read_plain(line);
                Ok(())
            }
        }
    }

    fn read_heard(&mut self, heard: &[u8], line: &[u8], number: usize) -> Result<(), Unreadable> {
        if let Some(status) = status_line(heard).filter(|_| self.at != At::HeardHead) {
            self.at = At::HeardHead;
            let response = Some(Heard { status, ..Heard::default() });
            return match self.exchanges.last_mut() {
                Some(last) if last.status() < 200 => {
                    last.heard = response;
                    Ok(())
                }
                _ => self.begin(Exchange { sent: None, heard: response, place: number, started: None }),
            };
        }
        match self.exchanges.last_mut() {
            Some(Exchange { heard: Some(response), place, .. }) if self.at == At::HeardHead => {
                if heard.is_empty() {
                    self.at = if response.status < 200 { At::Outside } else { At::Body };
                    return Ok(());
                }
                push_line(&mut response.lines, heard, *place)
            }
            _ => {
                self.read_plain(line);
                Ok(())
            }
        }
    }

    /// What has no mark: a line of a body, or in a head the copy that -i makes of it.
    fn read_plain(&mut self, line: &[u8]) {
        let (line, note) = match glued_note(line) {
            Some(at) => line.split_at_checked(at).unwrap_or((line, &[])),
            None => (line, &[][..]),
        };
        if self.exchanges.iter().any(|exchange| exchange.status() > 0) && self.plain.len() < PLAIN_BYTES {
            self.plain.extend_from_slice(line);
            if note.is_empty() {
                self.plain.push(b'\n');
            }
        }
        if let Some(note) = note.strip_prefix(b"* ") {
            self.connection.note(note);
        }
    }

    fn begin(&mut self, exchange: Exchange) -> Result<(), Unreadable> {
        self.end_exchange();
        self.exchanges.push(exchange);
        if self.exchanges.len() > EXCHANGES { Err(Unreadable::TooManyExchanges) } else { Ok(()) }
    }

    /// Gives the response before its body.
    fn end_exchange(&mut self) {
        let plain = core::mem::take(&mut self.plain);
        let Some(heard) = self.exchanges.last_mut().and_then(|last| last.heard.as_mut()) else { return };
        let (body, has_copies) = without_copies(&plain);
        self.has_copies |= has_copies;
        heard.body = body.get(..BODY_BYTES).unwrap_or(body).to_vec();
    }

    fn end(mut self) -> Result<Found, Unreadable> {
        self.end_exchange();
        self.exchanges.retain(|exchange| !is_tunnel(exchange));
        if self.exchanges.is_empty() {
            return Err(if self.has_notes { Unreadable::NeverSent } else { Unreadable::NoMessage });
        }
        let form = if self.has_copies { Form::CurlBoth } else { Form::CurlVerbose };
        Ok(Found { form, exchanges: self.exchanges, token: None })
    }
}

/// The text without the heads that -i writes in front of the body, and whether there were some.
fn without_copies(text: &[u8]) -> (&[u8], bool) {
    let (mut rest, mut has_copies) = (text, false);
    loop {
        let (line, mut behind) = cut_line(rest.trim_ascii_start());
        if status_line(line).is_none() {
            return (rest, has_copies);
        }
        has_copies = true;
        while !behind.is_empty() {
            let (line, next) = cut_line(behind);
            behind = next;
            if line.is_empty() {
                break;
            }
        }
        rest = behind;
    }
}

/// Room for the copies of the heads in front of a body.
const PLAIN_BYTES: usize = 2 * BODY_BYTES;

#[cfg(test)]
mod tests;
