//! Denials and caches (RFC 9111): one that was kept, and one that may be kept.

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::View;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    if !matches!(view.status(), 401 | 403 | 407) {
        return;
    }
    let response = |id| finding(id, Certainty::Observed, Part::Response);
    let age = view.response_text("age").parse::<u64>().unwrap_or(0);
    if age > 0 {
        findings.add(response(FindingId::ResponseCached).at("Age").seen(format!("Age: {age}")));
    } else if let Some((name, word)) = hit(view) {
        findings.add(response(FindingId::ResponseCached).at(name).seen(format!("{name} says {word}")));
    }
    let control = view.response_text("cache-control");
    let has = |wanted: &str| control.split(',').any(|directive| directive.trim() == wanted);
    let lives = control.split(',').find_map(|directive| {
        let (name, seconds) = directive.trim().split_once('=')?;
        let seconds = seconds.trim_matches('"').parse::<u64>().ok()?;
        (matches!(name, "max-age" | "s-maxage") && seconds > 0).then(|| format!("{name}={seconds}"))
    });
    if has("no-store") || has("private") || has("no-cache") {
        return;
    }
    let seen = if has("public") { Some("public".to_owned()) } else { lives };
    if let Some(seen) = seen {
        findings.add(response(FindingId::ResponseCacheable).at("Cache-Control").seen(seen));
    }
}

/// A field in which caches say that they had the answer.
fn hit(view: &View<'_>) -> Option<(&'static str, &'static str)> {
    ["x-cache", "cf-cache-status", "x-cache-status", "x-proxy-cache", "x-vercel-cache", "x-drupal-cache"]
        .into_iter()
        .find(|name| {
            let value = view.response_text(name);
            value.split(|letter: char| !letter.is_ascii_alphabetic()).any(|word| word == "hit" || word == "stale")
        })
        .map(|name| (name, "hit"))
}
