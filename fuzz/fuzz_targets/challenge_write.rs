//! What was written reads back as it was; what was refused left the sink alone.
#![no_main]

use arbitrary::Arbitrary;
use countersign::http::{Challenges, write_challenge};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    scheme: String,
    params: Vec<(String, String)>,
}

fuzz_target!(|input: Input| {
    let mut line = b"before".to_vec();
    let params = input.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    if write_challenge(&mut line, &input.scheme, params).is_err() {
        assert_eq!(line, b"before");
        return;
    }
    let value = &line["before".len()..];
    assert!(value.iter().all(|byte| matches!(byte, b'\t' | 0x20..=0x7E)));
    let lines = [value];
    let mut challenges = Challenges::new(&lines);
    let read = challenges.next().unwrap().unwrap();
    assert!(challenges.next().is_none());
    assert_eq!(read.scheme, input.scheme);
    let params: Vec<_> = read.params().collect();
    assert_eq!(params.len(), input.params.len());
    for (read, (name, value)) in params.iter().zip(&input.params) {
        assert!(read.name == name && read.value.is(value.as_bytes()));
    }
});
