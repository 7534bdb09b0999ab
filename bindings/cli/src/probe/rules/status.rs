//! Statuses: who is let in, who is not, and by which number (RFC 9110 sections 11.4, 15.5 and 15.6).

use super::super::answer::{Answer, Outcome};
use super::super::requests::{Kind, Method};
use super::super::rule::Severity::{Error, Note, Warning};
use super::super::rule::{EVERY, Evidence, Look, Rule, Sight, Verdict};
use super::row;

/// The rules, each beside the function that judges by it.
pub(super) static RULES: &[Rule] = &[
    row(
        ("answered", Error),
        ("REQ-HTTP-45", "RFC 9110 §15"),
        "Every request gets a whole answer in time.",
        "Find out what takes the server down, or who hangs up: a proxy, a firewall, a limit on field sizes.",
        answered,
    ),
    row(
        ("guarded", Error),
        ("REQ-HTTP-29", "RFC 9110 §11.4"),
        "Without credentials nobody is let in.",
        "Guard the route, or probe one that wants credentials.",
        guarded,
    ),
    row(
        ("status_401", Error),
        ("REQ-HTTP-29", "RFC 9110 §15.5.2"),
        "Missing credentials get 401, not 403, 404 or another status.",
        "Answer 401 with a challenge; 403 is for good credentials that are not enough. If the route wants another \
         method or path, probe with that.",
        status_401,
    ),
    row(
        ("no_redirect", Error),
        ("REQ-HTTP-28", "RFC 9110 §15.5.2"),
        "An API does not redirect to a login page.",
        "Answer 401 where the request does not come from a person's browser; if the resource has moved, probe its \
         new place.",
        no_redirect,
    ),
    row(
        ("bad_token_denied", Error),
        ("REQ-HTTP-29", "RFC 9110 §11.4"),
        "Made-up and malformed credentials let nobody in.",
        "Verify signature, times, issuer and audience of every token before the route runs.",
        bad_token_denied,
    ),
    row(
        ("bad_token_401", Error),
        ("REQ-BEARER-18", "RFC 6750 §3.1"),
        "A token that is not valid gets 401.",
        "Answer 401 with error=\"invalid_token\": clients renew a token on that alone.",
        bad_token_401,
    ),
    row(
        ("malformed_status", Error),
        ("REQ-BEARER-32", "RFC 6750 §3.1"),
        "A malformed Authorization gets 401 or 400.",
        "Answer 401 or 400 with error=\"invalid_request\".",
        malformed_status,
    ),
    row(
        ("unknown_scheme_401", Warning),
        ("REQ-BEARER-11", "RFC 6750 §3.1"),
        "A scheme that is not supported is answered like no credentials: 401, a challenge, no error.",
        "Treat other schemes as if nothing had been sent.",
        unknown_scheme_401,
    ),
    row(
        ("no_server_error", Error),
        ("REQ-HTTP-45", "RFC 9110 §15.6.1"),
        "Credentials cannot make the server fail.",
        "Catch what the token library throws, and answer 401.",
        no_server_error,
    ),
    row(
        ("head_like_get", Warning),
        ("REQ-HTTP-28", "RFC 9110 §9.3.2"),
        "HEAD is denied as GET is, with the same challenge.",
        "Guard HEAD with GET, in the proxy's rules too.",
        head_like_get,
    ),
    row(
        ("head_without_body", Error),
        ("REQ-HTTP-28", "RFC 9110 §9.3.2"),
        "The answer to HEAD has no body.",
        "Leave the body of the denial out for HEAD: on a kept connection it is read as the next answer.",
        head_without_body,
    ),
    row(
        ("same_twice", Warning),
        ("REQ-HTTP-47", "RFC 9110 §15.5.2"),
        "The same request gets the same answer.",
        "Compare the servers behind the balancer: configuration, keys, clocks.",
        same_twice,
    ),
    row(
        ("retry_after", Note),
        ("REQ-CLIENT-18", "RFC 9110 §10.2.3"),
        "A 503 says when to try again.",
        "Send Retry-After with 503.",
        retry_after,
    ),
];

fn answered(evidence: &Evidence) -> Verdict {
    let failures = evidence.exchanges.iter().filter_map(|exchange| match &exchange.outcome {
        Outcome::Failed(cause) => Some(Sight { request: exchange.plan.id, text: cause.clone() }),
        _ => None,
    });
    let failures: Vec<Sight> = failures.collect();
    if failures.is_empty() { Verdict::Kept } else { Verdict::Broken(failures) }
}

fn guarded(evidence: &Evidence) -> Verdict {
    // The last one stands under rules of its own: what it shows beyond the first is a cache or a second server.
    evidence.each(&[Kind::Without], "no answer", |exchange, answer| match exchange.plan.id {
        "none_again" => Look::Passed,
        _ => Look::held(!answer.is_success(), || format!("{} without credentials", answer.status)),
    })
}

fn status_401(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::Without], "no answer that denies", |_, answer| {
        if answer.is_success() || answer.is_redirect() || answer.is_besides() {
            return Look::Passed;
        }
        due_401(answer)
    })
}

fn no_redirect(evidence: &Evidence) -> Verdict {
    let kinds = [Kind::Without, Kind::Unknown, Kind::Malformed, Kind::BadToken];
    evidence.each(&kinds, "no answer", |_, answer| {
        Look::held(!answer.is_redirect(), || {
            // Without the query, which can be long and hold what was sent.
            let place = answer.text("location");
            format!("{} to {}", answer.status, place.split('?').next().unwrap_or_default())
        })
    })
}

fn bad_token_denied(evidence: &Evidence) -> Verdict {
    if evidence.is_open() {
        return Verdict::NotApplicable("everybody is let in");
    }
    evidence.each(&[Kind::Unknown, Kind::Malformed, Kind::BadToken], "no answer", |_, answer| {
        Look::held(!answer.is_success(), || format!("{}: let in", answer.status))
    })
}

fn bad_token_401(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::BadToken], "no answer that denies", |_, answer| {
        if answer.is_success() || answer.is_redirect() || answer.is_besides() {
            return Look::Passed;
        }
        due_401(answer)
    })
}

fn malformed_status(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::Malformed], "no answer that denies", |_, answer| {
        if answer.is_success() || answer.is_redirect() || answer.is_besides() {
            return Look::Passed;
        }
        Look::held(matches!(answer.status, 400 | 401), || format!("{} where 401 or 400 is due", answer.status))
    })
}

fn unknown_scheme_401(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::Unknown], "no answer that denies", |_, answer| {
        if answer.is_success() || answer.is_redirect() || answer.is_besides() {
            return Look::Passed;
        }
        match (answer.status, answer.error()) {
            (401, Some(error)) => Look::Broken(format!("401 with error=\"{error}\"")),
            _ => due_401(answer),
        }
    })
}

fn no_server_error(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no answer", |_, answer| {
        Look::held(answer.status < 500 || answer.status == 503, || answer.status.to_string())
    })
}

fn head_like_get(evidence: &Evidence) -> Verdict {
    let method = evidence.exchanges.first().map(|exchange| exchange.method);
    let (Some(Method::Get), Some(get), Some(head)) = (method, evidence.answer("none"), evidence.answer("head")) else {
        return Verdict::NotApplicable("no answers to GET and HEAD");
    };
    if get.status != 401 {
        return Verdict::NotApplicable("GET without credentials is not answered by 401");
    }
    let text = if head.status != get.status {
        format!("{} to HEAD, {} to GET", head.status, get.status)
    } else if schemes(head) != schemes(get) {
        "another challenge than to GET".to_owned()
    } else {
        return Verdict::Kept;
    };
    Verdict::Broken(vec![Sight { request: "head", text }])
}

fn head_without_body(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no answer to HEAD", |exchange, answer| match exchange.method {
        Method::Head => Look::held(answer.left == 0, || format!("{} bytes behind the head", answer.left)),
        _ => Look::Passed,
    })
}

fn same_twice(evidence: &Evidence) -> Verdict {
    let (Some(first), Some(again)) = (evidence.answer("none"), evidence.answer("none_again")) else {
        return Verdict::NotApplicable("no two answers");
    };
    if first.is_besides() || again.is_besides() {
        return Verdict::NotApplicable("no two answers");
    }
    let text = if first.status != again.status {
        format!("first {}, then {}", first.status, again.status)
    } else if schemes(first) != schemes(again) {
        "first one challenge, then another".to_owned()
    } else {
        return Verdict::Kept;
    };
    Verdict::Broken(vec![Sight { request: "none_again", text }])
}

fn retry_after(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no 503", |_, answer| match answer.status {
        503 => Look::held(answer.has("retry-after"), || "503 without Retry-After".to_owned()),
        _ => Look::Passed,
    })
}

fn due_401(answer: &Answer) -> Look {
    Look::held(answer.status == 401, || format!("{} where 401 is due", answer.status))
}

/// The schemes with their realms: nonces are others each time, and should be.
fn schemes(answer: &Answer) -> Vec<(String, Option<&str>)> {
    let challenges = answer.heard.challenges.iter();
    challenges.map(|challenge| (challenge.scheme.to_ascii_lowercase(), challenge.param("realm"))).collect()
}
