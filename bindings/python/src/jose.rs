//! Key sets and tokens outside of any policy.

use std::sync::Arc;

use countersign::Reason;
use countersign::base64url;
use countersign::jose::{self, Algorithm, AlgorithmRule, Origin};
use countersign::json::{Document, Duplicates};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::policy::text_or_bytes;
use crate::request::Held;
use crate::{catalogue, claims, errors};

/// Keys read and prepared once from a JWK Set: a dict, or a JSON text (str or bytes). Immutable.
///
/// Raises `KeysRefused` for what is no JWK Set; a key that cannot be used is listed with its reason.
///
///     >>> import countersign
///     >>> keys = countersign.KeySet('{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"EQrSVyuzxV6h9Ck6Cqt8OULEmOvSKF7XyicuZ8_IvBY"}]}')
///     >>> len(keys), [(key.kid, key.kty, key.usable) for key in keys.keys]
///     (1, [('a', 'OKP', True)])
///     >>> keys.verify_jws("a.b.c").reason
///     <Reason.JWT_MALFORMED: 'jwt_malformed'>
#[pyclass(module = "countersign", frozen)]
pub(crate) struct KeySet(Arc<jose::KeySet>);

#[pymethods]
impl KeySet {
    #[new]
    #[pyo3(signature = (jwks, /))]
    fn new(jwks: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = jwks.py();
        let text = match jwks.cast::<PyDict>() {
            Ok(dict) => py.import("json")?.call_method1("dumps", (dict,))?.extract::<String>()?.into_bytes(),
            Err(_) => text_or_bytes(jwks)?,
        };
        let keys = py.detach(|| jose::KeySet::load(&text, Origin::Inline));
        keys.map(|keys| KeySet(Arc::new(keys))).map_err(|fault| errors::keys_refused(py, &fault.to_string(), "set"))
    }

    /// Every member of the set, in order, usable or not.
    #[getter]
    fn keys(&self) -> Vec<ListedKey> {
        self.0
            .keys()
            .iter()
            .map(|key| ListedKey {
                kid: key.kid().map(str::to_owned),
                kty: key.kty().map(str::to_owned),
                alg: key.alg().map(str::to_owned),
                thumbprint: key.thumbprint().map(str::to_owned),
                usable: key.is_usable(),
                why: key.reason(),
            })
            .collect()
    }

    /// Verifies a compact token of any payload; no policy, no claims. Without `algorithms` each key's own counts,
    /// and of a key without one all of its type, symmetric keys included.
    #[pyo3(signature = (token, /, algorithms=None))]
    fn verify_jws(&self, token: &Bound<'_, PyAny>, algorithms: Option<Vec<String>>) -> PyResult<VerifiedJws> {
        let held = Held::target(token)?;
        let token_bytes = held.as_bytes();
        let rule = algorithms.map_or(AlgorithmRule::KeysDecideAll, |names| {
            AlgorithmRule::Listed(names.iter().filter_map(|name| Algorithm::from_name(name)).collect())
        });
        let verdict = token.py().detach(|| jose::verify_jws(token_bytes, &self.0, rule));
        let payload = token_bytes.split(|byte| *byte == b'.').nth(1).and_then(base64url::decode_to_vec);
        Ok(VerifiedJws {
            why: verdict.outcome.as_ref().err().copied().unwrap_or(Reason::Ok),
            key_id: verdict.outcome.as_ref().ok().and_then(|key| key.kid()).map(str::to_owned),
            payload: payload.filter(|_| verdict.outcome.is_ok()),
            header_json: verdict.header,
        })
    }

    fn __len__(&self) -> usize {
        self.0.keys().len()
    }

    fn __repr__(&self) -> String {
        format!("<KeySet of {} keys>", self.0.keys().len())
    }
}

/// One member of a key set; nothing of the key itself.
///
///     >>> import countersign
///     >>> countersign.KeySet({"keys": [{"kty": "RSA", "kid": "short", "n": "AQAB", "e": "AQAB"}]}).keys[0].usable
///     False
#[pyclass(module = "countersign", frozen)]
pub(crate) struct ListedKey {
    /// The key's name.
    #[pyo3(get)]
    kid: Option<String>,
    /// The key's type, as `EC`.
    #[pyo3(get)]
    kty: Option<String>,
    /// The algorithm that the key says it is for.
    #[pyo3(get)]
    alg: Option<String>,
    /// The thumbprint of RFC 7638 in base64url; None for a secret, and where the key's members give none.
    #[pyo3(get)]
    thumbprint: Option<String>,
    /// Whether signatures can be checked with it.
    #[pyo3(get)]
    usable: bool,
    why: Reason,
}

#[pymethods]
impl ListedKey {
    /// `Reason.OK`, or why the key cannot be used.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        catalogue::reason_member(py, self.why)
    }

    fn __repr__(&self) -> String {
        let kty = self.kty.as_deref().unwrap_or("without a type");
        format!("<ListedKey {kty}: {}>", self.why.name())
    }
}

/// What verifying a token came to.
///
///     >>> import countersign
///     >>> keys = countersign.KeySet('{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"EQrSVyuzxV6h9Ck6Cqt8OULEmOvSKF7XyicuZ8_IvBY"}]}')
///     >>> verdict = keys.verify_jws("eyJhbGciOiJFZERTQSIsImtpZCI6ImEifQ.e30." + "A" * 86)
///     >>> verdict.valid, verdict.reason.value, verdict.payload
///     (False, 'signature_invalid', None)
#[pyclass(module = "countersign", frozen)]
pub(crate) struct VerifiedJws {
    why: Reason,
    /// The `kid` of the key whose signature held.
    #[pyo3(get)]
    key_id: Option<String>,
    payload: Option<Vec<u8>>,
    /// The header's JSON as it was signed, white space outside strings removed; None if it cannot be read.
    #[pyo3(get)]
    header_json: Option<String>,
}

#[pymethods]
impl VerifiedJws {
    /// Whether a signature held.
    #[getter]
    fn valid(&self) -> bool {
        self.why == Reason::Ok
    }

    /// `Reason.OK`, or why none held.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        catalogue::reason_member(py, self.why)
    }

    /// The payload's bytes; None unless the signature held.
    #[getter]
    fn payload<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.payload.as_deref().map(|payload| PyBytes::new(py, payload))
    }

    #[expect(clippy::unused_self, reason = "a method of Python's")]
    fn __bool__(&self) -> PyResult<bool> {
        Err(pyo3::exceptions::PyTypeError::new_err("a VerifiedJws has no truth value: ask `valid`"))
    }

    fn __repr__(&self) -> String {
        format!("<VerifiedJws {}>", self.why.name())
    }
}

/// A token read without any check of who made it. Its repr holds nothing of it.
///
///     >>> import countersign
///     >>> token = countersign.decode_unverified("eyJhbGciOiJFZERTQSIsImtpZCI6ImEifQ.e30.AA")
///     >>> token.header, token.claims, token.claims_json
///     ({'alg': 'EdDSA', 'kid': 'a'}, {}, '{}')
#[pyclass(module = "countersign", frozen)]
pub(crate) struct UnverifiedToken(jose::DecodedToken);

#[pymethods]
impl UnverifiedToken {
    /// The header as a dict; None if it cannot be read.
    #[getter]
    fn header<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        parsed(py, self.0.header.as_deref())
    }

    /// The claims as a dict; None if the payload is no object.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        parsed(py, self.0.claims.as_deref())
    }

    /// The text of the header, white space outside strings removed.
    #[getter]
    fn header_json(&self) -> Option<&str> {
        self.0.header.as_deref()
    }

    /// The text of the claims in the same form.
    #[getter]
    fn claims_json(&self) -> Option<&str> {
        self.0.claims.as_deref()
    }

    /// `Reason.OK` if all three parts could be read.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        catalogue::reason_member(py, self.0.reason)
    }

    fn __repr__(&self) -> String {
        format!("<UnverifiedToken {}>", self.0.reason.name())
    }
}

fn parsed<'py>(py: Python<'py>, text: Option<&str>) -> PyResult<Option<Bound<'py, PyDict>>> {
    let Some(document) = text.and_then(|text| Document::parse(text.as_bytes(), Duplicates::Mark).ok()) else {
        return Ok(None);
    };
    claims::dict(py, document.root()).map(Some)
}

/// Reads a compact token; verifies nothing, and looks at no member of the header.
///
///     >>> import countersign
///     >>> countersign.decode_unverified("eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbGljZSJ9.AA").claims
///     {'sub': 'alice'}
///     >>> countersign.decode_unverified("a.b").reason
///     <Reason.JWT_MALFORMED: 'jwt_malformed'>
#[pyfunction]
#[pyo3(signature = (token, /))]
pub(crate) fn decode_unverified(token: &Bound<'_, PyAny>) -> PyResult<UnverifiedToken> {
    Ok(UnverifiedToken(jose::decode_unverified(Held::target(token)?.as_bytes())))
}
