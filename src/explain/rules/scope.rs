//! Scopes: what the challenge asks for against what the token has (RFC 6750 section 3.1).

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::token::ReadToken;
use super::super::view::View;

/// Claims that hold rights under other names.
const ELSEWHERE: &[&str] = &["scp", "scopes", "permissions", "roles", "authorities", "groups"];

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    let refusal =
        view.challenges.challenges.iter().find(|challenge| challenge.param("error") == Some("insufficient_scope"));
    let Some(refusal) = refusal else { return };
    let wanted: Vec<String> = refusal
        .param("scope")
        .unwrap_or_default()
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    if let Some(token) = view.token.as_ref().filter(|token| token.is_readable() && !wanted.is_empty()) {
        return compare(token, &wanted, findings);
    }
    let draft = finding(FindingId::ScopeMissing, Certainty::Said, Part::Response).at("WWW-Authenticate");
    findings.add(draft.seen("error=\"insufficient_scope\""));
}

/// Names the scopes that the token lacks, and the claim that holds them under another name.
pub(super) fn compare(token: &ReadToken, wanted: &[String], findings: &mut Findings) {
    let granted = token.words("scope");
    let missing: Vec<String> = wanted.iter().filter(|word| !granted.contains(word)).cloned().collect();
    if missing.is_empty() {
        return;
    }
    let seen = format!("not in scope: {}", ReadToken::shown_names(&missing));
    findings.add(finding(FindingId::ScopeMissing, Certainty::Observed, Part::Token).at("scope").seen(seen));
    let holder = ELSEWHERE.iter().find(|claim| {
        let words = token.words(claim);
        missing.iter().all(|word| words.contains(word))
    });
    if let Some(claim) = holder {
        let seen = format!("{} in the claim {claim}", ReadToken::shown_names(&missing));
        findings.add(finding(FindingId::ScopeClaimElsewhere, Certainty::Observed, Part::Token).at(claim).seen(seen));
    }
}
