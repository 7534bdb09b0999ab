//! Where an issuer's metadata are, and what is read of them (OpenID Connect Discovery 1.0 section 4,
//! RFC 8414 sections 3 and 2).
//!
//! Refuses metadata of another issuer, byte for byte, and a key set that is not where the policy allows
//! one: https, on the issuer's host. Nothing else of a document is looked at. Allocates.

use core::fmt;

use super::source::Discovery;
use crate::http::Url;
use crate::json::{Document, Duplicates, Value};
use crate::limits;

/// Why metadata cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetadataFault {
    /// Over [`limits::SET_BYTES`], no JSON that we read, no object, or a name twice.
    NoDocument,
    /// `issuer` is absent or not the one that was asked (RFC 8414 section 3.3).
    IssuerDiffers,
    /// `jwks_uri` is absent or no string.
    AddressMissing,
    /// `jwks_uri` is no https URL, or over [`limits::ADDRESS_BYTES`].
    AddressRefused,
    /// `jwks_uri` is on another host, which the policy does not allow, or on one that no policy allows here: this
    /// machine or a private network, by its address, for an issuer that is not there.
    OtherHost,
}

impl fmt::Display for MetadataFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MetadataFault::NoDocument => "the metadata are no JSON object",
            MetadataFault::IssuerDiffers => "the metadata are those of another issuer",
            MetadataFault::AddressMissing => "the metadata have no jwks_uri",
            MetadataFault::AddressRefused => "the jwks_uri of the metadata is no https URL",
            MetadataFault::OtherHost => "the jwks_uri of the metadata is on another host",
        })
    }
}

impl std::error::Error for MetadataFault {}

/// How many addresses there are to try for `issuer`.
pub(super) fn address_count(issuer: &str) -> u8 {
    if path_of(issuer).is_empty() { 2 } else { 3 }
}

/// The address to try in this place: what most issuers serve first, then the forms of RFC 8414 section 3.1,
/// which stand in front of the issuer's path (REQ-ROTATION-01).
pub(super) fn metadata_address(issuer: &str, place: u8) -> String {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    let path = path_of(issuer);
    let root = issuer.strip_suffix(path).unwrap_or(issuer);
    match place {
        0 => format!("{issuer}{OPENID}"),
        1 => format!("{root}{OAUTH}{path}"),
        _ => format!("{root}{OPENID}{path}"),
    }
}

fn path_of(issuer: &str) -> &str {
    Url::parse(issuer).map_or("", |url| url.path.strip_suffix('/').unwrap_or(url.path))
}

/// Where the metadata of `issuer` say that its key set is.
///
/// # Errors
/// A [`MetadataFault`]; none of the document is then used (REQ-ROTATION-02).
pub(super) fn read_metadata(text: &[u8], issuer: &str, allowed: Discovery) -> Result<String, MetadataFault> {
    if text.len() > limits::SET_BYTES {
        return Err(MetadataFault::NoDocument);
    }
    let document = Document::parse(text, Duplicates::Refuse).map_err(|_| MetadataFault::NoDocument)?;
    let root = document.root();
    root.as_object().ok_or(MetadataFault::NoDocument)?;
    let named = root.member("issuer").as_ref().and_then(Value::as_text);
    if !named.is_some_and(|named| named.is(issuer)) {
        return Err(MetadataFault::IssuerDiffers);
    }
    let address = root.member("jwks_uri").as_ref().and_then(Value::as_text).ok_or(MetadataFault::AddressMissing)?;
    let address = address.to_owned_string();
    let (Some(url), Some(issuer)) = (Url::parse(&address), Url::parse(issuer)) else {
        return Err(MetadataFault::AddressRefused);
    };
    if address.len() > limits::ADDRESS_BYTES {
        return Err(MetadataFault::AddressRefused);
    }
    // Plain http for a try-out on this machine, and only from an issuer that is there itself.
    let is_tried_out = allowed.http_loopback && url.is_loopback() && issuer.is_loopback();
    if !url.is_https && !is_tried_out {
        return Err(MetadataFault::AddressRefused);
    }
    // A stranger's word must not turn the host's requests to what it alone can reach (REQ-BCP-15).
    let may_be_elsewhere = allowed.other_host && (issuer.is_private() || !url.is_private());
    if !may_be_elsewhere && !url.is_same_host(&issuer) {
        return Err(MetadataFault::OtherHost);
    }
    Ok(address)
}

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_rotation_01_addresses_are_tried_in_their_order() {
        let addresses = |issuer: &str| -> Vec<String> {
            (0..address_count(issuer)).map(|place| metadata_address(issuer, place)).collect()
        };
        for issuer in ["https://a.example", "https://a.example/"] {
            assert_eq!(
                addresses(issuer),
                [
                    "https://a.example/.well-known/openid-configuration",
                    "https://a.example/.well-known/oauth-authorization-server",
                ]
            );
        }
        for issuer in ["https://a.example:8443/t/one", "https://a.example:8443/t/one/"] {
            assert_eq!(
                addresses(issuer),
                [
                    "https://a.example:8443/t/one/.well-known/openid-configuration",
                    "https://a.example:8443/.well-known/oauth-authorization-server/t/one",
                    "https://a.example:8443/.well-known/openid-configuration/t/one",
                ]
            );
        }
    }

    #[test]
    fn req_rotation_02_and_05_only_the_issuer_s_own_https_key_set_is_taken() {
        use MetadataFault::{AddressMissing, AddressRefused, IssuerDiffers, NoDocument, OtherHost};
        let strict = Discovery::default();
        let read = |text: &str, allowed| read_metadata(text.as_bytes(), "https://a.example", allowed);
        let document = |address: &str| format!(r#"{{"issuer":"https://a.example","jwks_uri":"{address}","x":[1]}}"#);
        let good = document("https://A.example:444/keys?v=1");
        assert_eq!(read(&good, strict).as_deref(), Ok("https://A.example:444/keys?v=1"));
        for (text, fault) in [
            ("", NoDocument),
            ("[]", NoDocument),
            (r#"{"issuer":"https://a.example","issuer":"https://a.example"}"#, NoDocument),
            ("{}", IssuerDiffers),
            (r#"{"issuer":1,"jwks_uri":"https://a.example/k"}"#, IssuerDiffers),
            (r#"{"issuer":"https://a.example/","jwks_uri":"https://a.example/k"}"#, IssuerDiffers),
            (r#"{"issuer":"https://A.example","jwks_uri":"https://a.example/k"}"#, IssuerDiffers),
            (r#"{"issuer":"https://a.example"}"#, AddressMissing),
            (r#"{"issuer":"https://a.example","jwks_uri":null}"#, AddressMissing),
            (&document("http://a.example/k"), AddressRefused),
            (&document("http://127.0.0.1/k"), AddressRefused),
            (&document("https://u@a.example/k"), AddressRefused),
            (&document("https://a.example.evil.example/k"), OtherHost),
            (&document("https://127.0.0.1/k"), OtherHost),
        ] {
            assert_eq!(read(text, strict), Err(fault), "{text}");
        }
        let other = Discovery { other_host: true, ..strict };
        assert!(read(&document("https://b.example/k"), other).is_ok());
        assert_eq!(read(&document("http://b.example/k"), other), Err(AddressRefused));
        let loopback = Discovery { http_loopback: true, other_host: true };
        assert_eq!(read(&document("http://127.0.0.1/k"), loopback), Err(AddressRefused), "the issuer is elsewhere");
        let local = r#"{"issuer":"http://localhost:1","jwks_uri":"http://localhost:2/k"}"#;
        let allowed = Discovery { http_loopback: true, ..strict };
        assert!(read_metadata(local.as_bytes(), "http://localhost:1", allowed).is_ok());
        assert_eq!(read_metadata(local.as_bytes(), "http://localhost:1", strict), Err(AddressRefused));
    }
}
