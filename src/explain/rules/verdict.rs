//! What the verifier says, where a policy is at hand: the reason, and which change would let the request through.
//!
//! Each denial is followed by a change that mends it, run again, and the next reason is a finding too, until the
//! request passes or nothing helps. So one run names every check that fails.

use super::super::collect::{Findings, finding, shown};
use super::super::edit;
use super::super::expected::{ExpectedIssuer, issuers};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::trial::{Outcome, Trial};
use super::super::view::{Clock, View};
use super::super::what_if::{changes, wanted_scopes};
use super::given;
use super::scope;
use crate::detail::Detail;
use crate::jose::{KeySet, Origin};
use crate::limits;
use crate::reason::Reason;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    let said = judge(view, findings);
    given::find(view, said, findings);
}

/// Runs the check; gives what it said, `None` if there is none or it could not tell.
fn judge(view: &View<'_>, findings: &mut Findings) -> Option<Reason> {
    let first = Trial::of(view, findings.has(FindingId::CredentialsRedacted))?;
    let outcome = first.run();
    let said = outcome.reason();
    let is_judged = match &outcome {
        Outcome::PolicyInvalid { pointer, text } => {
            let draft = finding(FindingId::PolicyInvalid, Certainty::Proved, Part::Policy).at(pointer);
            findings.add(draft.seen(shown(text)));
            true
        }
        // It passes the dates at a time that was made up for it, and did not at another.
        Outcome::Decided { is_signed: true, .. } if said.is_allowed() && given::is_beyond_clock(view) => false,
        Outcome::Decided { .. } if said.is_allowed() => {
            passes(&format!("the check says `{}`", said.name()), Certainty::Proved, view, findings);
            true
        }
        Outcome::Decided { is_signed, .. } => {
            let is_behind_dates = *is_signed && given::is_beyond_clock(view);
            follow(first, outcome, is_behind_dates, view, findings) && !is_behind_dates
        }
    };
    is_judged.then_some(said)
}

/// It is let through here, and denied there.
pub(super) fn passes(seen: &str, certainty: Certainty, view: &View<'_>, findings: &mut Findings) {
    if (200..400).contains(&view.status()) {
        return;
    }
    let answer = match view.status() {
        0 => String::new(),
        status => format!(", and the answer is {status}"),
    };
    findings.add(finding(FindingId::WouldPass, certainty, Part::Policy).seen(format!("{seen}{answer}")));
}

/// From denial to denial, all of them behind that of the dates if so; whether the first one could be judged.
fn follow(first: Trial<'_>, outcome: Outcome, is_behind_dates: bool, view: &View<'_>, findings: &mut Findings) -> bool {
    let mut is_judged = true;
    let (mut trial, mut outcome) = (first, outcome);
    let mut met: Vec<(FindingId, Reason, Option<Detail>)> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut passes = false;
    for _ in 0..limits::EXPLAIN_CHANGES {
        let Outcome::Decided { reason, detail, challenge, .. } = &outcome else { break };
        let (reason, detail) = (*reason, *detail);
        if reason.is_allowed() {
            passes = true;
            break;
        }
        // Keys that nobody handed in say nothing of those that the server had.
        if reason == Reason::KeysUnavailable && !has_bad_keys(&trial, findings) {
            is_judged = !words.is_empty();
            break;
        }
        if let Some(id) = Trial::finding_of(reason) {
            met.push((id, reason, detail));
        }
        specifics(reason, challenge, &trial, view, findings);
        let is_new = |next: Reason| next != reason && !met.iter().any(|(_, other, _)| *other == next);
        // With another name for the issuer a key that does not hold is no step ahead.
        let is_ahead = |next: Reason| {
            let keyless = matches!(next, Reason::KidUnknown | Reason::SignatureInvalid | Reason::KeyMismatch);
            is_new(next) && !(keyless && reason == Reason::IssuerMismatch) && next != Reason::PolicyInvalid
        };
        let mended = changes(&trial, reason, challenge, view).into_iter().find_map(|(changed, change)| {
            let next = changed.run();
            is_ahead(next.reason()).then_some((changed, next, change))
        });
        let Some((changed, next, change)) = mended else { break };
        words.push(change);
        (trial, outcome) = (changed, next);
    }
    // At a time that was made up nothing passes for sure.
    let would_pass_if = (passes && !is_behind_dates).then(|| words.join(", and "));
    report(&met, is_behind_dates, would_pass_if.as_deref(), view, findings);
    is_judged
}

/// The first reason is what the check says; the others wait behind it.
fn report(
    met: &[(FindingId, Reason, Option<Detail>)],
    is_behind_dates: bool,
    would_pass_if: Option<&str>,
    view: &View<'_>,
    findings: &mut Findings,
) {
    for (place, (id, reason, detail)) in met.iter().enumerate() {
        let is_first = place == 0 && !is_behind_dates;
        let certainty = if is_first { Certainty::Proved } else { Certainty::Observed };
        let by = if is_first { "the check says" } else { "behind that the check says" };
        let clock = match view.now {
            Some((_, Clock::Date)) if place == 0 => ", at the response's Date",
            _ => "",
        };
        let detail = detail.map_or_else(String::new, |detail| format!(": {}", detail.text()));
        let seen = format!("{by} `{}`{clock}{detail}", reason.name());
        let (part, name) = place_of(*reason);
        let mut draft = finding(*id, certainty, part).seen(seen);
        if !name.is_empty() {
            draft = draft.at(name);
        }
        findings.add_proof(draft.would_pass_if(would_pass_if.filter(|_| place == 0).map(str::to_owned)));
    }
    if let Some((id, ..)) = met.first() {
        findings.prove(*id);
    }
}

/// What a reason shows beside itself.
fn specifics(reason: Reason, challenge: &str, trial: &Trial<'_>, view: &View<'_>, findings: &mut Findings) {
    let Some(token) = &view.token else { return };
    match reason {
        Reason::KidUnknown => key(trial, view, findings),
        Reason::InsufficientScope => scope::compare(token, &wanted_scopes(challenge), findings),
        Reason::AlgNotAllowed => symmetric(view, findings),
        Reason::ClaimRejected => {
            let age = changes(trial, reason, challenge, view)
                .into_iter()
                .find(|(changed, words)| words.ends_with("max_age`") && changed.run().reason() != reason);
            if age.is_some() {
                let draft = finding(FindingId::TokenTooOld, Certainty::Observed, Part::Token).at("iat");
                findings.add(draft.seen("older than the policy's max_age"));
            }
        }
        _ => {}
    }
}

/// An algorithm of shared secrets, where it was refused.
pub(super) fn symmetric(view: &View<'_>, findings: &mut Findings) {
    let alg = view.token.as_ref().and_then(|token| token.header_text("alg"));
    if alg.is_some_and(|alg| alg.starts_with("HS")) {
        let draft = finding(FindingId::AlgSymmetric, Certainty::Observed, Part::Token).at("alg");
        findings.add(draft.seen("an HS algorithm, and no shared secret in the policy's list"));
    }
}

/// Whose key the token names.
fn key(trial: &Trial<'_>, view: &View<'_>, findings: &mut Findings) {
    let Some(token) = &view.token else { return };
    let (Some(kid), iss) = (token.header_text("kid"), token.claim_text("iss").unwrap_or_default()) else { return };
    let inline = |known: ExpectedIssuer| {
        let pointer = format!("/bearer/issuers/{}/jwks", known.place);
        edit::read(&trial.policy, |policy| {
            policy.pointer(&pointer).map(|set| (known.name, set.raw().as_bytes().to_vec()))
        })
    };
    let inline = issuers(trial.policy.as_bytes()).into_iter().filter_map(inline);
    for (issuer, jwks) in trial.keys.iter().map(|(issuer, jwks)| (issuer.clone(), jwks.to_vec())).chain(inline) {
        let Ok(set) = KeySet::load(&jwks, Origin::Pushed) else { continue };
        let has = set.keys().iter().any(|key| key.kid() == Some(&kid));
        let named = set.keys().iter().filter(|key| key.kid().is_some()).count();
        if issuer == iss && named > 0 {
            let seen = format!("kid `{}` is not among the {named} keys of `{}`", shown(&kid), shown(&issuer));
            findings.add(finding(FindingId::KidRotated, Certainty::Observed, Part::Keys).at("kid").seen(seen));
        } else if has {
            let seen = format!("kid `{}` is a key of `{}`", shown(&kid), shown(&issuer));
            findings.add(finding(FindingId::KidOfOtherIssuer, Certainty::Observed, Part::Keys).at("kid").seen(seen));
        }
    }
}

/// Whether a set was handed in that cannot be used, which is then said.
fn has_bad_keys(trial: &Trial<'_>, findings: &mut Findings) -> bool {
    let is_bad = |jwks: &[u8]| !KeySet::load(jwks, Origin::Pushed).is_ok_and(|set| set.has_usable_key());
    let Some((issuer, _)) = trial.keys.iter().find(|(_, jwks)| is_bad(jwks)) else { return false };
    let seen = format!("the set of `{}` has no key that can be used", shown(issuer));
    findings.add(finding(FindingId::KeysUnavailable, Certainty::Observed, Part::Keys).seen(seen));
    true
}

/// Where a reason is at home.
pub(super) fn place_of(reason: Reason) -> (Part, &'static str) {
    match reason {
        Reason::TokenExpired => (Part::Token, "exp"),
        Reason::TokenNotYetValid => (Part::Token, "nbf"),
        Reason::IssuerMismatch => (Part::Token, "iss"),
        Reason::AudienceMismatch => (Part::Token, "aud"),
        Reason::TokenTypeMismatch => (Part::Token, "typ"),
        Reason::TokenRevoked => (Part::Token, "jti"),
        Reason::InsufficientScope => (Part::Token, "scope"),
        Reason::AlgNotAllowed | Reason::AlgUnsupported => (Part::Token, "alg"),
        Reason::KidUnknown | Reason::KeyMismatch => (Part::Keys, "kid"),
        Reason::SignatureInvalid => (Part::Token, "signature"),
        Reason::KeysUnavailable => (Part::Keys, ""),
        Reason::InternalError | Reason::AccessDenied => (Part::Policy, ""),
        Reason::SessionCookieMissing | Reason::SessionInvalid => (Part::Request, "Cookie"),
        Reason::CsrfRejected => (Part::Request, "Origin"),
        reason => match reason.number() {
            2000..4000 => (Part::Token, ""),
            1000..1300 | 5001..5200 => (Part::Request, "Authorization"),
            _ => (Part::Request, ""),
        },
    }
}
