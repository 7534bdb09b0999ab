//! `explain` repeats no credential, whatever the form, the findings, the options or the faults of the input.

use crate::explain_forms::transcript;
use crate::support::{Run, TOKEN, file, folder, policy_file, run, run_with};

/// No piece of a secret of this many bytes may come back.
const PIECE: usize = 12;

const PASSWORD: &str = "correct-horse-battery-9";
const BASIC: &str = "YWxpY2U6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LTk=";
const KEY: &str = "sk_live_51Canary7Xq2Vb8Nn4";
const COOKIE: &str = "s%3Acanary9f8e7d6c5b4a.Zx0Yw1Vu2Ts3";
const REFRESH: &str = "rt-canary-77aa66bb55cc44dd";

/// Of letters alone, as some keys in addresses are.
const LETTERS: &str = "jpjnhejhoegaeoocmb";

fn secrets() -> Vec<&'static str> {
    let mut secrets = vec![PASSWORD, BASIC, KEY, COOKIE, REFRESH, LETTERS, "cookie-4711-0815-canary"];
    secrets.extend(TOKEN.split('.').skip(1));
    secrets
}

/// A request with every kind of credential, and a response that repeats what it got.
fn exchange() -> String {
    format!(
        "GET /v1/{KEY}/{LETTERS}/x;sid={LETTERS}?access_token={TOKEN}&key={KEY} HTTP/1.1\n\
         Host: api.example\n\
         Authorization: Bearer {TOKEN}\n\
         Proxy-Authorization: Basic {BASIC}\n\
         Cookie: sid={COOKIE}; theme=dark\n\
         X-API-Key: {KEY}\n\
         X-Odd-Secret: {REFRESH}\n\
         Referer: https://alice:{PASSWORD}@app.example/?token={TOKEN}\n\
         \n\
         HTTP/1.1 401 Unauthorized\n\
         Date: Tue, 14 Nov 2023 23:13:20 GMT\n\
         Set-Cookie: sid={COOKIE}; Domain=other.example; SameSite=None\n\
         Location: https://alice:{PASSWORD}@app.example/login?token={TOKEN}\n\
         WWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"bad {TOKEN}\", scope=\"{KEY}\"\n\
         WWW-Authenticate: Basic realm=\"{PASSWORD}\n\
         X-Echo: {KEY}\n\
         \n\
         {{\"error\":\"invalid\",\"token\":\"{TOKEN}\",\"refresh_token\":\"{REFRESH}\",\"key\":\"{KEY}\"}}\n"
    )
}

/// The same exchange as curl, a browser and a person's clipboard have it.
fn forms() -> Vec<String> {
    let raw = exchange();
    let (request, response) = raw.split_at(raw.find("HTTP/1.1 401").unwrap());
    let (head, body) = response.split_once("\n\n").unwrap();
    let marked = |text: &str, mark: &str| text.lines().flat_map(|line| [mark, " ", line, "\n"]).collect::<String>();
    let verbose = format!(
        "* Server auth using Basic with user 'alice'\n* [HTTP/2] [1] [authorization: Bearer {TOKEN}]\n{}{}<\n{body}* Connection #0 to host x left intact\n",
        marked(request, ">"),
        marked(head, "<")
    );
    let redirected = verbose.replace("HTTP/1.1 401 Unauthorized", "HTTP/1.1 302 Found") + &verbose;
    let fields = |text: &str| {
        let lines = text.lines().skip(1).filter_map(|line| line.split_once(": "));
        let lines: Vec<_> = lines.map(|(name, value)| serde_json::json!({"name": name, "value": value})).collect();
        serde_json::Value::from(lines)
    };
    let url = format!("https://alice:{PASSWORD}@api.example/v1/{KEY}/x?access_token={TOKEN}");
    let har = serde_json::json!({"log": {"entries": [{
        "request": {"method": "GET", "url": url, "headers": fields(request), "postData": {"text": REFRESH}},
        "response": {"status": 401, "headers": fields(head), "content": {"text": body}},
    }]}});
    let mut forms = vec![
        har.to_string().replace("401", "200"),
        har.to_string().replace("\"status\":401", "\"status\":0"),
        har.to_string(),
        raw.clone(),
        request.to_owned(),
        response.to_owned(),
        format!("{verbose}{response}"),
        verbose,
        redirected,
        TOKEN.to_owned(),
        format!("Bearer {TOKEN}"),
        format!("Bearer  \"{TOKEN}\"\n{TOKEN}"),
        format!("Authorization: Bearer {TOKEN},{TOKEN}"),
        format!("Authorization: Basic {BASIC}"),
        format!("Authorization: Basic alice:{PASSWORD}"),
        format!("Basic {BASIC}{BASIC}"),
        format!("Authorization: {KEY}"),
        format!("Authorization: ApiKey {KEY}"),
        format!("Bearer {KEY}"),
        format!("X-API-Key: {KEY}\n{KEY}"),
        format!("Cookie: sid={COOKIE}; sid={COOKIE}"),
        format!("Digest username=\"alice\", response=\"{PASSWORD}\", uri=\"/{KEY}"),
        format!("WWW-Authenticate: Bearer realm=\"{KEY}\", error=\"{REFRESH}\", scope={TOKEN}"),
        format!("Bearer error=\"invalid_token\", error_description=\"{TOKEN}"),
        format!("{{\"access_token\":\"{TOKEN}\",\"refresh_token\":\"{REFRESH}\"}}"),
        format!("curl -H 'Authorization: Bearer {TOKEN}' https://alice:{PASSWORD}@x/"),
        format!("why is {TOKEN} refused {KEY}"),
        KEY.to_owned(),
        format!("{KEY} {REFRESH}"),
    ];
    for name in ["apache.curl-v.txt", "cloudfront.curl-iv.txt", "redirect.curl-v.txt", "chromium.har", "firefox.har"] {
        forms.push(transcript(name));
    }
    forms
}

#[track_caller]
fn check(run: &Run, what: &str) {
    let text = [run.out.as_str(), &run.err].concat();
    for secret in secrets() {
        let found = secret.as_bytes().windows(PIECE).find(|piece| {
            let piece = core::str::from_utf8(piece).unwrap();
            text.contains(piece)
        });
        assert!(found.is_none(), "{what}: {secret} in\n{text}");
    }
}

#[test]
fn the_canary_is_one() {
    let run = Run { code: 0, out: format!("x {} x", &KEY[3..3 + PIECE]), err: String::new() };
    assert!(std::panic::catch_unwind(|| check(&run, "planted")).is_err());
}

#[test]
fn no_credential_comes_back_from_any_form() {
    let policy = policy_file(&folder("explain-canary"));
    for text in forms() {
        let what = text.lines().next().unwrap().chars().take(30).collect::<String>();
        for options in
            [&[][..], &["--all"], &["--json"], &["--all", "--policy", &policy], &["--json", "--policy", &policy]]
        {
            let run = run_with([&["explain", "-"], options].concat(), text.as_bytes());
            check(&run, &format!("{options:?} {what}"));
        }
        check(&run(["explain", "--all", &text]), &format!("argument {what}"));
    }
}

#[test]
fn no_credential_comes_back_from_a_form_that_is_another() {
    for text in forms() {
        for form in ["curl-v", "curl-i", "http", "har", "token", "challenge", "authorization"] {
            check(&run_with(["explain", "--all", "--form", form, "-"], text.as_bytes()), form);
        }
    }
}

#[test]
fn no_credential_comes_back_from_an_input_that_breaks_off() {
    for text in forms() {
        for tenth in 1..10 {
            let cut = text.len() * tenth / 10;
            check(&run_with(["explain", "--all", "-"], &text.as_bytes()[..cut]), &format!("cut at {cut}"));
        }
    }
}

#[test]
fn no_credential_comes_back_from_an_option() {
    let folder = folder("explain-canary-options");
    let (policy, token) = (policy_file(&folder), file(&folder, "token.txt", TOKEN));
    let response = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\n\r\n";
    let url = format!("https://alice:{PASSWORD}@api.example/{KEY}?access_token={TOKEN}");
    for options in [
        &["--token-file", token.as_str(), "--url", &url][..],
        &["--token-file", &token, "--url", &url, "--policy", &policy],
        &["--token-file", TOKEN],
        &["--policy", TOKEN],
        &["--policy", &policy, "--keys", TOKEN],
        &["--policy", &policy, "--profile", TOKEN],
        &["--policy", &policy, "--scopes", TOKEN],
        &["--policy", &policy, "--revoked", KEY],
        &["--form", TOKEN],
        &["--entry", TOKEN],
        &["--color", TOKEN],
        &["--now", TOKEN],
    ] {
        for more in [&[][..], &["--json"]] {
            let args = [&["explain", "-"], options, more].concat();
            check(&run_with(&args, response.as_bytes()), &format!("{:?}", &options[..1]));
        }
    }
}
