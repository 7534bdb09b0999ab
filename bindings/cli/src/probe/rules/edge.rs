//! An edge beside its origin: what was lost or changed between the two (RFC 9110 sections 7.7, 11.6.1 and 11.6.2).

use super::super::answer::{Answer, Exchange};
use super::super::rule::{self, Evidence, Look, Verdict, gather};

pub(super) fn authorization(evidence: &Evidence) -> Verdict {
    each(evidence, "no credentials were judged by the origin", |exchange, edge, origin| {
        let without = evidence.answer("none").map(challenges);
        match authorization_lost(exchange, edge, origin) {
            Some(true) if without == Some(challenges(edge)) => Look::Broken(format!(
                "{} at the origin, {} at the edge, as without credentials: Authorization did not arrive",
                outcome(origin),
                outcome(edge)
            )),
            Some(true) => Look::Broken(format!(
                "{} at the origin, {} at the edge: Authorization did not arrive whole",
                outcome(origin),
                outcome(edge)
            )),
            Some(false) => Look::Kept,
            None => Look::Passed,
        }
    })
}

pub(super) fn challenge(evidence: &Evidence) -> Verdict {
    each(evidence, "the origin sends no challenge", |_, edge, origin| {
        if !origin.has("www-authenticate") || edge.status != origin.status {
            return Look::Passed;
        }
        Look::held(edge.has("www-authenticate"), || {
            format!("{}: WWW-Authenticate leaves the origin and does not leave the edge", edge.status)
        })
    })
}

pub(super) fn challenge_bytes(evidence: &Evidence) -> Verdict {
    each(evidence, "no challenge at both", |exchange, edge, origin| {
        let both = edge.has("www-authenticate") && origin.has("www-authenticate");
        let same_cause = edge.status == origin.status && authorization_lost(exchange, edge, origin) != Some(true);
        // Nonces are others each time, and should be.
        let nonces = origin.heard.challenges.iter().any(|challenge| challenge.param("nonce").is_some());
        if !both || !same_cause || nonces {
            return Look::Passed;
        }
        Look::held(challenges(edge) == challenges(origin), || {
            format!("{} at the origin, {} at the edge", origin.text("www-authenticate"), edge.text("www-authenticate"))
        })
    })
}

pub(super) fn status(evidence: &Evidence) -> Verdict {
    each(evidence, "no answer of both", |exchange, edge, origin| {
        if authorization_lost(exchange, edge, origin) == Some(true) {
            return Look::Passed;
        }
        Look::held(edge.status == origin.status, || {
            format!("{} at the origin, {} at the edge", origin.status, edge.status)
        })
    })
}

pub(super) fn denial_not_cached(evidence: &Evidence) -> Verdict {
    each(evidence, "the edge denies nothing", |_, edge, origin| {
        if !matches!(edge.status, 400 | 401 | 403) {
            return Look::Passed;
        }
        match edge.cached().filter(|_| origin.cached().is_none()) {
            Some(sign) => Look::Broken(format!("{} with {sign}, {} at the origin", edge.status, origin.status)),
            None => Look::Kept,
        }
    })
}

pub(super) fn cache_control(evidence: &Evidence) -> Verdict {
    each(evidence, "the origin guards no denial", |_, edge, origin| {
        if origin.status < 400 || edge.status != origin.status || !origin.is_guarded_from_caches() {
            return Look::Passed;
        }
        Look::held(edge.is_guarded_from_caches(), || {
            format!("{}: Cache-Control: {} is lost", edge.status, origin.text("cache-control"))
        })
    })
}

pub(super) fn cors(evidence: &Evidence) -> Verdict {
    each(evidence, "the origin sends no CORS fields", |exchange, edge, origin| {
        let sent: Vec<&str> = CORS.into_iter().filter(|name| origin.has(name)).collect();
        if sent.is_empty() || !exchange.plan.cross_origin {
            return Look::Passed;
        }
        let sorted = |answer: &Answer, name: &str| {
            let mut elements = answer.elements(name);
            elements.sort();
            elements
        };
        let lost: Vec<&str> = sent.into_iter().filter(|name| sorted(edge, name) != sorted(origin, name)).collect();
        Look::held(lost.is_empty(), || format!("lost or changed: {}", lost.join(", ")))
    })
}

pub(super) fn body(evidence: &Evidence) -> Verdict {
    each(evidence, "the origin sends no problem document", |_, edge, origin| {
        let is_problem = |answer: &Answer| answer.text("content-type").starts_with("application/problem+json");
        if !is_problem(origin) || edge.status != origin.status {
            return Look::Passed;
        }
        Look::held(is_problem(edge), || format!("{} of type {}", edge.status, edge.text("content-type")))
    })
}

/// Judges each pair of answers.
fn each(evidence: &Evidence, none: &'static str, look: impl Fn(&Exchange, &Answer, &Answer) -> Look) -> Verdict {
    let Some(behind) = &evidence.behind else { return Verdict::NotApplicable("without --against") };
    let looks = evidence.exchanges.iter().filter_map(|exchange| {
        let origin = rule::answer(behind, exchange.plan.id)?;
        Some((exchange.plan.id, look(exchange, exchange.answer()?, origin)))
    });
    gather(looks, none)
}

/// Whether the edge answers as if other credentials had come, or none; `None` where credentials make no difference.
fn authorization_lost(exchange: &Exchange, edge: &Answer, origin: &Answer) -> Option<bool> {
    use super::super::requests::Kind;
    match exchange.plan.kind {
        Kind::Token if origin.status != 401 => Some(edge.status == 401),
        Kind::BadToken | Kind::Misused | Kind::Malformed
            if origin.error().is_some() && edge.has("www-authenticate") =>
        {
            Some(edge.status == 401 && edge.error().is_none())
        }
        _ => None,
    }
}

fn challenges(answer: &Answer) -> Vec<Vec<u8>> {
    answer.lines("www-authenticate").into_iter().map(<[u8]>::to_vec).collect()
}

fn outcome(answer: &Answer) -> String {
    match answer.error() {
        Some(error) => format!("{} with error=\"{error}\"", answer.status),
        None => answer.status.to_string(),
    }
}

const CORS: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-max-age",
];
