//! Servers that are slow, huge, silent or do not speak HTTP: bounded, told, never a panic.

use std::time::{Duration, Instant};

use super::api::{TOKEN, answering, api, api_that_says};
use super::{probe, rule, rules};
use crate::server::{Reply, Server, cacert};
use crate::support::{folder, run};

#[test]
fn a_server_that_never_answers_ends_with_2_in_time() {
    let server = Server::http(|_| Reply::Hang(Vec::new()));
    let started = Instant::now();
    let run = run(["probe", &server.origin, "--timeout", "1"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains(&format!("{}: timeout", server.origin)), "{}", run.err);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_server_that_answers_byte_by_byte_ends_with_2_in_time() {
    // Each byte comes in time, and all of them do not.
    let server = api_that_says(|seen, said| Reply::Drip(said.bytes(seen.method)));
    let started = Instant::now();
    let run = run(["probe", &server.origin, "--timeout", "1"]);
    assert!(run.code == 2 && run.err.contains("timeout"), "{}", run.err);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_head_that_never_ends_is_told_and_the_rest_goes_on() {
    let server = api_that_says(|seen, said| match seen.method {
        "OPTIONS" => Reply::Hang(b"HTTP/1.1 204 X\r\nX-Half: ".to_vec()),
        _ => Reply::Bytes(said.bytes(seen.method)),
    });
    let run = probe("probe-hang", &server.origin, &["--timeout", "1"]);
    let json = run.json();
    assert_eq!((run.code, rules(&json, "broken")), (1, vec!["answered".to_owned()]), "{}", run.out);
    assert_eq!(rule(&json, "answered")["seen"][0]["request"], "preflight");
    assert_eq!(rule(&json, "preflight_ok")["why"], "no answer");
}

#[test]
fn three_that_are_not_answered_are_enough() {
    let server = api_that_says(|seen, said| match seen.number {
        0 => Reply::Bytes(said.bytes(seen.method)),
        _ => Reply::Bytes(Vec::new()),
    });
    let run = probe("probe-three", &server.origin, &[]);
    assert_eq!(server.heads().len(), 4);
    let json = run.json();
    assert_eq!(rule(&json, "answered")["seen"].as_array().unwrap().len(), 3, "{}", run.out);
    assert!(run.out.contains("not sent after three that were not answered"), "{}", run.out);
}

#[test]
fn a_huge_body_is_read_in_part() {
    let server = api(|_, said| {
        if said.status >= 400 {
            said.body = "x".repeat(8 << 20);
        }
    });
    let started = Instant::now();
    let run = probe("probe-huge", &server.origin, &[]);
    assert_eq!((run.code, rules(&run.json(), "broken").len()), (0, 0), "{}", run.out);
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_head_that_is_too_long_or_no_http_is_told() {
    let long = format!("HTTP/1.1 401 X\r\nX-Long: {}\r\n\r\n", "x".repeat(64 << 10));
    for bytes in [long.as_bytes(), b"SSH-2.0-OpenSSH_9.6\r\n", b"\0\xff\xfe\r\n\r\n", b"HTTP/1.1 99999 X\r\n\r\n", b""]
    {
        let bytes = bytes.to_vec();
        let server = Server::http(move |_| Reply::Bytes(bytes.clone()));
        let run = run(["probe", "--json", &server.origin]);
        assert_eq!(run.code, 2, "{}", run.out);
        assert!(run.json()["error"]["message"].as_str().unwrap().starts_with(&server.origin), "{}", run.out);
    }
}

#[test]
fn bytes_that_are_no_text_are_judged_as_they_come() {
    let server = api_that_says(|seen, mut said| {
        said.challenge("Bearer realm=\"@@\"");
        let bytes = said.bytes(seen.method);
        let at = bytes.windows(2).position(|pair| pair == b"@@");
        let mut bytes = bytes;
        if let Some(at) = at {
            bytes[at..at + 2].copy_from_slice(b"\xff\xfe");
        }
        Reply::Bytes(bytes)
    });
    let run = run(["probe", &server.origin]);
    assert_eq!(run.code, 1, "no error for bad tokens: {}", run.out);
    assert!(run.out.contains("invalid_token_named"), "{}", run.out);
}

#[test]
fn escape_sequences_of_a_server_reach_no_terminal() {
    let server = api(|_, said| said.challenge("Bearer realm=\"a\", error=\"\u{9b}31mred\""));
    let run = run(["probe", &server.origin]);
    assert_eq!(run.code, 1);
    assert!(!run.out.contains('\u{9b}') && run.out.contains("31mred"), "{}", run.out);
}

#[test]
fn whatever_is_answered_is_judged() {
    const STATUSES: [u16; 12] = [200, 204, 301, 304, 400, 401, 401, 403, 404, 429, 500, 503];
    const NAMES: [&str; 12] = [
        "WWW-Authenticate",
        "WWW-Authenticate",
        "Cache-Control",
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Headers",
        "Access-Control-Expose-Headers",
        "Access-Control-Allow-Credentials",
        "Location",
        "Retry-After",
        "Vary",
        "Age",
        "X-Cache",
    ];
    const VALUES: [&str; 12] = [
        "",
        ",,,",
        "Bearer",
        "Bearer error=invalid_token, Basic",
        "Bearer realm=\"\u{e9}\\",
        "=\"=\",;",
        "*",
        "true",
        "no-store",
        "99999999999999999999",
        "https://app.example.com",
        "hit\t\u{2028}\u{fffe}",
    ];
    let folder = folder("probe-random");
    let junit = folder.join("probe.xml");
    let mut besides = 0;
    for round in 0..40_usize {
        let server = api(move |seen, said| {
            // A generator of Lehmer's: the rounds are the same in every run.
            let mut state = (round * 64 + seen.number + 1) * 7_368_787;
            let mut next = |bound: usize| {
                state = state * 48_271 % 2_147_483_647;
                state % bound
            };
            said.status = STATUSES[next(STATUSES.len())];
            for _ in 0..next(8) {
                said.fields.push((NAMES[next(NAMES.len())].to_owned(), VALUES[next(VALUES.len())].to_owned()));
            }
            if next(4) == 0 {
                said.body = format!("{} {TOKEN} \u{1}", seen.authorization.join(" "));
            }
        });
        let run = probe("probe-random-token", &server.origin, &["--query-token", "--junit", junit.to_str().unwrap()]);
        if run.code == 2 {
            assert!(run.json()["error"]["message"].as_str().unwrap().ends_with(BESIDES), "{}", run.out);
            besides += 1;
            continue;
        }
        assert!(matches!(run.code, 0 | 1 | 3) && run.err.is_empty(), "{round}: {} {}", run.code, run.err);
        let json = run.json();
        let sum: usize = ["kept", "broken", "not_applicable"].iter().map(|result| rules(&json, result).len()).sum();
        assert_eq!(sum, json["rules"].as_array().unwrap().len());
        assert!(!run.out.contains(&TOKEN[..40]), "{}", run.out);
    }
    assert!(besides < 20, "most rounds are judged");
}

/// How a fault ends where the first answer is about something else.
const BESIDES: &str = "which says nothing of credentials";

#[test]
fn a_server_that_has_no_time_is_not_clean_and_is_left_alone() {
    for status in [407, 429, 503] {
        let server = api(move |_, said| said.status = status);
        let run = run(["probe", &server.origin]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{status}");
        assert!(run.err.contains(BESIDES), "{}", run.err);
        assert_eq!(server.heads().len(), 1, "nobody asks on whoever says stop");
    }
}

#[test]
fn no_redirect_is_followed_with_or_without_credentials() {
    let elsewhere = api(|_, _| {});
    let place = elsewhere.origin.clone();
    let server = api(move |_, said| {
        said.status = 307;
        said.set("Location", &place);
    });
    let run = probe("probe-redirect", &server.origin, &["--query-token"]);
    assert_eq!(run.code, 1);
    assert!(rules(&run.json(), "broken").contains(&"no_redirect".to_owned()), "{}", run.out);
    assert_eq!(elsewhere.heads().len(), 0);
    assert!(!run.out.contains(TOKEN));
}

#[test]
fn https_is_probed_under_a_named_authority_and_refused_without() {
    let server = Server::https(answering(|seen, said| Reply::Bytes(said.bytes(seen.method))));
    let ok = probe("probe-tls", &server.origin, &["--cacert", &cacert()]);
    assert_eq!((ok.code, rules(&ok.json(), "broken").len()), (0, 0), "{}", ok.out);
    let refused = probe("probe-tls", &server.origin, &[]);
    assert_eq!(refused.code, 2);
    assert!(refused.out.contains("--cacert FILE names the authority"), "{}", refused.out);
}
