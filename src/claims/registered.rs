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
    #[inline]
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
        match Known::find(name) {
            None => self.root.member(name),
            Some(Known::Iss) => self.iss,
            Some(Known::Sub) => self.sub,
            Some(Known::Aud) => self.aud,
            Some(Known::Exp) => self.exp,
            Some(Known::Nbf) => self.nbf,
            Some(Known::Iat) => self.iat,
            Some(Known::Jti) => self.jti,
            Some(Known::Cnf) => self.cnf,
            Some(Known::Scp) => self.scp,
            Some(Known::Scope) => self.scope,
            Some(Known::ClientId) => self.client_id,
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
        Some(match Known::find(name)? {
            Known::Iss => &mut self.iss,
            Known::Sub => &mut self.sub,
            Known::Aud => &mut self.aud,
            Known::Exp => &mut self.exp,
            Known::Nbf => &mut self.nbf,
            Known::Iat => &mut self.iat,
            Known::Jti => &mut self.jti,
            Known::Cnf => &mut self.cnf,
            Known::Scp => &mut self.scp,
            Known::Scope => &mut self.scope,
            Known::ClientId => &mut self.client_id,
        })
    }

    /// A name may be spelt with escapes: `"\u0069ss"` is `iss`.
    #[cold]
    fn escaped_slot(&mut self, name: Text<'_>) -> Option<&mut Option<Value<'a>>> {
        let plain = NAMES.iter().find(|plain| name.is(plain))?;
        self.slot(plain)
    }
}

/// The names with a slot.
#[derive(Clone, Copy)]
enum Known {
    Iss,
    Sub,
    Aud,
    Exp,
    Nbf,
    Iat,
    Jti,
    Cnf,
    Scp,
    Scope,
    ClientId,
}

impl Known {
    /// Nearly all are three bytes long: one number tells them apart, and a payload's other names at once.
    #[inline]
    fn find(name: &str) -> Option<Known> {
        Some(match *name.as_bytes() {
            [a, b, c] => match word([a, b, c]) {
                ISS => Known::Iss,
                SUB => Known::Sub,
                AUD => Known::Aud,
                EXP => Known::Exp,
                NBF => Known::Nbf,
                IAT => Known::Iat,
                JTI => Known::Jti,
                CNF => Known::Cnf,
                SCP => Known::Scp,
                _ => return None,
            },
            [b's', b'c', b'o', b'p', b'e'] => Known::Scope,
            [b'c', b'l', b'i', b'e', b'n', b't', b'_', b'i', b'd'] => Known::ClientId,
            _ => return None,
        })
    }
}

const fn word(name: [u8; 3]) -> u32 {
    let [a, b, c] = name;
    u32::from_le_bytes([a, b, c, 0])
}

const ISS: u32 = word(*b"iss");
const SUB: u32 = word(*b"sub");
const AUD: u32 = word(*b"aud");
const EXP: u32 = word(*b"exp");
const NBF: u32 = word(*b"nbf");
const IAT: u32 = word(*b"iat");
const JTI: u32 = word(*b"jti");
const CNF: u32 = word(*b"cnf");
const SCP: u32 = word(*b"scp");

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
