//! `mint`, and that what it makes is taken by `check`.

use std::fs;

use crate::support::{folder, run, run_with};

const ALGORITHMS: [&str; 14] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "HS256",
    "HS384", "HS512",
];

#[test]
fn every_algorithm_makes_a_token_that_is_allowed_and_one_bit_less_is_denied() {
    for alg in ALGORITHMS {
        let folder = folder(&format!("mint-{alg}"));
        let dir = folder.to_str().unwrap();
        let made = run(["mint", "--alg", alg, "--out-dir", dir]);
        assert_eq!(made.code, 0, "{alg} {}", made.err);
        assert!(made.err.contains("for trying things out only"), "{}", made.err);
        let token = fs::read_to_string(folder.join("token.txt")).unwrap();
        assert!(!made.out.contains(token.trim_end()) && !made.err.contains(token.trim_end()));
        let policy = format!("{dir}/policy.json");
        let reason = |token: &str| {
            let run = run_with(["check", "--json", "--policy", &policy, "-"], token.as_bytes());
            (run.code, run.json()["reason"].as_str().unwrap().to_owned())
        };
        assert_eq!(reason(&token), (0, "ok".to_owned()), "{alg}");
        assert_eq!(reason(&with_one_bit_changed(&token)), (1, "signature_invalid".to_owned()), "{alg}");
        let key = if alg.starts_with("HS") { "secret.jwk" } else { "private.pem" };
        let again = run(["mint", "--alg", alg, "--key", &format!("{dir}/{key}"), "--show-token"]);
        assert_eq!(again.code, 0, "{alg} {}", again.err);
        assert_eq!(reason(&again.out), (0, "ok".to_owned()), "{alg} with the key read again");
    }
}

#[test]
fn the_public_set_works_by_itself_and_openssl_names_agree() {
    let folder = folder("mint-set");
    let dir = folder.to_str().unwrap();
    assert_eq!(run(["mint", "--out-dir", dir]).code, 0);
    let token = fs::read_to_string(folder.join("token.txt")).unwrap();
    let [policy, keys] = ["policy.json", "jwks.json"].map(|name| format!("{dir}/{name}"));
    assert_eq!(run_with(["check", "--policy", &policy, "--keys", &keys, "-"], token.as_bytes()).code, 0);
    assert_eq!(run(["keys", "--fetched", &keys]).code, 0);
}

#[cfg(unix)]
#[test]
fn what_is_private_is_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    for (alg, private) in
        [("ES256", vec!["private.pem", "token.txt"]), ("HS256", vec!["secret.jwk", "policy.json", "token.txt"])]
    {
        let folder = folder(&format!("mint-mode-{alg}"));
        assert_eq!(run(["mint", "--alg", alg, "--out-dir", folder.to_str().unwrap()]).code, 0);
        for name in private {
            assert_eq!(fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{alg} {name}");
        }
    }
}

#[test]
fn nothing_is_replaced_without_force() {
    let folder = folder("mint-force");
    let dir = folder.to_str().unwrap();
    assert_eq!(run(["mint", "--out-dir", dir]).code, 0);
    let before = fs::read(folder.join("private.pem")).unwrap();
    let again = run(["mint", "--out-dir", dir]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("private.pem is there already") && again.err.contains("--force"), "{}", again.err);
    assert_eq!(fs::read(folder.join("private.pem")).unwrap(), before);
    assert_eq!(run(["mint", "--force", "--out-dir", dir]).code, 0);
    assert_ne!(fs::read(folder.join("private.pem")).unwrap(), before);
}

#[test]
fn claims_and_header_are_what_was_asked_for() {
    let folder = folder("mint-claims");
    let dir = folder.to_str().unwrap();
    let made = run([
        "mint",
        "--json",
        "--show-token",
        "--out-dir",
        dir,
        "--now",
        "1700000000",
        "--expires-in",
        "-60",
        "--issuer",
        "https://i",
        "--audience",
        "a",
        "--subject",
        "bob",
        "--scope",
        "x y",
        "--claim",
        "n=1.50",
        "--claim",
        "sub=\"carol\"",
        "--claim",
        "jti=",
        "--typ",
        "JWT",
        "--kid",
        "k",
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let made = made.json();
    assert_eq!(
        (made["alg"].as_str(), made["kid"].as_str(), made["exp"].as_i64()),
        (Some("ES256"), Some("k"), Some(1_699_999_940))
    );
    let shown = run(["decode", "--json", made["token"].as_str().unwrap()]).out;
    let expected = r#"{"header":{"alg":"ES256","typ":"JWT","kid":"k"},"claims":{"iss":"https://i","sub":"carol","aud":"a","exp":1699999940,"iat":1700000000,"client_id":"countersign-mint","scope":"x y","n":1.50}"#;
    assert!(shown.starts_with(expected), "{shown}");
}

#[test]
fn odd_tokens_can_be_crafted() {
    let folder = folder("mint-raw");
    let dir = folder.to_str().unwrap();
    assert_eq!(run(["mint", "--out-dir", dir]).code, 0);
    let [key, policy] = ["private.pem", "policy.json"].map(|name| format!("{dir}/{name}"));
    for (options, reason) in [
        (["--raw-header", "{\"alg\":\"none\"}"], "alg_not_allowed"),
        (["--raw-claims", "no json"], "jwt_malformed"),
        (["--expires-in=-3600", "--show-token"], "token_expired"),
    ] {
        let mut args = vec!["mint", "--key", &key, "--show-token"];
        args.extend(options.iter().filter(|option| **option != "--show-token"));
        let token = run(&args).out;
        let judged = run_with(["check", "--json", "--policy", &policy, "-"], token.as_bytes());
        assert_eq!(judged.json()["reason"], reason, "{options:?}");
    }
}

#[test]
fn faults_end_with_2_and_say_what_to_do() {
    let folder = folder("mint-faults");
    let dir = folder.to_str().unwrap();
    assert_eq!(run(["mint", "--alg", "ES256", "--out-dir", dir]).code, 0);
    let key = format!("{dir}/private.pem");
    let other = format!("{dir}/other");
    for (args, told) in [
        (vec!["mint"], "--out-dir DIR"),
        (vec!["mint", "--show-token"], "--key FILE --show-token"),
        (vec!["mint", "--alg", "none", "--out-dir", &other], "choose among"),
        (vec!["mint", "--alg", "RS256", "--key", &key, "--show-token"], "is none for RS256"),
        (vec!["mint", "--key", "/nowhere/k.pem", "--show-token"], "/nowhere/k.pem: no such file"),
        (vec!["mint", "--claim", "role=admin", "--out-dir", &other], "--claim 'role=\"text\"'"),
        (vec!["mint", "--issuer", "", "--out-dir", &other], "no policy can be made"),
    ] {
        let run = run(&args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(told), "{args:?}\n{}", run.err);
    }
    assert!(!folder.join("other").exists(), "nothing was written");
}

/// The first character of the signature holds six of its bits.
fn with_one_bit_changed(token: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = token.rfind('.').unwrap() + 1;
    let value = ALPHABET.iter().position(|byte| *byte == token.as_bytes()[at]).unwrap();
    format!("{}{}{}", &token[..at], char::from(ALPHABET[value ^ 1]), &token[at + 1..])
}
