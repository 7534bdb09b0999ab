//! Issuers that mean harm, or are broken in ways that look like it, and hosts whose answers cross.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops at the first surprise")]

mod live_support;

use countersign::time::{Now, Wall};
use countersign::{Done, Exported, FetchKind, FetchReason, KeyStore, KeysRefused, MetadataFault, Outcome, Reason};
use live_support::*;

fn metadata(address: &str, more: &str) -> String {
    format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"{address}"{more}}}"#)
}

fn tagged<'a>(text: &'a str, etag: &'a str) -> Outcome<'a> {
    Outcome::Body { bytes: text.as_bytes(), etag: Some(etag), max_age: None }
}

/// A store with the set of key 1, tagged `"a"`, and its next ticket, which asks by that tag.
fn refreshing(store: &KeyStore) -> (u64, Now) {
    let first = store.next_fetch(at(0)).unwrap();
    store.fetch_done(first.ticket, tagged(&jwks(&[1]), "\"a\""), at(0)).unwrap();
    let now = at_nanos(store.due_at());
    let refresh = store.next_fetch(now).unwrap();
    assert_eq!(refresh.etag.as_deref(), Some("\"a\""));
    (refresh.ticket, now)
}

#[test]
fn req_rotation_25_a_304_renews_the_set_that_its_ticket_asked_by_and_no_other() {
    // Pushed behind the ticket, tagged or not: the 304 says that "a" is the present set, and not that this one is.
    for etag in [Some("\"b\"".to_owned()), None] {
        let verifier = verifier(&fetched(r#""prefetch":true"#));
        let store = verifier.store();
        let (ticket, now) = refreshing(store);
        let pushed = Exported::new(jwks(&[2]).into_bytes(), etag.clone(), Some(now.wall));
        store.import(ISSUER, &pushed, now).unwrap();
        let due = store.due_at();
        let later = at_nanos(now.monotonic + SECOND);
        let done = store.fetch_done(ticket, Outcome::NotModified { max_age: Some(86_400) }, later);
        assert!(matches!(done, Ok(Done::Noted)), "{etag:?}: {done:?}");
        assert_eq!(reason(&verifier, 2, later), Reason::Ok);
        // It is asked again, by the tag of what is there.
        assert!(store.due_at() <= later.monotonic + 38 * SECOND, "{} and {due}", store.due_at());
        assert_eq!(store.next_fetch(at_nanos(store.due_at())).unwrap().etag, etag);
    }
}

#[test]
fn an_address_of_metadata_that_hangs_does_not_keep_the_next_one_from_being_tried() {
    for answers_late in [true, false] {
        let verifier = verifier(&policy_of(r#","keys":{"prefetch":true}"#));
        let store = verifier.store();
        let first = store.next_fetch(at(0)).unwrap();
        if answers_late {
            assert!(matches!(store.fetch_done(first.ticket, Outcome::Failed("timeout"), at(6)), Ok(Done::Late)));
        }
        let second = store.next_fetch(at(6)).unwrap_or_else(|| panic!("answers late: {answers_late}"));
        assert_eq!((second.kind, second.reason), (FetchKind::Metadata, FetchReason::Prefetch), "the same attempt");
        assert_eq!(second.url, format!("{ISSUER}/.well-known/oauth-authorization-server"));
        assert!(matches!(store.fetch_done(first.ticket, body("{}"), at(6)), Ok(Done::Ignored)), "closed");
        let good = metadata(&format!("{ISSUER}/keys"), "");
        assert!(matches!(store.fetch_done(second.ticket, body(&good), at(7)), Ok(Done::Located)));
        fetch(store, &[1], at(7));
        assert_eq!(reason(&verifier, 1, at(7)), Reason::Ok);
    }
    // Where all of them hang, the attempt is over and the back-off holds.
    let verifier = verifier(&policy_of(r#","keys":{"prefetch":true}"#));
    let store = verifier.store();
    assert!(store.next_fetch(at(0)).is_some() && store.next_fetch(at(6)).is_some());
    assert_eq!((store.next_fetch(at(12)), store.next_fetch(at(29)), store.is_fetching(ISSUER)), (None, None, false));
}

#[test]
fn a_set_too_old_to_use_takes_no_good_one_s_place() {
    // The policy's own set, and one that was pushed just now without a clock.
    let inline = policy_of(&format!(r#","jwks":{},"jwks_uri":"{ISSUER}/keys""#, jwks(&[1])));
    let ancient = Wall::from_nanos(EPOCH - i128::from(200_000 * SECOND));
    for (policy, push) in [(&inline, false), (&fetched(""), true)] {
        let verifier = verifier(policy);
        let store = verifier.store();
        if push {
            store.set_keys(ISSUER, jwks(&[1]).as_bytes()).unwrap();
        }
        let refused = store.set_keys_fetched(ISSUER, jwks(&[2]).as_bytes(), ancient, at(5));
        assert!(matches!(refused, Err(KeysRefused::Older)), "pushed before: {push}: {refused:?}");
        assert_eq!(reason(&verifier, 1, at(5)), Reason::Ok);
    }
}

#[test]
fn req_rotation_06_what_metadata_advertise_never_widens_the_algorithms() {
    let verifier = verifier(&policy_of(r#","algorithms":["ES256"],"keys":{"prefetch":true}"#));
    let store = verifier.store();
    let advertised = r#","id_token_signing_alg_values_supported":["none","HS256","EdDSA"],"token_endpoint_auth_signing_alg_values_supported":["EdDSA"],"dpop_signing_alg_values_supported":["EdDSA"]"#;
    let ticket = store.next_fetch(at(0)).unwrap().ticket;
    let text = metadata(&format!("{ISSUER}/keys"), advertised);
    assert!(matches!(store.fetch_done(ticket, body(&text), at(0)), Ok(Done::Located)));
    fetch(store, &[1], at(0));
    assert_eq!(reason(&verifier, 1, at(0)), Reason::AlgNotAllowed);
}

#[test]
fn req_rotation_26_signed_metadata_are_not_read() {
    let verifier = verifier(&policy_of(r#","keys":{"prefetch":true}"#));
    let store = verifier.store();
    let ticket = store.next_fetch(at(0)).unwrap().ticket;
    let signed = token_of(ISSUER, 1, r#","issuer":"https://evil.example","jwks_uri":"https://evil.example/keys""#);
    let text = metadata(&format!("{ISSUER}/keys"), &format!(r#","signed_metadata":"{signed}""#));
    assert!(matches!(store.fetch_done(ticket, body(&text), at(0)), Ok(Done::Located)));
    assert_eq!(store.next_fetch(at(0)).unwrap().url, format!("{ISSUER}/keys"));
}

#[test]
fn req_bcp_15_metadata_never_lead_to_this_machine_or_a_private_network() {
    let policy = policy_of(r#","discovery":{"other_host":true},"keys":{"prefetch":true,"cooldown":1}"#);
    for host in [
        "127.0.0.1",
        "localhost",
        "LocalHost.",
        "keys.localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1:8443",
        "169.254.169.254",
        "100.64.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
    ] {
        let verifier = verifier(&policy);
        let store = verifier.store();
        let ticket = store.next_fetch(at(0)).unwrap().ticket;
        let text = metadata(&format!("https://{host}/keys"), "");
        let refused = store.fetch_done(ticket, body(&text), at(0));
        let expected = matches!(refused, Err(KeysRefused::Metadata(MetadataFault::OtherHost)));
        assert!(expected, "{host}: {refused:?}");
    }
    for host in ["keys.example.net", "93.184.216.34", "172.32.0.1", "[2606:2800::1]", "10.example", "0x7f.example"] {
        let verifier = verifier(&policy);
        let ticket = verifier.store().next_fetch(at(0)).unwrap().ticket;
        let text = metadata(&format!("https://{host}/keys"), "");
        let done = verifier.store().fetch_done(ticket, body(&text), at(0));
        assert!(matches!(done, Ok(Done::Located)), "{host}: {done:?}");
    }
}

#[test]
fn req_rotation_24_a_monotonic_clock_that_steps_back_costs_no_fetch_and_no_key() {
    // No clock should, but one host is read from another's, or is resumed.
    let verifier = verifier(&fetched(r#""prefetch":true,"ttl":600,"stale":600"#));
    let store = verifier.store();
    let ticket = store.next_fetch(at(1000)).unwrap();
    assert_eq!(store.next_fetch(at(10)), None, "one ticket a source");
    assert!(matches!(store.fetch_done(ticket.ticket, body(&jwks(&[1])), at(10)), Ok(Done::Loaded(_))));
    for second in [10, 0, 1000, 1500, 1] {
        assert_eq!(reason(&verifier, 1, at(second)), Reason::Ok, "{second}");
    }
    assert_eq!(reason(&verifier, 2, at(5)), Reason::KidUnknown);
    assert_eq!((store.next_fetch(at(5)), store.next_fetch(at(1029))), (None, None), "the cooldown of the attempt");
    assert_eq!(store.next_fetch(at(1030)).unwrap().reason, FetchReason::UnknownKid);
    let mut status = Vec::new();
    store.write_status(at(0), &mut status);
    store.write_prometheus(at(0), &mut status);
    let ahead = at_nanos(u64::MAX - 1);
    assert_eq!(reason(&verifier, 1, ahead), Reason::KeysUnavailable);
    assert!(store.next_fetch(ahead).is_none_or(|fetch| fetch.deadline == u64::MAX));
}

#[test]
fn documents_at_their_bounds_are_taken_and_over_them_refused() {
    // REQ-ROTATION-18; the longest address that metadata may name is not bounded by the document alone.
    let verifier = verifier(&policy_of(r#","keys":{"prefetch":true}"#));
    let store = verifier.store();
    let ticket = store.next_fetch(at(0)).unwrap().ticket;
    let long = metadata(&format!("{ISSUER}/{}", "k".repeat(400_000)), "");
    let refused = store.fetch_done(ticket, body(&long), at(0));
    assert!(matches!(refused, Err(KeysRefused::Metadata(MetadataFault::AddressRefused))), "{}", refused.is_ok());
}
