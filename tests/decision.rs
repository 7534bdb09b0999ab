//! The Decision: it rests as a denial, owns what it says, and can be saved and loaded.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod support;

use core::sync::atomic::AtomicU64;

use countersign::time::Wall;
use countersign::{Decision, FieldLine, Need, Reason, Request, metrics};
use support::Case;

/// Everything that a decision answers, in one text.
fn told(decision: &Decision) -> String {
    let fields: Vec<_> = decision.fields().collect();
    format!(
        "{} {} {:?} {:?} {:?} {:?} {fields:?} {} {:?} {:?} {} {}",
        decision.http_status(),
        decision.reason(),
        decision.scheme(),
        decision.issuer(),
        decision.subject(),
        decision.key_id(),
        decision.body(),
        decision.need(),
        decision.claims().map(|claims| claims.raw().to_owned()),
        decision.allowed(),
        decision.authenticated(),
    )
}

#[test]
fn a_new_decision_denies() {
    let decision = Decision::new();
    assert!(!decision.allowed() && !decision.authenticated());
    assert_eq!((decision.http_status(), decision.reason()), (500, Reason::Undecided));
    assert!(decision.claims().is_none() && decision.issuer().is_none() && decision.fields().next().is_none());
}

#[test]
fn nothing_of_an_earlier_request_stays() {
    let (good, bad) = (Case::named("aud-string"), Case::named("face-full-credentials_missing"));
    let (verifier, mut decision) = (good.verifier(), Decision::new());
    good.check(&verifier, &mut decision);
    assert!(decision.authenticated() && decision.claims().is_some() && decision.body().is_empty());
    let allowed = told(&decision);
    bad.check(&bad.verifier(), &mut decision);
    assert_eq!(decision.reason(), Reason::CredentialsMissing);
    assert!(decision.claims().is_none() && decision.subject().is_none() && decision.key_id().is_none());
    good.check(&verifier, &mut decision);
    assert_eq!(told(&decision), allowed);
    decision.reset();
    assert_eq!(told(&decision), told(&Decision::new()));
}

#[test]
fn an_internal_error_takes_back_what_was_allowed() {
    let good = Case::named("aud-string");
    let (verifier, mut decision) = (good.verifier(), Decision::new());
    good.check(&verifier, &mut decision);
    let lines = good.lines();
    let unset = Request::new("GET", "/", &lines, Wall::from_nanos(0));
    for request in
        [unset, Request::new("GET", "/", &lines, Wall::parse(&good.now).unwrap()).profile("nobody wrote this one")]
    {
        verifier.check(&request, &mut decision);
        assert_eq!((decision.http_status(), decision.reason()), (500, Reason::InternalError));
        assert!(decision.claims().is_none() && decision.scheme().is_none());
        assert_eq!(decision.fields().collect::<Vec<_>>(), [("Cache-Control", "no-store")]);
    }
}

#[test]
fn a_saved_decision_answers_as_before() {
    for id in
        ["aud-string", "face-full-insufficient_scope", "face-full-keys_unavailable", "face-full-credentials_missing"]
    {
        let case = Case::named(id);
        let mut decision = Decision::new();
        case.check(&case.verifier(), &mut decision);
        let mut block = vec![0xAA; decision.saved_len() + 7];
        let written = decision.save(&mut block).unwrap();
        assert_eq!(written, decision.saved_len());
        assert_eq!(decision.save(&mut block[..written - 1]), Err(written));
        let mut loaded = Decision::new();
        loaded.load(&block[..written]).unwrap();
        assert_eq!(told(&loaded), told(&decision), "{id}");
        loaded.load(&block).unwrap();
        assert_eq!(told(&loaded), told(&decision), "{id}: what lies behind the block does not count");
    }
}

#[test]
fn a_broken_block_denies() {
    let case = Case::named("aud-string");
    let mut decision = Decision::new();
    case.check(&case.verifier(), &mut decision);
    let mut block = vec![0; decision.saved_len()];
    decision.save(&mut block).unwrap();
    let mut loaded = Decision::new();
    for length in 0..block.len() {
        loaded.load(&block).unwrap();
        assert!(loaded.load(&block[..length]).is_err(), "{length}");
        assert!(!loaded.allowed() && loaded.claims().is_none());
    }
    for place in 0..block.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut broken = block.clone();
            broken[place] ^= flip;
            // It may still read as some decision; it must not read out of its bounds.
            let _ = loaded.load(&broken);
            let _ = told(&loaded);
        }
    }
}

#[test]
fn the_need_names_the_issuer_and_its_set() {
    let case = Case::named("face-full-keys_unavailable");
    let mut decision = Decision::new();
    case.check(&case.verifier(), &mut decision);
    assert_eq!(decision.http_status(), 503);
    let Some(Need::Keys { issuer, jwks_uri: Some(jwks_uri), .. }) = decision.need() else { panic!("no need") };
    assert!(issuer.starts_with("https://") && jwks_uri.starts_with("https://"));
}

#[test]
fn decisions_are_counted_by_reason() {
    let counters: Vec<AtomicU64> = (0..Reason::COUNT).map(|_| AtomicU64::new(0)).collect();
    let case = Case::named("face-full-credentials_missing");
    let (verifier, mut decision) = (case.verifier(), Decision::new());
    for _ in 0..3 {
        let request = Request::new("GET", "/", &[], Wall::from_nanos(1)).counters(&counters);
        verifier.check(&request, &mut decision);
    }
    let short = Request::new("GET", "/", &[], Wall::from_nanos(1)).counters(&counters[..2]);
    verifier.check(&short, &mut decision);
    let mut text = Vec::new();
    metrics::write_prometheus(&counters, &mut text);
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("countersign_decisions_total{reason=\"credentials_missing\",status=\"401\"} 3\n"), "{text}");
    assert_eq!(text.lines().count(), 3);
}

#[test]
fn no_debug_text_holds_a_credential_or_a_claim() {
    // REQ-PRIVACY-01: a canary sent through every entry point is found in no output.
    let case = Case::named("aud-string");
    let verifier = case.verifier();
    let mut decision = Decision::new();
    case.check(&verifier, &mut decision);
    let lines = case.lines();
    let request = Request::new("GET", "/?access_token=canary-target", &lines, Wall::from_nanos(1));
    let printed =
        format!("{decision:?} {request:?} {verifier:?} {:?} {:?}", verifier.store(), FieldLine::new("a", b"canary"));
    for secret in [case.token(), case.token().split('.').nth(1).unwrap(), "canary", "alice"] {
        assert!(!printed.contains(secret), "{secret} stands in {printed}");
    }
}
