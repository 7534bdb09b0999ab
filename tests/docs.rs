//! Holds what people read to what the code does: generated parts, documents, answers, names, links, commands.
//!
//! The parts between `<!-- generated: NAME -->` and `<!-- end: NAME -->` are written anew, instead of
//! compared, if `COUNTERSIGN_UPDATE_DOCS` is set (`make docs`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod docs_support;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use countersign::metrics;
use countersign::policy::{self, Policy};
use docs_support::{Page, fences, pages, read, root, spans};

#[test]
fn the_reasons_page_is_that_of_the_table() {
    let mut page = Page::open("docs/REASONS.md");
    page.hold("reasons", &docs_support::reasons::tables());
    page.hold("reasons-later", &docs_support::reasons::later());
    page.close();
}

#[test]
fn the_metrics_and_attributes_on_the_monitoring_page_are_those_of_the_tables() {
    let mut table = String::from("| name | kind | labels | what it says |\n| --- | --- | --- | --- |\n");
    for family in metrics::FAMILIES {
        let labels = family.labels.join("`, `");
        writeln!(table, "| `{}` | {} | `{labels}` | {} |", family.name, family.kind, family.help).unwrap();
    }
    let mut attributes = String::from("| name | type | what it says |\n| --- | --- | --- |\n");
    for attribute in metrics::ATTRIBUTES {
        writeln!(attributes, "| `{}` | {} | {} |", attribute.name, attribute.kind, attribute.help).unwrap();
    }
    let mut page = Page::open("docs/MONITORING.md");
    page.hold("metrics", table.trim_end());
    page.hold("attributes", attributes.trim_end());
    page.close();
}

#[test]
fn the_steps_on_the_clients_page_are_those_of_the_tables() {
    let mut page = Page::open("docs/CLIENT.md");
    page.hold("steps", &docs_support::client::steps());
    page.hold("reasons", &docs_support::client::reasons());
    page.hold("tolerances", &docs_support::client::tolerances());
    page.close();
}

#[test]
fn the_findings_page_is_that_of_the_table() {
    let mut page = Page::open("docs/FINDINGS.md");
    page.hold("findings", &docs_support::findings::table());
    page.close();
}

#[test]
fn the_bonuses_on_the_page_of_the_diagnosis_are_those_of_the_code() {
    let (page, source) = (read("docs/EXPLAIN.md"), read("src/explain/finding.rs"));
    for name in ["Suspected", "Said", "Observed", "Proved"] {
        let line = source.lines().find(|line| line.contains(&format!("Certainty::{name} => ")) && !line.contains('"'));
        let bonus = line.unwrap().split("=> ").nth(1).unwrap().trim_end_matches(',');
        assert!(page.contains(&format!("| `{}` | {bonus} |", name.to_lowercase())), "docs/EXPLAIN.md: {name} {bonus}");
    }
}

#[test]
fn the_members_on_the_policy_page_are_those_of_the_loader() {
    let mut page = Page::open("docs/POLICY.md");
    page.hold("members", &policy::reference().trim().replace("## `", "### `"));
    page.close();
}

#[test]
fn the_c_program_in_the_readme_is_the_example() {
    // The example is compiled and run by the tests of the C ABI.
    if let Ok(program) = fs::read_to_string(root().join("examples/c/guard.c")) {
        let mut page = Page::open("README.md");
        page.hold("guard", &format!("```c\n{}\n```", program.trim()));
        page.close();
    }
}

/// One user, whose password is "secret".
const USERS: &str = "alice:$2b$12$u5ctxz.tatc0IaIJuSK1leUqzFdYpUoUyNMbL.K.JS1TaMolalp92\n";

#[test]
fn every_policy_in_the_docs_loads_without_a_warning() {
    let secret: Vec<u8> = (0..32).map(|byte| byte * 7).collect();
    let key = format!(r#"{{ "id": "billing", "sha256": "{}" }}"#, "5a".repeat(32));
    let refs: [(&str, &[u8]); 3] = [("batch-secret", &secret), ("users", USERS.as_bytes()), ("keys", key.as_bytes())];
    let mut count = 0;
    for page in pages() {
        for fence in fences(&read(&page)).iter().filter(|fence| fence.language == "json") {
            if !fence.text.contains("\"realm\":") || fence.text.contains("\"op\":") {
                continue;
            }
            count += 1;
            let loaded = Policy::load(fence.text.as_bytes(), &refs);
            let (_, warnings) = loaded.unwrap_or_else(|report| panic!("{page}, line {}: {report}", fence.line));
            assert!(warnings.entries().is_empty(), "{page}, line {}: {warnings}", fence.line);
        }
    }
    assert!(count >= 3, "README.md and docs/POLICY.md show policies");
}

#[test]
fn every_word_of_the_loaders_report_is_on_the_policy_page() {
    let (page, source) = (read("docs/POLICY.md"), read("src/policy/report.rs"));
    let words: Vec<&str> = source
        .lines()
        .filter(|line| line.trim_end().ends_with("\";") && line.contains(" = \""))
        .map(|line| line.split('"').nth(1).unwrap())
        .collect();
    assert!(words.len() > 10, "{words:?}");
    for word in words {
        assert!(page.contains(&format!("`{word}`")), "docs/POLICY.md lacks {word}");
    }
}

#[cfg(feature = "conform")]
#[test]
fn the_cases_on_the_conformance_page_are_answered_as_shown() {
    let mut page = Page::open("docs/CONFORMANCE.md");
    let mut operations = BTreeSet::new();
    for fence in fences(&read("docs/CONFORMANCE.md")) {
        let mut lines = fence.text.lines();
        let (Some(case), Some(shown)) = (lines.next(), lines.next()) else { continue };
        if let Some(rest) = case.strip_prefix("{\"op\":\"") {
            operations.insert(rest.split('"').next().unwrap().to_owned());
            let answer = countersign::conform::answer_line(case.as_bytes()).unwrap();
            page.replace(&format!("{case}\n{shown}\n"), &format!("{case}\n{answer}\n"));
        }
    }
    page.close();
    assert!(operations.len() >= 7, "{operations:?}");
}

#[test]
fn every_name_of_the_c_abi_in_the_docs_is_in_the_sources() {
    let mut sources = String::new();
    for folder in
        ["src", "src/ffi", "src/jose", "src/policy", "bindings/cli/src", "bindings/nginx", "bindings/nginx/src"]
    {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            sources.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap_or_default());
        }
    }
    for file in ["build.rs", "build_header.rs", "cbindgen.toml", "tests/docs.rs", "src/metrics/mod.rs"] {
        sources.push_str(&fs::read_to_string(root().join(file)).unwrap_or_default());
    }
    let reasons = countersign::Reason::all().map(|reason| reason.name().to_uppercase());
    let mut reasons: BTreeSet<String> = reasons.map(|name| format!("COUNTERSIGN_REASON_{name}")).collect();
    let client = docs_support::client::constants();
    reasons.extend(client.iter().map(|name| format!("COUNTERSIGN_{name}")));
    for page in pages() {
        let text = read(&page);
        let names = text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
        for name in names.filter(|name| name.starts_with("countersign_") || name.starts_with("COUNTERSIGN_")) {
            assert!(sources.contains(name) || reasons.contains(name), "{page} names {name}");
        }
    }
}

#[test]
fn every_status_is_on_the_abi_page() {
    let page = read("docs/ABI.md");
    for line in read("src/ffi/status.rs").lines() {
        if let Some(name) = line.strip_prefix("pub const ").and_then(|rest| rest.split(':').next()) {
            assert!(page.contains(&format!("`{name}`")), "docs/ABI.md lacks {name}");
        }
    }
}

#[test]
fn every_relative_link_leads_somewhere() {
    for page in pages() {
        let folder = root().join(&page).parent().unwrap().to_path_buf();
        for link in docs_support::links(&read(&page)) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = link.split_once('#').map_or((link.as_str(), None), |(path, rest)| (path, Some(rest)));
            let target = if path.is_empty() { root().join(&page) } else { folder.join(path) };
            assert!(target.exists(), "{page} links to {link}");
            if let Some(heading) = heading {
                let headings = docs_support::headings(&fs::read_to_string(&target).unwrap());
                assert!(headings.iter().any(|known| known == heading), "{page} links to {link}: {headings:?}");
            }
        }
    }
}

#[test]
fn every_make_target_in_the_docs_is_in_the_makefile() {
    let makefile = read("Makefile");
    let mut seen = 0;
    for page in pages() {
        let text = read(&page);
        let blocks = fences(&text);
        let lines = blocks.iter().flat_map(|fence| fence.text.lines()).map(str::to_owned);
        for command in lines.chain(spans(&text)) {
            // Variables may stand on both sides, a comment at the end.
            let command = command.split('#').next().unwrap_or_default();
            let mut words = command.split_whitespace().filter(|word| !word.contains('='));
            if words.next() != Some("make") {
                continue;
            }
            for target in words {
                assert!(makefile.contains(&format!("\n{target}:")), "{page} names `make {target}`");
                seen += 1;
            }
        }
    }
    assert!(seen > 5, "the pages name targets");
}

#[test]
fn the_versions_in_the_docs_are_those_of_the_manifest() {
    let manifest = read("Cargo.toml");
    let value = |name: &str| {
        let line = manifest.lines().find(|line| line.starts_with(&format!("{name} = \""))).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    for page in ["README.md", "CONTRIBUTING.md"] {
        assert!(read(page).contains(&format!("Rust {}", value("rust-version"))), "{page}");
    }
    assert!(read("CHANGELOG.md").contains(&value("version")));
}

#[test]
fn no_page_names_a_place_on_somebodys_machine() {
    let checkout = root();
    let checkout = format!("/{}/", checkout.components().nth(1).unwrap().as_os_str().to_string_lossy());
    for page in pages() {
        for (index, line) in read(&page).lines().enumerate() {
            for place in ["/home/", "/root/", "/tmp/", "/Users/", checkout.as_str()] {
                assert!(!line.contains(place), "{page}, line {}: {place}", index + 1);
            }
        }
    }
}
