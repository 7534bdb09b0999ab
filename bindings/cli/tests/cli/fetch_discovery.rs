//! `check --fetch` of issuers whose metadata tell where their keys are.

use std::sync::{Arc, OnceLock};

use crate::fetch::assert_unavailable;
use crate::server::{self, OAUTH, OPENID, Server, ok};
use crate::support::{JWKS, file, folder, run, run_with};

/// What `mint` made for the issuer at this origin: policy with discovery, token, key set.
fn minted(name: &str, issuer: &str) -> (String, String, String) {
    let folder = folder(name);
    let out = folder.join("demo");
    let made = run(["mint", "--issuer", issuer, "--audience", "a", "--out-dir", out.to_str().unwrap()]);
    assert_eq!(made.code, 0, "{}", made.err);
    let policy = format!(
        r#"{{"realm":"api","bearer":{{"issuers":[{{"issuer":"{issuer}","audience":"a","discovery":{{"http_loopback":true}}}}]}}}}"#
    );
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    (file(&folder, "policy.json", policy), read("token.txt"), read("jwks.json"))
}

#[test]
fn req_rotation_03_discovery_over_http_is_for_loopback_where_the_policy_says_so() {
    // The issuer's name has the server's port, so the keys are made once it listens.
    let jwks = Arc::new(OnceLock::<String>::new());
    let same = Arc::clone(&jwks);
    let server = Server::http(move |asked| match (asked.path, asked.origin) {
        (OPENID, origin) => ok(&format!(r#"{{"issuer":"{origin}","jwks_uri":"{origin}/keys"}}"#)),
        _ => ok(same.get().unwrap()),
    });
    let (policy, token, made) = minted("fetch-discovery", &server.origin);
    jwks.set(made).unwrap();
    let check = ["check", "--policy", &policy, "--fetch", "-v", "-"];
    let run = run_with(check, token.as_bytes());
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.err.contains(&format!("metadata {}{OPENID} (first_use)", server.origin)), "{}", run.err);
    assert_eq!(server.paths(), [OPENID, "/keys"]);
    assert!(!run.err.contains(token.trim()), "{}", run.err);
}

#[test]
fn req_rotation_02_a_lying_issuer_leaves_the_request_unjudged() {
    let server = server::issuer("https://other.example", OPENID, JWKS);
    let (policy, token, _) = minted("fetch-lying", &server.origin);
    let run = run_with(["check", "--policy", &policy, "--fetch", "--json", "-"], token.as_bytes());
    assert_unavailable(&run, "the metadata are those of another issuer");
    assert_eq!(server.paths(), [OPENID, OAUTH]);
}
