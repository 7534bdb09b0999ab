//! The slips of a Bearer value (RFC 6750 section 2.1), each as the verifier names it, with its place.

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::{View, is_redacted};
use crate::http::{self, SchemeWord, Whitespace};
use crate::reason::Reason;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    match view.authorization[..] {
        [value] => in_authorization(value, findings),
        [] if view.exchange.request.is_none() => bare(view, findings),
        _ => {}
    }
}

fn in_authorization(value: &[u8], findings: &mut Findings) {
    let rest = value.get(6..).unwrap_or_default();
    if is_redacted(rest.trim_ascii()) {
        return;
    }
    let fault = match http::select_scheme(value) {
        SchemeWord::Bearer => http::parse_bearer(value, Whitespace::Strict).err(),
        SchemeWord::LoneToken => Some(Reason::BearerSchemeMissing),
        _ => None,
    };
    if let Some(fault) = fault {
        add(fault, value, "Authorization", findings);
    }
}

/// A token that was handed in alone.
fn bare(view: &View<'_>, findings: &mut Findings) {
    let Some(token) = view.exchange.token else { return };
    if let Err(fault) = http::parse_token(token, Whitespace::Lenient) {
        add(fault, token, "", findings);
    }
}

fn add(fault: Reason, value: &[u8], field: &str, findings: &mut Findings) {
    let Some(mut id) = FindingId::of_reason(fault) else { return };
    if fault == Reason::BearerBadCharacter && has_ellipsis(value) {
        id = FindingId::BearerShortened;
    }
    if fault == Reason::BearerBadCharacter && is_variable(value) {
        id = FindingId::BearerVariable;
    }
    // Padding in front of a dot: somebody encoded the parts anew.
    if fault == Reason::BearerBadCharacter && value.windows(2).any(|two| two == b"=.") {
        id = FindingId::TokenReencoded;
    }
    let part = if field.is_empty() { Part::Token } else { Part::Request };
    let offset = offset_of(fault, value);
    let mut draft = finding(id, Certainty::Observed, part).offset(offset).seen(seen(fault, value, offset));
    if !field.is_empty() {
        draft = draft.at(field);
    }
    findings.add(draft);
}

/// Three dots or U+2026, where a display left something out.
fn has_ellipsis(value: &[u8]) -> bool {
    value.windows(3).any(|three| three == [0xE2, 0x80, 0xA6] || three == b"...")
}

/// Whether all that stands behind the scheme is a variable's name, as `$TOKEN` or `$env:TOKEN`.
fn is_variable(value: &[u8]) -> bool {
    let token = value.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let is_name = |name: &[u8]| {
        name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
    };
    token.strip_prefix(b"$").is_some_and(is_name)
}

/// Where the slip stands.
fn offset_of(fault: Reason, value: &[u8]) -> usize {
    let behind_word = value.get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"bearer"));
    let start = if behind_word { 6 } else { 0 };
    let token = value.iter().skip(start).position(|byte| !matches!(byte, b' ' | b'\t')).map_or(start, |at| start + at);
    let first = |wanted: &dyn Fn(u8) -> bool| {
        value.iter().skip(token).position(|byte| wanted(*byte)).map_or(token, |at| token + at)
    };
    match fault {
        Reason::BearerEmpty | Reason::BearerColon | Reason::BearerSpaceMissing => start,
        Reason::BearerStraySpace => start + 1,
        Reason::BearerNewline => first(&|byte| matches!(byte, b'\r' | b'\n')),
        Reason::AuthorizationRepeated => first(&|byte| byte == b','),
        Reason::BearerBadCharacter => first(&|byte| !(byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))),
        _ => token,
    }
}

fn seen(fault: Reason, value: &[u8], offset: usize) -> String {
    let length = value.len();
    match (fault, value.get(offset)) {
        (Reason::BearerBadCharacter, Some(byte)) => format!("byte 0x{byte:02X} at {offset} of {length}"),
        (Reason::BearerColon, Some(byte)) => format!("`{}` at {offset}", char::from(*byte)),
        (Reason::BearerPlaceholder, _) => match value.get(offset..) {
            Some(word @ (b"undefined" | b"null" | b"None" | b"NaN" | b"[object Object]")) => {
                format!("the word `{}`", String::from_utf8_lossy(word))
            }
            _ => format!("a template that nobody filled in, {} bytes", length - offset),
        },
        (Reason::BearerEmpty, _) => "0 bytes behind the scheme".to_owned(),
        _ => format!("a value of {length} bytes, the slip at {offset}"),
    }
}
