//! `challenge parse` and `challenge build`.

use crate::support::{run, run_with};

#[test]
fn challenges_are_listed() {
    let run = run(["challenge", "parse", r#"Basic realm="a", Bearer realm="b \"c\"", error=x"#, "Negotiate YWJj"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let expected = "Basic\n  realm              a\nBearer\n  realm              b \"c\"\n  error              x\nNegotiate\n  YWJj\n";
    assert_eq!(run.out, expected);
}

#[test]
fn json_is_that_of_the_corpus() {
    let run = run(["challenge", "parse", "--json", "Basic realm=\"a\", Bearer"]);
    let expected = r#"{"challenges":[{"scheme":"Basic","token68":null,"params":[["realm","a"]]},{"scheme":"Bearer","token68":null,"params":[]}],"error":null}"#;
    assert_eq!((run.code, run.out.trim_end()), (0, expected));
    let raw = run_with(["challenge", "parse", "--json", "-"], b"Basic realm=\"\xE9\"");
    assert_eq!(raw.json()["challenges"][0]["params"][0][1]["b64"], "6Q==");
}

#[test]
fn a_fault_ends_with_1_and_shows_where() {
    let run = run(["challenge", "parse", "Basic realm=\"a\", Bearer realm=\"b"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("malformed: line 1, byte 30\nfrom here \"b\n"), "{}", run.out);
    let json = crate::support::run(["challenge", "parse", "--json", "Basic realm=\"a\", Bearer, =x"]).json();
    assert_eq!(json["error"], serde_json::json!({"reason": "challenge_malformed", "value": 0, "offset": 25}));
    assert_eq!(json["challenges"][0]["scheme"], "Basic");
}

#[test]
fn a_response_head_is_searched_for_its_lines() {
    let head = b"HTTP/1.1 401 Unauthorized\r\nDate: x\r\nwww-authenticate: Basic realm=\"a\"\r\nWWW-Authenticate: Bearer\r\n\r\n";
    let json = run_with(["challenge", "parse", "--json", "-"], head).json();
    assert_eq!(json["challenges"].as_array().unwrap().len(), 2);
    let lines = run_with(["challenge", "parse", "--json", "-"], b"WWW-Authenticate: Basic\nBearer\n").json();
    assert_eq!(lines["challenges"].as_array().unwrap().len(), 2);
    assert_eq!(run_with(["challenge", "parse", "-"], b"HTTP/1.1 200 OK\r\n\r\n").out, "no challenge\n");
}

#[test]
fn a_challenge_is_written_in_the_order_given() {
    let run = run(["challenge", "build", "Bearer", "realm=example", "error=invalid_token"]);
    assert_eq!((run.code, run.out.as_str()), (0, "Bearer realm=\"example\", error=\"invalid_token\"\n"));
    let json = crate::support::run(["challenge", "build", "--json", "Basic", "realm=a=b"]);
    assert_eq!(json.out, "{\"value\":\"Basic realm=\\\"a=b\\\"\",\"error\":null}\n");
}

#[test]
fn what_cannot_be_written_ends_with_2() {
    for (args, told) in [
        (vec!["Bearer", "realm=a", "REALM=b"], "parameter 1: the name stands twice (REALM)"),
        (vec!["Be arer"], "the scheme is not a token"),
        (vec!["Bearer", "error=a\"b"], "parameter 0"),
        (vec!["Bearer", "realm"], "write a parameter realm=example"),
    ] {
        let run = run(["challenge", "build"].iter().chain(&args));
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(told), "{}", run.err);
    }
    let json = run(["challenge", "build", "--json", "Bearer", "realm=\u{7f}"]);
    assert_eq!((json.code, json.json()["error"]["reason"].as_str()), (2, Some("challenge_invalid")));
}
