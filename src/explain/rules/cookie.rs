//! Cookies: sent twice, set so that they are not sent back, or set so that browsers refuse them (RFC 6265, 6265bis).

use super::super::address;
use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    repeated(view, findings);
    for value in view.response_values("set-cookie").take(16) {
        let cookie = Cookie::read(&String::from_utf8_lossy(value));
        refused(&cookie, view, findings);
        scope(&cookie, view, findings);
    }
    let wants_cookie = view.challenges.challenges.iter().any(|challenge| challenge.is_scheme("Cookie"));
    if wants_cookie && view.is_denied() && view.exchange.request.is_some() && !view.has_request_field("cookie") {
        let draft = finding(FindingId::CookieMissing, Certainty::Observed, Part::Request).at("Cookie");
        findings.add(draft.seen("the answer asks for a cookie, and the request has none"));
    }
}

/// What a Set-Cookie says beside the value.
struct Cookie {
    prefix: Prefix,
    domain: Option<String>,
    path: Option<String>,
    secure: bool,
    same_site: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Prefix {
    None,
    Host,
    Secure,
}

impl Cookie {
    fn read(value: &str) -> Cookie {
        let mut parts = value.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().split('=').next().unwrap_or_default().to_ascii_lowercase();
        let prefix = match () {
            () if name.starts_with("__host-") => Prefix::Host,
            () if name.starts_with("__secure-") => Prefix::Secure,
            () => Prefix::None,
        };
        let mut cookie = Cookie { prefix, domain: None, path: None, secure: false, same_site: None };
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim().to_ascii_lowercase();
            match name.trim().to_ascii_lowercase().as_str() {
                "domain" => {
                    cookie.domain = Some(value.trim_start_matches('.').to_owned()).filter(|name| !name.is_empty());
                }
                "path" => cookie.path = Some(part.split_once('=').map_or("", |(_, path)| path.trim()).to_owned()),
                "secure" => cookie.secure = true,
                "samesite" => cookie.same_site = Some(value),
                _ => {}
            }
        }
        cookie
    }
}

fn repeated(view: &View<'_>, findings: &mut Findings) {
    let mut names: Vec<&[u8]> = Vec::new();
    for pair in view.request_values("cookie").flat_map(|line| line.split(|byte| *byte == b';')).take(200) {
        let name = pair.trim_ascii().split(|byte| *byte == b'=').next().unwrap_or_default();
        if names.contains(&name) && !name.is_empty() {
            let seen = format!("a name of {} bytes stands twice", name.len());
            let draft = finding(FindingId::CookieRepeated, Certainty::Observed, Part::Request).at("Cookie");
            return findings.add(draft.seen(seen));
        }
        names.push(name);
    }
}

/// What browsers refuse to keep.
fn refused(cookie: &Cookie, view: &View<'_>, findings: &mut Findings) {
    let host = address::host(view.target());
    let foreign = match (&cookie.domain, &host) {
        (Some(domain), Some(host)) => !(host == domain || host.ends_with(&format!(".{domain}"))),
        _ => false,
    };
    let seen = match cookie.prefix {
        Prefix::Host if !cookie.secure => "`__Host-` without Secure",
        Prefix::Host if cookie.domain.is_some() => "`__Host-` with a Domain",
        Prefix::Host if cookie.path.as_deref() != Some("/") => "`__Host-` without Path=/",
        Prefix::Secure if !cookie.secure => "`__Secure-` without Secure",
        _ if cookie.same_site.as_deref() == Some("none") && !cookie.secure => "SameSite=None without Secure",
        _ if foreign => "a Domain that is not of this host",
        _ => return,
    };
    findings.add(finding(FindingId::CookieRefused, Certainty::Observed, Part::Response).at("Set-Cookie").seen(seen));
}

/// What browsers keep and do not send with requests as this one.
fn scope(cookie: &Cookie, view: &View<'_>, findings: &mut Findings) {
    if view.exchange.request.is_none() {
        return;
    }
    let target = view.target();
    let is_plain = address::origin(target).is_some_and(|origin| origin.starts_with("http://"));
    let path = address::path(target);
    let outside = cookie.path.as_deref().is_some_and(|prefix| {
        prefix.starts_with('/')
            && prefix != "/"
            && path != prefix
            && !path.starts_with(&format!("{}/", prefix.trim_end_matches('/')))
    });
    let cross_site = view.request_text("sec-fetch-site") == "cross-site";
    let same_site = cookie.same_site.as_deref().unwrap_or("lax");
    let seen = match () {
        () if is_plain && cookie.secure => "Secure, and an http address",
        () if outside => "a Path that the request's target is not below",
        () if cross_site && same_site == "strict" => "SameSite=Strict, and a cross-site request",
        () if cross_site && same_site != "none" => "SameSite=Lax, which is the default, and a cross-site request",
        () => return,
    };
    findings.add(finding(FindingId::CookieScope, Certainty::Observed, Part::Response).at("Set-Cookie").seen(seen));
}
