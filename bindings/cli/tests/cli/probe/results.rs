//! Exit codes by severity, the table for people, `JUnit`.

use super::api::{PAGE, Said, Seen, api};
use super::probe;
use crate::support::{folder, run};

type Change = fn(&Seen<'_>, &mut Said);

const ERROR: Change = |_, said| said.remove("WWW-Authenticate");
const WARNING: Change = |_, said| {
    if said.status == 401 {
        said.remove("Cache-Control");
    }
};
const NOTE: Change = |seen, said| {
    if said.status == 400 && seen.authorization.len() == 1 {
        said.remove("WWW-Authenticate");
    }
};

#[test]
fn exit_codes_tell_the_worst_severity() {
    for (change, codes) in [(ERROR, [1, 1, 1]), (WARNING, [3, 3, 0]), (NOTE, [3, 0, 0])] {
        for (severity, code) in ["note", "warning", "error"].into_iter().zip(codes) {
            let server = api(change);
            let run = probe("probe-codes", &server.origin, &["--fail-on", severity]);
            assert_eq!(run.code, code, "{severity}: {}", run.out);
        }
    }
    let server = api(NOTE);
    assert_eq!(run(["probe", &server.origin]).code, 0, "warnings and worse by default");
}

#[test]
fn the_table_says_what_was_seen_and_what_to_do() {
    let server = api(WARNING);
    let run = run(["probe", &server.origin, "--origin", PAGE]);
    assert_eq!(run.code, 3);
    let shown: Vec<&str> = run.out.lines().collect();
    let at = shown.iter().position(|line| line.starts_with("broken")).unwrap();
    assert_eq!(
        shown[at..at + 4],
        [
            "broken    denial_not_stored              REQ-CACHE-02   RFC 9111 §5.2.2.5  warning",
            "          Denials may not be kept by shared caches.",
            "          none                 401 without Cache-Control",
            "          head                 401 without Cache-Control",
        ]
    );
    assert!(run.out.contains("          next: Send Cache-Control: no-store with every denial.\n"), "{}", run.out);
    assert!(run.out.contains("kept      challenge_present              REQ-HTTP-28    RFC 9110 §11.6.1\n"));
    assert!(run.out.contains("n/a       token_accepted                 REQ-BEARER-01  RFC 6750 §2.1  no real token\n"));
    assert!(run.out.ends_with(" broken (worst: warning), 9 not applicable\n"), "{}", run.out);
    assert!(run.out.lines().all(|line| line.chars().count() <= 140), "{}", run.out);
}

#[test]
fn junit_has_a_case_for_each_rule() {
    let path = folder("probe-junit").join("probe.xml");
    let server = api(|seen, said| {
        ERROR(seen, said);
        said.set("Cache-Control", "max-age=1, \"<&>\u{9b}\"");
    });
    let run = probe("probe-junit-token", &server.origin, &["--junit", path.to_str().unwrap(), "--fail-on", "error"]);
    let json = run.json();
    let text = std::fs::read_to_string(&path).unwrap();
    let count = |what: &str| text.matches(what).count();
    assert_eq!(count("<testcase "), json["rules"].as_array().unwrap().len());
    assert_eq!(count("<skipped "), usize::try_from(json["not_applicable"].as_u64().unwrap()).unwrap());
    let errors = json["rules"].as_array().unwrap().iter();
    let errors = errors.filter(|row| row["result"] == "broken" && row["severity"] == "error").count();
    assert!(errors > 0 && count("<failure ") == errors, "{text}");
    assert!(text.contains(&format!("failures=\"{errors}\"")));
    assert_eq!(count("<system-out>") + errors, usize::try_from(json["broken"].as_u64().unwrap()).unwrap());
    assert!(text.contains("&lt;&amp;&gt;") && !text.contains('\u{9b}'), "{text}");
    well_formed(&text);
}

#[test]
fn a_file_that_cannot_be_written_is_a_fault() {
    let server = api(|_, _| {});
    let path = folder("probe-junit-none").join("no/such/folder.xml");
    let run = run(["probe", &server.origin, "--junit", path.to_str().unwrap()]);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
}

/// Elements nest and close, as far as this document uses XML.
fn well_formed(text: &str) {
    let mut open = Vec::new();
    for tag in text.split('<').skip(1).map(|rest| rest.split_once('>').unwrap().0) {
        if tag.starts_with('?') || tag.ends_with('/') {
            continue;
        }
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty());
}
