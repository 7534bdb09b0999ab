//! The generated parts of docs/REASONS.md.

use std::fmt::Write as _;
use std::fs;

use countersign::Reason;

/// The tables, one a range.
pub(crate) fn tables() -> String {
    let mut out = String::new();
    for (index, &(start, end, title)) in RANGES.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        let _ = write!(out, "{gap}### {start} to {end}: {title}\n\n");
        let reasons = Reason::all().filter(|reason| (start..=end).contains(&reason.number()));
        if start == LOADING {
            out.push_str("| number | name | given by | meaning and next step |\n| --- | --- | --- | --- |\n");
            for reason in reasons {
                let (number, name) = (reason.number(), reason.name());
                let _ =
                    writeln!(out, "| {number} | `{name}` | {} | {} |", cell(reason.cause()), cell(reason.next_step()));
            }
            continue;
        }
        out.push_str("| number | name | status | error | public text | refresh helps | next step | everyday cause |\n");
        out.push_str("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        for reason in reasons {
            out.push_str(&row(reason));
        }
    }
    let listed = |reason: &Reason| RANGES.iter().any(|(start, end, _)| (*start..=*end).contains(&reason.number()));
    let homeless: Vec<Reason> = Reason::all().filter(|reason| !listed(reason)).collect();
    assert!(homeless.is_empty(), "no range has {homeless:?}");
    out.trim_end().to_owned()
}

/// The reasons that this version knows and never gives, as one paragraph.
pub(crate) fn later() -> String {
    let corpus: String = [
        "check",
        "verify_jws",
        "load_keys",
        "parse_challenges",
        "parse_authorization",
        "build_challenge",
        "decode",
        "driver",
    ]
    .map(|file| fs::read_to_string(super::root().join(format!("tests/vectors/{file}.jsonl"))).unwrap())
    .concat();
    let is_given = |reason: &Reason| {
        GIVEN_ELSEWHERE.contains(reason) || corpus.contains(&format!("\"reason\":\"{}\"", reason.name()))
    };
    let names: Vec<String> =
        Reason::all().filter(|reason| !is_given(reason)).map(|reason| format!("`{}`", reason.name())).collect();
    names.join(", ")
}

fn row(reason: Reason) -> String {
    let status = if reason.is_malformed_credential() {
        format!("{}*", reason.http_status())
    } else {
        reason.http_status().to_string()
    };
    let error = reason.error().map_or_else(|| "-".to_owned(), |error| format!("`{error}`"));
    let text = if reason.text().is_empty() { "-" } else { reason.text() };
    let refresh = if reason.refresh_helps() { "yes" } else { "no" };
    format!(
        "| {} | `{}` | {status} | {error} | {text} | {refresh} | {} | {} |\n",
        reason.number(),
        reason.name(),
        cell(reason.next_step()),
        cell(reason.cause())
    )
}

/// A text that stays in its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "\\<")
}

const LOADING: u32 = 9100;

/// Given, though no row of the corpus can show it: the state before a check, and a key of a set that the host pushed.
const GIVEN_ELSEWHERE: [Reason; 2] = [Reason::Undecided, Reason::KeySymmetricFromNetwork];

const RANGES: &[(u32, u32, &str)] = &[
    (0, 99, "the resting state, and what lets a request through"),
    (1000, 1099, "no usable credentials"),
    (1100, 1199, "the header as a whole"),
    (1200, 1299, "slips in a Bearer value"),
    (2000, 2099, "the form of the token"),
    (2100, 2199, "algorithm, key, signature"),
    (3000, 3099, "time"),
    (3100, 3199, "who issued it, and for whom"),
    (3200, 3299, "the wrong kind of token"),
    (3300, 3399, "revocation and status"),
    (4000, 4099, "DPoP"),
    (4100, 4199, "client certificates"),
    (5000, 5099, "Basic"),
    (5100, 5199, "Digest"),
    (5200, 5299, "API keys"),
    (5300, 5399, "session cookies"),
    (6000, 6199, "authenticated, and not enough"),
    (9000, 9099, "this side cannot decide"),
    (LOADING, 9199, "calls that load or read, and decide nothing"),
];
