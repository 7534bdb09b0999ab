//! Passwords: the slow hash is the host's to run, and what comes of it holds for the credentials that asked.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use base64::Engine as _;
use countersign::time::Wall;
use countersign::{Decision, Detail, FieldLine, Need, Policy, Reason, Request, Verifier};

/// The hashes of "secret" and "hunter2", at the least cost that is taken.
const POLICY: &str = r#"{"realm": "api", "transport": "any", "basic": {"users": {
    "alice": "$pbkdf2-sha256$i=10000$c2FsdCBmb3IgdGVzdHMhIQ$ZhIQH2QGgP4rX5EPif89NYHG0IQKj4Fa5A0hfVS47mQ",
    "bob": {"hash": "$pbkdf2-sha256$i=10000$YW5vdGhlciBzYWx0IDE2Yg$EKp2Z+CnHNEdq8yDD855sAs3Mo3j/cC+Abv2febgBE0",
            "scopes": ["read", "write"]}}}}"#;

fn verifier() -> Verifier {
    let policy = Policy::load(POLICY.as_bytes(), &[]).unwrap().0;
    let store = std::sync::Arc::new(policy.key_store(b"sixteen random b"));
    Verifier::with_store(policy, store).unwrap()
}

fn authorization(user: &str, password: &str) -> Vec<u8> {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {pair}").into_bytes()
}

fn with_request<T>(user: &str, password: &str, then: impl FnOnce(&Request<'_>) -> T) -> T {
    let value = authorization(user, password);
    let lines = [FieldLine::new("Authorization", &value)];
    then(&Request::new("GET", "/", &lines, Wall::from_nanos(1_700_000_000_000_000_000)))
}

fn check(verifier: &Verifier, user: &str, password: &str) -> Decision {
    let mut decision = Decision::new();
    with_request(user, password, |request| verifier.check(request, &mut decision));
    decision
}

#[test]
fn a_slow_hash_is_asked_for_and_denies_until_it_was_run() {
    // REQ-BASIC-08, REQ-BASIC-12
    let verifier = verifier();
    for (user, password, reason, detail) in [
        ("alice", "secret", Reason::Ok, None),
        ("alice", "Secret", Reason::PasswordRejected, Some(Detail::PasswordWrong)),
        ("mallory", "secret", Reason::PasswordRejected, Some(Detail::UserUnknown)),
    ] {
        let mut decision = check(&verifier, user, password);
        assert_eq!((decision.reason(), decision.http_status()), (Reason::CheckPending, 503), "{user}");
        assert_eq!(decision.need(), Some(Need::SlowHash));
        assert!(!decision.allowed() && decision.subject().is_none() && decision.detail().is_none());
        let work = verifier.slow_hash(&mut decision).unwrap();
        assert!(verifier.slow_hash(&mut decision).is_none(), "the password stays nowhere else");
        let answer = std::thread::spawn(move || work.run()).join().unwrap();
        with_request(user, password, |request| verifier.resume(request, &answer, &mut decision));
        assert_eq!((decision.reason(), decision.detail()), (reason, detail), "{user}");
        assert_eq!(decision.subject(), (reason == Reason::Ok).then_some(user));
    }
}

#[test]
fn a_right_password_is_remembered_and_a_wrong_one_is_not() {
    let verifier = verifier();
    let mut decision = Decision::new();
    for (password, reason) in [("secret", Reason::Ok), ("wrong", Reason::PasswordRejected)] {
        with_request("alice", password, |request| verifier.check_blocking(request, &mut decision));
        assert_eq!(decision.reason(), reason);
    }
    assert_eq!(check(&verifier, "alice", "secret").reason(), Reason::Ok, "without the hash");
    assert_eq!(check(&verifier, "alice", "wrong").reason(), Reason::CheckPending);
    assert_eq!(check(&verifier, "bob", "secret").reason(), Reason::CheckPending, "of one user alone");
    assert_eq!(check(&self::verifier(), "alice", "secret").reason(), Reason::CheckPending, "in one store alone");
}

#[test]
fn a_password_that_was_changed_or_whose_user_went_is_not_remembered() {
    // Both stores have one entropy, as those of a process that loads its policy again may.
    let bobs = "$pbkdf2-sha256$i=10000$YW5vdGhlciBzYWx0IDE2Yg$EKp2Z+CnHNEdq8yDD855sAs3Mo3j/cC+Abv2febgBE0";
    let before = verifier();
    let mut decision = check(&before, "alice", "secret");
    let answer = before.slow_hash(&mut decision).unwrap().run();
    with_request("alice", "secret", |request| before.resume(request, &answer, &mut decision));
    assert_eq!(decision.reason(), Reason::Ok);
    for (users, detail) in [
        (format!(r#"{{"alice": "{bobs}", "bob": "{bobs}"}}"#), Detail::PasswordWrong),
        (format!(r#"{{"bob": "{bobs}"}}"#), Detail::UserUnknown),
    ] {
        let text = format!(r#"{{"realm": "api", "basic": {{"users": {users}}}}}"#);
        let policy = Policy::load(text.as_bytes(), &[]).unwrap().0;
        let store = std::sync::Arc::new(policy.key_store(b"sixteen random b"));
        let after = Verifier::with_store(policy, store).unwrap();
        assert_eq!(check(&after, "alice", "secret").reason(), Reason::CheckPending, "{users}");
        with_request("alice", "secret", |request| after.resume(request, &answer, &mut decision));
        assert_eq!(decision.reason(), Reason::CheckPending, "an answer of before is no answer: {users}");
        with_request("alice", "secret", |request| after.check_blocking(request, &mut decision));
        assert_eq!((decision.reason(), decision.detail()), (Reason::PasswordRejected, Some(detail)), "{users}");
    }
}

#[test]
fn an_answer_is_of_use_for_its_own_credentials_and_verifier_alone() {
    let verifier = verifier();
    let mut decision = check(&verifier, "alice", "secret");
    let answer = verifier.slow_hash(&mut decision).unwrap().run();
    for (user, password) in [("alice", "other"), ("bob", "secret"), ("mallory", "secret")] {
        with_request(user, password, |request| verifier.resume(request, &answer, &mut decision));
        assert_eq!(decision.reason(), Reason::CheckPending, "{user} {password}");
    }
    let other = Policy::load(POLICY.as_bytes(), &[]).unwrap().0;
    let store = std::sync::Arc::new(other.key_store(b"other random byt"));
    let other = Verifier::with_store(other, store).unwrap();
    with_request("alice", "secret", |request| other.resume(request, &answer, &mut decision));
    assert_eq!(decision.reason(), Reason::CheckPending);
}

#[test]
fn scopes_are_the_users_and_judged_anew() {
    let verifier = verifier();
    let mut decision = Decision::new();
    for (user, password, scopes, reason) in [
        ("bob", "hunter2", "read write", Reason::Ok),
        ("bob", "hunter2", "read admin", Reason::InsufficientScope),
        ("alice", "secret", "read", Reason::InsufficientScope),
        ("alice", "secret", "", Reason::Ok),
    ] {
        let blocking = |request: &Request<'_>| verifier.check_blocking(&request.scopes(scopes), &mut decision);
        with_request(user, password, blocking);
        assert_eq!((decision.reason(), decision.subject()), (reason, Some(user)), "{user} {scopes}");
    }
}

#[test]
fn tries_are_counted_by_a_digest_that_processes_share() {
    // REQ-PRIVACY-07
    let (one, other) = (verifier(), Verifier::new(Policy::load(POLICY.as_bytes(), &[]).unwrap().0));
    let key = |verifier: &Verifier, user, password| check(verifier, user, password).attempt_key().unwrap().to_owned();
    let alice = key(&one, "alice", "secret");
    assert_eq!(alice.len(), 32);
    assert!(alice.bytes().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!(alice, key(&one, "alice", "wrong"));
    assert_eq!(alice, key(&other, "alice", ""), "another process, and a password that is not there");
    assert_ne!(alice, key(&one, "alicf", "secret"));
}

#[test]
fn no_output_holds_a_password() {
    // REQ-PRIVACY-01, REQ-PRIVACY-08
    let verifier = verifier();
    let mut decision = check(&verifier, "alice", "canary-5c1e");
    let before = format!("{decision:?} {verifier:?}");
    let work = verifier.slow_hash(&mut decision).unwrap();
    with_request("alice", "canary-5c1e", |request| verifier.resume(request, &work.run(), &mut decision));
    let fields: Vec<_> = decision.fields().collect();
    let mut saved = vec![0; decision.saved_len()];
    decision.save(&mut saved).unwrap();
    let saved = String::from_utf8_lossy(&saved);
    let seen = format!("{before} {work:?} {:?} {decision:?} {fields:?} {} {saved}", work.run(), decision.body());
    assert!(!seen.contains("canary") && !seen.contains("Y2FuYXJ5"), "{seen}");
}

#[test]
fn a_saved_decision_keeps_its_detail_and_not_its_work() {
    let verifier = verifier();
    let decision = check(&verifier, "alice", "secret");
    let mut saved = vec![0; decision.saved_len()];
    decision.save(&mut saved).unwrap();
    let mut loaded = Decision::new();
    loaded.load(&saved).unwrap();
    assert_eq!((loaded.need(), loaded.attempt_key()), (Some(Need::SlowHash), decision.attempt_key()));
    assert!(verifier.slow_hash(&mut loaded).is_none());

    let mut rejected = Decision::new();
    with_request("alice", "wrong", |request| verifier.check_blocking(request, &mut rejected));
    let mut saved = vec![0; rejected.saved_len()];
    rejected.save(&mut saved).unwrap();
    loaded.load(&saved).unwrap();
    assert_eq!(loaded.detail(), Some(Detail::PasswordWrong));
}

#[test]
fn the_password_on_the_policy_page_is_right() {
    let page = include_str!("../docs/POLICY.md");
    let (_, behind) = page.split_once("## Passwords").unwrap();
    let document = behind.split("```json").nth(1).unwrap().split("```").next().unwrap();
    let credentials = behind.split("printf %s '").nth(1).unwrap().split('\'').next().unwrap();
    let (user, password) = credentials.split_once(':').unwrap();
    let verifier = Verifier::new(Policy::load(document.as_bytes(), &[]).unwrap().0);
    let value = authorization(user, password);
    let lines = [FieldLine::new("Authorization", &value)];
    let mut decision = Decision::new();
    let now = Wall::from_nanos(1_700_000_000_000_000_000);
    verifier.check_blocking(&Request::new("GET", "https://admin.example.com/", &lines, now), &mut decision);
    assert_eq!((decision.reason(), decision.subject()), (Reason::Ok, Some(user)));
}
