//! `check`.

use countersign::json::{Document, Duplicates};

use crate::support::{ISSUER, JWKS, NOW, Run, TOKEN, file, folder, policy_file, policy_text, run, run_with};

fn check(name: &str, more: &[&str], input: &str) -> Run {
    let policy = policy_file(&folder(name));
    run_with(["check", "--policy", &policy, "--now", NOW].iter().chain(more), input.as_bytes())
}

#[test]
fn an_allowed_request_shows_who_it_is_and_ends_with_0() {
    let header = format!("Authorization: Bearer {TOKEN}");
    let run = check("check-allowed", &["-H", &header], "");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.starts_with("HTTP/1.1 200 OK\n"), "{}", run.out);
    for line in ["allowed   ok (1)", "scheme    Bearer", "subject   alice", "key       k1"] {
        assert!(run.out.lines().any(|found| found == line), "{line}\n{}", run.out);
    }
    assert!(run.out.contains(r#""exp": 1700000001,  // 2023-11-14T22:13:21Z, in 1 second"#), "{}", run.out);
}

#[test]
fn a_denied_request_shows_the_response_and_ends_with_1() {
    let run = check("check-denied", &["--now", "1800000000", "-"], TOKEN);
    assert_eq!(run.code, 2, "the option stands twice");
    let policy = policy_file(&folder("check-denied"));
    let run = run_with(["check", "--policy", &policy, "--now", "1800000000", "-"], TOKEN.as_bytes());
    assert_eq!(run.code, 1);
    let expected = r#"HTTP/1.1 401 Unauthorized
WWW-Authenticate: Bearer realm="api", error="invalid_token", error_description="The access token expired"
Cache-Control: no-store
Content-Type: application/problem+json
Content-Length: 118

{"type":"about:blank","title":"Unauthorized","status":401,"error":"invalid_token","detail":"The access token expired"}

denied    token_expired (3001)
"#;
    assert!(run.out.starts_with(expected), "{}", run.out);
    let next = countersign::Reason::TokenExpired.next_step();
    assert!(run.out.contains(&format!("next      {next}\n")), "{}", run.out);
}

#[test]
fn a_slip_in_credentials_is_named_where_the_reason_is_wider() {
    let folder = folder("check-detail");
    let policy = file(&folder, "p.json", r#"{"realm":"a","api_key":{"keys":[]}}"#);
    let args = |more: &[&str]| {
        let mut args =
            vec!["check".to_owned(), "--policy".into(), policy.clone(), "-H".into(), "X-API-Key: a b".into()];
        args.extend(more.iter().map(|arg| (*arg).to_owned()));
        args
    };
    let people = run(args(&[]));
    assert!(
        people.out.contains("detail    White space stands inside the credentials. (space_inside)\n"),
        "{}",
        people.out
    );
    assert!(!people.out.contains("\ncause "), "{}", people.out);
    assert_eq!(run(args(&["--json"])).json()["detail"], "space_inside");
}

#[test]
fn json_has_the_conformance_members_the_body_and_the_detail() {
    let json = check("check-json", &["--json", "-"], TOKEN).json();
    let names: Vec<&String> = json.as_object().unwrap().keys().collect();
    let members = ["status", "reason", "scheme", "issuer", "subject", "key_id", "headers", "claims", "need"];
    assert_eq!(names[..9], members);
    assert_eq!(names[9..], ["body", "detail"]);
    assert_eq!((json["status"].as_u64(), json["reason"].as_str()), (Some(200), Some("ok")));
    assert!(json["body"].is_null());
    let denied = check("check-json", &["--json"], "");
    assert_eq!(denied.code, 1);
    let json = denied.json();
    assert_eq!(json["reason"], "credentials_missing");
    assert_eq!(json["headers"][0], serde_json::json!(["WWW-Authenticate", "Bearer realm=\"api\""]));
    assert!(json["body"].as_str().unwrap().starts_with(r#"{"type":"about:blank""#));
}

#[test]
fn every_way_to_give_a_request_is_the_same_request() {
    let folder = folder("check-ways");
    let policy = policy_file(&folder);
    let head = format!("GET /v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\nbody");
    let request = file(&folder, "head.txt", &head);
    let header = format!("authorization:Bearer {TOKEN}");
    for (args, input) in [
        (vec!["-"], head.clone()),
        (vec!["-"], format!("{TOKEN}\n")),
        (vec!["-"], format!("Bearer {TOKEN}\r\n")),
        (vec!["-"], format!("Authorization: Bearer {TOKEN}")),
        (vec!["--request", &request], String::new()),
        (vec!["--request", "-"], head.clone()),
        (vec!["-H", &header], String::new()),
        (vec!["--header", &header, "--target", "https://api.example.com/", "--method", "POST"], String::new()),
    ] {
        let run = run_with(["check", "--policy", &policy, "--now", NOW].iter().chain(&args), input.as_bytes());
        assert_eq!(run.code, 0, "{args:?}\n{}{}", run.out, run.err);
    }
    let twice = run_with(["check", "--policy", &policy, "-H", &header, "-"], TOKEN.as_bytes());
    assert!(twice.out.contains("authorization_repeated"), "{}", twice.out);
}

#[test]
fn options_reach_the_core() {
    let reason = |more: &[&str]| {
        let policy =
            file(&folder("check-options"), "p.json", policy_text(r#","profiles":{"admin":{"scopes":"admin"}}"#));
        let run =
            run_with(["check", "--json", "--policy", &policy, "--now", NOW, "-"].iter().chain(more), TOKEN.as_bytes());
        run.json()["reason"].as_str().map(str::to_owned).unwrap_or(run.err)
    };
    assert_eq!(reason(&[]), "ok");
    assert_eq!(reason(&["--revoked", "x", "--revoked", "j-1"]), "token_revoked");
    assert_eq!(reason(&["--scopes", "read"]), "insufficient_scope");
    assert_eq!(reason(&["--profile", "admin"]), "insufficient_scope");
    assert_eq!(reason(&["--profile", "admin", "--scopes", ""]), "ok");
    let preflight = ["--method", "OPTIONS", "-H", "Origin: https://a", "-H", "Access-Control-Request-Method: GET"];
    assert_eq!(reason(&preflight), "preflight_exempt");
}

#[test]
fn key_sets_are_given_by_issuer_or_alone() {
    let folder = folder("check-keys");
    let text = policy_text("").replace(&format!(r#""jwks":{JWKS}"#), r#""jwks_uri":"https://login.example.com/jwks""#);
    let policy = file(&folder, "p.json", &text);
    let keys = file(&folder, "jwks.json", JWKS);
    let judge = |more: &[&str]| {
        run_with(["check", "--policy", &policy, "--now", NOW, "-"].iter().chain(more), TOKEN.as_bytes())
    };
    let without = judge(&[]);
    assert_eq!(without.code, 1);
    assert!(
        without.out.contains("503 Service Unavailable\n")
            && without.out.contains("fetch https://login.example.com/jwks")
    );
    assert_eq!(judge(&["--keys", &keys]).code, 0);
    assert_eq!(judge(&["--keys", &format!("{ISSUER}={keys}")]).code, 0);
    let unknown = judge(&["--keys", &format!("https://other.example={keys}")]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("next: write --keys 'https://login.example.com=FILE'"), "{}", unknown.err);
    let broken = file(&folder, "broken.json", "{\"keys\":\n 1}");
    let broken = judge(&["--keys", &broken]);
    assert_eq!(broken.code, 2);
    assert!(broken.err.contains("broken.json:2:2: no array \"keys\""), "{}", broken.err);
}

#[test]
fn faults_end_with_2_and_say_what_to_do() {
    let folder = folder("check-faults");
    let policy = policy_file(&folder);
    let bad = file(&folder, "bad.json", "{\n  \"realm\": \"a\",\n  \"bearrer\": {}\n}");
    let syntax = file(&folder, "syntax.json", "{\n  \"realm\": }");
    for (args, told) in [
        (vec!["check", "--policy", "/nowhere/policy.json"], "/nowhere/policy.json: no such file"),
        (vec!["check", "--policy", &bad], "bad.json:3:14: /bearrer:"),
        (vec!["check", "--policy", &bad], "did you mean `bearer`?"),
        (vec!["check", "--policy", &syntax], "syntax.json:2:12: not valid JSON"),
        (vec!["check", "--policy", &policy, "--now", "soon"], "write --now 1700000000"),
        (vec!["check", "--policy", &policy, "--scopes", "a\"b"], "--scopes holds what no scope may"),
        (
            vec!["check", "--policy", &policy, "--profile", "x"],
            "the policy has no profile `x`; its profiles: it has none",
        ),
        (vec!["check", "--policy", &policy, "-H", "Authorization Bearer"], "write it as 'Name: value'"),
        (vec!["check", "--policy", &policy, "-"], "standard input is empty"),
        (vec!["check", "--policy", "-"], "standard input:1:1: not valid JSON\n"),
        (vec!["check", "--policy", &policy, "--ref", "x"], "--ref wants a name"),
        (vec!["check"], "--policy <FILE>"),
    ] {
        let run = run(&args);
        assert_eq!(run.code, 2, "{args:?} {}", run.out);
        assert!(run.out.is_empty() && run.err.contains(told), "{args:?}\n{}", run.err);
    }
    let json = run(["check", "--json", "--policy", &bad]);
    assert_eq!((json.code, json.json()["error"]["pointer"].as_str()), (2, Some("/bearrer")));
    assert_eq!(json.json()["error"]["reason"], "policy_invalid");
}

#[test]
fn standard_input_is_asked_for_once() {
    let run = run_with(["check", "--policy", "-", "-"], policy_text("").as_bytes());
    assert_eq!(run.code, 2);
    assert!(run.err.contains("standard input can be read once"), "{}", run.err);
}

/// Every tenth row of the corpus that can be said in options: `check --json` is what `conform` answers.
#[test]
fn check_answers_as_the_corpus_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/check.jsonl");
    let rows = std::fs::read_to_string(path).unwrap();
    let folder = folder("check-corpus");
    let mut compared = 0;
    for line in rows.lines().step_by(10) {
        let row = Document::parse(line.as_bytes(), Duplicates::Mark).unwrap();
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let (case, answer) = (&value["case"], &value["answer"]);
        let (Some(policy), Some(reason)) = (row.root().pointer("/case/policy"), answer["reason"].as_str()) else {
            continue;
        };
        let known = ["op", "id", "policy", "request", "now", "scopes", "revoked"];
        let plain = |text: &str| !text.is_empty() && text.trim() == text && !text.contains(|c: char| c.is_control());
        let headers: Option<Vec<String>> = case["request"]["headers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|header| {
                let (name, value) = (header[0].as_str().unwrap(), header[1].as_str()?);
                // `check` refuses a line without a name, which only a host can hand in.
                (!name.is_empty() && plain(value)).then(|| format!("{name}: {value}"))
            })
            .collect();
        let (Some(headers), true) =
            (headers, case.as_object().unwrap().keys().all(|name| known.contains(&name.as_str())))
        else {
            continue;
        };
        if case["request"]["client_cert_sha256"].is_string() {
            continue;
        }
        let now = row.root().pointer("/case/now").unwrap().raw();
        let policy = file(&folder, "p.json", policy.raw());
        let mut args = vec!["check".to_owned(), "--json".into(), "--policy".into(), policy, format!("--now={now}")];
        args.extend(["--method".into(), case["request"]["method"].as_str().unwrap_or("GET").into()]);
        args.extend(["--target".into(), case["request"]["target"].as_str().unwrap().into()]);
        args.extend(headers.iter().flat_map(|header| ["-H".to_owned(), header.clone()]));
        args.extend(case["scopes"].as_str().map(|scopes| format!("--scopes={scopes}")));
        args.extend(
            case["revoked"].as_array().into_iter().flatten().map(|id| format!("--revoked={}", id.as_str().unwrap())),
        );
        let mut found = run(&args).json();
        found.as_object_mut().unwrap().shift_remove("body");
        found.as_object_mut().unwrap().shift_remove("detail");
        found["id"] = answer["id"].clone();
        assert_eq!(&found, answer, "{reason} {args:?}");
        compared += 1;
    }
    assert!(compared > 50, "{compared}");
}
