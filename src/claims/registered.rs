//! The claims that the core itself looks at, found in one pass over the payload.
//!
//! Names are told apart by length and bytes; a name with escapes takes the slow way. Never allocates.

use super::path::ClaimPath;
use crate::json::{Text, Value};

/// The registered claims of one payload (RFC 7519 section 4.1, RFC 7800, RFC 8693 section 4).
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Registered<'a> {
    pub iss: Option<Value<'a>>,
    pub sub: Option<Value<'a>>,
    pub aud: Option<Value<'a>>,
    pub exp: Option<Value<'a>>,
    pub nbf: Option<Value<'a>>,
    pub iat: Option<Value<'a>>,
    pub jti: Option<Value<'a>>,
    pub cnf: Option<Value<'a>>,
    pub client_id: Option<Value<'a>>,
    pub scope: Option<Value<'a>>,
    pub scp: Option<Value<'a>>,
    root: Value<'a>,
}

impl<'a> Registered<'a> {
    /// Reads the payload's own members; `None` if it is no object.
    pub fn read(root: Value<'a>) -> Option<Self> {
        let mut claims = Registered {
            iss: None,
            sub: None,
            aud: None,
            exp: None,
            nbf: None,
            iat: None,
            jti: None,
            cnf: None,
            client_id: None,
            scope: None,
            scp: None,
            root,
        };
        for (name, value) in root.as_object()? {
            let slot = match name.as_str() {
                Some(plain) => claims.slot(plain),
                None => claims.escaped_slot(name),
            };
            if let Some(slot) = slot {
                *slot = Some(value);
            }
        }
        Some(claims)
    }

    /// The whole payload.
    pub const fn root(&self) -> Value<'a> {
        self.root
    }

    /// The claim with this name.
    #[inline]
    pub fn named(&self, name: &str) -> Option<Value<'a>> {
        match name {
            "iss" => self.iss,
            "sub" => self.sub,
            "aud" => self.aud,
            "exp" => self.exp,
            "nbf" => self.nbf,
            "iat" => self.iat,
            "jti" => self.jti,
            "cnf" => self.cnf,
            "client_id" => self.client_id,
            "scope" => self.scope,
            "scp" => self.scp,
            _ => self.root.member(name),
        }
    }

    /// The claim that a configured path leads to.
    #[inline]
    pub fn find(&self, path: &ClaimPath) -> Option<Value<'a>> {
        match path {
            ClaimPath::Name(name) => self.named(name),
            ClaimPath::Pointer(pointer) => self.root.pointer(pointer),
        }
    }

    #[inline]
    fn slot(&mut self, name: &str) -> Option<&mut Option<Value<'a>>> {
        Some(match name {
            "iss" => &mut self.iss,
            "sub" => &mut self.sub,
            "aud" => &mut self.aud,
            "exp" => &mut self.exp,
            "nbf" => &mut self.nbf,
            "iat" => &mut self.iat,
            "jti" => &mut self.jti,
            "cnf" => &mut self.cnf,
            "scp" => &mut self.scp,
            "scope" => &mut self.scope,
            "client_id" => &mut self.client_id,
            _ => return None,
        })
    }

    /// A name may be spelt with escapes: `"\u0069ss"` is `iss`.
    #[cold]
    fn escaped_slot(&mut self, name: Text<'_>) -> Option<&mut Option<Value<'a>>> {
        let plain = NAMES.iter().find(|plain| name.is(plain))?;
        self.slot(plain)
    }
}

const NAMES: [&str; 11] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "scp", "scope", "client_id"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Duplicates};

    #[test]
    fn every_registered_name_has_its_own_slot() {
        let text: Vec<String> = NAMES.iter().map(|name| format!(r#""{name}":"{name}""#)).collect();
        let escaped: Vec<String> = NAMES
            .iter()
            .map(|name| format!(r#""\u{:04x}{}":"{name}""#, u32::from(name.as_bytes()[0]), &name[1..]))
            .collect();
        for members in [text, escaped] {
            let text = format!("{{{},\"other\":1}}", members.join(","));
            let document = Document::parse(text.as_bytes(), Duplicates::Refuse).unwrap();
            let claims = Registered::read(document.root()).unwrap();
            for name in NAMES {
                assert!(claims.named(name).unwrap().as_text().unwrap().is(name), "{name}");
            }
            assert_eq!(claims.named("other").unwrap().as_i64(), Some(1));
            assert!(claims.named("absent").is_none());
        }
    }

    #[test]
    fn req_jwt_01_a_payload_that_is_no_object_has_no_claims() {
        for text in ["[]", "\"iss\"", "1", "null"] {
            let document = Document::parse(text.as_bytes(), Duplicates::Refuse).unwrap();
            assert!(Registered::read(document.root()).is_none(), "{text}");
        }
    }
}
