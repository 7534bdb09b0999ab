//! The options: what is refused, what is sent, and that nothing else is.

use super::api::{PAGE, TOKEN, api};
use super::{probe, rules};
use crate::support::{command, file, folder, run, run_with};

#[test]
fn urls_that_are_not_to_be_probed_are_refused_without_their_text() {
    for (url, told) in [
        ("http://api.example.com/", "http is for this machine alone"),
        ("https://user:canary-password@api.example.com/", "no URL to probe"),
        ("https://api.example.com/#canary-password", "no URL to probe"),
        ("ftp://api.example.com/canary-password", "no URL to probe"),
        ("canary-password", "no URL to probe"),
    ] {
        for args in [vec!["probe", url], vec!["probe", "http://127.0.0.1:1/", "--against", url]] {
            let run = run(&args);
            assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
            assert!(run.err.contains(told) && !run.err.contains("canary-password"), "{}", run.err);
        }
    }
}

#[test]
fn a_token_never_goes_over_http_beyond_this_machine() {
    // REQ-CLIENT-20
    let token = file(&folder("probe-http"), "token.txt", TOKEN);
    let run = run(["probe", "http://api.example.com/", "--insecure-http", "--token-file", &token]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("cannot be used with"), "{}", run.err);
}

#[test]
fn insecure_http_is_said_aloud() {
    let server = api(|_, _| {});
    let run = run(["probe", &server.origin, "--insecure-http"]);
    assert!(run.code == 0 && run.err.contains("warning: --insecure-http: who is on the way"), "{}", run.err);
}

#[test]
fn field_lines_are_sent_with_every_request_and_not_shown() {
    let server = api(|_, said| said.set("WWW-Authenticate", "Bearer realm=\"canary-key-0123456789\" oops=1"));
    let run = run(["probe", &server.origin, "-H", "X-Api-Key: canary-key-0123456789", "-H", "Host: api.example.com"]);
    assert_eq!(run.code, 1);
    assert!(!run.out.contains("canary") && run.out.contains("realm=\"(not shown)\""), "{}", run.out);
    for head in server.heads() {
        assert!(head.contains("x-api-key: canary-key-0123456789\r\n"), "{head}");
        let hosts = head.lines().filter(|line| line.to_lowercase().starts_with("host:"));
        assert_eq!(hosts.collect::<Vec<_>>(), ["host: api.example.com"], "{head}");
        assert!(head.to_lowercase().contains("user-agent: countersign-probe/"), "{head}");
    }
}

#[test]
fn field_lines_that_the_probe_writes_itself_are_refused() {
    for (line, told) in [
        ("Authorization: Bearer canary", "a token goes into --token-file"),
        ("origin: https://canary.example.com", "--header does not take origin"),
        ("Content-Length: 10", "--header does not take Content-Length"),
        ("canary", "no colon behind a name"),
        ("X: canary\nY: canary", "holds a byte that no field may hold"),
    ] {
        let run = run(["probe", "http://127.0.0.1:1/", "-H", line]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{line}");
        assert!(run.err.contains(told) && !run.err.contains("canary"), "{}", run.err);
    }
}

#[test]
fn only_safe_methods_are_taken() {
    for method in ["POST", "DELETE", "TRACE", "CONNECT"] {
        assert_eq!(run(["probe", "http://127.0.0.1:1/", "--method", method]).code, 2);
    }
    for method in ["HEAD", "OPTIONS", "get"] {
        let server = api(|_, _| {});
        let run = probe("probe-method", &server.origin, &["--method", method]);
        assert_eq!((run.code, rules(&run.json(), "broken").len()), (0, 0), "{method}: {}", run.out);
        let method = method.to_uppercase();
        assert!(server.heads().iter().filter(|head| head.starts_with(&format!("{method} "))).count() > 10);
        let preflight = server.heads().into_iter().find(|head| head.contains("access-control-request-method"));
        assert!(preflight.unwrap().contains(&format!("access-control-request-method: {method}\r\n")));
    }
}

#[test]
fn a_token_is_read_as_people_keep_it() {
    let folder = folder("probe-token");
    for text in [format!("{TOKEN}\n"), format!("Bearer {TOKEN}"), format!("Authorization: Bearer {TOKEN}\r\n")] {
        let server = api(|_, _| {});
        let run = run(["probe", &server.origin, "--token-file", &file(&folder, "token.txt", &text)]);
        assert!(run.code == 0 && run.out.contains("kept      token_accepted"), "{}\n{}", run.out, run.err);
        let piped = run_with(["probe", &server.origin, "--token-file", "-"], text.as_bytes());
        assert_eq!(piped.code, 0, "{}", piped.err);
    }
    for text in ["", "Bearer ", "two words-of-canary", "canary\u{fc}", "Bearer \"canary\""] {
        let run = run(["probe", "http://127.0.0.1:1/", "--token-file", &file(&folder, "token.txt", text)]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.contains("no token") && !run.err.contains("canary"), "{}", run.err);
    }
}

#[test]
fn a_page_is_an_origin() {
    for origin in ["https://app.example.com/", "app.example.com", "null", "*", "https://app.example.com/x?y"] {
        let run = run(["probe", "http://127.0.0.1:1/", "--origin", origin]);
        assert!(run.code == 2 && run.err.contains("--origin wants a scheme and a host"), "{}", run.err);
    }
    let server = api(|_, _| {});
    let run = run(["probe", &server.origin, "--origin", PAGE]);
    assert_eq!(run.code, 0, "{}", run.out);
    assert_eq!(server.heads().iter().filter(|head| head.contains(&format!("origin: {PAGE}\r\n"))).count(), 2);
}

#[test]
fn nothing_that_was_sent_comes_back_whatever_the_server_does() {
    // REQ-PRIVACY-01: a server that says all it was told, everywhere.
    let folder = folder("probe-canary");
    let token = file(&folder, "token.txt", TOKEN);
    let junit = folder.join("probe.xml");
    let server = || {
        api(|seen, said| {
            let heard = seen.authorization.join(" ").replace('"', "'");
            let target = seen.target.to_owned();
            said.set("WWW-Authenticate", &format!("Bearer error=\"{heard}\", error_description=\"{target}\" {heard}"));
            said.set("Location", &format!("https://login.example.com/{heard}"));
            said.set("Cache-Control", &heard);
            said.set("Access-Control-Allow-Origin", &heard);
            said.set("Access-Control-Allow-Headers", &heard[heard.len() / 2..]);
            said.set("X-Cache", &format!("hit {}", &heard[..heard.len() / 2]));
            said.status = if heard.contains(' ') { 302 } else { 403 };
            said.body = heard;
        })
    };
    let (edge, origin) = (server(), api(|_, _| {}));
    let url = format!("{}/x?key=canary-in-the-query", edge.origin);
    for more in [&["--json"][..], &["--verbose"], &["--json", "--against", &origin.origin]] {
        let args = ["probe", &url, "--token-file", &token, "--query-token", "--junit", junit.to_str().unwrap()];
        let run = run(args.iter().chain(more));
        assert_eq!(run.code, 1, "{}", run.err);
        let text = [run.out, run.err, std::fs::read_to_string(&junit).unwrap()].concat();
        for at in 0..TOKEN.len() - 8 {
            let piece = &TOKEN[at..at + 8];
            let line = text.lines().find(|line| line.contains(piece));
            assert_eq!(line.map(|line| &line[line.find(piece).unwrap().saturating_sub(200)..]), None, "{piece}");
        }
        assert!(!text.contains("canary-in-the-query"), "{text}");
    }
}

#[test]
fn requests_are_told_as_they_are_answered() {
    let server = api(|_, _| {});
    let run = run(["probe", &server.origin, "--verbose"]);
    assert!(run.err.contains("probe: HEAD ") && run.err.contains(" head: 401\n"), "{}", run.err);
    assert!(run.err.contains("token: not sent, without --token-file"), "{}", run.err);
}

#[test]
fn a_proxy_of_the_environment_is_not_asked_about_this_machine() {
    let server = api(|_, _| {});
    let output = command().env("HTTP_PROXY", "http://127.0.0.1:1").args(["probe", &server.origin]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}
