//! Holds the source to the rooms and floors of docs/ARCHITECTURE.md and to the rules of the house.
//!
//! Reads text, not syntax: what stands in comments and in tests is passed over, all else is looked
//! at wherever it stands. An exception has a reason, and one that nobody needs any more fails.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What may be otherwise: rule, file, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("panic", "src/json/document.rs", "a scan that succeeds has put a node on the tape; nothing else to give back"),
    ("places", "tests/docs.rs", "looks for such a place in the documents"),
];

/// Words for what a core does not do (no I/O, no clock, no threads, no environment), wherever they stand.
const FOREIGN: &[&str] = &[
    "std::fs",
    "std::io",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::time",
    "SystemTime",
    "Instant::now",
    "println!",
    "eprintln!",
    "dbg!",
    "static mut",
];

/// Each crate that the core stands on, with the places that may know it.
const CRATES: &[(&str, &[&str])] = &[
    ("ring::", &["src/jose/backend/ring.rs"]),
    ("aws_lc_rs::", &["src/jose/backend/aws_lc.rs"]),
    ("base64_simd::", &["src/base64_standard.rs", "src/base64url.rs"]),
    ("base64::", &["src/conform/case.rs"]),
    ("argon2::", &["src/secret/password/argon2id.rs"]),
    ("base64ct::", &["src/secret/password/bcrypt.rs", "src/secret/password/phc.rs"]),
    ("bcrypt::", &["src/secret/password/bcrypt.rs", "src/secret/password.rs"]),
    ("pbkdf2::", &["src/secret/password/pbkdf2.rs", "src/secret/password.rs"]),
    ("subtle::", &["src/constant_time.rs", "src/secret/password/"]),
    ("serde_json::", &["src/conform/answer.rs"]),
    ("arc_swap::", &["src/store/live_keys.rs", "src/store/revoked.rs", "src/store/slot.rs"]),
    (
        "zeroize::",
        &[
            "src/explain/",
            "src/jose/",
            "src/http/basic.rs",
            "src/json/document.rs",
            "src/policy/basic.rs",
            "src/secret/password/",
            "src/result/decision.rs",
            "src/store/proofs.rs",
            "src/verifier/slow_hash.rs",
        ],
    ),
];

const PANICS: &[&str] = &[".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];

/// One source file: its path below the checkout, all of it, and the lines that are code and no test.
struct Source {
    path: String,
    text: String,
    code: Vec<(usize, String)>,
}

impl Source {
    fn read(root: &Path, file: &Path) -> Source {
        let text = fs::read_to_string(file).unwrap();
        let path = file.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        let lines: Vec<&str> = text.lines().collect();
        let mut code = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let begins_tests =
                *line == "#[cfg(test)]" && lines.get(at + 1).is_some_and(|next| next.starts_with("mod "));
            // A module of tests ends its file.
            if path.ends_with("/tests.rs")
                || (begins_tests && lines.get(at + 1).is_some_and(|next| next.ends_with('{')))
            {
                break;
            }
            if !line.trim_start().starts_with("//") {
                code.push((at + 1, without_texts(line)));
            }
        }
        Source { path, text, code }
    }

    /// The first folder below src, or the file there: `src/http/field.rs` and `src/http/mod.rs` are of `http`.
    fn room(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap();
        below.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// How many `super::` lead from here to the crate's root.
    fn depth(&self) -> usize {
        let below = self.path.strip_prefix("src/").unwrap().trim_end_matches("/mod.rs");
        below.split('/').count()
    }

    /// The rooms named in the code, with the line.
    fn named_rooms(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (number, line) in &self.code {
            for start in ["crate::".to_owned(), "super::".repeat(self.depth())] {
                for (at, _) in line.match_indices(&start) {
                    // `pub(in crate::x)`, and a longer chain of `super`, are no other names.
                    if at >= 7 && line[..at].ends_with("super::") {
                        continue;
                    }
                    found.extend(first_names(&line[at + start.len()..]).into_iter().map(|name| (*number, name)));
                }
            }
        }
        found
    }
}

/// The name, or the names between braces, that a path goes on with.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| {
        let text = text.trim();
        text[..text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len())].to_owned()
    };
    match rest.strip_prefix('{') {
        // One level is enough: `use crate::{a, b::c};`
        Some(list) => list.split(['}']).next().unwrap().split(',').map(name).filter(|name| !name.is_empty()).collect(),
        None => vec![name(rest)],
    }
}

/// A line without what stands between quotes and behind `//`.
fn without_texts(line: &str) -> String {
    let mut code = String::new();
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => {
                letters.next();
            }
            '\'' if !quoted && letters.peek() == Some(&'"') => {
                letters.next();
            }
            '"' => quoted = !quoted,
            '/' if !quoted && letters.peek() == Some(&'/') => break,
            _ if !quoted => code.push(letter),
            _ => {}
        }
    }
    code
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    files_below(&root().join("src"), &mut files);
    files.sort();
    assert!(files.len() > 50, "the source is not where it was");
    files.iter().map(|file| Source::read(&root(), file)).collect()
}

/// The floor of each room, from the table of docs/ARCHITECTURE.md.
fn floors() -> BTreeMap<String, u32> {
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let mut floors = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let Ok(floor) = cells[1].parse::<u32>() else { continue };
        for room in cells[2].split('(').next().unwrap().split('`').skip(1).step_by(2).filter(|room| !room.contains('/'))
        {
            assert!(floors.insert(room.to_owned(), floor).is_none(), "{room} stands on two floors");
        }
    }
    assert!(floors.len() > 15, "the table of rooms is not where it was: {floors:?}");
    floors
}

/// Takes what was found off the list of exceptions; what is left on either side is wrong.
fn judge(rule: &str, found: &[(String, String)]) {
    let excused = |path: &str| EXCEPTIONS.iter().any(|(of, file, _)| *of == rule && *file == path);
    let wrong: Vec<String> =
        found.iter().filter(|(path, _)| !excused(path)).map(|(path, what)| format!("{path}{what}")).collect();
    assert!(wrong.is_empty(), "{rule}:\n{}", wrong.join("\n"));
    let met: BTreeSet<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    let stale: Vec<_> = EXCEPTIONS.iter().filter(|(of, file, _)| *of == rule && !met.contains(file)).collect();
    assert!(stale.is_empty(), "exceptions that nobody needs: {stale:?}");
}

/// Lines of code with one of these words, as findings.
fn lines_with(source: &Source, words: &[&str]) -> Vec<(String, String)> {
    let holds = |line: &str, word: &str| {
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        line.match_indices(word)
            .any(|(at, _)| !word.starts_with(is_name) || !line[..at].chars().next_back().is_some_and(&is_name))
    };
    let found = source.code.iter().filter(|(_, line)| words.iter().any(|word| holds(line, word)));
    found.map(|(number, line)| (source.path.clone(), format!(":{number}: {}", line.trim()))).collect()
}

#[test]
fn imports_point_to_lower_floors() {
    let floors = floors();
    // What the crate's root lends of its rooms.
    let lent: BTreeMap<&str, &str> = BTreeMap::from([("Reason", "reason"), ("SchemeName", "scheme_name")]);
    let mut found = Vec::new();
    let mut met = BTreeSet::new();
    for source in sources() {
        if source.path == "src/lib.rs" {
            continue;
        }
        let room = source.room().to_owned();
        let Some(&floor) = floors.get(&room) else { panic!("{room} is not in the table of rooms") };
        met.insert(room.clone());
        for (number, name) in source.named_rooms() {
            let other = lent.get(name.as_str()).map_or(name.as_str(), |room| room);
            if other == room {
                continue;
            }
            let Some(&below) = floors.get(other) else { panic!("{}:{number}: no room {other}", source.path) };
            let beside = below == floor && (floor == 0 || (room == "respond" && other == "result"));
            if !(below < floor || beside) {
                found.push((source.path.clone(), format!(":{number}: {room} ({floor}) knows {other} ({below})")));
            }
        }
    }
    judge("floors", &found);
    let gone: Vec<_> = floors.keys().filter(|room| !met.contains(*room)).collect();
    assert!(gone.is_empty(), "in the table and not in src: {gone:?}");
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let sources = sources();
    let long = sources.iter().filter(|source| source.text.lines().count() > 400);
    let long: Vec<_> =
        long.map(|source| (source.path.clone(), format!(" has {} lines", source.text.lines().count()))).collect();
    judge("length", &long);
    for source in &sources {
        assert!(source.text.lines().count() <= 450, "{}: no exception for more than 450 lines", source.path);
    }
    let mute = sources.iter().filter(|source| !source.text.starts_with("//! "));
    let mute: Vec<_> = mute.map(|source| (source.path.clone(), " does not open with `//!`".to_owned())).collect();
    judge("opening", &mute);
}

#[test]
fn unsafe_stands_at_the_c_boundary_alone() {
    let sources = sources();
    let inside = sources.iter().filter(|source| !source.path.starts_with("src/ffi/"));
    let found: Vec<_> = inside.flat_map(|source| lines_with(source, &["unsafe ", "unsafe{", "no_mangle"])).collect();
    judge("unsafe", &found);
    let boundary = sources.iter().filter(|source| source.path.starts_with("src/ffi/"));
    let caught: Vec<_> = sources.iter().flat_map(|source| lines_with(source, &["catch_unwind"])).collect();
    assert!(boundary.count() > 5 && caught.iter().all(|(path, _)| path == "src/ffi/boundary.rs"), "{caught:?}");
}

#[test]
fn nothing_panics_on_purpose() {
    let found: Vec<_> = sources().iter().flat_map(|source| lines_with(source, PANICS)).collect();
    judge("panic", &found);
}

#[test]
fn the_core_does_no_input_output_and_reads_no_clock() {
    let found: Vec<_> = sources().iter().flat_map(|source| lines_with(source, FOREIGN)).collect();
    judge("foreign", &found);
}

#[test]
fn each_crate_is_known_in_its_place_alone() {
    let sources = sources();
    let mut found = Vec::new();
    for (name, places) in CRATES {
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for source in &sources {
            let lines = lines_with(source, &[name]);
            let place = places.iter().find(|place| source.path.starts_with(**place));
            match place {
                _ if lines.is_empty() => {}
                Some(place) => drop(known.insert(place)),
                None => found.extend(lines),
            }
        }
        let gone: Vec<_> = places.iter().filter(|place| !known.contains(**place)).collect();
        assert!(gone.is_empty(), "{name} is not known any more in {gone:?}");
    }
    judge("crates", &found);
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let dependencies = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
    for line in dependencies.lines().filter(|line| line.contains('=') && !line.starts_with('#')) {
        let name = format!("{}::", line.split('=').next().unwrap().trim().replace('-', "_"));
        assert!(CRATES.iter().any(|(known, _)| *known == name), "say who may know {name}");
    }
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    // Put together here, so that this file does not name them either.
    let words: Vec<String> = ["home", "root", "work", "Users"].iter().map(|folder| format!("/{folder}/")).collect();
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches/src", "bindings", "docs", "tools", "examples"] {
        all_below(&root().join(folder), &mut files);
    }
    let mut found = Vec::new();
    for file in files {
        // What is no text has no words.
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let path = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        for (at, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(*word)) {
                found.push((path.clone(), format!(":{}: {word}", at + 1)));
            }
        }
    }
    judge("places", &found);
}

fn all_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules", "build"].contains(&name.as_str()) && !name.starts_with('.') {
            all_below(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

#[test]
fn every_exception_is_of_a_rule() {
    const RULES: [&str; 8] = ["floors", "length", "opening", "unsafe", "panic", "foreign", "crates", "places"];
    for (rule, file, why) in EXCEPTIONS {
        assert!(RULES.contains(rule) && root().join(file).exists() && !why.is_empty(), "{rule} {file}");
    }
}

#[test]
fn the_reading_of_lines_holds() {
    assert_eq!(without_texts(r#"let a = "std::fs \" unsafe"; // panic!()"#).trim(), "let a = ;");
    assert_eq!(without_texts(r#"b'"' => 1, // x"#).trim(), "b' => 1,");
    assert_eq!(first_names("{Reason, limits};"), ["Reason", "limits"]);
    assert_eq!(first_names("json::Value;"), ["json"]);
    let source = |path: &str, line: &str| Source {
        path: path.to_owned(),
        text: String::new(),
        code: vec![(1, without_texts(line))],
    };
    let names = |path: &str, line: &str| source(path, line).named_rooms().into_iter().map(|(_, name)| name).collect();
    let rooms: Vec<String> = names("src/http/challenge/read.rs", "use super::super::class::{self};");
    assert!(rooms.is_empty());
    let rooms: Vec<String> = names("src/http/field.rs", "use super::super::policy::Bearer;");
    assert_eq!(rooms, ["policy"]);
    let rooms: Vec<String> = names("src/http/mod.rs", "let x = super::policy::f();");
    assert_eq!(rooms, ["policy"]);
    let rooms: Vec<String> = names("src/time.rs", "use crate::json;");
    assert_eq!(rooms, ["json"]);
}
