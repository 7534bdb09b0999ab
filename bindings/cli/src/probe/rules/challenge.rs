//! Challenges: that they are there, can be read, and say what happened (RFC 9110 section 11.6.1, RFC 6750 section 3).

use countersign::client::HeardChallenge;

use super::super::answer::Answer;
use super::super::requests::Kind;
use super::super::rule::Severity::{Error, Note, Warning};
use super::super::rule::{EVERY, Evidence, Look, Rule, Verdict};
use super::row;

/// The rules, each beside the function that judges by it.
pub(super) static RULES: &[Rule] = &[
    row(
        ("challenge_present", Error),
        ("REQ-HTTP-28", "RFC 9110 §11.6.1"),
        "Every 401 has WWW-Authenticate.",
        "Send WWW-Authenticate with every 401, on error pages of the proxy too.",
        present,
    ),
    row(
        ("challenge_grammar", Error),
        ("REQ-HTTP-03", "RFC 9110 §11.3"),
        "Challenges can be read by a strict reader.",
        "Quote values, part parameters by commas, name each once; `countersign challenge build` writes one.",
        grammar,
    ),
    row(
        ("challenge_params", Warning),
        ("REQ-BEARER-12", "RFC 6750 §3"),
        "A challenge says something: Bearer has a parameter, Basic and Digest a realm.",
        "Add realm=\"...\".",
        params,
    ),
    row(
        ("challenge_characters", Warning),
        ("REQ-BEARER-14", "RFC 6750 §3"),
        "error, error_description, error_uri and scope hold printable ASCII without quotes and backslashes.",
        "Send fixed texts, and never what came in.",
        characters,
    ),
    row(
        ("error_unearned", Warning),
        ("REQ-BEARER-10", "RFC 6750 §3.1"),
        "No error is named where no credentials were sent.",
        "Leave error, error_description and error_uri out: clients renew a token that they never sent.",
        error_unearned,
    ),
    row(
        ("invalid_token_named", Error),
        ("REQ-BEARER-13", "RFC 6750 §3.1"),
        "A token that is not valid is called invalid_token.",
        "Add error=\"invalid_token\" to the Bearer challenge.",
        invalid_token_named,
    ),
    row(
        ("malformed_error", Warning),
        ("REQ-BEARER-32", "RFC 6750 §3.1"),
        "A malformed Authorization is called invalid_request, not invalid_token.",
        "Send error=\"invalid_request\": renewing the token cannot help.",
        malformed_error,
    ),
    row(
        ("error_fits_status", Error),
        ("REQ-BEARER-18", "RFC 6750 §3.1"),
        "Error and status go together: invalid_request 400 or 401, invalid_token 401, insufficient_scope 403.",
        "Send the status that belongs to the error.",
        error_fits_status,
    ),
    row(
        ("refusal_challenged", Note),
        ("REQ-BEARER-19", "RFC 6750 §3"),
        "A 400 or 403 that is about a token carries a Bearer challenge too.",
        "Send WWW-Authenticate with 400 and 403 as with 401.",
        refusal_challenged,
    ),
    row(
        ("success_unchallenged", Warning),
        ("REQ-HTTP-28", "RFC 9110 §11.6.1"),
        "What is allowed carries no challenge.",
        "Send WWW-Authenticate with denials alone.",
        success_unchallenged,
    ),
];

fn present(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no 401", |_, answer| match answer.status {
        401 => Look::held(answer.has("www-authenticate"), || "401 without WWW-Authenticate".to_owned()),
        _ => Look::Passed,
    })
}

fn grammar(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, NO_CHALLENGE, |_, answer| {
        if !answer.has("www-authenticate") {
            return Look::Passed;
        }
        // An empty field is well-formed and says nothing.
        let holds = answer.challenges_are_strict() && !answer.heard.challenges.is_empty();
        Look::held(holds, || {
            let slip = answer.heard.warnings.first().map_or_else(
                || "no challenge can be read".to_owned(),
                |slip| format!("line {}, byte {}: {}", slip.value + 1, slip.offset, slip.tolerance.text()),
            );
            format!("{} ({})", answer.text("www-authenticate"), slip.trim_end_matches('.'))
        })
    })
}

fn params(evidence: &Evidence) -> Verdict {
    each_challenge(evidence, |challenge| {
        let holds = if challenge.is_scheme("Basic") || challenge.is_scheme("Digest") {
            challenge.param("realm").is_some()
        } else if challenge.is_scheme("Bearer") || challenge.is_scheme("DPoP") {
            !challenge.params.is_empty()
        } else {
            return Look::Passed;
        };
        Look::held(holds, || format!("{} and no parameter that is due", challenge.scheme))
    })
}

fn characters(evidence: &Evidence) -> Verdict {
    each_challenge(evidence, |challenge| {
        let fits = |name: &str, byte: u8| match byte {
            b' ' => matches!(name, "error" | "error_description" | "scope"),
            0x21 | 0x23..=0x5B | 0x5D..=0x7E => true,
            _ => false,
        };
        let bad = challenge.params.iter().find(|(name, value)| {
            let spaced = name == "scope" && value.split(' ').any(str::is_empty);
            LIMITED.contains(&name.as_str()) && (spaced || !value.bytes().all(|byte| fits(name, byte)))
        });
        match bad {
            Some((name, _)) => Look::Broken(format!("{name} holds a character that it may not")),
            None => Look::Kept,
        }
    })
}

fn error_unearned(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::Without], NO_BEARER, |_, answer| {
        if answer.bearer().next().is_none() {
            return Look::Passed;
        }
        let errors = ["error", "error_description", "error_uri"];
        let found = errors.iter().find(|name| answer.bearer().any(|challenge| challenge.param(name).is_some()));
        match found {
            Some(name) => Look::Broken(format!("{name} stands in the challenge")),
            None => Look::Kept,
        }
    })
}

fn invalid_token_named(evidence: &Evidence) -> Verdict {
    if !evidence.offers_bearer() {
        return Verdict::NotApplicable(NO_BEARER);
    }
    evidence.each(&[Kind::BadToken, Kind::Misused], "no 401 to a token", |exchange, answer| {
        if answer.status != 401 || exchange.plan.id == "token_other_scheme" || !answer.has("www-authenticate") {
            return Look::Passed;
        }
        Look::held(answer.error() == Some("invalid_token"), || named(answer))
    })
}

fn malformed_error(evidence: &Evidence) -> Verdict {
    if !evidence.offers_bearer() {
        return Verdict::NotApplicable(NO_BEARER);
    }
    evidence.each(&[Kind::Malformed], "no 401 or 400 with a challenge", |exchange, answer| {
        if !matches!(answer.status, 400 | 401) || !answer.has("www-authenticate") {
            return Look::Passed;
        }
        // These can also be read as another scheme, or as nothing sent at all.
        let may_be_none = matches!(exchange.plan.id, "no_token" | "colon" | "scheme_missing");
        let holds = match answer.error() {
            Some(error) => error == "invalid_request",
            None => may_be_none,
        };
        Look::held(holds, || named(answer))
    })
}

fn error_fits_status(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no error is named", |_, answer| {
        let fits = match answer.error() {
            Some("invalid_request") => matches!(answer.status, 400 | 401),
            Some("invalid_token" | "insufficient_user_authentication") => answer.status == 401,
            Some("insufficient_scope") => answer.status == 403,
            _ => return Look::Passed,
        };
        Look::held(fits, || format!("{} with {}", answer.status, named(answer)))
    })
}

fn refusal_challenged(evidence: &Evidence) -> Verdict {
    if !evidence.offers_bearer() {
        return Verdict::NotApplicable(NO_BEARER);
    }
    let kinds = [Kind::Malformed, Kind::BadToken, Kind::Token, Kind::Misused];
    evidence.each(&kinds, "no 400 or 403 to a token", |exchange, answer| match answer.status {
        // Two lines of a field that may stand once: many servers refuse that before anybody reads it.
        400 if exchange.plan.id == "header_twice" => Look::Passed,
        status @ (400 | 403) => {
            Look::held(answer.bearer().next().is_some(), || format!("{status} without a Bearer challenge"))
        }
        _ => Look::Passed,
    })
}

fn success_unchallenged(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::Token, Kind::Preflight], "nothing was allowed", |_, answer| {
        if !answer.is_success() {
            return Look::Passed;
        }
        Look::held(!answer.has("www-authenticate"), || format!("{} with WWW-Authenticate", answer.status))
    })
}

/// Judges each challenge; the first that breaks the rule speaks for its answer.
fn each_challenge(evidence: &Evidence, look: impl Fn(&HeardChallenge) -> Look) -> Verdict {
    evidence.each(EVERY, NO_CHALLENGE, |_, answer| {
        let mut seen = Look::Passed;
        for challenge in &answer.heard.challenges {
            match look(challenge) {
                Look::Broken(text) => return Look::Broken(text),
                Look::Kept => seen = Look::Kept,
                Look::Passed => {}
            }
        }
        seen
    })
}

fn named(answer: &Answer) -> String {
    answer.error().map_or_else(|| "no error".to_owned(), |error| format!("error=\"{error}\""))
}

const NO_CHALLENGE: &str = "no challenge";
const NO_BEARER: &str = "no Bearer challenge";
/// RFC 6750 section 3 says of these which characters they hold.
const LIMITED: [&str; 4] = ["error", "error_description", "error_uri", "scope"];
