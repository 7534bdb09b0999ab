//! Basic credentials (RFC 7617 section 2), each slip as the verifier tells it. Decoded here and shown nowhere.

use zeroize::Zeroizing;

use super::super::collect::{Findings, finding};
use super::super::finding::{Certainty, FindingId, Part};
use super::super::view::{View, is_redacted};
use crate::detail::Detail;
use crate::http::{self, Whitespace, decode_basic, parse_basic};
use crate::reason::Reason;

pub(super) fn find(view: &View<'_>, findings: &mut Findings) {
    let [value] = view.authorization[..] else { return };
    let Some((word, rest)) = value.split_at_checked(5) else { return };
    let is_basic = http::field_name_eq(word, b"basic") && rest.first().is_none_or(|byte| *byte == b' ');
    if !is_basic || is_redacted(rest.trim_ascii()) {
        return;
    }
    let add = |findings: &mut Findings, id, seen: &str| {
        let draft = finding(id, Certainty::Observed, Part::Request).at("Authorization");
        findings.add(draft.offset(value.len().min(6)).seen(seen));
    };
    let bytes = format!("{} bytes behind the scheme", rest.trim_ascii().len());
    let token = match parse_basic(rest, Whitespace::Lenient) {
        Ok(token) => token,
        Err(fault) => {
            let id = match (fault.reason, fault.detail) {
                (Reason::BasicMalformed, detail) => slip(detail, rest),
                (reason, _) => FindingId::of_reason(reason).unwrap_or(FindingId::BasicMalformed),
            };
            return add(findings, id, &bytes);
        }
    };
    let mut memory = Zeroizing::new(Vec::new());
    match decode_basic(token, Whitespace::Lenient, &mut memory) {
        Err(fault) => add(findings, decoded_slip(fault.detail), &bytes),
        Ok(read) => {
            if read.user.is_empty() {
                add(findings, FindingId::BasicUserEmpty, "0 bytes in front of the colon");
            }
            if read.password.is_empty() {
                add(findings, FindingId::BasicPasswordEmpty, "0 bytes behind the colon");
            }
            let mut strict = Zeroizing::new(Vec::new());
            if decode_basic(token, Whitespace::Strict, &mut strict).is_err() {
                add(findings, FindingId::BasicPadding, &format!("{} characters of base64", token.len()));
            }
            let offers_basic = view.challenges.challenges.iter().any(|challenge| challenge.is_scheme("Basic"));
            if view.status() == 401 && offers_basic {
                let seen = "well-formed Basic credentials, and Basic is asked for again";
                let draft = finding(FindingId::PasswordRejected, Certainty::Said, Part::Response);
                findings.add(draft.at("WWW-Authenticate").seen(seen));
            }
        }
    }
}

/// What is no token68.
fn slip(detail: Option<Detail>, rest: &[u8]) -> FindingId {
    match detail {
        Some(Detail::CredentialsEmpty) => FindingId::BasicEmpty,
        Some(Detail::SpaceInside | Detail::NewlineInside) if !rest.contains(&b':') => FindingId::BasicWrapped,
        Some(Detail::ColonMissing | Detail::NonAscii | Detail::SpaceInside) if rest.contains(&b':') => {
            FindingId::BasicNotEncoded
        }
        Some(Detail::PercentEncoded) => FindingId::BasicPercentEncoded,
        Some(Detail::Base64Invalid | Detail::NonAscii) => FindingId::BasicBase64Invalid,
        _ => FindingId::BasicMalformed,
    }
}

/// What is a token68 and cannot be decoded.
fn decoded_slip(detail: Option<Detail>) -> FindingId {
    match detail {
        Some(Detail::Base64UrlSafe) => FindingId::BasicUrlSafe,
        Some(Detail::Base64Invalid | Detail::PaddingMissing) => FindingId::BasicBase64Invalid,
        Some(Detail::Base64Twice) => FindingId::BasicTwice,
        Some(Detail::NewlineEncoded) => FindingId::BasicNewline,
        Some(Detail::PercentEncoded) => FindingId::BasicPercentEncoded,
        Some(Detail::NotUtf8) => FindingId::BasicCharset,
        Some(Detail::ColonMissing) => FindingId::BasicColonMissing,
        _ => FindingId::BasicMalformed,
    }
}
