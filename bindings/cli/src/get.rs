//! One GET for a key set or metadata, within bounds (RFC 9110 sections 9.3.1, 13.1.2 and 15.4).
//!
//! Sends no cookie and no credential, asks for no compression and refuses it. Follows a few redirects to
//! the same origin and none elsewhere: an answer from another host would be that host's word on whose
//! keys are good. Time and size are bounded from the first packet to the last.

use std::path::Path;
use std::time::{Duration, Instant};

use countersign::http::{Url, cache_control_max_age};
use ureq::http::header::{AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use ureq::http::{HeaderMap, HeaderName, Response};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body, Error};

use crate::fault::Fault;
use crate::get_fault::{GetFault, fault};
use crate::tls;

/// A client that trusts the system's authorities, or those of one file.
pub(crate) struct Client {
    tls: TlsConfig,
}

/// What a GET brought: 200 with a body, or 304 without.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) bytes: Vec<u8>,
    /// Quotes and all.
    pub(crate) etag: Option<String>,
    /// In seconds.
    pub(crate) max_age: Option<u64>,
    /// The media type in lower case, where it is named and is none of key sets or metadata (RFC 7517 section 8.5).
    pub(crate) other_media_type: Option<String>,
}

impl Answer {
    /// Why it may be no key set, for behind what is wrong with it; empty if its media type is one.
    pub(crate) fn media_type_note(&self) -> String {
        let other = self.other_media_type.as_deref();
        other.map(|name| format!(", in a response with Content-Type {name}")).unwrap_or_default()
    }
}

impl Client {
    /// A client that trusts the certificates in this PEM file, or the system's if there is none.
    pub(crate) fn new(authorities: Option<&Path>) -> Result<Client, Fault> {
        Ok(Client { tls: tls::trusting(authorities)? })
    }

    /// Gets `url`, which is https, or http on this machine; with `etag` only if it has changed.
    pub(crate) fn get(
        &self,
        url: &str,
        etag: Option<&str>,
        max_bytes: usize,
        timeout: Duration,
    ) -> Result<Answer, GetFault> {
        let end = Instant::now() + timeout;
        let mut place = url.to_owned();
        for _ in 0..=REDIRECTS {
            let mut response = self.send(&place, etag, end.saturating_duration_since(Instant::now()))?;
            match response.status().as_u16() {
                200 => return read(&mut response, max_bytes),
                304 if etag.is_some() => return Ok(answer(304, response.headers(), Vec::new())),
                status @ (301 | 302 | 303 | 307 | 308) => {
                    let location = text(response.headers(), &LOCATION);
                    place = redirected(&place, location.as_deref())
                        .map_err(|cause| GetFault { status: Some(status), ..GetFault::new(cause) })?;
                }
                status => return Err(GetFault::status(status)),
            }
        }
        Err(GetFault::new(format!("more than {REDIRECTS} redirects")))
    }

    fn send(&self, url: &str, etag: Option<&str>, timeout: Duration) -> Result<Response<Body>, GetFault> {
        let parts = Url::parse(url).filter(|parts| parts.is_https || parts.is_loopback());
        let parts = parts.ok_or_else(|| GetFault::new("not https, and not on this machine"))?;
        if timeout.is_zero() {
            // Sockets take a timeout of nothing for a fault of the program.
            return Err(GetFault::new("timeout"));
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout))
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .accept(MEDIA_TYPES.join(", "))
            .tls_config(self.tls.clone());
        if parts.is_loopback() {
            // To a proxy, this machine would be another one.
            config = config.proxy(None);
        }
        let mut request = config.build().new_agent().get(url);
        if let Some(etag) = etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        request.call().map_err(fault)
    }
}

fn read(response: &mut Response<Body>, max_bytes: usize) -> Result<Answer, GetFault> {
    let failed = |fault: GetFault| GetFault { status: Some(200), ..fault };
    if let Some(encoding) = text(response.headers(), &CONTENT_ENCODING)
        && !encoding.trim().eq_ignore_ascii_case("identity")
    {
        return Err(failed(GetFault::new(format!("Content-Encoding {encoding}, which was not asked for"))));
    }
    // One byte more shows a body that is longer.
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let read = response.body_mut().with_config().limit(limit).read_to_vec();
    let too_long = || failed(GetFault::new(format!("longer than {max_bytes} bytes")));
    let bytes = match read {
        Ok(bytes) if bytes.len() > max_bytes => return Err(too_long()),
        Err(Error::BodyExceedsLimit(_)) => return Err(too_long()),
        other => other.map_err(|error| failed(fault(error)))?,
    };
    Ok(answer(200, response.headers(), bytes))
}

fn answer(status: u16, headers: &HeaderMap, bytes: Vec<u8>) -> Answer {
    let age = text(headers, &AGE).and_then(|age| seconds(age.trim())).unwrap_or(0);
    let max_age = text(headers, &CACHE_CONTROL).and_then(|value| cache_control_max_age(value.as_bytes(), age));
    let other_media_type = text(headers, &CONTENT_TYPE).map(|value| media_type(&value)).filter(|name| {
        let is_expected = MEDIA_TYPES.contains(&name.as_str());
        status == 200 && !is_expected
    });
    Answer { status, bytes, etag: text(headers, &ETAG), max_age, other_media_type }
}

/// The media type of a Content-Type without its parameters; what is too long for one, or none, is not repeated.
fn media_type(value: &str) -> String {
    let name = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"/!#$&-^_.+".contains(&byte);
    let is_readable = (1..=127).contains(&name.len()) && name.bytes().all(is_name);
    if is_readable { name } else { "that cannot be read".to_owned() }
}

/// The delta-seconds of an Age field (RFC 9111 section 1.2.2); a number too great to hold is the greatest.
fn seconds(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// The lines of this name as one (RFC 9110 section 5.3); lines that are not ASCII are left out.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// Where a response from `from` sends on to, if that is the same origin (RFC 6454 section 4).
fn redirected(from: &str, location: Option<&str>) -> Result<String, String> {
    let base = Url::parse(from).ok_or("not a URL")?;
    // A fragment is not sent.
    let location = location.and_then(|location| location.split('#').next()).ok_or("redirect without a Location")?;
    let target = if location.starts_with('/') && !location.starts_with("//") {
        format!("{}://{}{location}", scheme(&base), base.authority)
    } else {
        location.to_owned()
    };
    let url = Url::parse(&target).ok_or("redirect to what is neither a URL nor an absolute path")?;
    if (url.is_https, port(&url)) == (base.is_https, port(&base)) && url.is_same_host(&base) {
        return Ok(target);
    }
    Err(format!("redirect to another origin ({}://{})", scheme(&url), url.authority))
}

fn scheme(url: &Url<'_>) -> &'static str {
    if url.is_https { "https" } else { "http" }
}

fn port(url: &Url<'_>) -> u16 {
    let named = url.authority.strip_prefix(url.host).and_then(|rest| rest.strip_prefix(':'));
    named.and_then(|port| port.parse().ok()).unwrap_or(if url.is_https { 443 } else { 80 })
}

const MEDIA_TYPES: [&str; 2] = ["application/json", "application/jwk-set+json"];
/// Enough for a path that was renamed more than once, and the end of a loop.
const REDIRECTS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_within_the_origin() {
        let to = |location| redirected("https://a.example/x?y", Some(location));
        for (location, target) in [
            ("/keys", "https://a.example/keys"),
            ("/keys?v=1#top", "https://a.example/keys?v=1"),
            ("https://A.example:443/keys", "https://A.example:443/keys"),
        ] {
            assert_eq!(to(location).as_deref(), Ok(target));
        }
        for location in [
            "https://b.example/keys",
            "//b.example/keys",
            "http://a.example/keys",
            "https://a.example:8443/keys",
            "https://a.example@b.example/keys",
            "https://a.example.b.example/keys",
            "keys",
            "",
        ] {
            assert!(to(location).is_err(), "{location}");
        }
        assert!(redirected("https://a.example/", None).is_err());
        assert_eq!(redirected("http://[::1]:81/a", Some("/b")).as_deref(), Ok("http://[::1]:81/b"));
    }

    #[test]
    fn plain_http_goes_no_further_than_this_machine() {
        let client = Client::new(None).unwrap();
        let fault = client.get("http://keys.example/", None, 1, Duration::from_secs(1)).unwrap_err();
        assert_eq!(fault.cause, "not https, and not on this machine");
    }
}
