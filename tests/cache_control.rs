//! The reader of Cache-Control and its twin agree on every text, the likely ones above all.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

#[path = "twin/cache_control.rs"]
mod twin;

use countersign::http::cache_control_max_age;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const PIECES: &[&[u8]] = &[
    b"max-age",
    b"Max-Age",
    b"no-store",
    b"no-cache",
    b"s-maxage",
    b"ext",
    b"=",
    b"=",
    b",",
    b",",
    b" ",
    b"\t",
    b"\"",
    b"\"",
    b"\\",
    b"0",
    b"60",
    b"3600",
    b"99999999999999999999",
    b"-1",
    b"x",
    b"\xFF",
    b"\0",
    b";",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn req_rotation_11_reader_and_twin_agree(pieces in vec(select(PIECES), 0..16), age in select(&[0, 1, 60, u64::MAX][..])) {
        let value = pieces.concat();
        prop_assert_eq!(cache_control_max_age(&value, age), twin::read(&value, age));
    }

    #[test]
    fn they_agree_on_any_bytes(value in vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(cache_control_max_age(&value, 0), twin::read(&value, 0));
    }
}
