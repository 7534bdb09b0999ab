//! The claims that the core itself looks at, found in one pass over the payload.
//!
//! Names are told apart by the hash that the scanner left with them. Never allocates.

use super::path::ClaimPath;
use crate::json::{Value, Wanted};

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
        let mut claims = Registered::unread(root);
        claims.read_members().then_some(claims)
    }

    /// No claims yet, of this payload.
    #[inline(always)]
    pub(crate) const fn unread(root: Value<'a>) -> Self {
        Registered {
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
        }
    }

    /// Reads the payload's own members where they are to stay: to move seven hundred bytes takes as long
    /// as to find a claim. `false` if the payload is no object.
    pub(crate) fn read_members(&mut self) -> bool {
        let members = WANTED.find(self.root, |place, value| {
            if let Some(slot) = self.slot(place) {
                *slot = Some(value);
            }
        });
        members.is_some()
    }

    /// Where each of them stands on the payload's tape, for [`Registered::put_at`].
    pub(crate) fn places(&self) -> Places {
        NAMES.map(|name| self.named(name).map_or(0, |claim| claim.place()))
    }

    /// Puts the claims of a payload that was read before where they are to stay.
    #[inline]
    pub(crate) fn put_at(&mut self, places: &Places) {
        let root = self.root;
        let claim = |place: usize| places.get(place).filter(|at| **at != 0).and_then(|at| root.at_place(*at));
        for place in 0..NAMES.len() {
            if let Some(slot) = self.slot(place) {
                *slot = claim(place);
            }
        }
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

    /// The claim whose name stands in this place of [`NAMES`].
    #[inline]
    fn slot(&mut self, place: usize) -> Option<&mut Option<Value<'a>>> {
        Some(match place {
            0 => &mut self.iss,
            1 => &mut self.sub,
            2 => &mut self.aud,
            3 => &mut self.exp,
            4 => &mut self.nbf,
            5 => &mut self.iat,
            6 => &mut self.jti,
            7 => &mut self.cnf,
            8 => &mut self.client_id,
            9 => &mut self.scope,
            10 => &mut self.scp,
            _ => return None,
        })
    }
}

/// Where the claims stand on a tape, in the order of [`NAMES`]; 0, where the payload itself stands, for none.
pub(crate) type Places = [u32; NAMES.len()];

const NAMES: [&str; 11] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "client_id", "scope", "scp"];

static WANTED: Wanted<11> = Wanted::new(NAMES);

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
    fn claims_are_put_back_where_they_were_found() {
        // Each of them absent once, where another member of that name stands deeper.
        for absent in NAMES {
            let others = NAMES.iter().filter(|name| **name != absent);
            let members: Vec<String> =
                others.map(|name| format!(r#""x{name}":{{"{absent}":0}},"{name}":["{name}"]"#)).collect();
            let text = format!("{{{}}}", members.join(","));
            let document = Document::parse(text.as_bytes(), Duplicates::Refuse).unwrap();
            let found = Registered::read(document.root()).unwrap();
            let mut put = Registered::unread(document.root());
            put.put_at(&found.places());
            for name in NAMES {
                let raw = |claims: &Registered<'_>| claims.named(name).map(|claim| claim.raw().to_owned());
                assert_eq!(raw(&put), raw(&found), "{name}");
                assert_eq!(raw(&put), (name != absent).then(|| format!("[\"{name}\"]")));
            }
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
