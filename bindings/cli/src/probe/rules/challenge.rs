//! Challenges: that they are there, can be read, and say what happened (RFC 9110 section 11.6.1, RFC 6750 section 3).

use countersign::client::HeardChallenge;

use super::super::answer::Answer;
use super::super::requests::Kind;
use super::super::rule::{EVERY, Evidence, Look, Verdict};

pub(super) fn present(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no 401", |_, answer| match answer.status {
        401 => Look::held(answer.has("www-authenticate"), || "401 without WWW-Authenticate".to_owned()),
        _ => Look::Passed,
    })
}

pub(super) fn grammar(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, NO_CHALLENGE, |_, answer| {
        if !answer.has("www-authenticate") {
            return Look::Passed;
        }
        // An empty field is well-formed and says nothing.
        let holds = answer.challenges_are_strict() && !answer.heard.challenges.is_empty();
        Look::held(holds, || {
            let slips: Vec<String> = answer.heard.warnings.iter().map(ToString::to_string).collect();
            let what = if slips.is_empty() { "no challenge can be read".to_owned() } else { slips.join("; ") };
            format!("{what}: {}", answer.text("www-authenticate"))
        })
    })
}

pub(super) fn params(evidence: &Evidence) -> Verdict {
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

pub(super) fn characters(evidence: &Evidence) -> Verdict {
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

pub(super) fn error_unearned(evidence: &Evidence) -> Verdict {
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

pub(super) fn invalid_token_named(evidence: &Evidence) -> Verdict {
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

pub(super) fn malformed_error(evidence: &Evidence) -> Verdict {
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

pub(super) fn error_fits_status(evidence: &Evidence) -> Verdict {
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

pub(super) fn refusal_challenged(evidence: &Evidence) -> Verdict {
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

pub(super) fn success_unchallenged(evidence: &Evidence) -> Verdict {
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
