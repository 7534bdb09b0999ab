//! The verifier: what a Python host asks.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use countersign::time::Now;
use countersign::{FieldLine, Need, metrics};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyTuple;
use smallvec::SmallVec;

use crate::decision::{Decision, HashAnswer, SlowHash};
use crate::pace::Pace;
use crate::policy::{Policy, text_or_bytes};
use crate::pool::Pooled;
use crate::request::{Asked, Held, Lines, lines, scopes};
use crate::store::KeyStore;
use crate::{clock, errors};

/// A policy with its live keys, asked once per request. Shared by threads; checks never block one another.
///
/// `store` is one that `policy.key_store()` made; a new one if it is not given. `clock` gives the seconds since 1970
/// wherever a call does not; the system's clock if it is not given.
///
/// Raises `ValueError` for a store of another policy.
///
///     >>> import countersign, hashlib
///     >>> keys = [{"id": "billing", "sha256": hashlib.sha256(b"a-long-and-secret-key").hexdigest()}]
///     >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": keys}}))
///     >>> verifier.check({"X-API-Key": "a-long-and-secret-key"}, url="/v1/reports").subject
///     'billing'
///     >>> verifier.check([("X-API-Key", "another")]).reason
///     <Reason.API_KEY_UNKNOWN: 'api_key_unknown'>
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Verifier {
    inner: countersign::Verifier,
    policy: Py<Policy>,
    store: Py<KeyStore>,
    wanted: Vec<String>,
    clock: Option<Py<PyAny>>,
    pace: Pace,
    counters: Box<[AtomicU64]>,
}

/// What is to happen with the slow hash of a password.
#[derive(Clone, Copy)]
enum Hash<'a> {
    Leave,
    Run,
    Answered(&'a countersign::HashAnswer),
}

#[pymethods]
impl Verifier {
    #[new]
    #[pyo3(signature = (policy, /, *, store=None, clock=None))]
    fn new(
        py: Python<'_>,
        policy: Bound<'_, Policy>,
        store: Option<Bound<'_, KeyStore>>,
        clock: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let store = match store {
            Some(store) => store,
            None => Bound::new(py, policy.get().key_store(py, None)?)?,
        };
        let core = policy.get().inner.clone();
        let wanted = core.wanted_fields().collect();
        let inner = countersign::Verifier::with_store(core, Arc::clone(&store.get().0))
            .ok_or_else(|| PyValueError::new_err("the store was made by another policy"))?;
        Ok(Verifier {
            inner,
            policy: policy.unbind(),
            store: store.unbind(),
            wanted,
            clock,
            pace: Pace::default(),
            counters: metrics::counters(),
        })
    }

    /// Judges one request, and never waits: a password that needs a slow hash is `check_pending`, with a `need`.
    ///
    /// `headers` is a mapping, or an iterable of pairs, of str or bytes: every line of the policy's `wanted_fields`,
    /// unmerged and in order; others are passed over. `url` is the path with the query, or an absolute URI. `scopes`
    /// (a str, or an iterable) stand in place of the policy's; empty asks for none. `client_cert_sha256` is the
    /// thumbprint of RFC 8705 from the TLS layer. `now` is in seconds since 1970; with it, the monotonic clock is
    /// used only if `monotonic_ns` is given too.
    #[pyo3(signature = (headers, *, method=None, url=None, profile=None, scopes=None, client_cert_sha256=None, now=None, monotonic_ns=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only in Python")]
    fn check(
        &self,
        py: Python<'_>,
        headers: &Bound<'_, PyAny>,
        method: Option<&Bound<'_, PyAny>>,
        url: Option<&Bound<'_, PyAny>>,
        profile: Option<PyBackedStr>,
        scopes: Option<&Bound<'_, PyAny>>,
        client_cert_sha256: Option<PyBackedStr>,
        now: Option<&Bound<'_, PyAny>>,
        monotonic_ns: Option<u64>,
    ) -> PyResult<Decision> {
        let asked = self.asked(py, method, url, profile, scopes, client_cert_sha256, now, monotonic_ns)?;
        Ok(self.decide(py, &lines(headers, &self.wanted)?, &asked, Hash::Leave))
    }

    /// As `check`, for hosts that may block: a slow hash is run at once, on this thread and without the
    /// interpreter's lock.
    #[pyo3(signature = (headers, *, method=None, url=None, profile=None, scopes=None, client_cert_sha256=None, now=None, monotonic_ns=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only in Python")]
    fn check_blocking(
        &self,
        py: Python<'_>,
        headers: &Bound<'_, PyAny>,
        method: Option<&Bound<'_, PyAny>>,
        url: Option<&Bound<'_, PyAny>>,
        profile: Option<PyBackedStr>,
        scopes: Option<&Bound<'_, PyAny>>,
        client_cert_sha256: Option<PyBackedStr>,
        now: Option<&Bound<'_, PyAny>>,
        monotonic_ns: Option<u64>,
    ) -> PyResult<Decision> {
        let asked = self.asked(py, method, url, profile, scopes, client_cert_sha256, now, monotonic_ns)?;
        Ok(self.decide(py, &lines(headers, &self.wanted)?, &asked, Hash::Run))
    }

    /// Takes the work that a decision of this verifier asks for by a need of kind `slow_hash`; None if it asks for
    /// none, or it was taken.
    #[expect(clippy::unused_self, reason = "as in the core, where the verifier lends its policy")]
    fn slow_hash(&self, decision: &Decision) -> Option<SlowHash> {
        decision.take_work().map(SlowHash)
    }

    /// Checks a request again with what came of its `SlowHash`; everything else is judged anew.
    #[pyo3(signature = (headers, answer, *, method=None, url=None, profile=None, scopes=None, client_cert_sha256=None, now=None, monotonic_ns=None))]
    #[expect(clippy::too_many_arguments, reason = "keyword-only in Python")]
    fn resume(
        &self,
        py: Python<'_>,
        headers: &Bound<'_, PyAny>,
        answer: &HashAnswer,
        method: Option<&Bound<'_, PyAny>>,
        url: Option<&Bound<'_, PyAny>>,
        profile: Option<PyBackedStr>,
        scopes: Option<&Bound<'_, PyAny>>,
        client_cert_sha256: Option<PyBackedStr>,
        now: Option<&Bound<'_, PyAny>>,
        monotonic_ns: Option<u64>,
    ) -> PyResult<Decision> {
        let asked = self.asked(py, method, url, profile, scopes, client_cert_sha256, now, monotonic_ns)?;
        Ok(self.decide(py, &lines(headers, &self.wanted)?, &asked, Hash::Answered(&answer.0)))
    }

    /// The decisions of this verifier by reason and the ages and fetches of its keys, in Prometheus' text format.
    ///
    ///     >>> import countersign
    ///     >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": []}}))
    ///     >>> _ = verifier.check({})
    ///     >>> 'countersign_decisions_total{reason="credentials_missing",status="401"} 1' in verifier.metrics()
    ///     True
    #[pyo3(signature = (*, now=None, monotonic_ns=None))]
    fn metrics(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>, monotonic_ns: Option<u64>) -> PyResult<String> {
        let now = Now::new(self.now(py, now)?, monotonic_ns.unwrap_or_else(clock::monotonic));
        let mut text = Vec::new();
        metrics::write_prometheus(&self.counters, &mut text);
        self.store.get().0.write_prometheus(now, &mut text);
        String::from_utf8(text).map_err(|_| PyValueError::new_err("a name of the policy is not UTF-8"))
    }

    /// Judges the value of one Authorization field line, by the unnamed profile and the policy's scopes: the shortest
    /// way. None stands for a request without the field.
    #[pyo3(signature = (value, /))]
    fn check_bearer(&self, py: Python<'_>, value: Option<&Bound<'_, PyAny>>) -> PyResult<Decision> {
        let asked = Asked {
            method: None,
            target: None,
            profile: None,
            scopes: None,
            client_cert_sha256: None,
            now: self.now(py, None)?,
            monotonic: Some(clock::monotonic()),
        };
        let mut lines = Lines::new();
        if let Some(value) = value {
            // The core names it first, always.
            lines.push((0, Held::field_value(value)?));
        }
        Ok(self.decide(py, &lines, &asked, Hash::Leave))
    }

    /// Puts these API keys in place of the present ones: a JSON list of key objects as in the policy's
    /// `api_key.keys`, or one object a line. Gives the warnings. Raises `PolicyError`; the present ones then stay.
    fn set_api_keys<'py>(&self, py: Python<'py>, keys: &Bound<'_, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        let keys = text_or_bytes(keys)?;
        match py.detach(|| self.inner.set_api_keys(&keys)) {
            Ok(report) => errors::entries(py, &report),
            Err(report) => Err(errors::policy_error(py, &report)),
        }
    }

    /// The live keys and revoked ids.
    #[getter]
    fn store(&self, py: Python<'_>) -> Py<KeyStore> {
        self.store.clone_ref(py)
    }

    /// The policy.
    #[getter]
    fn policy(&self, py: Python<'_>) -> Py<Policy> {
        self.policy.clone_ref(py)
    }

    fn __repr__(&self) -> String {
        format!("<Verifier with {:?}>", self.inner.store())
    }
}

impl Verifier {
    #[expect(clippy::too_many_arguments, reason = "what a check takes")]
    fn asked(
        &self,
        py: Python<'_>,
        method: Option<&Bound<'_, PyAny>>,
        url: Option<&Bound<'_, PyAny>>,
        profile: Option<PyBackedStr>,
        asked_scopes: Option<&Bound<'_, PyAny>>,
        client_cert_sha256: Option<PyBackedStr>,
        now: Option<&Bound<'_, PyAny>>,
        monotonic_ns: Option<u64>,
    ) -> PyResult<Asked> {
        Ok(Asked {
            method: method.map(Held::target).transpose()?,
            target: url.map(Held::target).transpose()?,
            profile,
            scopes: asked_scopes.map(scopes).transpose()?,
            client_cert_sha256,
            now: self.now(py, now)?,
            monotonic: monotonic_ns.or_else(|| now.is_none().then(clock::monotonic)),
        })
    }

    fn now(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<countersign::time::Wall> {
        match (now, &self.clock) {
            (Some(now), _) => clock::seconds(now),
            (None, Some(host)) => clock::seconds(&host.bind(py).call0()?),
            (None, None) => Ok(clock::wall()),
        }
    }

    fn decide(&self, py: Python<'_>, lines: &Lines, asked: &Asked, hash: Hash<'_>) -> Decision {
        let mut pooled = Pooled::take();
        let mut work = None;
        if let Some(decision) = pooled.get_mut() {
            let mut judge = || {
                let name = |place: &usize| self.wanted.get(*place).map_or(&b""[..], |name| name.as_bytes());
                let views: SmallVec<[FieldLine<'_>; 4]> = lines
                    .iter()
                    .map(|(place, value)| FieldLine { name: name(place), value: value.as_bytes() })
                    .collect();
                let request = asked.request(&views);
                self.pace.time(|| match hash {
                    Hash::Answered(answer) => self.inner.resume(&request, answer, decision),
                    Hash::Leave | Hash::Run => self.inner.check(&request, decision),
                });
                if decision.need() == Some(Need::SlowHash) {
                    work = self.inner.slow_hash(decision);
                }
            };
            if self.pace.is_long() {
                py.detach(judge);
            } else {
                judge();
            }
            if matches!(hash, Hash::Run)
                && let Some(work) = work.take()
            {
                // The first half of a check that goes on at once is no decision of its own.
                let answer = py.detach(|| work.run());
                return self.decide(py, lines, asked, Hash::Answered(&answer));
            }
            if let Some(decision) = pooled.get_mut() {
                metrics::count(&self.counters, decision.reason());
            }
        }
        Decision::new(pooled, work)
    }
}
