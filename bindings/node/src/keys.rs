//! A JWK Set, loaded once.

use countersign::jose::{KeySet, Origin};
use napi::{Error, Result, Status};
use napi_derive::napi;

/// A loaded JWK Set. Never changes.
#[napi]
pub struct Keys {
    set: KeySet,
}

/// One key of a set, usable or not.
#[napi(object, object_from_js = false)]
pub struct KeyRow {
    /// Its `kid`.
    pub kid: Option<String>,
    /// Its `kty`.
    pub kty: Option<String>,
    /// Its `alg`.
    pub alg: Option<String>,
    /// Its RFC 7638 thumbprint.
    pub thumbprint: Option<String>,
    /// Whether it can verify anything.
    pub usable: bool,
    /// `ok`, or why it cannot.
    pub reason: &'static str,
}

#[napi]
impl Keys {
    /// Reads a JWK Set.
    ///
    /// # Errors
    /// What is wrong with the text.
    #[napi(constructor)]
    pub fn new(text: &[u8]) -> Result<Keys> {
        match KeySet::load(text, Origin::Inline) {
            Ok(set) => Ok(Keys { set }),
            Err(fault) => Err(Error::new(Status::InvalidArg, fault.to_string())),
        }
    }

    /// Every key, in the order of the set.
    #[napi]
    pub fn list(&self) -> Vec<KeyRow> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let row = |key: &countersign::jose::ListedKey| KeyRow {
            kid: own(key.kid()),
            kty: own(key.kty()),
            alg: own(key.alg()),
            thumbprint: own(key.thumbprint()),
            usable: key.is_usable(),
            reason: key.reason().name(),
        };
        self.set.keys().iter().map(row).collect()
    }

    pub(crate) fn set(&self) -> &KeySet {
        &self.set
    }
}
