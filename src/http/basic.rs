//! Basic credentials (RFC 7617 section 2): base64 of a user name, a colon and a password.
//!
//! Everything wrong behind the word Basic is one reason for the caller; the detail names the slip for the
//! operator. Decodes into the caller's memory; never allocates beyond its growth.

use super::bearer::Whitespace;
use super::class::{self, OWS};
use super::slip::names_second_scheme;
use super::token68::is_token68;
use crate::base64_standard;
use crate::detail::Detail;
use crate::{Reason, limits};

/// A user name and a password, decoded; its `Debug` output holds neither.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct UserPassword<'a> {
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
}

/// Why Basic credentials cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BasicFault {
    pub(crate) reason: Reason,
    pub(crate) detail: Option<Detail>,
}

impl From<Detail> for BasicFault {
    fn from(detail: Detail) -> Self {
        BasicFault { reason: Reason::BasicMalformed, detail: Some(detail) }
    }
}

impl core::fmt::Debug for UserPassword<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("UserPassword")
    }
}

/// The token68 behind the word Basic; `rest` is what stands there in a value without white space around it.
pub(crate) fn parse_basic(rest: &[u8], whitespace: Whitespace) -> Result<&[u8], BasicFault> {
    let mut token = rest;
    while let [b' ', behind @ ..] = token {
        token = behind;
    }
    if token.is_empty() {
        return Err(Detail::CredentialsEmpty.into());
    }
    if whitespace == Whitespace::Strict && rest.len() > token.len() + 1 {
        return Err(Detail::SpaceStray.into());
    }
    if token.len() > limits::BASIC_BYTES {
        return Err(BasicFault { reason: Reason::TokenTooLarge, detail: None });
    }
    if is_token68(token) { Ok(token) } else { Err(name_slip(token)) }
}

/// What is wrong with credentials that are no token68.
#[cold]
fn name_slip(token: &[u8]) -> BasicFault {
    if names_second_scheme(token) {
        return BasicFault { reason: Reason::AuthorizationRepeated, detail: None };
    }
    let has = |wanted: fn(u8) -> bool| token.iter().any(|byte| wanted(*byte));
    let detail = if has(|byte| matches!(byte, b'\r' | b'\n')) {
        Detail::NewlineInside
    } else if has(|byte| class::is(byte, OWS)) {
        Detail::SpaceInside
    } else if has(|byte| byte < b' ' || byte == 0x7F) {
        Detail::ControlCharacter
    } else if has(|byte| byte >= 0x80) {
        Detail::NonAscii
    } else if has(|byte| byte == b':') {
        Detail::ColonMissing
    } else if has(|byte| byte == b'%') {
        Detail::PercentEncoded
    } else {
        Detail::Base64Invalid
    };
    detail.into()
}

/// Decodes what [`parse_basic`] gave.
pub(crate) fn decode_basic<'m>(
    token: &[u8],
    whitespace: Whitespace,
    memory: &'m mut Vec<u8>,
) -> Result<UserPassword<'m>, BasicFault> {
    let (core, is_padded) = base64_standard::split_padding(token);
    if memory.len() < core.len() {
        memory.resize(core.len(), 0);
    }
    let Some(decoded) = base64_standard::decode(core, memory) else { return Err(name_base64_slip(token)) };
    let decoded = &*decoded;
    if !is_padded && (core.len() != token.len() || whitespace == Whitespace::Strict) {
        return Err(Detail::PaddingMissing.into());
    }
    let Some(colon) = decoded.iter().position(|byte| *byte == b':') else { return Err(name_colon_slip(decoded)) };
    if let Some(detail) = control_slip(decoded) {
        return Err(detail.into());
    }
    let text = core::str::from_utf8(decoded).map_err(|_| Detail::NotUtf8)?;
    let (user, password) = text.split_at_checked(colon).ok_or(Detail::ColonMissing)?;
    Ok(UserPassword { user, password: password.get(1..).unwrap_or_default() })
}

#[cold]
fn name_base64_slip(token: &[u8]) -> BasicFault {
    let url_safe = token.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let detail = if url_safe { Detail::Base64UrlSafe } else { Detail::Base64Invalid };
    detail.into()
}

/// Why there is no colon: another layer of encoding hides it, or there is none.
#[cold]
fn name_colon_slip(decoded: &[u8]) -> BasicFault {
    let escaped = decoded.windows(3).any(|three| matches!(three, b"%3A" | b"%3a"));
    let mut inner = zeroize::Zeroizing::new([0; limits::BASIC_BYTES]);
    let without_end = decoded.trim_ascii_end();
    let is_base64 = base64_standard::decode(base64_standard::split_padding(without_end).0, inner.as_mut_slice())
        .is_some_and(|inner| inner.contains(&b':'));
    let detail = match (escaped, is_base64, control_slip(decoded)) {
        (true, _, _) => Detail::PercentEncoded,
        (_, true, _) => Detail::Base64Twice,
        (_, _, Some(control)) => control,
        _ => Detail::ColonMissing,
    };
    detail.into()
}

/// A control character (REQ-BASIC-03); the end of line of a shell has a name of its own.
fn control_slip(decoded: &[u8]) -> Option<Detail> {
    let is_control = |byte: &u8| *byte < b' ' || *byte == 0x7F;
    if !decoded.iter().any(is_control) {
        return None;
    }
    let inside = decoded.strip_suffix(b"\n").unwrap_or(decoded);
    let inside = inside.strip_suffix(b"\r").unwrap_or(inside);
    let only_end = inside.len() < decoded.len() && !inside.iter().any(is_control);
    Some(if only_end { Detail::NewlineEncoded } else { Detail::ControlCharacter })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str, whitespace: Whitespace) -> Result<(String, String), (Reason, Option<Detail>)> {
        let trimmed = super::super::trim_ows(value.as_bytes());
        let fault = |fault: BasicFault| (fault.reason, fault.detail);
        let rest = trimmed.get(5..).unwrap_or_default();
        let token = parse_basic(rest, whitespace).map_err(fault)?;
        let mut memory = Vec::new();
        let read = decode_basic(token, whitespace, &mut memory).map_err(fault)?;
        Ok((read.user.into(), read.password.into()))
    }

    #[test]
    fn the_first_colon_parts_user_and_password() {
        // REQ-BASIC-01, REQ-BASIC-07, REQ-BASIC-10; RFC 7617 sections 2 and 2.1 have the first two.
        for (value, user, password) in [
            ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
            ("Basic dGVzdDoxMjPCow==", "test", "123\u{a3}"),
            ("Basic YTpiOmM=", "a", "b:c"),
            ("Basic Og==", "", ""),
            ("Basic  YTpi ", "a", "b"),
            ("Basic YTpiOmM", "a", "b:c"),
        ] {
            assert_eq!(read(value, Whitespace::Lenient), Ok((user.into(), password.into())), "{value}");
        }
    }

    #[test]
    fn each_slip_has_its_detail() {
        // REQ-BASIC-02, REQ-BASIC-03, REQ-BASIC-04, REQ-BASIC-07
        for (value, detail) in [
            ("Basic", Detail::CredentialsEmpty),
            ("Basic YTpi\nYTpi", Detail::NewlineInside),
            ("Basic YTpi\n", Detail::NewlineInside),
            ("Basic YTpi YTpi", Detail::SpaceInside),
            ("Basic YT\u{1}pi", Detail::ControlCharacter),
            ("Basic YT\u{e9}pi", Detail::NonAscii),
            ("Basic alice:secret", Detail::ColonMissing),
            ("Basic YTpi%3D%3D", Detail::PercentEncoded),
            ("Basic YT!pi", Detail::Base64Invalid),
            ("Basic YTo_Pz8_", Detail::Base64UrlSafe),
            ("Basic YTpiOmM==", Detail::PaddingMissing),
            ("Basic YTpiOmN=", Detail::Base64Invalid),
            ("Basic YTpiCg==", Detail::NewlineEncoded),
            ("Basic YTpiDQo=", Detail::NewlineEncoded),
            ("Basic YToBYg==", Detail::ControlCharacter),
            ("Basic WVRwaQ==", Detail::Base64Twice),
            ("Basic YSUzQWI=", Detail::PercentEncoded),
            ("Basic YWJj", Detail::ColonMissing),
            ("Basic YTrpYg==", Detail::NotUtf8),
        ] {
            assert_eq!(read(value, Whitespace::Lenient), Err((Reason::BasicMalformed, Some(detail))), "{value:?}");
        }
        assert_eq!(read("Basic YTpi, Basic YTpi", Whitespace::Lenient), Err((Reason::AuthorizationRepeated, None)));
        let long = format!("Basic {}", "A".repeat(limits::BASIC_BYTES + 1));
        assert_eq!(read(&long, Whitespace::Lenient), Err((Reason::TokenTooLarge, None)));
        let most = format!("Basic {}", "A".repeat(limits::BASIC_BYTES));
        assert_eq!(read(&most, Whitespace::Lenient), Err((Reason::BasicMalformed, Some(Detail::ControlCharacter))));
    }

    #[test]
    fn strict_takes_one_space_and_padding() {
        assert!(read("Basic YTpi", Whitespace::Strict).is_ok());
        for (value, detail) in [("Basic  YTpi", Detail::SpaceStray), ("Basic YTpiOmM", Detail::PaddingMissing)] {
            assert_eq!(read(value, Whitespace::Strict), Err((Reason::BasicMalformed, Some(detail))), "{value:?}");
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        assert_eq!(format!("{:?}", UserPassword { user: "alice", password: "secret" }), "UserPassword");
    }
}
