//! Policies: loaded or refused with a place; a refused one has an error, a loaded one none.
#![no_main]

use countersign::Policy;
use countersign::policy::Severity;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let refs: [(&str, &[u8]); 1] = [("secret", b"0123456789abcdef0123456789abcdef")];
    match Policy::load(text, &refs) {
        Ok((policy, report)) => {
            assert!(report.first_error().is_none());
            assert!(report.entries().iter().all(|entry| entry.severity == Severity::Warning));
            let _ = policy.wanted_fields().count();
        }
        Err(report) => {
            let error = report.first_error().unwrap();
            assert!(error.pointer.is_empty() || error.pointer.starts_with('/'));
        }
    }
});
