//! `explain`: its options, its exit codes and how it looks.

use crate::explain_forms::transcript;
use crate::support::{NOW, TOKEN, command, file, folder, policy_file, run, run_with};

fn head(token: &str) -> String {
    format!("GET /v1 HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer {token}\r\n\r\n")
}

#[test]
fn people_see_the_exchange_and_then_the_findings() {
    let text = transcript("express.http.txt");
    let run = run_with(["explain", "-"], text.as_bytes());
    assert_eq!(run.code, 1, "{}", run.err);
    let expected = "read as   a raw HTTP exchange
exchange  GET /api/me, 401
time      the response's Date

1. error bearer_placeholder (observed)
   The text behind Bearer is a placeholder, not a token.
   where     request, Authorization, byte 7
   seen      the word `undefined`
";
    assert!(run.out.starts_with(expected), "{}", run.out);
    assert!(run.out.contains("\n   rule      REQ-BEARER-28, RFC 6750 section 2.1\n"), "{}", run.out);
    for line in run.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn exit_codes_are_those_of_the_other_commands() {
    let fresh = run(["explain", "--now", NOW, TOKEN]);
    assert_eq!(fresh.code, 0, "{}", fresh.out);
    assert_eq!(run(["explain", "--now", "1800000000", TOKEN]).code, 1);
    assert_eq!(run(["explain", "no-such-file.txt"]).code, 2);
    let folder = folder("explain-codes");
    let policy = policy_file(&folder);
    // The policy lets it through, and the server's 401 has no challenge.
    let warned = head(TOKEN) + "HTTP/1.1 401 Unauthorized\r\n\r\n";
    let warned = run_with(["explain", "--policy", &policy, "--now", NOW, "-"], warned.as_bytes());
    assert_eq!(warned.code, 3, "{}", warned.out);
}

#[test]
fn the_reason_of_a_log_proves_what_the_exchange_shows() {
    let text = head(TOKEN) + "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\n\r\n";
    let told = |reason: &str| {
        let run = run_with(["explain", "--json", "--now", NOW, "--reason", reason, "-"], text.as_bytes());
        assert_eq!(run.code, 1, "{}", run.err);
        run.json()["findings"][0].clone()
    };
    for reason in ["signature_invalid", "token_revoked"] {
        let first = told(reason);
        assert_eq!((&first["id"], &first["certainty"]), (&reason.into(), &"proved".into()));
    }
    let unknown = run(["explain", "--reason", "no_such_reason", TOKEN]);
    assert_eq!(unknown.code, 2, "{}", unknown.out);
    assert!(unknown.err.contains("no such reason"), "{}", unknown.err);
}

#[test]
fn colours_come_when_asked_for_and_not_in_a_pipe() {
    let args = ["explain", "--now", "1800000000", TOKEN];
    let run_as = |more: &[&str], variable: Option<(&str, &str)>| {
        let mut command = command();
        command.args(args).args(more).envs(variable);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(!run_as(&[], None).contains('\u{1b}'));
    assert!(run_as(&["--color", "always"], None).contains("\u{1b}[1m\u{1b}[31merror"));
    assert!(!run_as(&["--color", "never"], Some(("CLICOLOR_FORCE", "1"))).contains('\u{1b}'));
    assert!(run_as(&[], Some(("CLICOLOR_FORCE", "1"))).contains('\u{1b}'));
    assert!(!run_as(&["--color", "auto"], Some(("NO_COLOR", "1"))).contains('\u{1b}'));
    let json = run_as(&["--json", "--color", "always"], None);
    assert!(!json.contains('\u{1b}') && json.starts_with('{'), "{json}");
}

#[test]
fn json_has_what_was_read_and_every_finding() {
    let run = run_with(["explain", "--json", "-"], transcript("redirect.curl-v.txt").as_bytes());
    let json = run.json();
    let names: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(names, ["form", "exchange", "clock", "findings"]);
    assert_eq!(json["clock"], "date");
    let exchange = serde_json::json!({"request": "GET https://www.api.example/v1/files", "number": 2, "of": 2, "redirects": 1, "status": 401});
    assert_eq!(json["exchange"], exchange);
    let finding = json["findings"][0].as_object().unwrap();
    let names: Vec<&String> = finding.keys().collect();
    let members = [
        "id",
        "severity",
        "certainty",
        "place",
        "evidence",
        "cause",
        "advice",
        "would_pass_if",
        "requirement",
        "section",
    ];
    assert_eq!(names, members);
}

#[test]
fn policy_and_keys_prove_the_cause() {
    let folder = folder("explain-policy");
    let policy = policy_file(&folder);
    let input = head(TOKEN);
    let explain = |more: &[&str]| {
        let args = ["explain", "--json", "--policy", &policy, "-"].map(str::to_owned);
        run_with(args.iter().map(String::as_str).chain(more.iter().copied()), input.as_bytes())
    };
    let expired = explain(&["--now", "1700000061"]);
    let first = &expired.json()["findings"][0];
    assert_eq!((first["id"].as_str(), first["certainty"].as_str()), (Some("token_expired"), Some("proved")));
    assert!(first["would_pass_if"].is_string(), "{}", expired.out);
    let passes = explain(&["--now", NOW]);
    assert_eq!(passes.code, 0, "{}", passes.out);
    let revoked = explain(&["--now", NOW, "--revoked", "j-1"]);
    assert_eq!(revoked.json()["findings"][0]["id"], "token_revoked", "{}", revoked.out);
    let scoped = explain(&["--now", NOW, "--scopes", "reports:read"]);
    assert_eq!(scoped.json()["findings"][0]["id"], "scope_missing", "{}", scoped.out);
    let other = file(
        &folder,
        "other.json",
        r#"{"keys":[{"kty":"EC","crv":"P-256","x":"b6XsH-zsTwl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k","y":"YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA","kid":"k2","alg":"ES256"}]}"#,
    );
    let sourced = file(
        &folder,
        "sourced.json",
        r#"{"realm":"api","bearer":{"issuers":[{"issuer":"https://login.example.com","audience":"https://api.example.com","jwks_uri":"https://login.example.com/keys"}]}}"#,
    );
    let args = ["explain", "--json", "--policy", &sourced, "--keys", &other, "--now", NOW, "-"];
    let rotated = run_with(args, input.as_bytes());
    assert_eq!(rotated.json()["findings"][0]["id"], "kid_rotated", "{}", rotated.out);
    let broken = file(&folder, "broken.json", "{\"keys\":7}");
    let args = ["explain", "--policy", &sourced, "--keys", &broken, "-"];
    let run_broken = run_with(args, input.as_bytes());
    assert!(run_broken.code == 2 && run_broken.err.contains("broken.json"), "{}", run_broken.err);
    let unknown = run(["explain", "--policy", &policy, "--profile", "x", TOKEN]);
    assert!(unknown.code == 2 && unknown.err.contains("the policy has no profile `x`"), "{}", unknown.err);
}

#[test]
fn a_token_and_an_address_stand_beside_a_response() {
    let folder = folder("explain-beside");
    let (policy, token) = (policy_file(&folder), file(&folder, "token.txt", format!("{TOKEN}\n")));
    let response = "HTTP/1.1 401 Unauthorized\r\nDate: Tue, 14 Nov 2023 23:13:20 GMT\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\n\r\n";
    let args =
        ["explain", "--json", "--token-file", &token, "--url", "https://api.example.com/v1", "--policy", &policy];
    let run = run_with(args, response.as_bytes());
    let first = &run.json()["findings"][0];
    assert_eq!(
        (first["id"].as_str(), first["certainty"].as_str()),
        (Some("token_expired"), Some("proved")),
        "{}",
        run.out
    );
    let empty = file(&folder, "empty.txt", "\n");
    let run = run_with(["explain", "--token-file", &empty], response.as_bytes());
    assert!(run.code == 2 && run.err.contains("is empty"), "{}", run.err);
}

#[test]
fn entries_are_chosen_and_listed() {
    let har = transcript("chromium.har");
    let third = run_with(["explain", "--json", "--entry", "3", "-"], har.as_bytes()).json();
    assert_eq!((third["exchange"]["number"].as_u64(), third["exchange"]["status"].as_u64()), (Some(3), Some(0)));
    let people = run_with(["explain", "--entry", "3", "-"], har.as_bytes());
    assert!(people.out.contains("\nothers    denied too: 2; --entry N explains one\n"), "{}", people.out);
    let none = run_with(["explain", "-"], har.replace("401", "204").as_bytes());
    assert_eq!(none.code, 2);
    let listed = "standard input: 3 entries, none of them with 401, 403 or 407";
    assert!(
        none.err.contains(listed) && none.err.contains("3  GET https://api.example/v1/me, no response"),
        "{}",
        none.err
    );
    assert!(none.err.contains("--entry N"), "{}", none.err);
    let beyond = run_with(["explain", "--entry", "4", "-"], har.as_bytes());
    assert!(beyond.code == 2 && beyond.err.contains("--entry takes 1 to 3"), "{}", beyond.err);
}

#[test]
fn the_rest_is_summed_up_and_shown_with_all() {
    let text = transcript("apache.curl-v.txt").replace("Bearer realm", "Bearer, error=\"oops\", realm");
    let (short, all) =
        (run_with(["explain", "-"], text.as_bytes()), run_with(["explain", "--all", "-"], text.as_bytes()));
    let count = |text: &str| {
        text.lines()
            .filter(|line| line.contains(". error ") || line.contains(". warning ") || line.contains(". note "))
            .count()
    };
    assert_eq!(count(&short.out), 3, "{}", short.out);
    assert!(count(&all.out) > 3 && short.out.contains("--all shows"), "{}", all.out);
    assert!(!all.out.contains("--all shows"), "{}", all.out);
}

#[test]
fn what_cannot_be_used_is_told_with_what_was_expected() {
    for (input, told) in [
        ("", "standard input: the input is empty"),
        ("curl -v https://x/", "a curl command, where its output is expected"),
        ("* Could not resolve host: x\n* Closing connection 0\n", "never came to a request line"),
        ("== Info:   Trying 192.0.2.1:80...", "output of curl --trace"),
        ("why is this denied", "none of the forms"),
        ("{\"access_token\":\"x\"}", "JSON without `log.entries`"),
        ("{\"log\":{\"entries\":[", "not valid JSON, or cut off"),
        ("{\"log\":{\"entries\":[{}]}}", "entry 1: expected `request`"),
    ] {
        let run = run_with(["explain", "-"], input.as_bytes());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{input}");
        assert!(run.err.contains(told) && run.err.contains("next: "), "{input}\n{}", run.err);
    }
    let json = run_with(["explain", "--json", "-"], b"");
    assert!(json.json()["error"]["message"].as_str().unwrap().contains("empty"));
    let long = run_with(["explain", "-"], &vec![b'a'; (64 << 20) + 1]);
    assert!(long.code == 2 && long.err.contains("longer than 64 MiB"), "{}", long.err);
}
