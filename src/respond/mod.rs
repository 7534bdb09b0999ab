//! What a decision puts on the wire: challenges, caching, and the problem document.
//!
//! Nothing from the request goes into it but the scopes that the host asked for. Writes into the
//! decision's memory and allocates nothing once that is warm.

mod challenges;
mod problem;

use crate::arena::Sink as _;
use crate::policy::{Compiled, Route};
use crate::reason::Reason;
use crate::result::{Decision, FieldName};

/// What a response is written from, beside the decision's own facts.
pub(crate) struct Asked<'a> {
    pub(crate) policy: &'a Compiled,
    pub(crate) route: &'a Route,
    /// The scopes that this call needs, space-separated; empty for none.
    pub(crate) scopes: &'a str,
    /// Seconds after which another try may succeed where this side could not decide.
    pub(crate) retry_after: u64,
}

/// Fills in the status, the fields and the body for `reason`, which the decision takes on afterwards.
pub(crate) fn write_response(asked: &Asked<'_>, reason: Reason, decision: &mut Decision) {
    if reason.is_allowed() {
        decision.facts.http_status = 200;
        if reason == Reason::Ok && decision.facts.outside_authorization {
            push_field(decision, FieldName::CacheControl, "private");
        }
        return;
    }
    decision.facts.http_status = match reason {
        reason if reason.is_malformed_credential() => asked.policy.malformed_status,
        reason => reason.http_status(),
    };
    if challenges::carries_challenge(reason) {
        challenges::write_challenges(asked, reason, decision);
    }
    push_field(decision, FieldName::CacheControl, "no-store");
    if decision.facts.http_status == 503 {
        let value = decision.memory.write_text(|sink| put_decimal(sink, asked.retry_after));
        decision.memory.fields.push((FieldName::RetryAfter, value));
    }
    if asked.policy.cors {
        push_field(decision, FieldName::AccessControlExposeHeaders, "WWW-Authenticate");
    }
    let (status, describe) = (decision.facts.http_status, asked.route.describe);
    let body = decision.memory.write_text(|sink| problem::write_problem(sink, status, reason, describe));
    decision.facts.body = Some(body);
}

fn push_field(decision: &mut Decision, name: FieldName, value: &str) {
    let value = decision.memory.push_text(value);
    decision.memory.fields.push((name, value));
}

/// Writes a number without a detour over the heap.
fn put_decimal(sink: &mut Vec<u8>, number: u64) {
    let mut digits = [0_u8; 20];
    let mut rest = number;
    let mut used = 0;
    for place in digits.iter_mut().rev() {
        *place = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    sink.put(digits.get(digits.len() - used..).unwrap_or_default());
}
