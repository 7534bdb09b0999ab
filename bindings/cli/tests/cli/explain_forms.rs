//! `explain`: every form, in transcripts as servers of each make answer; secrets are put in by the test.

use std::path::Path;

use crate::support::{TOKEN, run, run_with};

/// A transcript, with the token and the cookie in their places.
pub(crate) fn transcript(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/transcripts").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    text.replace("{TOKEN}", TOKEN).replace("{COOKIE}", "cookie-4711-0815-canary")
}

/// File, form, request, status, redirects, first finding.
type Row = (&'static str, &'static str, Option<&'static str>, u64, u64, &'static str);

const ROWS: [Row; 12] = [
    ("nginx.curl-v.txt", "curl-v", Some("GET https://reports.example/reports/2026"), 401, 0, "header_missing"),
    (
        "apache.curl-v.txt",
        "curl-v",
        Some("GET http://shop.example/index.php/api/orders"),
        401,
        0,
        "header_stripped_by_cgi",
    ),
    ("cloudflare.curl-v.txt", "curl-v", Some("GET https://api.example/v2/things"), 403, 0, "edge_blocked"),
    (
        "cloudfront.curl-iv.txt",
        "curl-iv",
        Some("GET https://d111111abcdef8.example/items"),
        401,
        0,
        "header_stripped_by_cdn",
    ),
    ("api-gateway.curl-i.txt", "curl-i", None, 403, 0, "gateway_route_unknown"),
    ("express.http.txt", "http", Some("GET /api/me"), 401, 0, "bearer_placeholder"),
    ("fastapi.curl-i.txt", "curl-i", None, 403, 0, "header_missing"),
    ("spring.curl-i.txt", "curl-i", None, 401, 0, "token_expired"),
    ("iis.curl-v.txt", "curl-v", Some("GET http://intranet.example/service/status"), 401, 0, "windows_login_expected"),
    (
        "redirect.curl-v.txt",
        "curl-v",
        Some("GET https://www.api.example/v1/files"),
        401,
        1,
        "header_stripped_on_redirect",
    ),
    ("chromium.har", "har", Some("OPTIONS https://api.example/v1/me"), 401, 0, "preflight_challenged"),
    ("firefox.har", "har", Some("GET https://console.example/api/jobs"), 401, 0, "token_expired"),
];

#[test]
fn transcripts_are_read_and_their_cause_is_found_first() {
    for (name, form, request, status, redirects, first) in ROWS {
        let text = transcript(name);
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let run = run_with(["explain", "--json", "-"], text.as_bytes());
            let json = run.json();
            assert_eq!(json["form"], form, "{name}");
            assert_eq!(json["exchange"]["request"].as_str(), request, "{name}");
            assert_eq!(json["exchange"]["status"].as_u64(), Some(status), "{name}");
            assert_eq!(json["exchange"]["redirects"].as_u64(), Some(redirects), "{name}");
            assert_eq!(json["findings"][0]["id"], first, "{name}\n{}", run.out);
        }
    }
}

#[test]
fn every_transcript_has_its_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/transcripts");
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut rows = ROWS.map(|row| row.0);
    rows.sort_unstable();
    assert_eq!(names, rows);
}

#[test]
fn what_stands_alone_is_read_from_the_argument_and_from_standard_input() {
    let json_web_token = TOKEN.to_owned();
    for (text, form, first) in [
        (json_web_token.clone(), "token", "token_expired"),
        (format!("Bearer {json_web_token}"), "authorization", "token_expired"),
        (format!("Authorization: Bearer \"{json_web_token}\""), "authorization", "bearer_quoted"),
        ("authorization: Bearer null".to_owned(), "authorization", "bearer_placeholder"),
        (
            "Bearer error=\"invalid_token\", error_description=\"The access token expired\"".to_owned(),
            "challenge",
            "token_expired",
        ),
        ("WWW-Authenticate: Bearer realm=\"a".to_owned(), "challenge", "challenge_malformed"),
    ] {
        for run in [run(["explain", "--json", &text]), run_with(["explain", "--json"], text.as_bytes())] {
            let json = run.json();
            assert_eq!(json["form"], form, "{text}");
            let ids: Vec<&str> =
                json["findings"].as_array().unwrap().iter().map(|finding| finding["id"].as_str().unwrap()).collect();
            assert!(ids.contains(&first), "{text}: {ids:?}");
        }
    }
}

#[test]
fn powershell_writes_utf_16() {
    let text = transcript("nginx.curl-v.txt").replace('\n', "\r\n");
    let bytes: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let json = run_with(["explain", "--json", "-"], &bytes).json();
    assert_eq!((json["form"].as_str(), json["exchange"]["status"].as_u64()), (Some("curl-v"), Some(401)));
}

#[test]
fn bytes_that_are_no_utf_8_change_nothing() {
    let text = transcript("express.http.txt").into_bytes();
    let broken = [&text[..], b"\xFF\xFE\xC3\x28\0"].concat();
    let told = |text: &[u8]| run_with(["explain", "-"], text).out;
    assert_eq!(told(&text), told(&broken));
}

#[test]
fn a_form_can_be_forced() {
    let opaque = run(["explain", "--json", "--form", "token", "opaque-0123"]);
    assert_eq!(opaque.json()["form"], "token");
    let challenge = run(["explain", "--json", "--form", "challenge", "Custom abc"]);
    assert_eq!(challenge.json()["form"], "challenge");
    let unlike = run_with(["explain", "--form", "har", "-"], b"HTTP/1.1 401 X\r\n\r\n");
    assert_eq!(unlike.code, 2);
    assert!(unlike.err.contains("standard input: 1:1: not valid JSON"), "{}", unlike.err);
}
