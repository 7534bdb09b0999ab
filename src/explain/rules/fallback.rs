//! What to say when nothing else can be said: the server refused, and its reasons are its own.

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    if !matches!(view.status(), 401 | 403) || findings.has_error() || findings.has(FindingId::WouldPass) {
        return;
    }
    // 403 is for who was recognised and may not (RFC 9110 section 15.5.4).
    if view.status() == 403 && view.presents_authorization() {
        let seen = "credentials were sent, and 403 is for those that are good and not enough";
        return findings.add(finding(FindingId::AccessDenied, Certainty::Suspected, Part::Response).seen(seen));
    }
    let seen = format!("status {}", view.status());
    findings.add(finding(FindingId::CredentialsRefused, Certainty::Said, Part::Response).seen(seen));
}
