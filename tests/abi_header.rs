//! The committed header is the one that the sources give, and the ledger of symbols is the header's.
#![cfg(feature = "capi")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use countersign::Reason;

fn in_tree(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The prototypes: a name of ours in front of a parenthesis, on a line that is no comment.
fn declared(header: &str) -> BTreeSet<String> {
    let functions = header.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()));
    let names = functions.filter_map(|line| {
        let (front, _) = line.split_once('(')?;
        front.rsplit([' ', '*']).next()
    });
    names.filter(|name| name.starts_with("countersign_")).map(str::to_owned).collect()
}

#[test]
fn the_committed_header_is_what_the_sources_give() {
    let generated = fs::read_to_string(env!("COUNTERSIGN_HEADER")).unwrap();
    let committed = in_tree("include/countersign.h");
    let differing = generated.lines().zip(committed.lines()).position(|(ours, theirs)| ours != theirs);
    assert!(generated == committed, "run `make header`; the first line that differs is {differing:?} (from 0)");
}

#[test]
fn the_ledger_lists_the_functions_of_the_header() {
    let ledger = in_tree("docs/abi/symbols.txt");
    let rows: Vec<(&str, &str)> = ledger
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(' ').map(|(name, version)| (name, version.trim())).unwrap())
        .collect();
    let listed: BTreeSet<String> = rows.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(rows.len(), listed.len(), "a function stands twice in docs/abi/symbols.txt");
    assert_eq!(listed, declared(&in_tree("include/countersign.h")));
    for (name, version) in rows {
        let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
        assert_eq!(parts.len(), 3, "{name}: {version}");
        let ours: Vec<u32> = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse().unwrap()).collect();
        assert!(parts <= ours, "{name} comes with {version}, and this is {ours:?}");
    }
}

#[test]
fn every_reason_has_its_constant() {
    let header = in_tree("include/countersign.h");
    for reason in Reason::all() {
        let line = format!("#define COUNTERSIGN_REASON_{} UINT32_C({})", reason.name().to_uppercase(), reason.number());
        assert!(header.lines().any(|found| found == line), "{line}");
    }
    assert_eq!(header.matches("#define COUNTERSIGN_REASON_").count(), Reason::COUNT);
}

#[test]
fn every_item_of_the_header_is_documented() {
    let header = in_tree("include/countersign.h");
    let lines: Vec<&str> = header.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let item = line.starts_with("typedef")
            || line.starts_with("#define COUNTERSIGN_") && *line != "#define COUNTERSIGN_H"
            || line.starts_with(|first: char| first.is_ascii_lowercase()) && line.contains('(');
        let member = line.starts_with("    ") && line.ends_with(';') && !line.contains(')');
        if item || member {
            assert!(lines[at - 1].trim_end().ends_with("*/"), "line {}: {line} has no comment", at + 1);
        }
    }
}

#[test]
fn the_header_has_no_type_whose_size_depends_on_the_compiler() {
    let header = in_tree("include/countersign.h");
    let code: Vec<&str> = header.lines().filter(|line| !line.trim_start().starts_with(['/', '*'])).collect();
    for line in code {
        for word in line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_') {
            let banned = ["bool", "_Bool", "int", "long", "short", "double", "float", "enum", "unsigned", "union"];
            assert!(!banned.contains(&word), "{line}");
        }
        assert!(!line.contains("()"), "{line}: write (void)");
    }
}
