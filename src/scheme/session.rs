//! A token in a session's cookie, and whether a page of ours sent it (RFC 6265bis section 8.8, REQ-COOKIE-07).
//!
//! Browsers add cookies to requests from every site, so a method that changes something needs a proof that no other
//! site can give: Fetch metadata, else an Origin on the list, else a field that only our pages send.

use super::lines::Lines;
use super::select::Tried;
use crate::detail::Detail;
use crate::http::{self, Cookie};
use crate::policy::{Compiled, Session};
use crate::reason::Reason;
use crate::request::Request;
use crate::scheme_name::SchemeName;

/// The value of the session's cookie, if there is one and it may be used.
pub(super) fn select_session_cookie<'r>(
    request: &Request<'r>,
    lines: &Lines<'r>,
    policy: &Compiled,
    tried: &mut Tried,
) -> Result<Option<&'r [u8]>, Reason> {
    let (Some(bearer), Some(session), true) = (&policy.bearer, &policy.session, lines.has_cookies) else {
        return Ok(None);
    };
    let mut found = None;
    for cookie in &bearer.sources.cookies {
        match http::select_cookie(values(request, b"cookie"), cookie.name.as_bytes()) {
            Cookie::Absent => {}
            Cookie::Repeated => {
                tried.detail = Some(Detail::CookieRepeated);
                tried.scheme = Some(SchemeName::Bearer);
                return Err(Reason::SessionInvalid);
            }
            Cookie::Once(_) if found.is_some() => {
                tried.scheme = Some(SchemeName::Bearer);
                return Err(Reason::MultipleTokenMethods);
            }
            Cookie::Once(value) => found = Some(value),
        }
    }
    if let Some(value) = found {
        tried.scheme = Some(SchemeName::Bearer);
        if !matches!(request.method, b"GET" | b"HEAD" | b"OPTIONS" | b"TRACE") {
            check_origin(request, session).map_err(|detail| {
                tried.detail = Some(detail);
                Reason::CsrfRejected
            })?;
        }
        // White space between quotes belongs to the value, and no token has any.
        if http::trim_ows(value).len() != value.len() {
            return Err(Reason::BearerBadCharacter);
        }
    }
    Ok(found)
}

/// Whether one of the session's cookies was sent, however often.
pub(super) fn has_session_cookie(request: &Request<'_>, lines: &Lines<'_>, policy: &Compiled) -> bool {
    let cookies = policy.bearer.iter().filter(|_| lines.has_cookies).flat_map(|bearer| &bearer.sources.cookies);
    let mut found = cookies.map(|cookie| http::select_cookie(values(request, b"cookie"), cookie.name.as_bytes()));
    found.any(|found| found != Cookie::Absent)
}

/// Whether a page of ours sent a request that changes something.
fn check_origin(request: &Request<'_>, session: &Session) -> Result<(), Detail> {
    let mut sites = values(request, b"sec-fetch-site").map(http::trim_ows);
    let site = sites.next();
    if site == Some(b"same-origin") && sites.next().is_none() {
        return Ok(());
    }
    let mut origins = values(request, b"origin").map(http::trim_ows);
    if let Some(origin) = origins.next() {
        let is_listed = session.origins.iter().any(|listed| listed.as_bytes() == origin) && origins.next().is_none();
        return if is_listed { Ok(()) } else { Err(Detail::OriginRefused) };
    }
    let header = session.csrf_header.as_deref().filter(|_| site.is_none());
    let is_sent = |header: &str| values(request, header.as_bytes()).any(|value| !http::trim_ows(value).is_empty());
    match header {
        Some(header) if is_sent(header) => Ok(()),
        _ if site.is_some() => Err(Detail::CrossSite),
        _ => Err(Detail::ProofMissing),
    }
}

/// The values of the lines of one field.
fn values<'r>(request: &Request<'r>, name: &[u8]) -> impl Iterator<Item = &'r [u8]> {
    request.lines.iter().filter(move |line| http::field_name_eq(line.name, name)).map(|line| line.value)
}
