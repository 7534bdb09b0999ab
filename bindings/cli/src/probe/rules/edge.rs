//! An edge beside its origin: what was lost or changed between the two (RFC 9110 sections 7.7, 11.6.1 and 11.6.2).

use super::super::answer::{Answer, Exchange};
use super::super::rule::Severity::{Error, Note, Warning};
use super::super::rule::{self, Evidence, Look, Rule, Verdict, gather};
use super::row;

/// The rules, each beside the function that judges by it.
pub(super) static RULES: &[Rule] = &[
    row(
        ("edge_authorization", Error),
        ("REQ-HTTP-34", "RFC 9110 §11.6.2"),
        "Authorization reaches the origin.",
        "Pass Authorization on (a redirect, a caching rule or a server interface drops it), and sign nothing of your \
         own in its place.",
        authorization,
    ),
    row(
        ("edge_challenge", Error),
        ("REQ-HTTP-34", "RFC 9110 §11.6.1"),
        "The origin's WWW-Authenticate reaches the client.",
        "Pass WWW-Authenticate on with every status; look at error pages and lists of allowed fields.",
        challenge,
    ),
    row(
        ("edge_challenge_bytes", Warning),
        ("REQ-HTTP-34", "RFC 9110 §11.6.1"),
        "WWW-Authenticate arrives as the origin wrote it.",
        "Change nothing in it, and add none of your own.",
        challenge_bytes,
    ),
    row(
        ("edge_status", Error),
        ("REQ-HTTP-34", "RFC 9110 §7.7"),
        "The origin's status reaches the client.",
        "Keep error pages and firewalls from changing statuses.",
        status,
    ),
    row(
        ("edge_denial_not_cached", Error),
        ("REQ-CACHE-02", "RFC 9111 §5.1"),
        "The edge does not answer with a denial of its cache.",
        "Do not cache 400, 401 and 403 at the edge.",
        denial_not_cached,
    ),
    row(
        ("edge_cache_control", Warning),
        ("REQ-CACHE-02", "RFC 9111 §5.2"),
        "The origin's Cache-Control for denials reaches the client.",
        "Pass Cache-Control on.",
        cache_control,
    ),
    row(
        ("edge_cors", Error),
        ("REQ-CORS-09", "Fetch, CORS check"),
        "The origin's CORS fields reach the client.",
        "Pass Access-Control fields on, and answer preflights in one place alone.",
        cors,
    ),
    row(
        ("edge_body", Note),
        ("REQ-HTTP-48", "RFC 9457 §3"),
        "The origin's problem document reaches the client.",
        "Keep the edge's error pages from replacing the body.",
        body,
    ),
];

fn authorization(evidence: &Evidence) -> Verdict {
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

fn challenge(evidence: &Evidence) -> Verdict {
    each(evidence, "the origin sends no challenge", |_, edge, origin| {
        if !origin.has("www-authenticate") || edge.status != origin.status {
            return Look::Passed;
        }
        Look::held(edge.has("www-authenticate"), || {
            format!("{}: WWW-Authenticate leaves the origin and does not leave the edge", edge.status)
        })
    })
}

fn challenge_bytes(evidence: &Evidence) -> Verdict {
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

fn status(evidence: &Evidence) -> Verdict {
    each(evidence, "no answer of both", |exchange, edge, origin| {
        if authorization_lost(exchange, edge, origin) == Some(true) {
            return Look::Passed;
        }
        Look::held(edge.status == origin.status, || {
            format!("{} at the origin, {} at the edge", origin.status, edge.status)
        })
    })
}

fn denial_not_cached(evidence: &Evidence) -> Verdict {
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

fn cache_control(evidence: &Evidence) -> Verdict {
    each(evidence, "the origin guards no denial", |_, edge, origin| {
        if origin.status < 400 || edge.status != origin.status || !origin.is_guarded_from_caches() {
            return Look::Passed;
        }
        Look::held(edge.is_guarded_from_caches(), || {
            format!("{}: Cache-Control: {} is lost", edge.status, origin.text("cache-control"))
        })
    })
}

fn cors(evidence: &Evidence) -> Verdict {
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

fn body(evidence: &Evidence) -> Verdict {
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
