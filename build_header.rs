//! Writes `countersign.h`: one section a file of `src/ffi`, in the order in which a reader needs them.
//!
//! cbindgen turns each file into C; the banners come from the files' `//!` lines, and the constants
//! of the reasons from `src/reasons.tsv`, because cbindgen does not see what a macro makes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::Row;

/// The files in reading order; C also wants a type before its first use.
const SECTIONS: [&str; 20] = [
    "types",
    "status",
    "catalogue",
    "report",
    "policy",
    "store",
    "fetch",
    "export",
    "revocation",
    "request",
    "decision",
    "claims",
    "verifier",
    "slow_hash",
    "metrics",
    "key_set",
    "jws",
    "challenge",
    "client",
    "explain",
];

/// Files of `src/ffi` that export nothing.
const SILENT: [&str; 4] = ["mod", "boundary", "layout", "sized"];

pub(super) fn text(root: &Path, rows: &[Row]) -> String {
    let folder = root.join("src/ffi");
    refuse_strays(&folder);
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml is valid");
    let mut out = config.header.clone().expect("cbindgen.toml has a header");
    out.push_str(OPENING);
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(out, "/** The version of this header. */\n#define COUNTERSIGN_VERSION \"{version}\"");
    let _ = writeln!(out, "/** The same as a number to compare, two hexadecimal digits a part. */");
    let _ = writeln!(out, "#define COUNTERSIGN_VERSION_NUMBER UINT32_C(0x{})", version_digits(version));
    for section in SECTIONS {
        let path = folder.join(section).with_extension("rs");
        out.push_str(&banner(&fs::read_to_string(&path).expect("src/ffi is readable")));
        out.push_str(&tidy(&generate(&config, &path)));
        if section == "catalogue" {
            out.push_str(&reasons(rows));
        }
        if section == "challenge" {
            out.push_str("\n/*\n * What a tolerant reading puts up with.\n */\n");
            out.push_str(&words(root, "src/client/heard.rs", "Tolerance", "TOLERANCE"));
            out.push_str("\n/*\n * Steps of a client, and why they are taken (docs/CLIENT.md).\n */\n");
            out.push_str(&words(root, "src/client/step.rs", "StepKind", "STEP"));
            out.push_str(&words(root, "src/client/step.rs", "StepReason", "STEP_REASON"));
        }
    }
    out.push_str(CLOSING);
    out
}

/// A new file must be put in its place here, or it would be missing from the header.
fn refuse_strays(folder: &Path) {
    for entry in fs::read_dir(folder).expect("src/ffi is readable") {
        let path = entry.expect("src/ffi is readable").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        assert!(SECTIONS.contains(&stem) || SILENT.contains(&stem), "build_header.rs does not know src/ffi/{stem}.rs");
    }
}

fn generate(config: &cbindgen::Config, path: &Path) -> String {
    let mut config = config.clone();
    config.header = None;
    // What no function of the same file names would be left out.
    config.export.include = ["str", "field", "time", "request"].map(|name| format!("countersign_{name}")).to_vec();
    let bindings = cbindgen::Builder::new().with_config(config).with_src(path).generate();
    let mut text = Vec::new();
    bindings.expect("src/ffi can be read as a C header").write(&mut text);
    String::from_utf8(text).expect("a header is UTF-8")
}

/// The `//!` lines of a file between two rules.
fn banner(source: &str) -> String {
    let mut out = String::from("\n/* ==========================================================================\n");
    for line in source.lines().map_while(|line| line.strip_prefix("//!")) {
        let _ = writeln!(out, " *{line}");
    }
    out.push_str(" * ======================================================================= */\n\n");
    out
}

/// Comments of one line on one line, types by their names, constants typed and without blank lines between.
fn tidy(text: &str) -> String {
    let text = text.trim().replace("struct countersign_", "countersign_");
    let text = text.replace("typedef countersign_", "typedef struct countersign_");
    let mut out: Vec<String> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while let Some(&line) = lines.get(at) {
        let short = line.trim() == "/**" && lines.get(at + 2).is_some_and(|end| end.trim() == "*/");
        if short {
            out.push(format!("{line} {} */", lines[at + 1].trim().trim_start_matches("* ")));
            at += 3;
            continue;
        }
        match line.strip_prefix("#define ").and_then(|rest| rest.split_once(' ')) {
            Some((name, number)) => {
                out.push(format!("#define {name} UINT32_C({number})"));
                let next_is_constant =
                    lines[at..].iter().skip(1).find(|line| line.starts_with(['#', 't', 'c', 'u', 's']));
                if next_is_constant.is_some_and(|line| line.starts_with('#')) {
                    at += 1;
                }
            }
            None => out.push(line.to_owned()),
        }
        at += 1;
    }
    out.join("\n") + "\n"
}

fn reasons(rows: &[Row]) -> String {
    let mut out = String::from(
        "\n/*\n * Reasons: why a request was let through or denied, or why a document could not be read.\n \
         * docs/REASONS.md tells what to do about each.\n */\n",
    );
    for row in rows {
        let summary = if row.text == "-" { &row.next_step } else { &row.text };
        let summary = summary.trim_end_matches('.').replace('`', "");
        out.push_str(&wrapped(&summary));
        let _ = writeln!(out, "#define COUNTERSIGN_REASON_{} UINT32_C({})", row.name.to_uppercase(), row.number);
    }
    out
}

/// The constants of a closed set of words, from the table of its macro: `Name = 1, "word", "Meaning.";`
fn words(root: &Path, file: &str, set: &str, prefix: &str) -> String {
    let source = fs::read_to_string(root.join(file)).expect("src/client is readable");
    let start = format!("    {set} {{\n");
    let table = source.split_once(&start).and_then(|(_, rest)| rest.split_once("\n    }")).expect("the set is there").0;
    let mut out = String::new();
    for line in table.lines() {
        let (numbered, rest) = line.split_once(", \"").expect("a number and a word");
        let number = numbered.split_once(" = ").expect("a name and a number").1;
        let (word, meaning) = rest.split_once("\", \"").expect("a word and a meaning");
        out.push_str(&wrapped(meaning.trim_end_matches("\";").trim_end_matches('.')));
        let _ = writeln!(out, "#define COUNTERSIGN_{prefix}_{} UINT32_C({number})", word.to_uppercase());
    }
    out
}

/// One sentence as a comment of lines of 100 columns.
fn wrapped(sentence: &str) -> String {
    let mut out = String::from("/**");
    let mut column = out.len();
    for word in sentence.split(' ') {
        if column + word.len() > 95 {
            out.push_str("\n   ");
            column = 3;
        }
        let _ = write!(out, " {word}");
        column += 1 + word.len();
    }
    out + ". */\n"
}

fn version_digits(version: &str) -> String {
    version.split('.').fold(String::new(), |digits, part| {
        digits + &format!("{:02x}", part.parse::<u8>().expect("a version has three numbers"))
    })
}

const OPENING: &str = r#"
#ifndef COUNTERSIGN_H
#define COUNTERSIGN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

"#;

const CLOSING: &str = r"
#ifdef __cplusplus
} /* extern C */
#endif

#endif /* COUNTERSIGN_H */
";
