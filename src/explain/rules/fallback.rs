//! What to say when nothing else can be said: the server refused, and its reasons are its own.

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    if !matches!(view.status(), 401 | 403) || findings.has_error() || findings.has(FindingId::WouldPass) {
        return;
    }
    let seen = format!("status {}", view.status());
    findings.add(finding(FindingId::CredentialsRefused, Certainty::Said, Part::Response).seen(seen));
}
