//! The diagnosis: why did I get a 401, and what now?
//!
//! [`explain`] takes what is at hand of an exchange and gives findings, the likeliest first: what went wrong, where it
//! stands, what was seen, what to do. With a policy and keys the verifier is run, so that the cause is proved, and run
//! again with a change, so that "would pass if" is proved too. Beside the verifier, over all of it, never used by it.
//!
//! No I/O and no clock. It is no hot path and allocates. Input is looked at within bounds; no text of a finding holds a
//! token, a key or a password.

mod address;
mod collect;
mod edit;
mod exchange;
mod expected;
mod finding;
mod json;
mod moment;
mod rules;
mod schemes;
mod secrets;
mod token;
mod trial;
mod view;
mod what_if;

use collect::Findings;
use secrets::Secrets;
use view::View;

pub use exchange::{Exchange, PolicyText, Redirect, RequestHead, ResponseHead};
pub use finding::{Certainty, Finding, FindingId, Part, Place, Severity};
pub use json::write_json;

/// Explains one exchange: the findings, the likeliest first; none if nothing is wrong that can be seen.
///
/// ```
/// use countersign::explain::{Exchange, FindingId, RequestHead, ResponseHead, explain};
/// use countersign::FieldLine;
///
/// let sent = [FieldLine::new("Authorization", b"Bearer \"mF_9.B5f-4.1JqM\"")];
/// let got = [FieldLine::new("WWW-Authenticate", b"Bearer realm=\"api\", error=\"invalid_request\"")];
/// let findings = explain(&Exchange {
///     request: Some(RequestHead { method: "GET", target: "/v1/reports", headers: &sent, client_cert_sha256: None }),
///     response: Some(ResponseHead { status: 401, headers: &got, body: b"" }),
///     ..Exchange::default()
/// });
/// assert_eq!(findings[0].id, FindingId::BearerQuoted);
/// assert_eq!(findings[0].place.offset, Some(7));
/// ```
pub fn explain(exchange: &Exchange<'_>) -> Vec<Finding> {
    let view = View::of(exchange);
    let mut findings = Findings::new(Secrets::of(exchange));
    for rule in rules::RULES {
        rule(&view, &mut findings);
    }
    findings.in_order()
}
