//! `policy check`.

use crate::support::{file, folder, policy_file, policy_text, run, run_with};

#[test]
fn a_policy_that_loads_ends_with_0() {
    let run = run(["policy", "check", &policy_file(&folder("policy-good"))]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.starts_with("loads ") && run.out.contains("authorization, origin"), "{}", run.out);
}

#[test]
fn errors_have_a_place_and_end_with_1() {
    let folder = folder("policy-bad");
    let path = file(&folder, "p.json", "{\n \"realm\": 1,\n \"bearer\": {\"issuers\": []}\n}");
    let run = run(["policy", "check", &path]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("error[type_wrong]:") && run.out.contains("p.json:2:11: /realm:"), "{}", run.out);
    assert!(run.out.contains("p.json:3:24: /bearer/issuers:"), "{}", run.out);
    let json = crate::support::run(["policy", "check", "--json", &path]);
    assert_eq!(json.code, 1);
    let json = json.json();
    assert_eq!(json["loads"], false);
    let entry = &json["entries"][0];
    assert_eq!((entry["severity"].as_str(), entry["code"].as_str()), (Some("error"), Some("type_wrong")));
    assert_eq!((entry["pointer"].as_str(), entry["line"].as_u64()), (Some("/realm"), Some(2)));
}

#[test]
fn warnings_are_told_and_can_be_denied() {
    let text = policy_text(r#","leeway":90"#);
    let run = run_with(["policy", "check", "-"], text.as_bytes());
    assert_eq!(run.code, 0);
    assert!(run.out.contains("warning[leeway_high]: standard input:1:"), "{}", run.out);
    assert_eq!(run_with(["policy", "check", "--deny-warnings", "-"], text.as_bytes()).code, 1);
    let json = run_with(["policy", "check", "--json", "-"], text.as_bytes()).json();
    assert_eq!((json["loads"].as_bool(), json["entries"][0]["code"].as_str()), (Some(true), Some("leeway_high")));
}

#[test]
fn references_are_read_from_files() {
    let folder = folder("policy-refs");
    let text = r#"{"realm":"a","bearer":{"issuers":[{"issuer":"i","audience":"a","algorithms":["HS256"],
        "jwks":{"keys":[{"kty":"oct","kid":"s","k":{"ref":"secret"}}]}}]}}"#;
    let path = file(&folder, "p.json", text);
    let secret = file(&folder, "secret.bin", [7_u8; 32]);
    let missing = run(["policy", "check", &path]);
    assert_eq!(missing.code, 1, "{}", missing.out);
    assert!(missing.out.contains("ref_unknown"), "{}", missing.out);
    assert_eq!(run(["policy", "check", &path, "--ref", &format!("secret={secret}")]).code, 0);
    assert_eq!(run(["policy", "check", &path, "--ref", "secret=/nowhere/x"]).code, 2);
}

#[test]
fn a_file_that_cannot_be_read_ends_with_2() {
    let run = run(["policy", "check", "/nowhere/p.json"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("/nowhere/p.json: no such file"), "{}", run.err);
    let here = crate::support::run(["policy", "check", env!("CARGO_TARGET_TMPDIR")]);
    assert_eq!(here.code, 2);
    assert!(here.err.contains("is a directory"), "{}", here.err);
}
