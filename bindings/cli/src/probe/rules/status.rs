//! Statuses: who is let in, who is not, and by which number (RFC 9110 sections 11.4, 15.5 and 15.6).

use super::super::answer::{Answer, Outcome};
use super::super::requests::{Kind, Method};
use super::super::rule::{EVERY, Evidence, Look, Sight, Verdict};

pub(super) fn answered(evidence: &Evidence) -> Verdict {
    let failures = evidence.exchanges.iter().filter_map(|exchange| match &exchange.outcome {
        Outcome::Failed(cause) => Some(Sight { request: exchange.plan.id, text: cause.clone() }),
        _ => None,
    });
    let failures: Vec<Sight> = failures.collect();
    if failures.is_empty() { Verdict::Kept } else { Verdict::Broken(failures) }
}

pub(super) fn guarded(evidence: &Evidence) -> Verdict {
    // The last one stands under rules of its own: what it shows beyond the first is a cache or a second server.
    evidence.each(&[Kind::Without], "no answer", |exchange, answer| match exchange.plan.id {
        "none_again" => Look::Passed,
        _ => Look::held(!answer.is_success(), || format!("{} without credentials", answer.status)),
    })
}

pub(super) fn status_401(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::Without], "no answer that denies", |_, answer| {
        if answer.is_success() || answer.is_redirect() || answer.is_besides() {
            return Look::Passed;
        }
        due_401(answer)
    })
}

pub(super) fn no_redirect(evidence: &Evidence) -> Verdict {
    let kinds = [Kind::Without, Kind::Unknown, Kind::Malformed, Kind::BadToken];
    evidence.each(&kinds, "no answer", |_, answer| {
        Look::held(!answer.is_redirect(), || {
            // Without the query, which can be long and hold what was sent.
            let place = answer.text("location");
            format!("{} to {}", answer.status, place.split('?').next().unwrap_or_default())
        })
    })
}

pub(super) fn bad_token_denied(evidence: &Evidence) -> Verdict {
    if evidence.is_open() {
        return Verdict::NotApplicable("everybody is let in");
    }
    evidence.each(&[Kind::Unknown, Kind::Malformed, Kind::BadToken], "no answer", |_, answer| {
        Look::held(!answer.is_success(), || format!("{}: let in", answer.status))
    })
}

pub(super) fn bad_token_401(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::BadToken], "no answer that denies", |_, answer| {
        if answer.is_success() || answer.is_redirect() || answer.is_besides() {
            return Look::Passed;
        }
        due_401(answer)
    })
}

pub(super) fn malformed_status(evidence: &Evidence) -> Verdict {
    evidence.each(&[Kind::Malformed], "no answer that denies", |_, answer| {
        if answer.is_success() || answer.is_redirect() || answer.is_besides() {
            return Look::Passed;
        }
        Look::held(matches!(answer.status, 400 | 401), || format!("{} where 401 or 400 is due", answer.status))
    })
}

pub(super) fn unknown_scheme_401(evidence: &Evidence) -> Verdict {
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

pub(super) fn no_server_error(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no answer", |_, answer| {
        Look::held(answer.status < 500 || answer.status == 503, || answer.status.to_string())
    })
}

pub(super) fn head_like_get(evidence: &Evidence) -> Verdict {
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

pub(super) fn head_without_body(evidence: &Evidence) -> Verdict {
    evidence.each(EVERY, "no answer to HEAD", |exchange, answer| match exchange.method {
        Method::Head => Look::held(answer.left == 0, || format!("{} bytes behind the head", answer.left)),
        _ => Look::Passed,
    })
}

pub(super) fn same_twice(evidence: &Evidence) -> Verdict {
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

pub(super) fn retry_after(evidence: &Evidence) -> Verdict {
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
