//! `decode`.

use crate::support::{NOW, TOKEN, run, run_with};

#[test]
fn a_token_is_shown_with_its_dates_and_called_unverified() {
    let run = run_with(["decode", "--now", NOW, "-"], format!("{TOKEN}\n").as_bytes());
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.starts_with("Not verified:"), "{}", run.out);
    assert!(run.out.contains("\"alg\": \"ES256\""), "{}", run.out);
    assert!(run.out.contains("\"iat\": 1699999940,  // 2023-11-14T22:12:20Z, 60 seconds ago\n"), "{}", run.out);
}

#[test]
fn json_says_that_nothing_was_verified() {
    let json = run(["decode", "--json", TOKEN]).json();
    let names: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(names, ["header", "claims", "reason", "verified", "dates"]);
    assert_eq!(json["verified"], false);
    assert_eq!(json["claims"]["sub"], "alice");
    assert_eq!(json["dates"]["exp"], "2023-11-14T22:13:21Z");
}

#[test]
fn what_people_paste_around_a_token_is_taken_off() {
    for text in [format!("Bearer {TOKEN}"), format!("Authorization: Bearer {TOKEN}"), format!(" {TOKEN} ")] {
        assert_eq!(run(["decode", text.as_str()]).code, 0, "{text}");
    }
    let slip = run(["decode", "Bearer: abc"]);
    assert_eq!(slip.code, 2);
    assert!(slip.err.contains("what follows the word Bearer is no token"), "{}", slip.err);
}

#[test]
fn what_cannot_be_read_is_said_and_ends_with_1() {
    let run = run(["decode", "opaque"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("header: cannot be read") && run.out.contains("token_not_jwt"), "{}", run.out);
    let json = crate::support::run(["decode", "--json", "a.b.c.d.e"]);
    assert_eq!((json.code, json.json()["reason"].as_str()), (1, Some("jwe_given")));
}

#[test]
fn numbers_and_escapes_stay_as_signed_and_controls_do_not_reach_the_terminal() {
    // {"alg":"none"} and claims with 1.50, an escaped ESC and a raw C1 control.
    let claims = "{\"n\":1.50,\"a\":\"\\u001b[31m\",\"b\":\"\u{9b}31m\u{202e}\"}";
    let token = format!("eyJhbGciOiJub25lIn0.{}.", base64(claims));
    let json = run(["decode", "--json", &token]);
    assert!(json.out.contains(r#""n":1.50,"a":"\u001b[31m""#), "{}", json.out);
    assert!(json.out.contains('\u{9b}'), "to the byte for programs");
    let shown = run(["decode", &token]).out;
    assert!(shown.contains(r"\u{9b}31m\u{202e}") && !shown.contains(['\u{9b}', '\u{1b}', '\u{202e}']), "{shown:?}");
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}
