//! `check --fetch` against servers on loopback.

use std::net::TcpListener;

use crate::server::{Reply, Server, cacert, ok, response};
use crate::support::{ISSUER, JWKS, NOW, Run, TOKEN, file, folder, run_with};

/// Checks the token of the corpus by a policy whose keys are at `jwks_uri`.
fn check(name: &str, jwks_uri: &str, more: &[&str]) -> Run {
    let policy = format!(
        r#"{{"realm":"api","bearer":{{"issuers":[{{"issuer":"{ISSUER}","audience":"https://api.example.com","jwks_uri":"{jwks_uri}"}}]}}}}"#
    );
    let policy = file(&folder(name), "policy.json", policy);
    let args = ["check", "--policy", &policy, "--now", NOW, "--json", "-"];
    run_with(args.iter().chain(more), TOKEN.as_bytes())
}

/// The same with a fetch that trusts the server of these tests.
fn check_fetching(name: &str, jwks_uri: &str, more: &[&str]) -> Run {
    let cacert = cacert();
    check(name, jwks_uri, &[&["--fetch", "--cacert", &cacert], more].concat())
}

/// What a run that could not get the keys comes to, and the cause that it tells.
pub(crate) fn assert_unavailable(run: &Run, cause: &str) {
    let json = run.json();
    assert_eq!(
        (json["status"].as_u64(), json["reason"].as_str()),
        (Some(503), Some("keys_unavailable")),
        "{}",
        run.err
    );
    assert_eq!(run.code, 1);
    assert!(run.err.contains(cause), "{cause}\n{}", run.err);
    assert_no_token(run);
}

fn assert_no_token(run: &Run) {
    assert!(TOKEN.split('.').all(|part| !run.err.contains(part)), "{}", run.err);
}

#[test]
fn req_rotation_20_keys_are_fetched_and_the_request_judged_again() {
    let server = Server::https(|_| response(200, "Cache-Control: public, max-age=3600\r\nETag: \"v1\"\r\n", JWKS));
    let uri = format!("{}/keys?v=1", server.origin);
    let without = check("fetch-without", &uri, &[]);
    assert_unavailable(&without, "");
    assert_eq!(without.json()["need"]["keys"]["jwks_uri"], uri.as_str());
    assert!(server.heads().is_empty(), "nothing is fetched unasked");

    let run = check_fetching("fetch-success", &uri, &["--verbose"]);
    assert_eq!((run.code, run.json()["reason"].as_str()), (0, Some("ok")), "{}", run.err);
    for told in [
        &format!("key_set {uri} (first_use)"),
        &format!("200, {} bytes in 0.", JWKS.len()),
        "max-age 3600, ETag \"v1\"",
        "in place",
    ] {
        assert!(run.err.contains(told), "{told}\n{}", run.err);
    }
    assert_no_token(&run);
    let heads = server.heads();
    assert_eq!(heads.len(), 1, "{heads:?}");
    let head = heads[0].to_ascii_lowercase();
    assert!(head.starts_with("get /keys?v=1 http/1.1\r\n"), "{head}");
    for field in ["authorization", "cookie", "accept-encoding", "if-none-match", "referer"] {
        assert!(!head.contains(&format!("\r\n{field}:")), "{head}");
    }
    let quiet = check_fetching("fetch-success", &uri, &[]);
    assert_eq!((quiet.code, quiet.err.as_str()), (0, ""));
}

#[test]
fn req_rotation_07_and_08_an_unknown_kid_costs_one_fetch() {
    let old = JWKS.replace("k1", "k0");
    let both = format!("{},{}", old.strip_suffix("]}").unwrap(), JWKS.strip_prefix(r#"{"keys":["#).unwrap());
    let server = Server::https(move |_| ok(&both));
    let uri = format!("{}/keys", server.origin);
    let keys = file(&folder("fetch-old"), "old.json", &old);
    let before = check("fetch-rotation", &uri, &["--keys", &keys]);
    assert_eq!((before.code, before.json()["reason"].as_str()), (1, Some("kid_unknown")));
    let run = check_fetching("fetch-rotation", &uri, &["--keys", &keys, "-v"]);
    assert_eq!((run.code, run.json()["reason"].as_str()), (0, Some("ok")), "{}", run.err);
    assert!(run.err.contains("(unknown_kid)"), "{}", run.err);
    assert_eq!(server.paths(), ["/keys"]);
    // A set that still lacks the key is not fetched again.
    let server = Server::https(move |_| ok(&old.replace("k0", "k2")));
    let run = check_fetching("fetch-rotation", &format!("{}/keys", server.origin), &["--keys", &keys]);
    assert_eq!((run.code, run.json()["reason"].as_str()), (1, Some("kid_unknown")), "{}", run.err);
    assert_eq!(server.paths(), ["/keys"]);
}

#[test]
fn req_rotation_14_and_18_what_the_server_gets_wrong_is_503_and_told() {
    let padded = format!("{}{}", JWKS, " ".repeat(512 * 1024 + 1 - JWKS.len()));
    let endless = format!("HTTP/1.1 200 X\r\n\r\n{padded}");
    let chunked =
        format!("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{padded}\r\n0\r\n\r\n", padded.len());
    let server = Server::https(move |asked| match asked.path {
        "/500" => response(500, "", "broken"),
        "/404" => response(404, "", ""),
        "/304" => response(304, "", ""),
        "/json" => ok(r#"{"keys": [}"#),
        "/empty" => ok(""),
        "/html" => ok("<!doctype html>"),
        "/none" => ok(r#"{"keys":[]}"#),
        "/gzip" => response(200, "Content-Encoding: gzip\r\n", "\u{1f}gzip"),
        "/long" => ok(&padded),
        "/endless" => Reply::Bytes(endless.clone().into_bytes()),
        "/chunked" => Reply::Bytes(chunked.clone().into_bytes()),
        "/short" => Reply::Bytes(format!("HTTP/1.1 200 X\r\nContent-Length: 900\r\n\r\n{JWKS}").into_bytes()),
        "/head" => Reply::Bytes(format!("HTTP/1.1 200 X\r\nX: {}\r\n\r\n", "x".repeat(1 << 20)).into_bytes()),
        _ => Reply::Bytes(b"SSH-2.0-x\r\n\r\n".to_vec()),
    });
    for (path, cause) in [
        ("/500", "HTTP 500"),
        ("/404", "HTTP 404"),
        ("/304", "HTTP 304"),
        ("/json", "JSON"),
        ("/empty", "JSON"),
        ("/html", "JSON"),
        ("/none", "no key"),
        ("/gzip", "Content-Encoding gzip, which was not asked for"),
        ("/long", "longer than 524288 bytes"),
        ("/endless", "longer than 524288 bytes"),
        ("/chunked", "longer than 524288 bytes"),
        ("/short", "ended before the answer did"),
        ("/head", ""),
        ("/no-http", ""),
    ] {
        let uri = format!("{}{path}", server.origin);
        let run = check_fetching("fetch-faults", &uri, &[]);
        assert_unavailable(&run, &format!("warning: {uri}: "));
        assert_unavailable(&run, cause);
    }
    assert_eq!(server.paths().len(), 14, "each is asked once");
}

#[test]
fn a_body_of_the_greatest_length_is_taken() {
    let padded = format!("{}{}", JWKS, " ".repeat(512 * 1024 - JWKS.len()));
    let server = Server::https(move |_| ok(&padded));
    let run = check_fetching("fetch-longest", &server.origin, &[]);
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn redirects_are_followed_within_the_origin_and_nowhere_else() {
    let other = Server::https(|_| ok(JWKS));
    let elsewhere = format!("Location: {}/keys\r\n", other.origin);
    let server = Server::https(move |asked| match asked.path {
        "/moved" => response(301, "Location: /keys\r\n", ""),
        "/twice" => response(307, "Location: /moved\r\n", ""),
        "/loop" => response(302, "Location: /loop\r\n", ""),
        "/lost" => response(302, "", ""),
        "/plain" => response(302, "Location: http://127.0.0.1/keys\r\n", ""),
        "/elsewhere" => response(302, &elsewhere, ""),
        _ => ok(JWKS),
    });
    for path in ["/moved", "/twice"] {
        let run = check_fetching("fetch-moved", &format!("{}{path}", server.origin), &[]);
        assert_eq!(run.code, 0, "{path} {}", run.err);
    }
    assert_eq!(server.paths(), ["/moved", "/keys", "/twice", "/moved", "/keys"]);
    for (path, cause) in [
        ("/loop", "more than 3 redirects"),
        ("/lost", "redirect without a Location"),
        ("/plain", "redirect to another origin (http://127.0.0.1)"),
        ("/elsewhere", &format!("redirect to another origin ({})", other.origin)),
    ] {
        assert_unavailable(&check_fetching("fetch-moved", &format!("{}{path}", server.origin), &[]), cause);
    }
    assert!(other.heads().is_empty());
    assert_eq!(server.paths().iter().filter(|path| *path == "/loop").count(), 4, "once, and three redirects");
}

#[test]
fn options_of_a_fetch_want_one() {
    for more in [vec!["--verbose"], vec!["--cacert", "x"]] {
        let run = check("fetch-options", "https://127.0.0.1/keys", &more);
        assert_eq!(run.code, 2);
        assert!(run.out.contains("are for --fetch"), "{}", run.out);
    }
}

#[test]
fn a_slow_server_is_given_up() {
    let server = Server::https(|asked| match asked.path {
        "/silent" => Reply::Hang(Vec::new()),
        _ => Reply::Hang(format!("HTTP/1.1 200 X\r\nContent-Length: 900\r\n\r\n{JWKS}").into_bytes()),
    });
    for path in ["/silent", "/half"] {
        let run = check_fetching("fetch-slow", &format!("{}{path}", server.origin), &["--timeout", "1"]);
        assert_unavailable(&run, "timeout (after 1.");
    }
    // The system completes the connection, and nobody answers the handshake.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("https://{}/keys", deaf.local_addr().unwrap());
    assert_unavailable(&check_fetching("fetch-deaf", &uri, &["--timeout", "1"]), "timeout (after 1.");
}

#[test]
fn certificates_are_checked() {
    let server = Server::https(|_| ok(JWKS));
    let unknown = check("fetch-unknown", &server.origin, &["--fetch"]);
    assert_unavailable(&unknown, "TLS: ");
    assert!(unknown.err.contains("next: --cacert FILE"), "{}", unknown.err);
    let other_name = server.origin.replace("127.0.0.1", "localhost");
    assert_unavailable(&check_fetching("fetch-name", &other_name, &[]), "TLS: ");
    assert!(server.heads().is_empty());
    let no_pem = file(&folder("fetch-cacert"), "no.pem", "x");
    let run = check("fetch-cacert-policy", &server.origin, &["--fetch", "--cacert", &no_pem]);
    assert_eq!(run.code, 2);
    assert!(run.out.contains("no certificate in PEM"), "{}", run.out);
    let plain = Server::http(|_| ok(JWKS));
    let run = check_fetching("fetch-plain", &plain.origin.replace("http:", "https:"), &[]);
    assert_unavailable(&run, "TLS: ");
}

#[test]
fn hosts_that_are_not_there_are_told_from_those_that_refuse() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let uri = format!("https://{closed}/keys");
    assert_unavailable(&check_fetching("fetch-closed", &uri, &[]), &format!("{uri}: connection refused"));
    // No name server is asked for a label of 64 characters.
    let uri = format!("https://{}/keys", "a".repeat(64));
    assert_unavailable(&check_fetching("fetch-dns", &uri, &[]), &format!("{uri}: DNS: "));
}
