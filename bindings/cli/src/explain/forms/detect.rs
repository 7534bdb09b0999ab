//! Which form an input has.
//!
//! Marks of curl come before start lines, as -i writes both; what stands on one line is told by its words.

use countersign::http::{SchemeWord, select_scheme};

use super::Unreadable;
use super::bare::{Role, is_scheme, role, scheme_role};
use super::curl_line::{CurlLine, classify};
use super::exchange::Form;
use super::head::{field_line, request_line, status_line};
use super::text::{cut_line, lines};

/// Tells the form of a text that is not empty.
pub(super) fn detect(text: &[u8]) -> Result<Form, Unreadable> {
    let start = text.trim_ascii_start();
    if start.starts_with(b"{") || start.starts_with(b"[") {
        return Ok(Form::Har);
    }
    let first = cut_line(start).0;
    if first.starts_with(b"== Info:") || first.starts_with(b"=> Send") {
        return Err(Unreadable::Trace);
    }
    let (mut has_notes, mut has_message) = (false, false);
    for line in lines(text) {
        match classify(line) {
            CurlLine::Sent(sent) if request_line(sent).is_some() => return Ok(Form::CurlVerbose),
            CurlLine::Heard(heard) if status_line(heard).is_some() => return Ok(Form::CurlVerbose),
            CurlLine::Note(_) => has_notes = true,
            CurlLine::Plain(plain) => has_message |= request_line(plain).is_some() || status_line(plain).is_some(),
            _ => {}
        }
    }
    if has_message {
        return Ok(Form::CurlInclude);
    }
    if has_notes || first.starts_with(b"curl: (") {
        return Err(Unreadable::NeverSent);
    }
    if first.starts_with(b"curl ") || first.starts_with(b"$ curl ") {
        return Err(Unreadable::Command);
    }
    let rest: Vec<&[u8]> = lines(start).skip(1).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect();
    detect_line(first.trim_ascii_end(), &rest)
}

/// The form of a field line, a value or a word.
fn detect_line(line: &[u8], rest: &[&[u8]]) -> Result<Form, Unreadable> {
    if [&b"http://"[..], b"https://"].iter().any(|scheme| line.starts_with(scheme)) {
        return Err(Unreadable::Address);
    }
    match field_line(line).map(|(name, _)| role(name)) {
        Some(Role::Challenge) => return Ok(Form::Challenge),
        Some(Role::Credentials) => return Ok(Form::Authorization),
        // Any head that begins with another field; `Bearer: abc` is a slip in a value.
        Some(Role::Other) if !rest.is_empty() => return Ok(Form::Http),
        Some(Role::Other | Role::Slip) | None => {}
    }
    let is_word = |line: &[u8]| line.iter().all(u8::is_ascii_graphic) && !line.starts_with(b"<");
    match select_scheme(line) {
        SchemeWord::LoneToken => Ok(Form::Token),
        // A token may have come apart into lines.
        _ if is_word(line) && !is_scheme(line) && !line.contains(&b',') => {
            if rest.iter().all(|line| is_word(line)) {
                Ok(Form::Token)
            } else {
                Err(Unreadable::Unknown)
            }
        }
        SchemeWord::Malformed => Err(Unreadable::Unknown),
        _ => scheme_role(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        for (text, form) in [
            ("* x\n> GET / HTTP/1.1\n", Form::CurlVerbose),
            ("HTTP/1.1 401 X\n< HTTP/1.1 401 X\n", Form::CurlVerbose),
            ("HTTP/2 401 \r\nserver: x\r\n", Form::CurlInclude),
            ("$ curl -i http://x\nHTTP/1.1 401 X\n", Form::CurlInclude),
            ("GET / HTTP/1.1\n", Form::CurlInclude),
            (" {\"log\":1}", Form::Har),
            ("eyJhbGciOiJub25lIn0.e30.", Form::Token),
            ("0123abcd-0123", Form::Token),
            ("eyJhbGciOiJub25lIn0.\n e30.\n", Form::Token),
            ("\"a.b.c\"", Form::Token),
            ("Bearer eyJhbGciOiJub25lIn0.e30.", Form::Authorization),
            ("Bearer: abc", Form::Authorization),
            ("Basic YTpi", Form::Authorization),
            ("authorization: Bearer x\nHost: y", Form::Authorization),
            ("X-API-Key: k", Form::Authorization),
            ("Cookie: a=b", Form::Authorization),
            ("Digest username=\"a\", realm=\"b\", response=\"c\"", Form::Authorization),
            ("Digest realm=\"b\", nonce=\"c\"", Form::Challenge),
            ("Bearer realm=\"x\", error=\"invalid_token\"", Form::Challenge),
            ("Bearer", Form::Challenge),
            ("Negotiate", Form::Challenge),
            ("www-authenticate: Basic", Form::Challenge),
            ("Proxy-Authenticate: NTLM", Form::Challenge),
            ("Host: x\nAuthorization: Bearer y", Form::Http),
        ] {
            assert_eq!(detect(text.as_bytes()), Ok(form), "{text}");
        }
    }

    #[test]
    fn what_is_no_form_is_told_with_its_cause() {
        for (text, cause) in [
            ("curl -H 'Authorization: Bearer x' https://x/", Unreadable::Command),
            ("https://api.example/v1?access_token=x", Unreadable::Address),
            ("curl: (6) Could not resolve host: x", Unreadable::NeverSent),
            ("* Could not resolve host: x", Unreadable::NeverSent),
            ("== Info:   Trying 1.2.3.4:80...", Unreadable::Trace),
            ("why did I get a 401", Unreadable::Unknown),
            ("<html>\n<p>x", Unreadable::Unknown),
            ("hello\nand more words", Unreadable::Unknown),
        ] {
            assert_eq!(detect(text.as_bytes()), Err(cause), "{text}");
        }
    }
}
