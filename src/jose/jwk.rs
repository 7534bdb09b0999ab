//! One JSON Web Key: its members, what is wrong with it, and the key made ready (RFC 7517 section 4,
//! RFC 7518 section 6, RFC 8037 section 2).
//!
//! The first fault decides, in this order: form, type, private part, members, too large or weak, use,
//! `alg`. Never trusts or needs `x5c`. Allocates; for loading. Secrets are wiped.

use zeroize::{Zeroize as _, Zeroizing};

use super::algorithm::Algorithm;
use super::backend::{Curve, KeyMaterial, hash_bytes, is_off_curve, sha256};
use super::key::Key;
use super::thumbprint::{Required, thumbprint};
use crate::base64url;
use crate::json::{Text, Value};
use crate::limits;
use crate::reason::Reason;

/// Where a key comes from, which decides whether it may be a secret (REQ-JWK-19).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The policy itself.
    Inline,
    /// Fetched, or pushed by the host: symmetric keys are listed but unusable.
    Pushed,
}

/// Finds the bytes of a secret that a policy names instead of holding: `"k": {"ref": "name"}`.
pub type SecretRefs<'a> = &'a dyn Fn(&str) -> Option<&'a [u8]>;

/// The members of a JWK that a verifier looks at.
#[derive(Default)]
pub(super) struct Jwk<'a> {
    kty: Member<'a>,
    crv: Member<'a>,
    kid: Member<'a>,
    alg: Member<'a>,
    usage: Member<'a>,
    key_ops: Member<'a>,
    n: Member<'a>,
    e: Member<'a>,
    x: Member<'a>,
    y: Member<'a>,
    k: Member<'a>,
    has_private_part: bool,
    repeats: bool,
}

#[derive(Clone, Copy, Default)]
enum Member<'a> {
    #[default]
    Absent,
    One(Value<'a>),
    Repeated,
}

impl<'a> Member<'a> {
    fn text(self) -> Option<Text<'a>> {
        match self {
            Member::One(value) => value.as_text(),
            Member::Absent | Member::Repeated => None,
        }
    }

    fn is(self, text: &str) -> bool {
        self.text().is_some_and(|found| found.is(text))
    }

    fn decode(self) -> Option<Vec<u8>> {
        let text = self.text()?;
        match text.as_str() {
            Some(plain) => base64url::decode_to_vec(plain.as_bytes()),
            None => base64url::decode_to_vec(&Zeroizing::new(text.bytes().collect::<Vec<u8>>())),
        }
    }

    fn is_absent_or_text(self) -> bool {
        matches!(self, Member::Absent) || self.text().is_some()
    }
}

/// The required members, decoded.
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ec { curve: Curve, point: Vec<u8> },
    Ed25519(Vec<u8>),
    Secret(Zeroizing<Vec<u8>>),
}

impl Material {
    fn view(&self) -> KeyMaterial<'_> {
        match self {
            Material::Rsa { n, e } => KeyMaterial::Rsa { n, e },
            Material::Ec { curve, point } => KeyMaterial::Ec { curve: *curve, point },
            Material::Ed25519(x) => KeyMaterial::Ed25519(x),
            Material::Secret(secret) => KeyMaterial::Secret(secret),
        }
    }
}

impl<'a> Jwk<'a> {
    /// Collects the members; `None` if `value` is no object.
    pub(super) fn parse(value: Value<'a>) -> Option<Jwk<'a>> {
        let mut jwk = Jwk { repeats: value.repeats_within(), ..Jwk::default() };
        for (name, value) in value.as_object()? {
            let Some(place) = jwk.place(&name) else {
                jwk.has_private_part |= PRIVATE_MEMBERS.iter().any(|private| name.is(private));
                continue;
            };
            *place = match place {
                Member::Absent => Member::One(value),
                Member::One(_) | Member::Repeated => Member::Repeated,
            };
        }
        Some(jwk)
    }

    fn place(&mut self, name: &Text<'_>) -> Option<&mut Member<'a>> {
        let places: [(&str, &mut Member<'a>); 11] = [
            ("kty", &mut self.kty),
            ("crv", &mut self.crv),
            ("kid", &mut self.kid),
            ("alg", &mut self.alg),
            ("use", &mut self.usage),
            ("key_ops", &mut self.key_ops),
            ("n", &mut self.n),
            ("e", &mut self.e),
            ("x", &mut self.x),
            ("y", &mut self.y),
            ("k", &mut self.k),
        ];
        places.into_iter().find(|(known, _)| name.is(known)).map(|(_, place)| place)
    }

    /// `kid`, `kty` and `alg` for the listing: absent ones, repeated ones and those that are no string are `None`.
    pub(super) fn names(&self) -> [Option<String>; 3] {
        [self.kid, self.kty, self.alg].map(|member| member.text().map(|text| text.to_owned_string()))
    }

    /// The thumbprint, wherever the required members are base64url. A secret that came over the network has none.
    pub(super) fn thumbprint(&self, origin: Origin, refs: SecretRefs<'_>) -> Option<String> {
        let kty = self.kty.text()?;
        if kty.is("RSA") {
            let (n, e) = (self.n.decode()?, self.e.decode()?);
            Some(thumbprint(&Required::Rsa { n: shortest(&n)?, e: shortest(&e)? }))
        } else if kty.is("EC") {
            let (x, y) = (self.x.decode()?, self.y.decode()?);
            Some(thumbprint(&Required::Ec { crv: self.plain_curve()?, x: &x, y: &y }))
        } else if kty.is("OKP") {
            Some(thumbprint(&Required::Okp { crv: self.plain_curve()?, x: &self.x.decode()? }))
        } else if kty.is("oct") && origin == Origin::Inline {
            Some(thumbprint(&Required::Oct { k: &self.secret(refs)? }))
        } else {
            None
        }
    }

    /// The key made ready, or the first thing that is wrong with it.
    pub(super) fn prepare(&self, origin: Origin, refs: SecretRefs<'_>) -> Result<Key, Reason> {
        self.check_form()?;
        self.check_type()?;
        let symmetric = self.kty.is("oct");
        if symmetric && origin == Origin::Pushed {
            return Err(Reason::KeySymmetricFromNetwork);
        }
        if !symmetric && self.has_private_part {
            return Err(Reason::KeyHasPrivatePart);
        }
        if OTHER_CURVES.iter().any(|crv| self.crv.is(crv)) {
            return Err(Reason::KeyTypeUnknown);
        }
        let material = self.material(refs).ok_or(Reason::KeyMalformed)?;
        self.check_size(&material)?;
        self.check_use()?;
        let own = match self.alg.text() {
            Some(name) => Some(Algorithm::from_text(&name).ok_or(Reason::KeyAlgUnusable)?),
            None => None,
        };
        Key::prepare(&material.view(), own)
    }

    /// Whether the key is a secret of printable characters, as a password would be (REQ-BCP-08).
    pub(super) fn has_printable_secret(&self, refs: SecretRefs<'_>) -> bool {
        let secret = if self.kty.is("oct") { self.secret(refs) } else { None };
        secret.is_some_and(|secret| !secret.is_empty() && secret.iter().all(|byte| matches!(byte, b' '..=b'~')))
    }

    fn check_form(&self) -> Result<(), Reason> {
        // In a key of another type `crv` means nothing, whatever stands there.
        let has_curve = self.kty.is("EC") || self.kty.is("OKP");
        let names = [self.kid, self.alg, self.usage, if has_curve { self.crv } else { Member::Absent }];
        let operations = match self.key_ops {
            Member::Absent => true,
            Member::One(value) => value.as_array().is_some_and(|mut list| list.all(|name| name.as_text().is_some())),
            Member::Repeated => false,
        };
        let sound = !self.repeats && self.kty.text().is_some() && operations;
        if sound && names.into_iter().all(Member::is_absent_or_text) { Ok(()) } else { Err(Reason::KeyMalformed) }
    }

    /// An absent `crv` is a missing member; one that is there must be a curve for signatures.
    fn check_type(&self) -> Result<(), Reason> {
        let known_curve = |curves: &[&str]| match self.crv.text() {
            Some(crv) => curves.iter().any(|curve| crv.is(curve)),
            None => true,
        };
        let known = self.kty.is("RSA")
            || self.kty.is("oct")
            || (self.kty.is("EC") && known_curve(&["P-256", "P-384", "P-521", "secp256k1"]))
            || (self.kty.is("OKP") && known_curve(&["Ed25519", "Ed448"]));
        if known { Ok(()) } else { Err(Reason::KeyTypeUnknown) }
    }

    fn material(&self, refs: SecretRefs<'_>) -> Option<Material> {
        let kty = self.kty.text()?;
        if kty.is("RSA") {
            self.rsa_material()
        } else if kty.is("EC") {
            self.ec_material()
        } else if kty.is("OKP") {
            let x = self.x.decode()?;
            (self.crv.is("Ed25519") && x.len() == 32).then_some(Material::Ed25519(x))
        } else {
            self.secret(refs).map(Material::Secret)
        }
    }

    /// Refuses even numbers and exponents below 3 (REQ-JWK-09); leading zeros are dropped (REQ-JWK-25).
    fn rsa_material(&self) -> Option<Material> {
        let (n, e) = (self.n.decode()?, self.e.decode()?);
        let (n, e) = (without_zeros(&n), without_zeros(&e));
        let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        (odd(n) && odd(e) && e != [1]).then(|| Material::Rsa { n: n.to_vec(), e: e.to_vec() })
    }

    /// Refuses coordinates that are not of the full width and points off the curve (REQ-JWK-12).
    fn ec_material(&self) -> Option<Material> {
        let curves = [("P-256", Curve::P256), ("P-384", Curve::P384), ("P-521", Curve::P521)];
        let (_, curve) = curves.into_iter().find(|(name, _)| self.crv.is(name))?;
        let (x, y) = (self.x.decode()?, self.y.decode()?);
        if x.len() != curve.field_bytes() || y.len() != curve.field_bytes() {
            return None;
        }
        let point = [&[4][..], &x, &y].concat();
        (!is_off_curve(curve, &point)).then_some(Material::Ec { curve, point })
    }

    /// Checks numbers and secrets against their bounds (REQ-JWK-08, REQ-JWK-09, REQ-JWK-10).
    fn check_size(&self, material: &Material) -> Result<(), Reason> {
        match material {
            Material::Rsa { n, e } if bits(n) > *limits::RSA_BITS.end() || bits(e) > limits::RSA_EXPONENT_BITS => {
                Err(Reason::KeyTooLarge)
            }
            Material::Rsa { n, .. } if bits(n) < *limits::RSA_BITS.start() => Err(Reason::KeyTooWeak),
            Material::Secret(secret) => {
                let own = self.alg.text().and_then(|name| Algorithm::from_text(&name));
                let shortest = own.and_then(hash_bytes).or(hash_bytes(Algorithm::Hs256));
                if shortest.is_none_or(|bytes| secret.len() < bytes) { Err(Reason::KeyTooWeak) } else { Ok(()) }
            }
            Material::Rsa { .. } | Material::Ec { .. } | Material::Ed25519(_) => Ok(()),
        }
    }

    /// `use` and `key_ops` must both let the key verify (REQ-JWK-05).
    fn check_use(&self) -> Result<(), Reason> {
        let usage = matches!(self.usage, Member::Absent) || self.usage.is("sig");
        let operation = match self.key_ops {
            Member::One(value) => {
                let verify = |name: Value<'_>| name.as_text().is_some_and(|name| name.is("verify"));
                value.as_array().is_some_and(|mut list| list.any(verify))
            }
            Member::Absent | Member::Repeated => true,
        };
        if usage && operation { Ok(()) } else { Err(Reason::KeyNotForSignatures) }
    }

    /// The bytes of `k`, or of the secret that `{"ref": "name"}` names.
    fn secret(&self, refs: SecretRefs<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let Member::One(value) = self.k else { return None };
        if value.as_text().is_some() {
            return self.k.decode().map(Zeroizing::new);
        }
        let mut members = value.as_object()?;
        let (name, target) = members.next()?;
        if !name.is("ref") || members.next().is_some() {
            return None;
        }
        refs(&target.as_text()?.to_owned_string()).map(|bytes| Zeroizing::new(bytes.to_vec()))
    }

    /// A `crv` that needs no escapes, which every registered one is.
    fn plain_curve(&self) -> Option<&'a str> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        self.crv.text()?.as_str().filter(|crv| crv.bytes().all(plain))
    }
}

/// A mark by which a byte-identical key is known again over a reload of its set.
pub(super) fn fingerprint(value: Value<'_>, thumbprint: Option<&str>) -> [u8; 32] {
    let mut text = [value.raw().as_bytes(), thumbprint.unwrap_or("").as_bytes()].concat();
    let mark = sha256(&text);
    text.zeroize();
    mark
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    number.get(zeros..).unwrap_or(&[])
}

/// A number as RFC 7518 section 2 writes it, where zero is one zero byte.
fn shortest(number: &[u8]) -> Option<&[u8]> {
    let stripped = without_zeros(number);
    if stripped.is_empty() { number.get(..1) } else { Some(stripped) }
}

/// The width of a number without leading zero bytes.
fn bits(number: &[u8]) -> usize {
    let top = number.first().map_or(0, |first| usize::try_from(first.leading_zeros()).unwrap_or(0));
    number.len() * 8 - top
}

/// RFC 7518 sections 6.2.2 and 6.3.2, RFC 8037 section 2.
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

/// Curves for signatures that no build computes with: unknown, but a private part in them is still told.
const OTHER_CURVES: [&str; 2] = ["secp256k1", "Ed448"];
