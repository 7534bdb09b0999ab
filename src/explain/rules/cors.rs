//! Browsers calling across origins (Fetch standard): preflights, what a script may read, cookies.

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    if view.exchange.request.is_none() || view.exchange.response.is_none() {
        return;
    }
    if view.is_preflight() {
        return preflight(view, findings);
    }
    if !view.is_cross_origin() {
        return;
    }
    let response = |id, certainty| finding(id, certainty, Part::Response);
    let allowed = view.response_text("access-control-allow-origin");
    let with_credentials = view.response_text("access-control-allow-credentials") == "true";
    if allowed.is_empty() {
        if view.is_denied() {
            let seen = "an Origin in the request, and no Access-Control-Allow-Origin in the denial";
            let draft = response(FindingId::OriginNotAllowed, Certainty::Observed);
            findings.add(draft.at("Access-Control-Allow-Origin").seen(seen));
        }
    } else if allowed == "*" && with_credentials {
        let seen = "Access-Control-Allow-Origin: * beside Access-Control-Allow-Credentials: true";
        let draft = response(FindingId::CredentialsWildcard, Certainty::Observed);
        findings.add(draft.at("Access-Control-Allow-Origin").seen(seen));
    } else if allowed != "*" && allowed != view.request_text("origin") {
        let draft = response(FindingId::OriginNotAllowed, Certainty::Observed).at("Access-Control-Allow-Origin");
        findings.add(draft.seen("Access-Control-Allow-Origin names another origin than the request's"));
    }
    let exposed = view.response_text("access-control-expose-headers");
    let is_exposed = exposed.split(',').any(|name| name.trim() == "www-authenticate")
        || (exposed.split(',').any(|name| name.trim() == "*") && !with_credentials);
    if view.has_response_field("www-authenticate") && !is_exposed && !allowed.is_empty() {
        let draft = response(FindingId::HeaderNotExposed, Certainty::Observed).at("Access-Control-Expose-Headers");
        findings.add(draft.seen("a challenge that is not among the exposed fields"));
    }
    cookies(view, with_credentials, findings);
}

/// A call that lives by a cookie and has none.
fn cookies(view: &View<'_>, with_credentials: bool, findings: &mut Findings) {
    if !view.is_denied() || view.presents_authorization() || view.has_request_field("cookie") {
        return;
    }
    let wants_cookie = view.challenges.challenges.iter().any(|challenge| challenge.is_scheme("Cookie"))
        || view.has_response_field("set-cookie");
    let certainty = if wants_cookie { Certainty::Observed } else { Certainty::Suspected };
    let seen = if with_credentials {
        "no Cookie in a cross-origin request, though the answer allows credentials"
    } else {
        "no Cookie in a cross-origin request, and the answer does not allow credentials"
    };
    findings.add(finding(FindingId::CredentialsMode, certainty, Part::Request).at("Cookie").seen(seen));
}

fn preflight(view: &View<'_>, findings: &mut Findings) {
    let status = view.status();
    let response = |id| finding(id, Certainty::Observed, Part::Response);
    match status {
        301..=308 => {
            let seen = format!("a {status} to a preflight");
            return findings.add(response(FindingId::PreflightRedirected).at("Location").seen(seen));
        }
        200..=299 => {}
        _ => {
            let seen = format!("OPTIONS with Origin and Access-Control-Request-Method, answered with {status}");
            return findings.add(response(FindingId::PreflightChallenged).seen(seen));
        }
    }
    let wanted = view.request_text("access-control-request-headers");
    if !wanted.split(',').any(|name| name.trim() == "authorization") {
        return;
    }
    let allowed = view.response_text("access-control-allow-headers");
    let mut names = allowed.split(',').map(str::trim);
    if names.any(|name| name == "authorization") {
        return;
    }
    let id = if allowed.split(',').any(|name| name.trim() == "*") {
        FindingId::PreflightWildcard
    } else {
        FindingId::PreflightHeaderMissing
    };
    let count = allowed.split(',').filter(|name| !name.trim().is_empty()).count();
    let seen = format!("the browser asks for authorization; {count} names are allowed, and it is not among them");
    findings.add(response(id).at("Access-Control-Allow-Headers").seen(seen));
}
