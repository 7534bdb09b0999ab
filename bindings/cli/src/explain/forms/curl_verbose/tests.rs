//! The reader of `curl -v` output against what curl writes and what becomes of it in a terminal or a file.

use super::super::Unreadable;
use super::super::exchange::{Exchange, Form, Found, Sent, field};
use super::read;

fn found(text: &str) -> Found {
    read(text.as_bytes()).unwrap()
}

fn sent(exchange: &Exchange) -> &Sent {
    exchange.sent.as_ref().unwrap()
}

fn body(exchange: &Exchange) -> &str {
    core::str::from_utf8(&exchange.heard.as_ref().unwrap().body).unwrap()
}

const PLAIN: &str = "*   Trying 127.0.0.1:8080...
* Connected to api.example (127.0.0.1) port 8080 (#0)
> GET /v1 HTTP/1.1\r
> Host: api.example:8080\r
> Authorization: Bearer abc\r
> \r
< HTTP/1.1 401 Unauthorized\r
< WWW-Authenticate: Bearer realm=\"a\"\r
< \r
{\"error\":\"no\"}* Connection #0 to host api.example left intact
";

#[test]
fn one_exchange_is_read() {
    for text in [PLAIN.to_owned(), PLAIN.replace('\r', ""), PLAIN.replace("> \r", ">").replace("< \r", "<")] {
        let found = found(&text);
        assert_eq!((found.form, found.exchanges.len()), (Form::CurlVerbose, 1));
        let exchange = &found.exchanges[0];
        assert_eq!((exchange.place, exchange.status()), (3, 401));
        assert_eq!(sent(exchange).target, b"http://api.example:8080/v1");
        assert_eq!(field(&sent(exchange).lines, "authorization"), Some(&b"Bearer abc"[..]));
        assert_eq!(body(exchange), "{\"error\":\"no\"}");
    }
}

#[test]
fn line_ends_doubled_by_windows_are_taken_off_and_a_single_one_stays() {
    let doubled = found(&PLAIN.replace("\r\n", "\n").replace('\n', "\r\r\n"));
    assert_eq!(field(&sent(&doubled.exchanges[0]).lines, "authorization"), Some(&b"Bearer abc"[..]));
    let single = found(&PLAIN.replace("abc\r", "abc\r\r"));
    assert_eq!(field(&sent(&single.exchanges[0]).lines, "authorization"), Some(&b"Bearer abc\r"[..]));
}

#[test]
fn a_token_with_a_line_break_goes_on_in_the_next_line() {
    let broken = found(&PLAIN.replace("Bearer abc\r\n", "Bearer abc\n> def\r\n"));
    assert_eq!(field(&sent(&broken.exchanges[0]).lines, "authorization"), Some(&b"Bearer abc\r\ndef"[..]));
}

#[test]
fn redirects_are_exchanges_of_their_own() {
    let text = PLAIN.replace("401 Unauthorized\r\n", "302 Found\r\n< Location: https://b.example/v1\r\n")
        + "* Issue another request to this URL: 'https://b.example/v1'
*   Trying 127.0.0.2:443...
* Connected to b.example (127.0.0.2) port 443
* ALPN: curl offers h2,http/1.1
* using HTTP/2
* [HTTP/2] [1] OPENED stream for https://b.example/v1
* [HTTP/2] [1] [:method: GET]
* [HTTP/2] [1] [:scheme: https]
* [HTTP/2] [1] [:authority: b.example]
* [HTTP/2] [1] [:path: /v1]
> GET /v1 HTTP/2
> Host: b.example
>
* Request completely sent off
< HTTP/2 100
<
< HTTP/2 401
< date: x
<
{ [12 bytes data]
unauthorized
* Connection #1 to host b.example left intact
";
    let found = found(&text);
    let told: Vec<(u16, &[u8])> =
        found.exchanges.iter().map(|one| (one.status(), sent(one).target.as_slice())).collect();
    assert_eq!(told, [(302, &b"http://api.example:8080/v1"[..]), (401, b"https://b.example/v1")]);
    assert_eq!(body(&found.exchanges[1]), "unauthorized\n");
}

#[test]
fn heads_that_stand_twice_are_read_once() {
    let interleaved = "> GET / HTTP/1.1\n> Host: x\n>\n< HTTP/1.1 401 Unauthorized\nHTTP/1.1 401 Unauthorized\n\
                       < A: 1\nA: 1\n<\n\nbody\n* Connection #0 to host x left intact\n";
    let behind = "> GET / HTTP/1.1\n> Host: x\n>\n< HTTP/1.1 401 Unauthorized\n< A: 1\n<\n{ [5 bytes data]\n\
                  * Connection #0 to host x left intact\nHTTP/1.1 302 Found\n\nHTTP/1.1 401 Unauthorized\nA: 1\n\nbody\n";
    for text in [interleaved, behind] {
        let found = found(text);
        assert_eq!((found.form, found.exchanges.len()), (Form::CurlBoth, 1));
        assert_eq!(body(&found.exchanges[0]), "body\n");
    }
}

#[test]
fn a_tunnel_is_no_exchange_and_its_refusal_is() {
    let tunnel = "* Establish HTTP proxy tunnel to b.example:443\n> CONNECT b.example:443 HTTP/1.1\n> Host: b.example:443\n>\n\
                  < HTTP/1.1 200 Connection established\n<\n* CONNECT phase completed\n* TLSv1.3 (OUT), TLS handshake\n";
    let found_through = found(&format!("{tunnel}> GET /a HTTP/1.1\n> Host: b.example\n>\n< HTTP/1.1 401 X\n<\n"));
    assert_eq!(found_through.exchanges.len(), 1);
    assert_eq!(sent(&found_through.exchanges[0]).target, b"https://b.example/a");
    assert_eq!(found(&tunnel.replace("200 Connection established", "407 X")).exchanges[0].status(), 407);
}

#[test]
fn marks_within_a_body_are_the_bodys() {
    let found = found(&PLAIN.replace("{\"error\":\"no\"}", "> quoted\n< not a head\n<p>no</p>\n"));
    assert_eq!(body(&found.exchanges[0]), "> quoted\n< not a head\n<p>no</p>\n");
}

#[test]
fn what_holds_no_exchange_is_told() {
    assert_eq!(read(b"* Could not resolve host: x\n* Closing connection 0\n"), Err(Unreadable::NeverSent));
    assert_eq!(read(b"hello"), Err(Unreadable::NoMessage));
    assert!(found("> GET / HTTP/1.1\n> Host: x\n>\n").exchanges[0].heard.is_none());
    assert!(found("< HTTP/1.1 401 X\n< A: 1\n").exchanges[0].sent.is_none());
}
