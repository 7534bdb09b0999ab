//! JWK Sets: whatever the text, keys are listed or the set is refused.
#![no_main]

use countersign::Reason;
use countersign::jose::{KeySet, Origin};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    for origin in [Origin::Inline, Origin::Pushed] {
        let Ok(set) = KeySet::load(text, origin) else { continue };
        for key in set.keys() {
            assert_eq!(key.is_usable(), key.reason() == Reason::Ok);
            assert!(!(origin == Origin::Pushed && key.is_symmetric() && key.is_usable()));
        }
    }
});
