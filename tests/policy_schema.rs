//! Holds `docs/policy.schema.json` to the table of members that it is made from.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::{env, fs};

#[test]
fn the_committed_schema_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.schema.json");
    let schema = countersign::policy::schema();
    if env::var_os("UPDATE_SCHEMA").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &schema).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == schema, "run the test with UPDATE_SCHEMA=1 and look at the difference");
}

#[test]
fn the_schema_is_strict_json() {
    use countersign::json::{Document, Duplicates};
    Document::parse(countersign::policy::schema().as_bytes(), Duplicates::Refuse).unwrap();
}
