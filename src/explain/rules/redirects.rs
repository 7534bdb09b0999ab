//! Redirects: to another origin, where Authorization does not go, and to a login page (RFC 9110 section 15.4).

use super::super::address;
use super::super::collect::{Findings, finding, shown};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    crossed(view, findings);
    to_login(view, findings);
}

fn crossed(view: &View<'_>, findings: &mut Findings) {
    let redirects = view.exchange.redirects;
    let Some(last) = redirects.last() else { return };
    let target = view.target();
    // A request whose target is not the last place that was named is the first one, as the client meant it.
    let is_first = address::origin(target).is_some_and(|origin| {
        address::origin(last.location).is_some_and(|to| to != origin)
            || (last.location.starts_with('/') && address::path(last.location) != address::path(target))
    });
    if view.presents_authorization() && !is_first {
        return;
    }
    let mut here = is_first.then(|| address::origin(target)).flatten();
    let mut crossed = None;
    for redirect in redirects.iter().take(32) {
        let from = redirect.from.and_then(address::origin).or(here);
        let to = address::origin(redirect.location).or_else(|| from.clone());
        if let (Some(from), Some(to)) = (&from, &to)
            && from != to
        {
            crossed = crossed.or(Some((redirect.status, from.clone(), to.clone())));
        }
        here = to;
    }
    let absolute = redirects.iter().any(|redirect| address::origin(redirect.location).is_some());
    let draft = match crossed {
        Some((status, from, to)) => {
            let seen = format!("a {status} from {} to {}", shown(&from), shown(&to));
            finding(FindingId::HeaderStrippedOnRedirect, Certainty::Observed, Part::Request).seen(seen)
        }
        None if absolute && here.is_some() => {
            let to = here.unwrap_or_default();
            let seen = format!("a {} to {}; from where is not known", last.status, shown(&to));
            finding(FindingId::HeaderStrippedOnRedirect, Certainty::Suspected, Part::Request).seen(seen)
        }
        None => return,
    };
    findings.add(draft.at("Authorization"));
}

/// Words in the path or the query of login pages.
const LOGIN_WORDS: &[&str] = &[
    "login",
    "log-in",
    "signin",
    "sign-in",
    "sign_in",
    "logon",
    "oauth2/start",
    "oauth2/authorize",
    "oauth/authorize",
    "openid-connect/auth",
    "/authorize",
    "/saml",
    "/sso",
    "wsfed",
    "accounts.google.com",
];

fn to_login(view: &View<'_>, findings: &mut Findings) {
    let location = view.response_text("location");
    let is_login = LOGIN_WORDS.iter().any(|word| location.contains(word));
    let is_edge = location.contains("cloudflareaccess.com");
    if matches!(view.status(), 301..=303 | 307 | 308) && is_login && !is_edge {
        let to = address::origin(&location).map_or_else(|| "this host".to_owned(), |origin| shown(&origin));
        let seen = format!("a {} to a login page at {to}", view.status());
        findings
            .add(finding(FindingId::RedirectToLogin, Certainty::Observed, Part::Response).at("Location").seen(seen));
    }
    let is_page = view.response_text("content-type").contains("text/html");
    let asks = view.body.contains("type=\"password\"") || view.body.contains("type='password'");
    let wants_data = view.presents_authorization() || view.request_text("accept").contains("json");
    if view.status() == 200 && is_page && asks && wants_data {
        let seen = "200 with an HTML page that asks for a password";
        findings.add(finding(FindingId::RedirectToLogin, Certainty::Observed, Part::Response).seen(seen));
    }
}
