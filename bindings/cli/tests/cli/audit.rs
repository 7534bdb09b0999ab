//! `audit`: what it finds in logs of each format, and what it does with those that are broken.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::support::{command, file, folder, run, run_with};

/// A line of the combined format, `second` seconds after midnight.
pub(crate) fn line(second: u32, client: &str, request: &str, status: u16) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "{client} - - [14/Nov/2023:{hour:02}:{minute:02}:{second:02} +0000] \"{request} HTTP/1.1\" {status} 12 \"-\" \"agent\"\n"
    )
}

/// An entry of a HAR file.
#[allow(clippy::needless_pass_by_value, reason = "callers write them in place")]
pub(crate) fn entry(second: u32, request: (&str, &str, Value), status: u16, headers: Value) -> Value {
    let (method, url, request_headers) = request;
    json!({
        "startedDateTime": format!("2023-11-14T22:{:02}:{:02}.000Z", second / 60, second % 60),
        "time": 40.5,
        "request": {"method": method, "url": url, "httpVersion": "h2", "headers": fields(&request_headers), "cookies": []},
        "response": {"status": status, "headers": fields(&headers), "content": {"size": 4, "text": "body"}},
        "_initiator": {"type": "script", "stack": {"parent": {"parent": {}}}},
    })
}

fn fields(object: &Value) -> Value {
    let lines = object.as_object().unwrap().iter().map(|(name, value)| json!({"name": name, "value": value}));
    lines.collect()
}

pub(crate) fn har(entries: &[Value]) -> String {
    json!({"log": {"version": "1.2", "creator": {"name": "test"}, "pages": [], "entries": entries}}).to_string()
}

/// The findings of a report as id, status and route.
fn findings(report: &Value) -> Vec<(String, Option<u64>, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let told = report["findings"].as_array().unwrap().iter();
    told.map(|told| (text(&told["id"]), told["status"].as_u64(), text(&told["route"]))).collect()
}

fn ids(report: &Value) -> Vec<String> {
    findings(report).into_iter().map(|(id, ..)| id).collect()
}

fn audit(name: &str, text: impl AsRef<[u8]>) -> Value {
    let path = file(&folder(&format!("audit-{name}")), name, text);
    let run = run(["audit", "--json", &path]);
    assert_eq!(run.err, "", "no bar where no terminal listens");
    assert_eq!(run.code, i32::from(!run.json()["findings"].as_array().unwrap().is_empty()));
    run.json()
}

#[test]
fn a_har_file_shows_what_single_responses_did_wrong() {
    let with = || json!({"Authorization": "Bearer x"});
    let url = |path: &str| format!("https://api.example.com/{path}");
    let challenge = |value: &str| json!({"WWW-Authenticate": value});
    let ask = |method, path: &str, headers, status, response| entry(1, (method, &url(path), headers), status, response);
    let report = audit(
        "single.har",
        har(&[
            ask("GET", "good", with(), 200, json!({})),
            ask("GET", "bare", json!({}), 401, json!({})),
            ask("GET", "proper", json!({}), 401, challenge("Bearer realm=\"a\"")),
            ask("GET", "unearned", json!({}), 401, challenge("Bearer error=\"invalid_token\"")),
            ask("GET", "scope", with(), 401, challenge("Bearer error=\"insufficient_scope\"")),
            ask("GET", "hidden", json!({}), 403, json!({})),
            ask("GET", "invalid", with(), 403, challenge("Bearer error=\"invalid_token\"")),
            ask("GET", "forbidden", with(), 403, json!({})),
            ask("GET", "cached", with(), 401, json!({"WWW-Authenticate": "Bearer realm=\"a\"", "Age": "17"})),
            ask("GET", "hit", with(), 403, json!({"X-Cache": "Hit from cloudfront"})),
            ask("GET", "miss", with(), 403, json!({"X-Cache": "Miss from cloudfront", "Age": "0"})),
            ask("OPTIONS", "preflight", json!({}), 401, challenge("Bearer realm=\"a\"")),
            ask("CONNECT", "bare-proxy", json!({}), 407, json!({"WWW-Authenticate": ""})),
            ask("CONNECT", "proxy", json!({}), 407, json!({"Proxy-Authenticate": "Basic realm=\"p\""})),
            ask("GET", "gone", with(), 0, json!({})),
        ]),
    );
    let expected = [
        ("response_cached", 401, "GET api.example.com/cached"),
        ("response_cached", 403, "GET api.example.com/hit"),
        ("preflight_challenged", 401, "OPTIONS api.example.com/preflight"),
        ("challenge_missing", 401, "GET api.example.com/bare"),
        ("proxy_challenge_missing", 407, "CONNECT api.example.com/bare-proxy"),
        ("status_403_for_401", 403, "GET api.example.com/hidden"),
        ("status_403_for_401", 403, "GET api.example.com/invalid"),
        ("status_401_for_403", 401, "GET api.example.com/scope"),
        ("error_unearned", 401, "GET api.example.com/unearned"),
    ];
    let mut found = findings(&report);
    let mut expected: Vec<_> =
        expected.map(|(id, status, route)| (id.to_owned(), Some(status), route.to_owned())).into();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!((report["files"][0]["format"].as_str(), report["requests"].as_u64()), (Some("HAR"), Some(14)));
    assert_eq!(report["statuses"], json!({"401": 6, "403": 5, "407": 2}));
    let proxy = report["groups"].as_array().unwrap().iter().find(|group| group["challenge"] == "Basic").unwrap();
    assert_eq!((&proxy["challenge"], &proxy["first"]["place"]), (&json!("Basic"), &json!(14)));
}

#[test]
fn a_har_file_without_any_credentials_accuses_nobody_of_lacking_them() {
    // Browsers leave Authorization and Cookie out unless asked.
    let entries = [
        entry(1, ("GET", "https://a.example/x", json!({})), 403, json!({})),
        entry(
            2,
            ("GET", "https://a.example/y", json!({})),
            401,
            json!({"WWW-Authenticate": "Bearer error=\"invalid_token\""}),
        ),
    ];
    assert_eq!(ids(&audit("sanitised.har", har(&entries))), Vec::<String>::new());
}

#[test]
fn loops_and_storms_are_told_with_their_client_and_place() {
    let mut log = String::new();
    for second in 0..6 {
        log += &line(second, "192.0.2.1", "GET /v1/poll", 401);
        log += &line(second, "192.0.2.2", "GET /v1/poll", if second % 2 == 0 { 401 } else { 200 });
    }
    for second in [10, 12, 14] {
        log += &line(second, "192.0.2.1", "POST /oauth/token", 200);
    }
    for _ in 0..3 {
        log += &line(20, "192.0.2.3", "POST /v1/login", 200);
    }
    let path = file(&folder("audit-loops"), "access.log", log);
    let report = run(["audit", "--json", "--token-endpoint", "/v1/login", &path]).json();
    let route = |text: &str| (None, text.to_owned());
    let found: Vec<_> = findings(&report).into_iter().map(|(id, status, at)| (id, (status, at))).collect();
    assert_eq!(
        found,
        [
            ("denial_loop".to_owned(), route("GET /v1/poll")),
            ("refresh_storm".to_owned(), route("POST /oauth/token")),
            ("refresh_parallel".to_owned(), route("POST /v1/login")),
        ]
    );
    let told = &report["findings"][0];
    assert_eq!(
        (&told["clients"], &told["see"]["place"], &told["from"]),
        (&json!(1), &json!(1), &json!("2023-11-14T00:00:00Z"))
    );
    assert_eq!(told["evidence"], "1 loop of 1 client; the longest has 6 refusals in 5 s");
    assert_eq!(
        report["findings"][1]["evidence"],
        "1 storm of 1 client; the largest has 6 refusals, then 3 calls for tokens in 4 s"
    );
    assert_eq!(report["groups"][0]["clients"], 2);
}

#[test]
fn a_spike_is_held_against_the_rest_of_the_same_log() {
    let mut log = String::new();
    for second in 0..3000 {
        let in_spike = (1200..1260).contains(&second);
        log += &line(
            second,
            &format!("192.0.2.{}", second % 200),
            "GET /v1/reports/17",
            if in_spike || second % 50 == 0 { 401 } else { 200 },
        );
    }
    let report = audit("spike.log", log);
    let spike = |route: &str| ("denial_spike".to_owned(), Some(401), route.to_owned());
    assert_eq!(findings(&report), [spike("(all routes)"), spike("GET /v1/reports/{number}")]);
    let told = &report["findings"][1];
    assert_eq!((&told["from"], &told["to"]), (&json!("2023-11-14T00:20:00Z"), &json!("2023-11-14T00:21:00Z")));
    assert_eq!(report["bucket_seconds"], 15);
    let sum: u64 = report["timeline"].as_array().unwrap().iter().map(|bucket| bucket["401"].as_u64().unwrap()).sum();
    assert_eq!(json!(sum), report["refused"]);
}

#[test]
fn a_spike_over_many_routes_is_seen_though_none_of_them_stands_out() {
    let log: String = (0..1200)
        .flat_map(|second| {
            let status = if (600..630).contains(&second) { 401 } else { 200 };
            ["a", "b", "c", "d", "e"]
                .map(|route| line(second, "192.0.2.1", &format!("GET /{route}{}", second % 6), status))
        })
        .collect();
    let of_all: Vec<_> =
        findings(&audit("wide.log", log)).into_iter().filter(|(id, ..)| id == "denial_spike").collect();
    assert_eq!(of_all, [("denial_spike".to_owned(), Some(401), "(all routes)".to_owned())]);
}

#[test]
fn json_lines_are_grouped_by_their_challenges_and_reasons() {
    let lines = [
        json!({"ts": 1_700_000_000.0, "request": {"remote_ip": "192.0.2.7", "method": "GET", "host": "a.example", "uri": "/x?y", "headers": {}},
               "status": 401, "resp_headers": {"Www-Authenticate": ["Bearer realm=\"a\", error=\"invalid_token\"", "Basic realm=\"b\""]}}),
        json!({"time": "2023-11-14T22:13:21Z", "remote_addr": "192.0.2.7", "request": "GET /x HTTP/1.1", "host": "a.example", "status": "401",
               "www_authenticate": "Bearer error=\"invalid_token\"", "countersign_reason": "token_expired"}),
        json!({"time": "2023-11-14T22:13:22Z", "remote_addr": "192.0.2.7", "request": "GET /x HTTP/1.1", "status": 503}),
    ]
    .map(|line| line.to_string())
    .join("\n");
    let report = audit("api.jsonl", lines);
    let groups: Vec<_> = report["groups"].as_array().unwrap().iter().map(|group| &group["challenge"]).collect();
    assert_eq!(
        groups,
        [
            &json!("Bearer error=invalid_token, Basic"),
            &json!("Bearer error=invalid_token (token_expired)"),
            &Value::Null
        ]
    );
}

#[test]
fn broken_places_are_counted_and_named() {
    let mut log = line(1, "192.0.2.1", "GET /a", 401);
    log += "\nwhat is this\n{\"status\":401,\n";
    log += &line(2, "192.0.2.1", "GET /a", 401);
    log += "{\"hello\":1}\n192.0.2.1 - - [yesterday] \"GET / HTTP/1.1\" 200\n";
    log += &"x".repeat(2 << 20);
    log += "\n";
    log += &line(3, "192.0.2.1", "GET /a", 401);
    let report = audit("broken.log", &log);
    assert_eq!(report["requests"], 3);
    let expected = json!({"count": 5, "first": [
        {"place": 3, "why": "no time in brackets"},
        {"place": 4, "why": "JSON that breaks off"},
        {"place": 6, "why": "JSON without the status and target of a request"},
        {"place": 7, "why": "a time that cannot be read"},
        {"place": 8, "why": "a line longer than 1 MiB"},
    ]});
    assert_eq!(report["files"][0]["broken"], expected);
    let whole = har(&[
        entry(1, ("GET", "https://a.example/x", json!({})), 401, json!({})),
        entry(2, ("GET", "https://a.example/x", json!({})), 401, json!({})),
    ]);
    let cut = audit("cut.har", &whole[..whole.len() - 200]);
    assert_eq!(cut["requests"], 1);
    assert_eq!(
        cut["files"][0]["broken"],
        json!({"count": 1, "first": [{"place": 2, "why": "the file ends within an entry"}]})
    );
}

#[test]
fn what_is_no_log_at_all_ends_with_2() {
    let run = run_with(["audit", "-"], b"\x00\xFF nothing of this\n");
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("nothing of this can be read; at 1: no time in brackets"), "{}", run.err);
    assert_eq!(crate::support::run(["audit", "/no/such/file"]).code, 2);
    let empty = run_with(["audit", "-"], b"");
    assert_eq!(empty.code, 0, "{}", empty.err);
}

#[test]
fn compressed_logs_and_several_files_are_one_report() {
    let folder = folder("audit-gzip");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(line(1, "192.0.2.1", "GET /a", 401).repeat(3).as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    let plain = file(&folder, "access.log", line(2, "192.0.2.1", "GET /a", 401));
    // Rotated logs may be joined as they are.
    let rotated = file(&folder, "access.log.1.gz", [packed.as_slice(), &packed].concat());
    let broken = file(&folder, "access.log.2.gz", &packed[..packed.len() - 4]);
    let report = run(["audit", "--json", &plain, &rotated, &broken]).json();
    assert_eq!((&report["requests"], &report["groups"][0]["count"]), (&json!(10), &json!(10)));
    assert_eq!(report["files"][2]["broken"]["first"][0]["why"], "the compressed data break off");
}

#[test]
fn groups_beyond_the_bound_are_summed() {
    let log: String = (0..50_000_u32).fold(String::new(), |mut log, at| {
        let word = |digit: u32| char::from_u32(u32::from('a') + digit % 26).unwrap();
        let name: String = [at, at / 26, at / 676, at / 17_576].map(word).iter().collect();
        let _ = write!(log, "{}", line(at / 10, "192.0.2.1", &format!("GET /{name}"), 401));
        log
    });
    let report = audit("many.log", log);
    assert_eq!(report["groups"].as_array().unwrap().len(), 20);
    let of_rows: u64 = report["groups"].as_array().unwrap().iter().map(|group| group["count"].as_u64().unwrap()).sum();
    assert_eq!(of_rows + report["rest"]["count"].as_u64().unwrap(), 50_000);
    assert_eq!(report["groups"][0]["route"], "(other routes)");
    assert!(report.to_string().len() < 200_000);
}

#[test]
fn hostile_bytes_end_in_a_report_or_a_fault() {
    // Pieces of all formats, put together by a generator with a fixed seed.
    let pieces: [&[u8]; 18] = [
        b"{\"log\":{\"entries\":[",
        b"{\"request\":{\"url\":\"",
        b"\"",
        b"\\",
        b"\\ud83d",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\n",
        b"192.0.2.1 - - [14/Nov/2023:00:00:01 +0000] \"GET /a HTTP/1.1\" 401 ",
        b"[9999/99",
        b"\xFF\xFE\x00",
        b"\x1F\x8B\x08\x00",
        b"1e999",
        b"<script>alert(1)</script>",
    ];
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    for _ in 0..150 {
        let text: Vec<u8> = (0..next() % 60).flat_map(|_| pieces[next() % pieces.len()].to_vec()).collect();
        let run = run_with(["audit", "--json", "-"], &text);
        assert!(
            (0..=2).contains(&run.code) && !run.err.contains("panicked"),
            "{:?}: {}",
            String::from_utf8_lossy(&text),
            run.err
        );
    }
}

#[test]
fn people_get_a_report_in_text() {
    let log: String = (0..6).map(|second| line(second, "192.0.2.1", "GET /v1/poll/17", 401)).collect();
    let run = run_with(["audit", "-"], log.as_bytes());
    assert_eq!(run.code, 1, "{}", run.err);
    for part in [
        "requests  6\nrefused   6 x 401\nfrom      2023-11-14T00:00:00Z\nto        2023-11-14T00:00:05Z\n",
        "file      standard input: access log, 6 records\n",
        "error The same client is refused again and again (denial_loop)\n  GET /v1/poll/{number}\n    1 loop of 1 client; \
         the longest has 6 refusals in 5 s; see standard input, line 1\n",
        "        6  100.0%        1  401     GET /v1/poll/{number}, not logged\n",
        "These logs do not tell challenges",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    let quiet = run_with(["audit", "-"], line(1, "192.0.2.1", "GET /", 200).as_bytes());
    assert!(quiet.code == 0 && quiet.out.contains("No spikes, storms, loops or slips found"), "{}", quiet.out);
}

#[test]
fn a_terminal_sees_a_bar() {
    let folder = folder("audit-bar");
    let log = line(1, "192.0.2.1", "GET /v1/poll/17", 200).repeat(300_000);
    let path = file(&folder, "access.log", log);
    let audit = format!("{} audit {path} > {}/report.txt", command().get_program().to_str().unwrap(), folder.display());
    // `script` gives it a terminal; what it shows there is standard error alone.
    let run =
        std::process::Command::new("script").args(["-qec", &audit, "/dev/null"]).env("TERM", "xterm").output().unwrap();
    let shown = String::from_utf8_lossy(&run.stdout);
    assert!(shown.contains("reading") && shown.contains("MiB"), "{shown:?}");
    assert!(!fs::read_to_string(Path::new(&folder).join("report.txt")).unwrap().contains("reading"));
}
