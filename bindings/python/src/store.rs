//! Live keys and revoked tokens, and the tickets by which a host fetches keys.

use std::sync::Arc;

use countersign::KeysRefused;
use countersign::time::Wall;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::policy::text_or_bytes;
use crate::{clock, errors};

/// The live keys of a policy's issuers, and what is revoked. Made by `Policy.key_store`; one per process, shared by
/// its threads. Fetches nothing: `KeyRefresher` and `AsyncKeyRefresher` do, by the tickets of `next_fetch`.
///
/// Wherever a call takes `now` (seconds since 1970) or `monotonic_ns` (of `time.monotonic_ns`) and they are not
/// given, the system's clocks are read.
///
///     >>> import countersign
///     >>> issuer = {"issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys"}
///     >>> policy = countersign.Policy({"realm": "api", "bearer": {"issuers": [{**issuer, "keys": {"prefetch": True}}]}})
///     >>> store = policy.key_store()
///     >>> fetch = store.next_fetch()
///     >>> fetch.url
///     'https://login.example.com/keys'
///     >>> jwks = '{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"EQrSVyuzxV6h9Ck6Cqt8OULEmOvSKF7XyicuZ8_IvBY"}]}'
///     >>> store.fetch_done(fetch.ticket, countersign.Outcome.body(jwks, max_age=600))
///     'loaded'
///     >>> store.revoke(ids=["4711"])
#[pyclass(module = "countersign", frozen)]
pub(crate) struct KeyStore(pub(crate) Arc<countersign::KeyStore>);

impl KeyStore {
    pub(crate) fn new(store: countersign::KeyStore) -> Self {
        KeyStore(Arc::new(store))
    }
}

/// Subjects with the moments before which their tokens are revoked.
fn subjects(given: &Bound<'_, PyAny>) -> PyResult<Vec<(String, Wall)>> {
    let pairs = if given.hasattr("items")? { given.call_method0("items")? } else { given.clone() };
    let read = |pair: Bound<'_, PyAny>| {
        let (subject, before) = pair.extract::<(String, Bound<'_, PyAny>)>()?;
        Ok((subject, clock::seconds(&before)?))
    };
    pairs.try_iter()?.map(|pair| read(pair?)).collect()
}

fn refused(py: Python<'_>, fault: &KeysRefused) -> PyErr {
    let kind = match fault {
        KeysRefused::IssuerUnknown => "issuer_unknown",
        KeysRefused::Older => "older",
        KeysRefused::NoUsableKey => "no_usable_key",
        KeysRefused::Metadata(_) => "metadata",
        _ => "set",
    };
    errors::keys_refused(py, &fault.to_string(), kind)
}

#[pymethods]
impl KeyStore {
    /// When to call `next_fetch`, on `time.monotonic_ns`; None while there is nothing to do. A check may bring the
    /// moment forward.
    #[getter]
    fn due_at_ns(&self) -> Option<u64> {
        Some(self.0.due_at()).filter(|due| *due != u64::MAX)
    }

    /// The next thing to fetch; None if there is nothing. At most one ticket a source is open at a time.
    #[pyo3(signature = (*, now=None, monotonic_ns=None))]
    fn next_fetch(&self, now: Option<&Bound<'_, PyAny>>, monotonic_ns: Option<u64>) -> PyResult<Option<Fetch>> {
        let fetch = self.0.next_fetch(clock::both(now, monotonic_ns)?);
        Ok(fetch.map(|fetch| Fetch {
            ticket: fetch.ticket,
            kind: fetch.kind.word(),
            reason: fetch.reason.word(),
            issuer: fetch.issuer,
            url: fetch.url,
            etag: fetch.etag,
            deadline_ns: fetch.deadline,
            max_bytes: fetch.max_bytes,
        }))
    }

    /// Closes a ticket with what came of it. Gives the word for what became of it: "loaded", "renewed", "located",
    /// "noted", "again", "late" or "ignored".
    ///
    /// Raises `KeysRefused` for a body that is of no use: a failed attempt, and the last good set stays.
    #[pyo3(signature = (ticket, outcome, *, now=None, monotonic_ns=None))]
    fn fetch_done(
        &self,
        py: Python<'_>,
        ticket: u64,
        outcome: &Outcome,
        now: Option<&Bound<'_, PyAny>>,
        monotonic_ns: Option<u64>,
    ) -> PyResult<&'static str> {
        let now = clock::both(now, monotonic_ns)?;
        let done = py.detach(|| self.0.fetch_done(ticket, outcome.0.core(), now));
        done.map(|done| done.word()).map_err(|fault| refused(py, &fault))
    }

    /// Puts a JWK Set (JSON as str or bytes), fetched just now, in place of the issuer's present one.
    ///
    /// With `fetched_at` (seconds since 1970) its age counts, as for a file or a copy of another process.
    /// Raises `KeysRefused`; the present set then stays.
    #[pyo3(signature = (issuer, jwks, *, fetched_at=None, now=None, monotonic_ns=None))]
    fn set_keys(
        &self,
        py: Python<'_>,
        issuer: &str,
        jwks: &Bound<'_, PyAny>,
        fetched_at: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
        monotonic_ns: Option<u64>,
    ) -> PyResult<()> {
        let text = text_or_bytes(jwks)?;
        let times = match fetched_at {
            Some(at) => Some((clock::seconds(at)?, clock::both(now, monotonic_ns)?)),
            None => None,
        };
        let pushed = py.detach(|| match times {
            Some((at, now)) => self.0.set_keys_fetched(issuer, &text, at, now),
            None => self.0.set_keys(issuer, &text),
        });
        pushed.map(drop).map_err(|fault| refused(py, &fault))
    }

    /// The set of this issuer that was loaded last, for a file or the next process; None if there is none but what
    /// stands in the policy.
    fn export(&self, issuer: &str) -> Option<Exported> {
        self.0.export(issuer).map(Exported)
    }

    /// Takes what `export` of another store gave. Raises `KeysRefused` as `set_keys` does.
    #[pyo3(signature = (issuer, exported, *, now=None, monotonic_ns=None))]
    fn import_keys(
        &self,
        py: Python<'_>,
        issuer: &str,
        exported: &Exported,
        now: Option<&Bound<'_, PyAny>>,
        monotonic_ns: Option<u64>,
    ) -> PyResult<()> {
        let now = clock::both(now, monotonic_ns)?;
        let taken = py.detach(|| self.0.import(issuer, &exported.0, now));
        taken.map(drop).map_err(|fault| refused(py, &fault))
    }

    /// How many sets this issuer has had so far; None for an issuer that the policy does not have.
    fn generation(&self, issuer: &str) -> Option<u64> {
        self.0.generation(issuer)
    }

    /// Whether a fetch for this issuer is under way.
    fn is_fetching(&self, issuer: &str) -> bool {
        self.0.is_fetching(issuer)
    }

    /// The issuers, in the order of the policy.
    #[getter]
    fn issuers(&self) -> Vec<&str> {
        self.0.issuers().collect()
    }

    /// Every source with its keys, age, last failure, next due and counters, as a dict; no key, token or secret.
    #[pyo3(signature = (*, now=None, monotonic_ns=None))]
    fn status<'py>(
        &self,
        py: Python<'py>,
        now: Option<&Bound<'_, PyAny>>,
        monotonic_ns: Option<u64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut text = Vec::new();
        self.0.write_status(clock::both(now, monotonic_ns)?, &mut text);
        py.import("json")?.call_method1("loads", (PyBytes::new(py, &text),))
    }

    /// Revokes token ids (`jti`), session ids (`sid`), and the tokens of subjects (a mapping, or pairs) that were
    /// issued before a moment in seconds since 1970, on top of what is revoked.
    #[pyo3(signature = (*, ids=None, sessions=None, subjects=None))]
    fn revoke(
        &self,
        ids: Option<Vec<String>>,
        sessions: Option<Vec<String>>,
        subjects: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let named = subjects.map(self::subjects).transpose()?;
        self.0.revoke_ids(ids.into_iter().flatten());
        self.0.revoke_sessions(sessions.into_iter().flatten());
        for (subject, before) in named.into_iter().flatten() {
            self.0.revoke_subject_before(subject, before);
        }
        Ok(())
    }

    /// As `revoke`, in place of each list that is given.
    #[pyo3(signature = (*, ids=None, sessions=None, subjects=None))]
    fn set_revoked(
        &self,
        ids: Option<Vec<String>>,
        sessions: Option<Vec<String>>,
        subjects: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let named = subjects.map(self::subjects).transpose()?;
        if let Some(ids) = ids {
            self.0.set_revoked(ids);
        }
        if let Some(sessions) = sessions {
            self.0.set_revoked_sessions(sessions);
        }
        if let Some(subjects) = named {
            self.0.set_revoked_subjects(subjects);
        }
        Ok(())
    }

    fn __repr__(&self) -> String {
        format!("<{:?}>", self.0)
    }
}

/// One request for the host to make: GET over https, without cookies and credentials, following redirects to the same
/// origin alone, reading no more than `max_bytes`. `If-None-Match` carries the `etag`.
///
///     >>> import countersign
///     >>> issuer = {"issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys"}
///     >>> policy = countersign.Policy({"realm": "api", "bearer": {"issuers": [{**issuer, "keys": {"prefetch": True}}]}})
///     >>> store = policy.key_store()
///     >>> fetch = store.next_fetch()
///     >>> fetch.kind, fetch.reason, fetch.etag, fetch.max_bytes
///     ('key_set', 'prefetch', None, 524288)
#[pyclass(module = "countersign", frozen, get_all)]
pub(crate) struct Fetch {
    /// The number for `fetch_done`.
    ticket: u64,
    /// `metadata` or `key_set`.
    kind: &'static str,
    /// Why, as in `first_use`.
    reason: &'static str,
    /// The issuer as the policy names it.
    issuer: String,
    /// Where.
    url: String,
    /// The entity tag of the set that is there, quotes and all.
    etag: Option<String>,
    /// On `time.monotonic_ns`; an answer that comes later counts as a failure.
    deadline_ns: u64,
    /// A longer body is a failure.
    max_bytes: usize,
}

#[pymethods]
impl Fetch {
    fn __repr__(&self) -> String {
        format!("<Fetch {} {} of {}>", self.ticket, self.kind, self.issuer)
    }
}

/// What came of a fetch.
///
///     >>> import countersign
///     >>> issuer = {"issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys"}
///     >>> policy = countersign.Policy({"realm": "api", "bearer": {"issuers": [{**issuer, "keys": {"prefetch": True}}]}})
///     >>> store = policy.key_store()
///     >>> store.fetch_done(store.next_fetch().ticket, countersign.Outcome.failed("HTTP 500"))
///     'noted'
///     >>> store.status()["sources"][0]["last_failure"]["text"]
///     'HTTP 500'
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Outcome(Came);

enum Came {
    Body { bytes: Vec<u8>, etag: Option<String>, max_age: Option<u64> },
    NotModified { max_age: Option<u64> },
    Failed(String),
    Abandoned,
}

impl Came {
    fn core(&self) -> countersign::Outcome<'_> {
        match self {
            Came::Body { bytes, etag, max_age } => {
                countersign::Outcome::Body { bytes, etag: etag.as_deref(), max_age: *max_age }
            }
            Came::NotModified { max_age } => countersign::Outcome::NotModified { max_age: *max_age },
            Came::Failed(text) => countersign::Outcome::Failed(text),
            Came::Abandoned => countersign::Outcome::Abandoned,
        }
    }
}

#[pymethods]
impl Outcome {
    /// 200 with this body (JSON as str or bytes). `max_age` is what `cache_control_max_age` gives.
    #[staticmethod]
    #[pyo3(signature = (body, *, etag=None, max_age=None))]
    fn body(body: &Bound<'_, PyAny>, etag: Option<String>, max_age: Option<u64>) -> PyResult<Self> {
        Ok(Outcome(Came::Body { bytes: text_or_bytes(body)?, etag, max_age }))
    }

    /// 304: the set is the one that was there.
    #[staticmethod]
    #[pyo3(signature = (*, max_age=None))]
    fn not_modified(max_age: Option<u64>) -> Self {
        Outcome(Came::NotModified { max_age })
    }

    /// Anything else, with a word for the operator, which appears in the status.
    #[staticmethod]
    fn failed(text: String) -> Self {
        Outcome(Came::Failed(text))
    }

    /// The host could not go on: nothing is known of the issuer.
    #[staticmethod]
    fn abandoned() -> Self {
        Outcome(Came::Abandoned)
    }

    fn __repr__(&self) -> &'static str {
        match self.0 {
            Came::Body { .. } => "<Outcome body>",
            Came::NotModified { .. } => "<Outcome not_modified>",
            Came::Failed(_) => "<Outcome failed>",
            Came::Abandoned => "<Outcome abandoned>",
        }
    }
}

/// A set as a store has it.
///
///     >>> import countersign
///     >>> issuer = {"issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys"}
///     >>> policy = countersign.Policy({"realm": "api", "bearer": {"issuers": [{**issuer, "keys": {"prefetch": True}}]}})
///     >>> store = policy.key_store()
///     >>> jwks = '{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"EQrSVyuzxV6h9Ck6Cqt8OULEmOvSKF7XyicuZ8_IvBY"}]}'
///     >>> store.set_keys("https://login.example.com", jwks)
///     >>> exported = store.export("https://login.example.com")
///     >>> exported.text.decode() == jwks
///     True
///     >>> policy.key_store().import_keys("https://login.example.com", exported)
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Exported(countersign::Exported);

#[pymethods]
impl Exported {
    /// The JWK Set, byte for byte as it came.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.text)
    }

    /// The entity tag of its response.
    #[getter]
    fn etag(&self) -> Option<&str> {
        self.0.etag.as_deref()
    }
}
