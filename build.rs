//! Turns `src/reasons.tsv` into the `Reason` enum and `src/findings.tsv` into `FindingId`, names the shared library and, for the C ABI,
//! writes `countersign.h` into `OUT_DIR` (never into the tree; `make header` copies it).

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a build that cannot go on says why")]

mod build_findings;
#[cfg(feature = "capi")]
mod build_header;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// One row of `src/reasons.tsv`.
struct Row {
    number: u32,
    name: String,
    status: String,
    error: String,
    text: String,
    refresh: String,
    next_step: String,
    cause: String,
}

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build_findings.rs");
    println!("cargo:rerun-if-changed=src/reasons.tsv");
    println!("cargo:rerun-if-changed=src/findings.tsv");

    let rows = read_rows(&root.join("src/reasons.tsv"));
    fs::write(out.join("reasons.rs"), rust_table(&rows)).expect("OUT_DIR is writable");
    let findings = build_findings::rust_table(&root.join("src/findings.tsv"), &rows);
    fs::write(out.join("findings.rs"), findings).expect("OUT_DIR is writable");

    let is_linux = env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if is_linux && env::var_os("CARGO_FEATURE_CAPI").is_some() {
        // The SONAME is the number of the ABI, not the version of the package. Not `rustc-link-arg-cdylib`, which
        // cargo hands on to the libraries that depend on this one: two of a name, and a process that has the addon
        // of Node or of Python looks there for the functions of the C library.
        println!("cargo:rustc-link-arg=-Wl,-soname,libcountersign.so.0");
    }
    write_header(&root, &out, &rows);
}

fn read_rows(path: &Path) -> Vec<Row> {
    let table = fs::read_to_string(path).expect("src/reasons.tsv is readable");
    let mut rows: Vec<Row> = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [number, name, status, error, text, refresh, next_step, cause] = cells[..] else {
            panic!("src/reasons.tsv: a row needs eight cells: {line}");
        };
        let number = number.parse().expect("a reason's number is an integer");
        assert!(
            rows.iter().all(|row| row.number != number && row.name != name),
            "src/reasons.tsv: {number} {name} stands twice"
        );
        rows.push(Row {
            number,
            name: name.into(),
            status: status.into(),
            error: error.into(),
            text: text.into(),
            refresh: refresh.into(),
            next_step: next_step.into(),
            cause: cause.into(),
        });
    }
    rows
}

fn camel_case(name: &str) -> String {
    name.split('_')
        .flat_map(|word| {
            let (first, rest) = word.split_at(1);
            [first.to_uppercase(), rest.to_owned()]
        })
        .collect()
}

fn rust_table(rows: &[Row]) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "/// Why a request was let through or denied, or why a document could not be read.\n///\n\
         /// The number and the name are stable: neither is ever given to another meaning.\n\
         #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]\n#[repr(u32)]\n#[non_exhaustive]\npub enum Reason {{"
    );
    for (index, row) in rows.iter().enumerate() {
        let summary = if row.text == "-" { &row.next_step } else { &row.text };
        let _ = writeln!(out, "    /// `{}`: {summary}", row.name);
        if index == 0 {
            let _ = writeln!(out, "    #[default]");
        }
        let _ = writeln!(out, "    {} = {},", camel_case(&row.name), row.number);
    }
    let _ = writeln!(out, "}}\n\nstatic ROWS: [Row; {}] = [", rows.len());
    for row in rows {
        let status = row.status.trim_end_matches('*');
        let _ = writeln!(
            out,
            "    Row {{ reason: Reason::{}, name: {:?}, http_status: {}, malformed: {}, error: {:?}, text: {:?}, refresh_helps: {}, next_step: {:?}, cause: {:?} }},",
            camel_case(&row.name),
            row.name,
            if status == "-" { "0" } else { status },
            row.status.ends_with('*'),
            if row.error == "-" { "" } else { &row.error },
            if row.text == "-" { "" } else { &row.text },
            row.refresh == "yes",
            row.next_step,
            row.cause,
        );
    }
    let _ = writeln!(
        out,
        "];\n\n/// The place of a reason's row, which is also the place of its counter.\n\
         const fn row_index(reason: Reason) -> usize {{\n    match reason {{"
    );
    for (index, row) in rows.iter().enumerate() {
        let _ = writeln!(out, "        Reason::{} => {index},", camel_case(&row.name));
    }
    out.push_str("    }\n}\n");
    out
}

#[cfg(not(feature = "capi"))]
fn write_header(_root: &Path, _out: &Path, _rows: &[Row]) {}

#[cfg(feature = "capi")]
fn write_header(root: &Path, out: &Path, rows: &[Row]) {
    println!("cargo:rerun-if-changed=build_header.rs");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    println!("cargo:rerun-if-changed=src/ffi");
    println!("cargo:rerun-if-changed=src/client/heard.rs");
    println!("cargo:rerun-if-changed=src/client/step.rs");
    fs::write(out.join("countersign.h"), build_header::text(root, rows)).expect("OUT_DIR is writable");
    // The drift test and `make header` find the file by this name.
    println!("cargo:rustc-env=COUNTERSIGN_HEADER={}", out.join("countersign.h").display());
}
