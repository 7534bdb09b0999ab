//! What each step costs: `cargo test --release --test jose_speed -- --ignored --nocapture`.
#![allow(clippy::unwrap_used)]

mod jose_support;

use std::hint::black_box;
use std::time::Instant;

use countersign::base64url;
use countersign::jose::{
    Algorithm, AlgorithmRule, BACKEND_NAME, CompactJws, HeaderMemory, KeySet, decode_signature, verify_jws,
};
use jose_support::{
    RFC7515_A2, RFC7515_A2_KEY, RFC7515_A3, RFC7515_A3_KEY, RFC8037_A4, RFC8037_A4_KEY, b64, hs256, oct, set, token,
};

/// The median of 21 runs, in nanoseconds a call.
fn measure<T>(name: &str, mut call: impl FnMut() -> T) {
    let mut runs = [0; 21];
    let start = Instant::now();
    let mut calls = 0_u32;
    while start.elapsed().as_millis() < 20 {
        black_box(call());
        calls += 1;
    }
    let calls = (calls / 4).max(1);
    for run in &mut runs {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        *run = start.elapsed().as_nanos() * 10 / u128::from(calls);
    }
    runs.sort_unstable();
    let median = runs.get(10).copied().unwrap_or(0);
    println!("{BACKEND_NAME} {name}: {}.{} ns", median / 10, median % 10);
}

#[test]
#[ignore = "a measurement"]
fn speed() {
    let kid =
        (1..=12).map(|byte| oct(byte, &format!(r#","kid":"key-number-{byte}","alg":"HS256""#))).collect::<Vec<_>>();
    let keys = set(&kid.iter().map(String::as_str).collect::<Vec<_>>());
    let signed = token(r#"{"alg":"HS256","typ":"at+jwt","kid":"key-number-7"}"#, [b'x'; 654], hs256(&[7; 32]));
    let kilobyte = b64([0xA7; 1024]);
    let mut out = [0; 2048];
    measure("base64url, 1 KB of text", || {
        base64url::decode(&kilobyte.as_bytes()[..1024], black_box(&mut out)).is_some()
    });
    measure("base64url, 43 of text", || base64url::decode(&kilobyte.as_bytes()[..43], black_box(&mut out)).is_some());
    let long = [signed.as_bytes(), &vec![b'A'; 60_000]].concat();
    measure(&format!("split, {} bytes", signed.len()), || CompactJws::parse(black_box(signed.as_bytes())).is_ok());
    measure(&format!("split, {} bytes", long.len()), || CompactJws::parse(black_box(&long)).is_ok());
    let parts = CompactJws::parse(signed.as_bytes()).unwrap();
    let mut memory = HeaderMemory::new();
    measure("header, remembered", || memory.read(black_box(parts.header)).unwrap().algorithm());
    let other = b64(r#"{"alg":"HS256","typ":"at+jwt","kid":"key-number-8"}"#);
    let mut turn = false;
    measure("header, decoded", || {
        turn = !turn;
        memory.read(if turn { other.as_bytes() } else { parts.header }).unwrap().algorithm()
    });
    let rule = AlgorithmRule::KeysDecideAll;
    measure("select by kid, 12 keys", || keys.select(black_box(Some(b"key-number-7")), Algorithm::Hs256, rule).is_ok());
    measure("select without kid", || keys.select(black_box(None), Algorithm::Hs256, rule).is_ok());
    let mut held = [0; 1024];
    measure("HS256 step by step", || step_by_step(signed.as_bytes(), &keys, &mut memory, &mut held));
    for (name, token, key) in [
        ("RS256", RFC7515_A2, RFC7515_A2_KEY),
        ("ES256", RFC7515_A3, RFC7515_A3_KEY),
        ("EdDSA", RFC8037_A4, RFC8037_A4_KEY),
    ] {
        let keys = set(&[key]);
        measure(name, || step_by_step(token.as_bytes(), &keys, &mut memory, &mut held));
    }
    measure("verify_jws HS256", || verify_jws(signed.as_bytes(), &keys, rule).outcome.is_ok());
}

fn step_by_step(token: &[u8], keys: &KeySet, memory: &mut HeaderMemory, held: &mut [u8; 1024]) -> bool {
    let rule = AlgorithmRule::KeysDecideAll;
    let parts = CompactJws::parse(token).unwrap();
    let header = memory.read(parts.header).unwrap();
    let signature = decode_signature(parts.signature, held).unwrap();
    header.check_members().unwrap();
    let algorithm = rule.select(header.algorithm()).unwrap();
    keys.select(header.kid(), algorithm, rule).unwrap().verify_signature(parts.signing_input, signature).is_ok()
}
