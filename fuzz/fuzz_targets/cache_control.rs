//! The reader of Cache-Control against its slow twin; entity tags stay within a header field.
#![no_main]

#[path = "../../tests/twin/cache_control.rs"]
mod twin;

use countersign::http;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|value: &[u8]| {
    for age in [0, 60, u64::MAX] {
        assert_eq!(http::cache_control_max_age(value, age), twin::read(value, age));
    }
    if http::is_entity_tag(value) {
        assert!(value.ends_with(b"\"") && value.iter().all(u8::is_ascii_graphic));
    }
});
