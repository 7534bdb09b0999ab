//! What the status tells, and sets that outlive a reload.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod live_support;

use std::time::Instant;

use countersign::time::{Now, Wall};
use countersign::{Done, KeyStore, KeysRefused, Outcome, Reason, metrics};
use live_support::*;
use serde_json::{Value, json};

fn status(store: &KeyStore, now: Now) -> Value {
    let mut text = Vec::new();
    store.write_status(now, &mut text);
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn the_status_tells_why_tokens_fail() {
    let verifier = verifier(&fetched(r#""ttl":600,"stale":600"#));
    let store = verifier.store();
    let before = status(store, at(0));
    assert_eq!(before["sources"][0]["state"], "none");
    assert_eq!((&before["due_in"], &before["sources"][0]["age"]), (&Value::Null, &Value::Null));
    reason(&verifier, 1, at(0));
    fetch(store, &[1, 2], at(0));
    reason(&verifier, 9, at(1));
    let good = &status(store, at(10))["sources"][0];
    assert_eq!(good["issuer"], ISSUER);
    assert_eq!(good["url"], format!("{ISSUER}/keys"));
    assert_eq!((&good["state"], &good["age"], &good["expires_in"]), (&json!("good"), &json!(10), &json!(590)));
    assert_eq!((&good["due_in"], &good["counters"]["unknown_kids"]), (&json!(20), &json!(1)));
    assert_eq!(good["keys"][1], json!({"number":2,"kid":"k2","kty":"OKP","alg":null,"usable":true,"reason":"ok"}));
    let ticket = store.next_fetch(at(30)).unwrap();
    assert_eq!(status(store, at(31))["sources"][0]["fetching"], true);
    store.fetch_done(ticket.ticket, Outcome::Failed("HTTP 500 \"\\\u{1}\u{e9}"), at(32)).unwrap();
    let failing = &status(store, at(35))["sources"][0];
    assert_eq!(failing["last_failure"], json!({"text":"HTTP 500 \"\\\u{1}\u{e9}","age":3}));
    assert_eq!((&failing["failures_in_a_row"], &failing["counters"]["failures"]), (&json!(1), &json!(1)));
    assert_eq!(status(store, at(600))["sources"][0]["state"], "stale");
    let dead = status(store, at(1200));
    assert_eq!(dead["sources"][0]["state"], "too_old");
    store.revoke_ids(["a", "b"]);
    assert_eq!(status(store, at(1200))["revoked"], json!({"ids":2,"sessions":0,"subjects":0}));
}

fn metrics_of(store: &KeyStore, now: Now) -> String {
    let mut text = Vec::new();
    store.write_prometheus(now, &mut text);
    String::from_utf8(text).unwrap()
}

/// The value of a sample.
fn metric(text: &str, family: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(&format!("{family}{{")))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[test]
fn the_metrics_tell_age_failures_and_whether_keys_decide() {
    let verifier = verifier(&fetched(r#""ttl":600,"stale":600"#));
    let store = verifier.store();
    let idle = metrics_of(store, at(0));
    assert_eq!(metric(&idle, "countersign_key_set_usable"), None, "nobody asked for keys");
    assert_eq!(metric(&idle, "countersign_key_fetches_total"), Some(0));
    reason(&verifier, 1, at(0));
    let before = metrics_of(store, at(0));
    assert_eq!(metric(&before, "countersign_key_set_age_seconds"), None);
    assert_eq!(metric(&before, "countersign_key_set_usable"), Some(0));
    fetch(store, &[1, 2], at(0));
    reason(&verifier, 9, at(1));
    let good = metrics_of(store, at(10));
    for (family, value) in [
        ("countersign_key_fetches_total", 1),
        ("countersign_key_fetch_failures_total", 0),
        ("countersign_key_set_age_seconds", 10),
        ("countersign_key_set_overdue_seconds", 0),
        ("countersign_key_set_usable", 1),
        ("countersign_unknown_kids_total", 1),
    ] {
        assert_eq!(metric(&good, family), Some(value), "{family}\n{good}");
    }
    assert!(good.contains(&format!("{{issuer=\"{ISSUER}\",url=\"{ISSUER}/keys\"}} 10\n")), "{good}");
    // A refused body is a failure too, and the set goes on deciding until it is too old.
    let ticket = store.next_fetch(at(30)).unwrap();
    let body = Outcome::Body { bytes: b"{}", etag: None, max_age: None };
    assert!(store.fetch_done(ticket.ticket, body, at(30)).is_err());
    assert_eq!(metric(&metrics_of(store, at(31)), "countersign_key_fetch_failures_total"), Some(1));
    assert_eq!(metric(&metrics_of(store, at(600)), "countersign_key_set_usable"), Some(1));
    assert_eq!(metric(&metrics_of(store, at(1200)), "countersign_key_set_usable"), Some(0));
    assert_eq!(metric(&metrics_of(store, at(1200)), "countersign_key_set_age_seconds"), Some(1200));
    assert_eq!(metric(&metrics_of(store, at(1200)), "countersign_key_set_overdue_seconds"), Some(600));
}

#[test]
fn the_metrics_are_families_of_the_table_announced_once_each() {
    let verifier = verifier(&fetched(""));
    reason(&verifier, 1, at(0));
    fetch(verifier.store(), &[1], at(0));
    let mut text = metrics_of(verifier.store(), at(0)).into_bytes();
    let counters: Vec<_> = (0..Reason::COUNT).map(|_| std::sync::atomic::AtomicU64::new(1)).collect();
    metrics::write_prometheus(&counters, &mut text);
    let text = String::from_utf8(text).unwrap();
    for family in metrics::FAMILIES {
        let announced = format!("# HELP {} {}\n# TYPE {} {}\n", family.name, family.help, family.name, family.kind);
        assert_eq!(text.matches(&announced).count(), 1, "{announced}");
        assert!(metric(&text, family.name).is_some(), "{}", family.name);
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, labels) = line.split_once('{').unwrap();
        let family = metrics::FAMILIES.iter().find(|family| family.name == name).unwrap();
        assert!(family.labels.iter().all(|label| labels.contains(&format!("{label}=\""))), "{line}");
    }
}

#[test]
fn a_reload_starts_with_the_keys_of_before() {
    let first = verifier(&fetched(""));
    reason(&first, 1, at(0));
    fetch(first.store(), &[1], at(100));
    let kept = first.store().export(ISSUER).unwrap();
    assert_eq!((kept.text, kept.fetched_at), (jwks(&[1]).into_bytes(), Some(at(100).wall)));
    // Another process: its monotonic clock starts elsewhere.
    let second = verifier(&fetched(""));
    assert_eq!(second.store().export(ISSUER), None);
    let now = Now::new(at(300).wall, 7 * SECOND);
    second.store().set_keys_fetched(ISSUER, jwks(&[1]).as_bytes(), at(100).wall, now).unwrap();
    let told = &status(second.store(), now)["sources"][0];
    assert_eq!((&told["age"], &told["expires_in"]), (&json!(200), &json!(400)));
    assert_eq!(check(&second, &token_of(ISSUER, 1, ""), now).reason(), Reason::Ok);
    assert_eq!(second.store().issuers().collect::<Vec<_>>(), [ISSUER]);
    assert_eq!(second.store().export(ISSUER).unwrap().fetched_at, Some(Wall::from_nanos(EPOCH + 100_000_000_000)));
}

#[test]
fn an_imported_set_brings_its_entity_tag() {
    let first = verifier(&fetched(r#""prefetch":true"#));
    let ticket = first.store().next_fetch(at(0)).unwrap().ticket;
    let text = jwks(&[1]);
    let outcome = Outcome::Body { bytes: text.as_bytes(), etag: Some("\"v1\""), max_age: None };
    first.store().fetch_done(ticket, outcome, at(0)).unwrap();
    let kept = first.store().export(ISSUER).unwrap();
    assert_eq!(kept.etag.as_deref(), Some("\"v1\""));
    let second = verifier(&fetched(""));
    second.store().import(ISSUER, &kept, at(300)).unwrap();
    assert_eq!(second.store().export(ISSUER), Some(kept.clone()));
    let now = at_nanos(second.store().due_at());
    let refresh = second.store().next_fetch(now).unwrap();
    assert_eq!(refresh.etag.as_deref(), Some("\"v1\""));
    assert!(matches!(
        second.store().fetch_done(refresh.ticket, Outcome::NotModified { max_age: None }, now),
        Ok(Done::Renewed)
    ));
    assert_eq!(second.store().generation(ISSUER), Some(1));
    assert!(matches!(second.store().import(ISSUER, &kept, now), Err(KeysRefused::Older)));
}

#[test]
fn a_tag_that_could_not_be_sent_back_is_not_kept() {
    let verifier = verifier(&fetched(r#""prefetch":true"#));
    let ticket = verifier.store().next_fetch(at(0)).unwrap().ticket;
    let text = jwks(&[1]);
    let outcome = Outcome::Body { bytes: text.as_bytes(), etag: Some("\"v1\"\r\nX: y"), max_age: None };
    verifier.store().fetch_done(ticket, outcome, at(0)).unwrap();
    assert_eq!(verifier.store().export(ISSUER).unwrap().etag, None);
    assert_eq!(reason(&verifier, 1, at(0)), Reason::Ok);
}

#[test]
fn ten_thousand_issuers_cost_a_lookup_what_ten_do() {
    let issuer = |n: usize| format!("https://login.example.com/realms/tenant-{n}");
    let build = |count: usize| {
        let issuers: Vec<String> = (0..count)
            .map(|n| format!(r#"{{"issuer":"{0}","audience":"api","jwks_uri":"{0}/keys"}}"#, issuer(n)))
            .collect();
        let verifier = verifier(&format!(r#"{{"realm":"api","bearer":{{"issuers":[{}]}}}}"#, issuers.join(",")));
        for n in 0..count {
            verifier.store().set_keys(&issuer(n), jwks(&[1, 2, 3, 4]).as_bytes()).unwrap();
        }
        verifier
    };
    let (few, many) = (build(10), build(10_000));
    for n in [0, 1, 5000, 9999] {
        let token = token_of(&issuer(n), 1, "");
        assert_eq!(check(&many, &token, at(0)).reason(), Reason::Ok);
        let escaped = token_of(&issuer(n).replace("https", r"\u0068ttps"), 1, "");
        assert_eq!(check(&many, &escaped, at(0)).reason(), Reason::Ok);
    }
    assert_eq!(check(&many, &token_of(&issuer(10_000), 1, ""), at(0)).reason(), Reason::IssuerMismatch);
    // The last issuer, refused right behind the lookup: the best of several runs, with room for a busy machine.
    let header = r#"{"alg":"none"}"#;
    let time = |verifier: &countersign::Verifier, n: usize| {
        let payload = format!(r#"{{"iss":"{}"}}"#, issuer(n));
        let token = live_support::jose_support::token(header, &payload, |_| vec![]);
        let mut decision = countersign::Decision::new();
        let run = || {
            let start = Instant::now();
            for _ in 0..2000 {
                check_into(verifier, &token, at(0), &mut decision);
            }
            start.elapsed()
        };
        std::iter::repeat_with(run).take(15).min().unwrap()
    };
    let (short, long) = (time(&few, 9), time(&many, 9999));
    assert!(long < short * 2, "{long:?} for ten thousand, {short:?} for ten");
}
