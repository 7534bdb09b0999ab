//! The table against a `HashMap`, and what it does not tell.

use std::collections::{HashMap, HashSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn entry(id: &str, sha256: [u8; 32]) -> KeyEntry<'_> {
    KeyEntry { id, sha256, scopes: "", environment: None, not_before: None, expires: None, revoked: false }
}

#[test]
fn a_key_comes_back_with_all_that_it_was_added_with() {
    // REQ-APIKEY-04, REQ-APIKEY-11: two keys of one owner stand beside each other.
    let mut builder = Builder::new();
    let old = KeyEntry {
        scopes: "invoices:read invoices:write",
        environment: Some("prod"),
        not_before: Some(-5),
        expires: Some(1_800_000_000),
        revoked: true,
        ..entry("billing-prod-1", [1; 32])
    };
    builder.add(old).unwrap();
    builder
        .add(KeyEntry { revoked: false, expires: None, ..KeyEntry { id: "billing-prod-2", sha256: [2; 32], ..old } })
        .unwrap();
    builder.add(entry("bare", [3; 32])).unwrap();
    let keys = builder.finish();
    assert_eq!((keys.len(), keys.is_empty()), (3, false));
    let facts = |digest| {
        let key = keys.find(&[digest; 32]).unwrap();
        (key.id(), key.scopes(), key.environment(), key.not_before(), key.expires(), key.revoked())
    };
    let both = "invoices:read invoices:write";
    assert_eq!(facts(1), ("billing-prod-1", both, Some("prod"), Some(-5), Some(1_800_000_000), true));
    assert_eq!(facts(2), ("billing-prod-2", both, Some("prod"), Some(-5), None, false));
    assert_eq!(facts(3), ("bare", "", None, None, None, false));
    assert!(keys.find(&[4; 32]).is_none());
}

#[test]
fn an_empty_table_finds_nothing() {
    let keys = Builder::new().finish();
    assert!(keys.is_empty() && keys.find(&[0; 32]).is_none() && keys.find(&[255; 32]).is_none());
}

#[test]
fn a_miss_is_compared_with_one_of_many_keys() {
    // REQ-APIKEY-05: one that stands near where the digest would; the places come from the last of eight bytes.
    let mut builder = Builder::new();
    for (id, byte) in [("a", 0), ("b", 0x40), ("c", 0x80), ("d", 0xC0)] {
        builder.add(entry(id, [byte; 32])).unwrap();
    }
    let keys = builder.finish();
    let dummies = [0x10, 0x3F, 0x5F, 0x81, 0xDF, 0xFF].map(|byte| keys.dummy_for(&[byte; 32]));
    assert_eq!(dummies, [0, 1, 1, 2, 3, 0]);
    assert!([0x10, 0x3F, 0xFF].iter().all(|byte| keys.find(&[*byte; 32]).is_none()));
    assert!(keys.has_digest(1, &[0x40; 32]) && !keys.has_digest(1, &[0x3F; 32]));
}

#[test]
fn an_id_and_a_digest_stand_once() {
    let mut builder = Builder::new();
    builder.add(entry("a", [1; 32])).unwrap();
    assert_eq!(builder.add(entry("a", [2; 32])), Err(AddFault::IdRepeated));
    assert_eq!(builder.add(entry("b", [1; 32])), Err(AddFault::DigestRepeated));
    assert_eq!(builder.add(entry("a", [1; 32])), Err(AddFault::IdRepeated));
    builder.add(entry("b", [2; 32])).unwrap();
    let keys = builder.finish();
    assert_eq!([1, 2].map(|digest| keys.find(&[digest; 32]).unwrap().id()), ["a", "b"]);
    assert_eq!(keys.len(), 2);
}

#[test]
fn keys_over_the_bound_are_refused() {
    let mut builder = Builder::with_most(2);
    assert_eq!(
        [1, 2, 3].map(|digest| builder.add(entry(["", "a", "b", "c"][usize::from(digest)], [digest; 32]))),
        [Ok(()), Ok(()), Err(AddFault::TooMany)]
    );
    let keys = builder.finish();
    assert!(keys.len() == 2 && keys.find(&[2; 32]).is_some() && keys.find(&[3; 32]).is_none());
}

#[test]
fn memory_is_what_the_module_says() {
    let mut builder = Builder::new();
    for number in 0..10_000_u32 {
        let digest: [u8; 32] = core::array::from_fn(|at| number.wrapping_mul(0x9E37_79B9).to_le_bytes()[at % 4]);
        let id = format!("customer-{number:06}");
        builder.add(KeyEntry { scopes: ["a", "b c"][usize::from(number % 2 == 0)], ..entry(&id, digest) }).unwrap();
    }
    let keys = builder.finish();
    // 36 for digest and terms, 8 for two slots, 4 for the end of the id, 15 for the id.
    let each = 36 + 8 + 4 + 15;
    assert!((10_000 * each..10_000 * each + 1000).contains(&keys.memory()), "{}", keys.memory());
}

#[test]
fn nothing_prints_a_digest() {
    // REQ-APIKEY-04: 0xC7 is 199 and c7; neither is to be seen in any print.
    let mut builder = Builder::new();
    builder.add(KeyEntry { scopes: "x", ..entry("billing", [0xC7; 32]) }).unwrap();
    let fault = builder.add(entry("other", [0xC7; 32])).unwrap_err();
    let filling = format!("{builder:?} {builder:#?} {fault} {fault:?}");
    let keys = builder.finish();
    let key = keys.find(&[0xC7; 32]).unwrap();
    let told = format!("{filling} {keys:?} {keys:#?} {key:?} {key:#?}").to_lowercase();
    assert!(told.contains("billing") && told.contains("keys: 1"), "{told}");
    assert!(!told.contains("c7") && !told.contains("199") && !told.contains("digest:"), "{told}");
}

/// Digests that meet in their places, their tags and their dummies.
fn crowded() -> impl Strategy<Value = [u8; 32]> {
    let byte = || prop_oneof![Just(0_u8), Just(255), 0..4_u8];
    ([byte(), byte(), byte(), byte()], any::<[u8; 32]>(), prop::bool::ANY).prop_map(
        |([a, b, c, d], rest, is_crowded)| {
            let mut digest = if is_crowded { [0; 32] } else { rest };
            [digest[0], digest[6], digest[7], digest[31]] = [a, b, c, d];
            digest
        },
    )
}

proptest! {
    #[test]
    fn the_table_is_a_hash_map(
        keys in vec((crowded(), "[a-c]{0,3}", "[x-z]( [x-z])?", prop::option::of("[p-r]"), prop::option::of(-2..2_i64), any::<bool>()), 0..200),
        others in vec(crowded(), 0..50),
    ) {
        let mut builder = Builder::new();
        let (mut by_digest, mut ids) = (HashMap::new(), HashSet::new());
        for (digest, id, scopes, environment, time, revoked) in &keys {
            let key = KeyEntry {
                id, sha256: *digest, scopes, environment: environment.as_deref(),
                not_before: *time, expires: time.map(|time| time + 1), revoked: *revoked,
            };
            let expected = match (ids.contains(id), by_digest.contains_key(digest)) {
                (true, _) => Err(AddFault::IdRepeated),
                (false, true) => Err(AddFault::DigestRepeated),
                (false, false) => Ok(()),
            };
            prop_assert_eq!(builder.add(key), expected);
            if expected.is_ok() {
                ids.insert(id.clone());
                by_digest.insert(*digest, key);
            }
        }
        let table = builder.finish();
        prop_assert_eq!(table.len(), by_digest.len());
        for digest in keys.iter().map(|key| &key.0).chain(&others) {
            let found = table.find(digest);
            let expected = by_digest.get(digest);
            prop_assert_eq!(found.is_some(), expected.is_some());
            if let (Some(found), Some(expected)) = (found, expected) {
                prop_assert_eq!(found.id(), expected.id);
                prop_assert_eq!(found.scopes(), expected.scopes);
                prop_assert_eq!(found.environment(), expected.environment);
                prop_assert_eq!((found.not_before(), found.expires()), (expected.not_before, expected.expires));
                prop_assert_eq!(found.revoked(), expected.revoked);
            }
        }
    }
}
