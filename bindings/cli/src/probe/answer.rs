//! An answer as the rules look at it: status, field lines, the start of the body.

use countersign::client::{HeardChallenge, Reading, read_challenges};
use countersign::http::Challenges;
use ureq::http::HeaderMap;

use super::requests::{Method, Plan};

/// A request and what came of it.
pub(crate) struct Exchange {
    pub(crate) plan: &'static Plan,
    pub(crate) method: Method,
    pub(crate) outcome: Outcome,
}

/// What came of a request.
pub(crate) enum Outcome {
    Answered(Box<Answer>),
    /// Why no whole answer came, in words.
    Failed(String),
    /// Why it was not sent.
    NotSent(&'static str),
}

impl Exchange {
    /// The answer, if one came.
    pub(crate) fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) => Some(answer),
            _ => None,
        }
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Its first bytes, as many as are read.
    pub(crate) body: Vec<u8>,
    /// Bytes behind the head where no body may be.
    pub(crate) left: usize,
    /// Read tolerantly, so that one slip is told once.
    pub(crate) heard: Reading,
}

impl Answer {
    /// An answer with its challenges read.
    pub(crate) fn new(status: u16, headers: HeaderMap, body: Vec<u8>, left: usize) -> Answer {
        let heard = read_challenges(&lines(&headers, "www-authenticate"));
        Answer { status, headers, body, left, heard }
    }

    /// The field lines of this name.
    pub(crate) fn lines(&self, name: &str) -> Vec<&[u8]> {
        lines(&self.headers, name)
    }

    /// Whether there is such a field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The lines of this name as one text (RFC 9110 section 5.3); empty if there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        let lines: Vec<_> = self.lines(name).into_iter().map(String::from_utf8_lossy).collect();
        lines.join(", ")
    }

    /// The elements of a list field in lower case, without their parameters.
    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let text = self.text(name).to_ascii_lowercase();
        let words = text.split(',').map(|element| element.split('=').next().unwrap_or_default().trim().to_owned());
        words.filter(|word| !word.is_empty()).collect()
    }

    /// Whether a list field has this element.
    pub(crate) fn lists(&self, name: &str, element: &str) -> bool {
        self.elements(name).iter().any(|found| found == element)
    }

    /// Whether the strict reader takes every challenge.
    pub(crate) fn challenges_are_strict(&self) -> bool {
        Challenges::new(&self.lines("www-authenticate")).all(|challenge| challenge.is_ok())
    }

    /// The challenges whose parameters are those of bearer tokens (RFC 6750 section 3, RFC 9449 section 7.1).
    pub(crate) fn bearer(&self) -> impl Iterator<Item = &HeardChallenge> {
        self.heard.challenges.iter().filter(|challenge| ["Bearer", "DPoP"].iter().any(|name| challenge.is_scheme(name)))
    }

    /// The `error` of the first Bearer or DPoP challenge that has one.
    pub(crate) fn error(&self) -> Option<&str> {
        self.bearer().find_map(|challenge| challenge.param("error"))
    }

    /// 2xx.
    pub(crate) fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// 301, 302, 303, 307 and 308.
    pub(crate) fn is_redirect(&self) -> bool {
        matches!(self.status, 301..=303 | 307 | 308)
    }

    /// A status that says nothing of the credentials: too many requests, a proxy's own, out of service.
    pub(crate) fn is_besides(&self) -> bool {
        matches!(self.status, 407 | 429 | 503)
    }

    /// What tells that a cache gave this answer (RFC 9111 section 5.1, RFC 9211, and what delivery networks write).
    pub(crate) fn cached(&self) -> Option<String> {
        let age = self.text("age");
        if age.trim().parse::<u64>().is_ok_and(|age| age > 0) {
            return Some(format!("Age: {}", age.trim()));
        }
        let of_caches = ["x-cache", "cf-cache-status", "x-cache-status", "cache-status", "x-proxy-cache"];
        let names = of_caches.into_iter().find(|name| {
            let words = self.text(name).to_ascii_lowercase();
            words.split(|character: char| !character.is_ascii_alphanumeric()).any(|word| word == "hit")
        });
        names.map(|name| format!("{name}: {}", self.text(name)))
    }

    /// Whether a shared cache may not keep it, or not give it out unasked (RFC 9111 section 5.2.2).
    pub(crate) fn is_guarded_from_caches(&self) -> bool {
        ["no-store", "private", "no-cache"].iter().any(|name| self.lists("cache-control", name))
    }
}

fn lines<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a [u8]> {
    headers.get_all(name).iter().map(ureq::http::HeaderValue::as_bytes).collect()
}
