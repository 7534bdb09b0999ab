//! The same job by other crates: signature, `exp`, `nbf`, `iss`, `aud`, three claims handed out.
//!
//! Each with its key prepared once and its claims read into the smallest useful struct.

use std::collections::HashSet;

use jwt_simple::prelude::*;

use crate::mint::{AUDIENCE, ISSUER, Signer};

/// What a handler reads of a token.
#[derive(serde::Serialize, serde::Deserialize)]
pub struct Wanted {
    pub sub: String,
    pub scope: String,
    pub exp: u64,
}

/// `jsonwebtoken` with its backend aws-lc-rs.
pub fn jsonwebtoken<'t>(signer: &Signer, token: &'t str) -> impl FnMut() -> bool + 't {
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_str(&signer.jwk()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
    let mut validation = jsonwebtoken::Validation::new(signer.algorithm.parse().unwrap());
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.validate_nbf = true;
    validation.leeway = 30;
    move || jsonwebtoken::decode::<Wanted>(token, &key, &validation).is_ok_and(|data| !data.claims.sub.is_empty())
}

/// What `jwt-simple` leaves to its caller; the rest it reads itself.
#[derive(serde::Serialize, serde::Deserialize)]
struct Scope {
    scope: String,
}

/// `jwt-simple` with its feature pure-rust.
pub fn jwt_simple<'t>(signer: &Signer, token: &'t str) -> Box<dyn FnMut() -> bool + 't> {
    let options = VerificationOptions {
        allowed_issuers: Some(HashSet::from([ISSUER.to_owned()])),
        allowed_audiences: Some(HashSet::from([AUDIENCE.to_owned()])),
        time_tolerance: Some(Duration::from_secs(30)),
        ..VerificationOptions::default()
    };
    let jwk = signer.jwk();
    macro_rules! verify {
        ($key:expr) => {{
            let key = $key;
            Box::new(move || {
                let claims = key.verify_token::<Scope>(token, Some(options.clone()));
                claims.is_ok_and(|claims| claims.subject.is_some_and(|subject| !subject.is_empty()))
            })
        }};
    }
    match signer.algorithm {
        "HS256" => verify!(HS256Key::from_bytes(&signer.secret)),
        "RS256" => verify!(RS256PublicKey::from_jwk(&jwk).unwrap()),
        "PS256" => verify!(PS256PublicKey::from_jwk(&jwk).unwrap()),
        "ES256" => verify!(ES256PublicKey::from_jwk(&jwk).unwrap()),
        "ES384" => verify!(ES384PublicKey::from_jwk(&jwk).unwrap()),
        "EdDSA" => verify!(Ed25519PublicKey::from_jwk(&jwk).unwrap()),
        other => panic!("no key for {other}"),
    }
}
