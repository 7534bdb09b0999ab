//! `audit`: nothing secret gets from a log into a report of any form, and nothing hostile into the page.

use std::fs;

use serde_json::json;

use crate::audit::{entry, har, line};
use crate::support::{TOKEN, file, folder, run};

/// Secrets as they stand in logs; each is looked for in every report, whole and in part.
const SECRETS: [&str; 15] = [
    "hunter2",
    "s3cr3t-pass",
    "canary-user",
    "CANARYQUERY",
    "canarycookie",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "CanaryAgent",
    "canary-referer",
    "canary-realm",
    "203.0.113.77",
    "canary@example.com",
    "canaryresetcode17",
    "4111111111111111",
    "canarysession",
    "kacajgdaoggbhcdoma",
];

fn reports(folder: &std::path::Path, path: &str) -> Vec<String> {
    let page = folder.join("page.html");
    let text = run(["audit", "--html", page.to_str().unwrap(), path]);
    let json = run(["audit", "--json", path]);
    assert!(text.code <= 1 && json.code <= 1, "{}{}", text.err, json.err);
    vec![text.out, text.err, json.out, json.err, fs::read_to_string(page).unwrap()]
}

fn assert_no_secret(folder: &std::path::Path, path: &str) {
    let jwt: Vec<&str> = TOKEN.split('.').collect();
    for (at, report) in reports(folder, path).iter().enumerate() {
        for secret in SECRETS.iter().chain(&jwt) {
            assert!(!report.contains(secret), "{secret} in report {at} of {path}:\n{report}");
        }
    }
}

#[test]
fn no_secret_of_an_access_log_is_repeated() {
    let folder = folder("audit-secrets-log");
    let paths = [
        "/v1/orders?access_token=CANARYQUERY&key=hunter2".to_owned(),
        format!("/v1/{TOKEN}/x"),
        "/v1/keys/sk_live_4eC39HqLyjWDarjtT1zdp7dc".to_owned(),
        "/users/canary-user/orders".to_owned(),
        "/mail/canary@example.com".to_owned(),
        "/reset/canaryresetcode17".to_owned(),
        "/cards/4111111111111111".to_owned(),
        "/feeds/kacajgdaoggbhcdoma/new".to_owned(),
        "/a;jsessionid=canarysession/b".to_owned(),
        "https://canary-user:s3cr3t-pass@api.example.com/x".to_owned(),
    ];
    let log: String = (0..10)
        .flat_map(|second| paths.iter().map(move |path| line(second, "203.0.113.77", &format!("GET {path}"), 401)))
        .map(|line| {
            line.replace("- - [", "- canary-user [")
                .replace("\"-\" \"agent\"", "\"https://canary-referer/?x=CANARYQUERY\" \"CanaryAgent\"")
        })
        .collect();
    let broken = format!("canary-user hunter2 {TOKEN}\n{{\"authorization\":\"Bearer {TOKEN}\n");
    let path = file(&folder, "access.log", log + &broken);
    assert_no_secret(&folder, &path);
    let json = run(["audit", "--json", &path]).json();
    assert_eq!(json["requests"], 100);
    assert!(!json["findings"].as_array().unwrap().is_empty() && json["files"][0]["broken"]["count"] == 2);
}

#[test]
fn no_secret_of_json_lines_is_repeated() {
    let folder = folder("audit-secrets-json");
    let record = json!({
        "ts": 1_700_000_000, "user": "canary-user", "user_agent": "CanaryAgent", "status": 401,
        "request": {"remote_ip": "203.0.113.77", "method": "hunter2", "host": "sk_live_4eC39HqLyjWDarjtT1zdp7dc.s3cr3t-pass_sk_live_4eC39HqLyjWDarjtT1zdp7dc",
                    "uri": "/login?password=hunter2", "headers": {"Authorization": [format!("Bearer {TOKEN}")], "Cookie": ["a=canarycookie"]}},
        "resp_headers": {"Www-Authenticate": [format!("{TOKEN} realm=\"canary-realm\"")], "Set-Cookie": ["sid=canarysession"]},
        "countersign_reason": "hunter2", TOKEN: TOKEN,
    });
    let other = json!({"ts": 1_700_000_001, "path": "/x", "status": 403, "method": "GET",
        "www_authenticate": format!("Bearer realm=\"canary-realm\", error=\"hunter2\", error_description=\"{TOKEN}\"")});
    assert_no_secret(&folder, &file(&folder, "api.jsonl", format!("{record}\n{other}\n{{{TOKEN}\n")));
}

#[test]
fn no_secret_of_a_har_file_is_repeated() {
    let folder = folder("audit-secrets-har");
    let request = json!({"Authorization": format!("Bearer {TOKEN}"), "Cookie": "sid=canarycookie", "User-Agent": "CanaryAgent", "X-Api-Key": "hunter2"});
    let response = json!({"WWW-Authenticate": format!("Bearer realm=\"canary-realm\", error=\"{TOKEN}\""), "Set-Cookie": "sid=canarysession"});
    let url = "https://canary-user:hunter2@api.example.com/users/canary-user/keys/sk_live_4eC39HqLyjWDarjtT1zdp7dc?code=CANARYQUERY#s3cr3t-pass";
    let mut whole = har(&[entry(1, ("GET", url, request), 401, response)]);
    assert_no_secret(&folder, &file(&folder, "whole.har", &whole));
    whole.truncate(whole.len() - 3);
    whole.push_str(TOKEN);
    assert_no_secret(&folder, &file(&folder, "broken.har", &whole));
}

#[test]
fn nothing_of_a_log_becomes_markup() {
    let folder = folder("audit-markup");
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'onload='x",
        "javascript:alert(1)",
        "</svg></style>",
        "\u{202E}gpj",
    ];
    let mut log = String::new();
    for text in hostile {
        log += &line(1, text, &format!("GET /{text}"), 401);
        log += &line(2, "192.0.2.1", &format!("{text} http://{text}/"), 401);
        let record = json!({"ts": 1_700_000_000, "method": text, "host": text, "path": format!("/{text}"), "status": 401,
            "www_authenticate": format!("{text} realm=\"{text}\", error=\"{text}\""), "client_ip": text, "countersign_reason": text});
        log += &record.to_string();
        log.push('\n');
    }
    // A file name is repeated, and so escaped.
    let path = file(&folder, "<img src=x onerror=alert(1)>&\"'.log", &log);
    let [text, _, json, _, page] = <[String; 5]>::try_from(reports(&folder, &path)).unwrap();
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;.log"), "{page}");
    for part in ["<script", "<img", "onload='", "javascript:", "\u{202E}"] {
        assert!(!page.contains(part), "{part}\n{page}");
    }
    for report in [text, json] {
        assert!(
            !report.contains("<script") && !report.contains('\u{202E}') && !report.contains("javascript:"),
            "{report}"
        );
    }
}

#[test]
fn the_page_stands_alone() {
    let folder = folder("audit-alone");
    let log: String = (0..60).map(|second| line(second, "192.0.2.1", "GET /v1/poll", 401)).collect();
    let page = reports(&folder, &file(&folder, "access.log", log)).remove(4);
    for part in ["<script", "http://", "https://", "@import", "url(", "src=", "<iframe", "<object", "<form"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("prefers-color-scheme: dark"));
    // Each plot has a title and the table of its data.
    assert_eq!(page.matches("<figure").count(), page.matches("Table of the data").count());
    assert!(page.matches("<svg").count() >= page.matches("aria-hidden=\"true\"").count());
}
