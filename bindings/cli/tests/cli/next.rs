//! `next`.

use crate::support::{NOW, TOKEN, file, folder, run, run_with};

const REFUSED: &[u8] = b"HTTP/1.1 401 Unauthorized\r\nDate: x\r\nWWW-Authenticate: Bearer realm=\"a\" error=\"invalid_token\"\r\n\r\n{\"a\":1}";
const SILENT: &[u8] = b"HTTP/2 401 \r\nserver: x\r\n\r\n";

fn next(more: &[&str], input: &[u8]) -> serde_json::Value {
    let given = ["next", "--json", "--now", NOW, "--seed", "7"];
    let run = run_with(given.iter().chain(more), input);
    assert!(run.code < 2, "{more:?}: {}", run.err);
    let json = run.json();
    let is_stop = json["step"] == "stop" && json["reason"] != "answered";
    assert_eq!(run.code == 1, is_stop, "{more:?}: {json}");
    json
}

fn step(more: &[&str], input: &[u8]) -> String {
    let json = next(more, input);
    format!("{} {}", json["step"].as_str().unwrap(), json["reason"].as_str().unwrap())
}

#[test]
fn a_step_is_told_to_people() {
    let run = run_with(["next", "--scheme", "bearer", "--refresh"], REFUSED);
    assert_eq!(run.code, 0, "{}", run.err);
    let expected = "refresh   Get another access token by the refresh token.\n\
                    because   invalid_token: The server says that the token is not good.\n\
                    status    401\n\
                    then      send the request again\n\
                    offered   Bearer\n\
                    tolerated comma_missing: No comma stands before a parameter or a challenge. (WWW-Authenticate line 1, byte 17)\n\
                    state     65537\n";
    assert_eq!(run.out, expected);
    let stop = run_with(["next", "--scheme", "bearer"], b"HTTP/1.1 403 Forbidden\r\n\r\n");
    assert_eq!(stop.code, 1);
    assert!(stop.out.starts_with("stop      Hand the response to the caller.\nbecause   forbidden"), "{}", stop.out);
}

#[test]
fn json_has_the_members_of_the_corpus_and_the_status() {
    let json = next(&["--scheme", "Bearer", "--refresh"], REFUSED);
    let case = format!(
        r#"{{"op":"next_step","id":"x","sent":{{"scheme":"Bearer"}},"can":{{"refresh":true,"schemes":["Bearer"],"replay":true}},"now":{NOW},"seed":7,"responses":[{{"status":401,"headers":[["WWW-Authenticate","Bearer realm=\"a\" error=\"invalid_token\""]]}}]}}"#
    );
    let conform = run_with(["conform"], case.as_bytes()).json();
    let mut expected = conform["steps"][0].clone();
    expected["status"] = 401.into();
    assert_eq!(json.to_string(), expected.to_string(), "members in their order");
}

#[test]
fn what_was_sent_and_what_can_be_done_are_options() {
    let bearer = ["--scheme", "bearer"];
    for (more, input, expected) in [
        (&["--refresh"][..], REFUSED, "refresh invalid_token"),
        (&["--interactive"], REFUSED, "reauthenticate invalid_token"),
        (&[], REFUSED, "stop invalid_token"),
        (&["--refresh", "--superseded"], REFUSED, "retry token_superseded"),
        (&["--refresh", "--state", "65537"], REFUSED, "stop refused_again"),
        (&["--refresh"], SILENT, "refresh unexplained"),
        (&["--refresh", "--strict"], SILENT, "stop unexplained"),
        (&["--refresh", "--strict", "--expires", "1699999999"], SILENT, "refresh token_expired"),
        (
            &["--schemes", "bearer,basic"],
            b"HTTP/1.1 401 x\nwww-authenticate: Basic realm=a\n",
            "switch_scheme scheme_refused",
        ),
        (
            &["--interactive"],
            b"HTTP/1.1 403 x\nwww-authenticate: Bearer error=insufficient_scope\n",
            "step_up insufficient_scope",
        ),
        (&["--status", "0"], b"", "stop no_response"),
        (&["--status", "0", "--idempotent"], b"", "wait no_response"),
        (&[], b"HTTP/1.1 200 OK\r\n\r\n", "stop answered"),
    ] {
        let options: Vec<&str> = bearer.iter().chain(more).copied().collect();
        assert_eq!(step(&options, input), expected, "{more:?}");
    }
    assert_eq!(next(&["--scheme", "bearer", "--refresh", "--no-replay"], REFUSED)["replay"], false);
    assert_eq!(step(&["--interactive", "--schemes", "bearer"], REFUSED), "authorize credentials_needed");
    let strong = ["--schemes", "basic", "--state", "524288"];
    let basic = b"HTTP/1.1 401 x\nwww-authenticate: Basic realm=a\n";
    assert_eq!(step(&strong, basic), "stop downgrade");
    let consent: Vec<&str> = strong.iter().chain(&["--downgrade"]).copied().collect();
    assert_eq!(step(&consent, basic), "switch_scheme credentials_needed");
}

#[test]
fn a_token_is_read_for_its_end_and_never_shown() {
    let folder = folder("next");
    let token = file(&folder, "token.txt", format!("Bearer {TOKEN}\n"));
    let opaque = file(&folder, "opaque.txt", "opaque\n");
    let strict = ["--strict", "--refresh", "--token-file"];
    let step_of = |file: &str, now: &str| {
        let run = run_with(["next", "--json", "--now", now].iter().chain(&strict).chain(&[file]), SILENT);
        assert!(!run.out.contains("eyJ") && run.err.is_empty(), "{}{}", run.out, run.err);
        run.json()["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(step_of(&token, "1700000000"), "unexplained");
    assert_eq!(step_of(&token, "1700000001"), "token_expired");
    assert_eq!(step_of(&opaque, "1900000000"), "unexplained");
}

#[test]
fn of_several_responses_the_last_counts_and_redirects_tell_its_origin() {
    let bearer = ["--scheme", "bearer", "--refresh", "--url", "https://a.example/x"];
    let at = |redirect: &str| {
        let head = format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: {redirect}\r\n\r\n");
        step(&bearer, &[head.as_bytes(), REFUSED].concat())
    };
    assert_eq!(at("/y"), "refresh invalid_token");
    assert_eq!(at("https://A.example:443/y"), "refresh invalid_token");
    assert_eq!(at("https://b.example/y"), "stop other_origin");
    assert_eq!(at("//b.example/y"), "stop other_origin");
    assert_eq!(at("/login?next=https://b.example/y"), "refresh invalid_token", "an address in a query is no other one");
    let told: Vec<&str> = bearer.iter().chain(&["--response-url", "https://b.example/"]).copied().collect();
    assert_eq!(step(&told, REFUSED), "stop other_origin");
}

#[test]
fn headers_alone_need_a_status() {
    let headers = b"WWW-Authenticate: Bearer error=invalid_token\nRetry-After: 3\n";
    assert_eq!(step(&["--scheme", "bearer", "--refresh", "--status", "401"], headers), "refresh invalid_token");
    assert_eq!(next(&["--status", "503"], headers)["seconds"], 3);
    assert_eq!(next(&["--status", "503"], b"")["step"], "wait");
    let path = file(&folder("next-file"), "headers.txt", headers);
    assert_eq!(step(&["--status", "403", &path], b""), "stop forbidden");
}

#[test]
fn what_is_no_response_ends_with_2_and_is_not_repeated() {
    for (more, input, told) in [
        (&[][..], &b"WWW-Authenticate: Bearer\n"[..], "has no status line"),
        (&[], b"", "holds no response"),
        (&[], b"eyJsecret", "line 1 is no header line"),
        (&["--status", "403"], REFUSED, "--status says 403, and the response 401"),
        (&["--scheme", "hawk"], REFUSED, "no scheme of these: Bearer, DPoP"),
        (&["--response-url", "https://a.example"], REFUSED, "--url"),
        (&["--state", "many"], REFUSED, "--state"),
        (&["/nowhere/at/all"], b"", "no such file"),
        (&["--token-file", "-"], REFUSED, "standard input can be read once"),
        (&["--now", "soon"], REFUSED, "--now wants seconds"),
    ] {
        let run = run_with(["next"].iter().chain(more), input);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{more:?}");
        assert!(run.err.contains(told) && !run.err.contains("eyJ"), "{more:?}: {}", run.err);
    }
}

#[test]
fn what_a_server_wrote_does_not_reach_the_terminal_as_it_is() {
    let head = b"HTTP/1.1 403 x\nWWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"\x1b[31m\xc2\x9b\"\n";
    let shown = run_with(["next", "--scheme", "bearer", "--interactive"], head).out;
    assert!(shown.contains(r"\u{1b}[31m\u{9b}") && !shown.contains(['\u{1b}', '\u{9b}']), "{shown:?}");
    assert_eq!(run(["next", "--help"]).code, 0);
}
