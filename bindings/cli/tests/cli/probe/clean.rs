//! APIs that keep every rule come out clean, whatever schemes they want.

use super::api::{PAGE, api};
use super::broken::REQUESTS;
use super::{probe, rules};
use crate::support::run;

#[test]
fn an_api_that_keeps_all_rules_comes_out_clean() {
    let server = api(|_, _| {});
    let run = probe("probe-clean", &server.origin, &["--query-token"]);
    let json = run.json();
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    assert_eq!(rules(&json, "broken"), [""; 0]);
    assert_eq!(rules(&json, "not_applicable"), ["retry_after", "credentials_one_origin"]);
    assert_eq!(server.heads().len(), REQUESTS, "no more requests than are told");
}

#[test]
fn an_api_without_cors_and_without_a_token_at_hand_comes_out_clean() {
    // The page of nobody is allowed nowhere, so that rules of CORS do not apply.
    let server = api(|seen, said| {
        if seen.is_preflight {
            said.status = 405;
            said.remove("Access-Control-Allow-Headers");
        }
    });
    let run = run(["probe", "--json", &server.origin]);
    let json = run.json();
    assert_eq!((run.code, rules(&json, "broken").len()), (0, 0), "{}", run.out);
    assert_eq!(server.heads().len(), REQUESTS - 5);
    assert!(server.heads().iter().all(|head| !head.contains("access_token") && !head.contains(PAGE)));
}

#[test]
fn apis_that_want_other_schemes_come_out_clean() {
    for challenge in [
        "Basic realm=\"api\", charset=\"UTF-8\"",
        "DPoP algs=\"ES256 EdDSA\"",
        "Digest realm=\"api\", nonce=\"x\", qop=\"auth\", Basic realm=\"api\"",
        "Negotiate",
    ] {
        // What Bearer is to Bearer, any unknown scheme is to these.
        let server = api(move |seen, said| {
            if !seen.is_preflight {
                said.status = 401;
                said.set("Cache-Control", "no-store");
                said.set("WWW-Authenticate", challenge);
            }
        });
        let run = run(["probe", "--json", &server.origin, "--query-token"]);
        assert_eq!((run.code, rules(&run.json(), "broken").len()), (0, 0), "{challenge}: {}", run.out);
    }
}
