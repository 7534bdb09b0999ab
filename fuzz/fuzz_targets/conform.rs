//! The conformance driver: one line of JSON for every line that is not empty.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    if let Some(answer) = countersign::conform::answer_line(line) {
        assert!(!answer.contains('\n'));
        serde_json::from_str::<serde_json::Value>(&answer).unwrap();
    }
});
