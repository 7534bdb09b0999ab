//! One server behaviour a rule: it is told as broken, and nothing else is.

use std::collections::BTreeSet;

use super::api::{Said, Seen, TOKEN, answering, api};
use super::{probe, rules};
use crate::server::{Reply, Server, cacert};
use crate::support::run;

type Change = fn(&Seen<'_>, &mut Said);

/// The rule and those that cannot but break with it; what the server does.
const ROWS: &[(&[&str], Change)] = &[
    // REQ-HTTP-29
    (&["guarded", "same_twice"], |seen, said| {
        if seen.method == "HEAD" || (seen.authorization.is_empty() && seen.number == 0) {
            open(said);
        }
    }),
    (&["status_401", "head_like_get", "same_twice"], |seen, said| {
        if seen.method == "HEAD" || seen.number + 1 == REQUESTS {
            said.status = 403;
        }
    }),
    (&["status_401", "unknown_scheme_401"], |_, said| {
        if said.status == 401 && !said.get("WWW-Authenticate").unwrap().contains("error") {
            said.status = 404;
            said.remove("WWW-Authenticate");
        }
    }),
    (&["no_redirect"], |seen, said| {
        if seen.authorization.is_empty() && !seen.is_preflight && seen.origin.is_none() {
            said.status = 302;
            said.remove("WWW-Authenticate");
            said.set("Location", "https://login.example.com/?next=/");
        }
    }),
    (&["bad_token_denied"], |seen, said| {
        if is(seen, "countersign-probe-is-not-a-token") {
            open(said);
        }
    }),
    (&["bad_token_401"], |seen, said| {
        if is_jwt(seen) {
            said.status = 422;
            said.remove("WWW-Authenticate");
        }
    }),
    // REQ-BEARER-18
    (&["bad_token_401", "error_fits_status"], |seen, said| {
        if is_jwt(seen) {
            said.status = 403;
        }
    }),
    (&["malformed_status"], |seen, said| {
        if seen.authorization == ["Bearer"] {
            said.status = 404;
            said.remove("WWW-Authenticate");
        }
    }),
    (&["unknown_scheme_401"], |seen, said| {
        if unknown(seen) {
            said.challenge("Bearer realm=\"api\", error=\"invalid_request\"");
        }
    }),
    (&["unknown_scheme_401"], |seen, said| {
        if unknown(seen) {
            said.status = 415;
        }
    }),
    (&["no_server_error", "malformed_status"], |seen, said| {
        if seen.authorization.first().is_some_and(|line| line.starts_with("Bearer:")) {
            said.status = 500;
            said.remove("WWW-Authenticate");
        }
    }),
    (&["head_like_get"], |seen, said| {
        if seen.method == "HEAD" {
            said.challenge("Basic realm=\"api\"");
        }
    }),
    (&["same_twice"], |seen, said| {
        if seen.number + 1 == REQUESTS {
            said.challenge("Bearer realm=\"another\"");
        }
    }),
    (&["retry_after"], |seen, said| {
        if is(seen, "countersign-probe-is-not-a-token") {
            said.status = 503;
            said.remove("WWW-Authenticate");
        }
    }),
    // REQ-HTTP-28
    (&["challenge_present"], |seen, said| {
        if is_jwt(seen) {
            said.remove("WWW-Authenticate");
        }
    }),
    (&["challenge_grammar"], |_, said| {
        if let Some(value) = said.get("WWW-Authenticate") {
            let value = value.replace("\", ", "\" ");
            said.set("WWW-Authenticate", &value);
        }
    }),
    (&["challenge_grammar"], |seen, said| {
        if seen.authorization.is_empty() {
            said.challenge("Bearer realm=https://api.example.com/");
        }
    }),
    // REQ-BEARER-12
    (&["challenge_params"], |seen, said| {
        if seen.authorization.is_empty() {
            said.challenge("Bearer");
        }
    }),
    (&["challenge_characters"], |seen, said| {
        if is_jwt(seen) {
            said.challenge("Bearer error=\"invalid_token\", error_description=\"\\\"x\\\" expired\"");
        }
    }),
    (&["challenge_characters"], |seen, said| {
        if seen.authorization.is_empty() {
            said.challenge("Bearer scope=\"a  b\"");
        }
    }),
    // REQ-BEARER-10
    (&["error_unearned"], |seen, said| {
        if seen.authorization.is_empty() {
            said.challenge("Bearer realm=\"api\", error=\"invalid_token\"");
        }
    }),
    // REQ-BEARER-13
    (&["invalid_token_named"], |seen, said| {
        if is_jwt(seen) {
            said.challenge("Bearer realm=\"api\"");
        }
    }),
    // REQ-BEARER-32
    (&["malformed_error"], |_, said| {
        if said.status == 400 {
            said.status = 401;
            said.challenge("Bearer realm=\"api\", error=\"invalid_token\"");
        }
    }),
    (&["error_fits_status", "invalid_token_named"], |seen, said| {
        if is_jwt(seen) {
            said.challenge("Bearer realm=\"api\", error=\"insufficient_scope\"");
        }
    }),
    // REQ-BEARER-19
    (&["refusal_challenged"], |seen, said| {
        if said.status == 400 && seen.authorization.len() == 1 {
            said.remove("WWW-Authenticate");
        }
    }),
    (&["success_unchallenged"], |_, said| {
        if said.status == 200 {
            said.set("WWW-Authenticate", "Bearer realm=\"api\"");
        }
    }),
    // REQ-CACHE-02
    (&["denial_not_stored"], |_, said| {
        if said.status == 401 {
            said.set("Cache-Control", "max-age=60");
        }
    }),
    (&["denial_not_cached"], |seen, said| {
        if seen.number + 1 == REQUESTS {
            said.set("Age", "12");
        }
    }),
    (&["denial_not_cached"], |_, said| {
        if said.status == 401 {
            said.set("Cache-Status", "edge.example; hit; ttl=30");
        }
    }),
    // REQ-CACHE-01
    (&["allowed_not_public"], |_, said| {
        if said.status == 200 {
            said.set("Cache-Control", "public, max-age=60");
        }
    }),
    (&["allowed_not_leaked", "same_twice"], |seen, said| {
        if seen.number + 1 == REQUESTS {
            open(said);
            said.set("Age", "1");
        }
    }),
    // REQ-CORS-01
    (&["preflight_unchallenged", "preflight_ok", "preflight_allows_authorization"], |seen, said| {
        if seen.is_preflight {
            said.status = 401;
            said.set("Cache-Control", "no-store");
            said.set("WWW-Authenticate", "Bearer realm=\"api\"");
            said.remove("Access-Control-Allow-Headers");
        }
    }),
    (&["preflight_ok"], |seen, said| {
        if seen.is_preflight {
            said.status = 405;
        }
    }),
    (&["preflight_allows_origin"], |seen, said| {
        if seen.is_preflight {
            said.set("Access-Control-Allow-Origin", "https://other.example.com");
        }
    }),
    // REQ-CORS-04
    (&["preflight_allows_authorization"], |seen, said| {
        if seen.is_preflight {
            said.set("Access-Control-Allow-Headers", "*");
        }
    }),
    // REQ-CORS-09
    (&["denial_allows_origin"], |_, said| {
        if said.status == 401 {
            said.remove("Access-Control-Allow-Origin");
        }
    }),
    // REQ-CORS-07
    (&["challenge_exposed"], |_, said| said.remove("Access-Control-Expose-Headers")),
    // REQ-CORS-06
    (&["credentials_one_origin"], |seen, said| {
        if seen.origin.is_some() {
            said.set("Access-Control-Allow-Origin", "*");
            said.set("Access-Control-Allow-Credentials", "true");
        }
    }),
    (&["credentials_one_origin"], |seen, said| {
        if seen.origin.is_some() {
            said.set("Access-Control-Allow-Credentials", "True");
        }
    }),
    // REQ-CORS-10
    (&["origin_varies"], |_, said| said.set("Vary", "Accept-Encoding")),
    // REQ-PRIVACY-12
    (&["nothing_echoed"], |seen, said| {
        if let [line] = seen.authorization.as_slice() {
            said.body = format!("cannot read {line}");
        }
    }),
    (&["nothing_echoed"], |seen, said| {
        if let [line] = seen.authorization.as_slice() {
            said.set("X-Debug", line);
        }
    }),
    // REQ-PRIVACY-03
    (&["nothing_internal"], |seen, said| {
        if is_jwt(seen) {
            "Traceback (most recent call last):\n  File \"app.py\", line 1\n".clone_into(&mut said.body);
        }
    }),
    // REQ-BEARER-01: what stands or falls with an accepted token is not judged then.
    (&["token_accepted"], |_, said| {
        if said.status == 200 {
            said.status = 401;
            said.set("Cache-Control", "no-store");
            said.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        }
    }),
    // REQ-HTTP-01
    (&["scheme_without_case"], |seen, said| {
        if said.status == 200 && seen.authorization[0].starts_with("bearer") {
            said.status = 401;
            said.set("Cache-Control", "no-store");
            said.set("WWW-Authenticate", "Bearer realm=\"api\"");
        }
    }),
    // REQ-JWS-25
    (&["changed_token_denied"], |seen, said| {
        let payload = TOKEN.rsplit_once('.').unwrap().0;
        if seen.authorization.len() == 1
            && seen.authorization[0].strip_prefix("Bearer ").is_some_and(|token| token.starts_with(payload))
        {
            open(said);
        }
    }),
    // REQ-BEARER-11
    (&["other_scheme_denied"], |seen, said| {
        if seen.authorization.first().is_some_and(|line| line.ends_with(TOKEN)) {
            open(said);
        }
    }),
    // REQ-BEARER-07
    (&["query_ignored"], |seen, said| {
        if seen.target.contains(TOKEN) {
            open(said);
        }
    }),
    (&["query_ignored"], |seen, said| {
        if seen.target.contains("access_token") {
            said.challenge("Bearer realm=\"api\", error=\"invalid_token\"");
        }
    }),
];

#[test]
fn each_behaviour_breaks_its_rule_and_no_other() {
    for (index, (expected, change)) in ROWS.iter().enumerate() {
        let server = api(*change);
        let run = probe("probe-broken", &server.origin, &["--query-token"]);
        let broken: BTreeSet<String> = rules(&run.json(), "broken").into_iter().collect();
        let expected: BTreeSet<String> = expected.iter().map(|rule| (*rule).to_owned()).collect();
        assert_eq!(broken, expected, "row {index}: {}", run.out);
        assert_ne!(run.code, 2, "row {index}: {}", run.err);
    }
}

#[test]
fn every_rule_is_broken_by_a_test() {
    let json = run(["probe", "--rules", "--json"]).json();
    let all = json["rules"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap());
    let told: BTreeSet<&str> = ROWS.iter().flat_map(|(rules, _)| rules.iter().copied()).collect();
    let elsewhere = ["answered", "head_without_body"];
    let missing: Vec<&str> =
        all.filter(|id| !id.starts_with("edge_") && !told.contains(id) && !elsewhere.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_body_behind_head_is_seen_also_in_a_packet_of_its_own() {
    let reply = |wait: bool| {
        answering(move |seen, said| {
            let (head, body) = (said.bytes("HEAD"), said.body.clone().into_bytes());
            match (seen.method, wait) {
                ("HEAD", false) => Reply::Bytes([head, body].concat()),
                ("HEAD", true) => Reply::Late(head, body),
                (method, _) => Reply::Bytes(said.bytes(method)),
            }
        })
    };
    for server in [Server::http(reply(false)), Server::http(reply(true)), Server::https(reply(true))] {
        let run = probe("probe-head", &server.origin, &["--cacert", &cacert()]);
        assert_eq!(rules(&run.json(), "broken"), ["head_without_body"], "{}", run.out);
    }
}

fn open(said: &mut Said) {
    said.status = 200;
    "{}".clone_into(&mut said.body);
    said.remove("WWW-Authenticate");
    said.remove("Cache-Control");
}

fn is(seen: &Seen<'_>, token: &str) -> bool {
    seen.authorization == [format!("Bearer {token}")]
}

/// The made-up JWT in the right form.
fn is_jwt(seen: &Seen<'_>) -> bool {
    let token = seen.authorization.first().and_then(|line| line.strip_prefix("Bearer eyJ"));
    token.is_some_and(|token| !TOKEN.contains(token.split('.').next().unwrap()))
}

fn unknown(seen: &Seen<'_>) -> bool {
    seen.authorization.first().is_some_and(|line| line.starts_with("Countersign-Probe countersign"))
}

/// As documented.
pub(super) const REQUESTS: usize = 19;
