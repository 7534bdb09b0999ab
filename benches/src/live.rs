//! What live keys cost: the store on a check's way, a remembered verdict, a swap, and memory by key.

use countersign::jose::{AlgorithmRule, KeySet, Origin, sha256};
use countersign::{Decision, Policy, Reason, Verifier, stages};

use crate::measure::{Contender, in_turns};
use crate::mint::Signer;
use crate::{Bar, Table, claims, request, usual_lines, verifier};

pub fn time(table: &mut Table) {
    store(table);
    for algorithm in ["ES256", "RS256"] {
        remembered(table, algorithm);
    }
    swaps(table);
    memory();
}

/// The choice of a key from a set that a host holds itself, and from the store.
fn store(table: &mut Table) {
    let signer = Signer::new("ES256");
    let verifier = verifier(&signer);
    let set = format!(r#"{{"keys":[{}]}}"#, signer.jwk());
    let fixed = KeySet::load(set.as_bytes(), Origin::Inline).unwrap();
    table.head("A live store over a fixed key set");
    let pick = |keys: &KeySet| {
        let algorithm = countersign::jose::Algorithm::Es256;
        keys.select(Some(b"k1"), algorithm, AlgorithmRule::KeysDecide).is_ok()
    };
    let samples = in_turns(vec![
        Contender::new("a key of a fixed set", || pick(std::hint::black_box(&fixed))),
        Contender::new("a key of the live set", || {
            stages::with_live_set(std::hint::black_box(&verifier), std::hint::black_box(7), pick)
        }),
    ]);
    let [without, with] = samples.as_slice() else { unreachable!("two were given") };
    table.row(without.name, without.median(), None, None);
    table.row(with.name, with.median(), None, None);
    table.row("what the store adds", with.median() - without.median(), None, Some(Bar::Nanos(30.0)));
}

/// A check whose verdict is remembered, over the digest of its token.
fn remembered(table: &mut Table, algorithm: &'static str) {
    let signer = Signer::new(algorithm);
    let policy = signer.policy("", r#","scopes":["reports:read"],"remember":{"entries":1000}"#);
    let remembering = Verifier::new(Policy::load(policy.as_bytes(), &[]).unwrap().0);
    let plain = verifier(&signer);
    let token = signer.token(&claims());
    let value = format!("Bearer {token}");
    let lines = usual_lines(value.as_bytes());
    let (mut decision, mut other) = (Decision::new(), Decision::new());
    remembering.check(&request(&lines), &mut decision);
    assert_eq!(decision.reason(), Reason::Ok, "{algorithm}");
    table.head(&format!("A remembered verdict, {algorithm}, a token of {} bytes", token.len()));
    let samples = in_turns(vec![
        Contender::new("SHA-256 of the token", || sha256(std::hint::black_box(token.as_bytes()))[0]),
        Contender::new("a remembered check", || {
            remembering.check(&request(&lines), &mut decision);
            decision.allowed()
        }),
        Contender::new("a check", || {
            plain.check(&request(&lines), &mut other);
            other.allowed()
        }),
    ]);
    let [digest, hit, check] = samples.as_slice() else { unreachable!("three were given") };
    for sample in [digest, hit, check] {
        table.row(sample.name, sample.median(), None, None);
    }
    table.row("a hit over the digest", hit.median() - digest.median(), None, Some(Bar::Nanos(300.0)));
}

/// Two sets in turns, alone and with a reader that never pauses.
fn swaps(table: &mut Table) {
    let signer = Signer::new("ES256");
    let verifier = verifier(&signer);
    let jwk = signer.jwk();
    let sets = [format!(r#"{{"keys":[{jwk}]}}"#), format!(r#"{{"keys":[{jwk},{}]}}"#, jwk.replace("k1", "k2"))];
    let token = format!("Bearer {}", signer.token(&claims()));
    let lines = usual_lines(token.as_bytes());
    let mut turn = 0;
    let mut swap = || {
        turn += 1;
        verifier.store().set_keys(crate::ISSUER, sets[turn % 2].as_bytes()).is_ok()
    };
    table.head("A swap: parse, prepare and put in place one key or two");
    let alone = in_turns(vec![Contender::new("alone", &mut swap)]);
    table.row(alone[0].name, alone[0].median(), None, None);
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut decision = Decision::new();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                verifier.check(&request(&lines), &mut decision);
                assert!(decision.allowed());
            }
        });
        let busy = in_turns(vec![Contender::new("under load", &mut swap)]);
        table.row(busy[0].name, busy[0].median(), None, None);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

/// Ten thousand issuers with four keys each: what the process grows by, by key.
fn memory() {
    for algorithm in ["ES256", "RS256"] {
        let jwk = Signer::new(algorithm).jwk();
        let keys: Vec<String> = (1..=4).map(|n| jwk.replace("\"k1\"", &format!("\"k{n}\""))).collect();
        let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        let name = |n: usize| format!("https://login.example.com/tenants/{n}");
        let issuers: Vec<String> = (0..10_000)
            .map(|n| format!(r#"{{"issuer":"{0}","audience":"a","jwks_uri":"{0}/keys"}}"#, name(n)))
            .collect();
        let policy = format!(r#"{{"realm":"a","bearer":{{"issuers":[{}]}}}}"#, issuers.join(","));
        let verifier = Verifier::new(Policy::load(policy.as_bytes(), &[]).unwrap().0);
        drop((policy, issuers));
        let before = resident();
        for n in 0..10_000 {
            verifier.store().set_keys(&name(n), set.as_bytes()).unwrap();
        }
        let grown = resident().saturating_sub(before);
        println!(
            "\n{algorithm}: 40,000 keys of {} bytes of text each take {} bytes a key, text included",
            jwk.len(),
            grown / 40_000
        );
    }
}

/// Bytes of memory that the process has, on Linux.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
