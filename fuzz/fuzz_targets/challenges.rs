//! The reader of challenges against its slow twin, over one line or several.
#![no_main]

#[path = "../../tests/twin/challenges.rs"]
mod twin;

use countersign::http::Challenges;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    // A zero byte parts the lines: it is at fault wherever else it stands.
    let lines: Vec<&[u8]> = text.split(|byte| *byte == 0).collect();
    let (theirs, fault) = twin::read(&lines);
    let mut ours = Vec::new();
    let mut our_fault = None;
    for challenge in Challenges::new(&lines) {
        match challenge {
            Ok(challenge) => ours.push(twin::Challenge {
                scheme: challenge.scheme.to_owned(),
                token68: challenge.token68.map(str::to_owned),
                params: challenge
                    .params()
                    .map(|param| (param.name.to_owned(), param.value.bytes().collect()))
                    .collect(),
            }),
            Err(fault) => {
                assert!(fault.offset <= lines[fault.value].len());
                our_fault = Some(fault.value);
            }
        }
    }
    assert_eq!((ours, our_fault), (theirs, fault));
});
