//! The client's side: what a response asks for, and what to do next. Everything is the core's `client`.

use countersign::client::{self, HeardChallenge, State, StepKind, StepReason, Tolerance};
use countersign::{FieldLine, SchemeName};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use smallvec::SmallVec;

use crate::catalogue;
use crate::challenge::{Challenge, held_lines};
use crate::clock;
use crate::request::{Held, lines};

/// What was sent with a request.
///
/// `scheme` is that of the credential (a `Scheme`, or its name), None if there was none; `expires` when its token ends
/// in seconds since 1970, if that is known; `superseded` whether the client has a newer token by now; `url` where it
/// was sent. Raises `ValueError` for a scheme that the core does not know.
///
///     >>> import countersign
///     >>> countersign.Sent(scheme="Bearer", expires=1_700_000_600)
///     Sent(scheme='Bearer', expires=1700000600, superseded=False)
#[pyclass(module = "countersign", frozen)]
#[derive(Default)]
pub(crate) struct Sent {
    scheme: Option<SchemeName>,
    expires: Option<i64>,
    superseded: bool,
    url: Option<String>,
}

#[pymethods]
impl Sent {
    #[new]
    #[pyo3(signature = (*, scheme=None, expires=None, superseded=false, url=None))]
    fn new(scheme: Option<PyBackedStr>, expires: Option<i64>, superseded: bool, url: Option<String>) -> PyResult<Self> {
        Ok(Sent { scheme: scheme.as_deref().map(known_scheme).transpose()?, expires, superseded, url })
    }

    fn __repr__(&self) -> String {
        let scheme = self.scheme.map_or_else(|| "None".to_owned(), |scheme| format!("'{}'", scheme.as_str()));
        let expires = self.expires.map_or_else(|| "None".to_owned(), |end| end.to_string());
        let superseded = if self.superseded { "True" } else { "False" };
        format!("Sent(scheme={scheme}, expires={expires}, superseded={superseded})")
    }
}

/// What a client can do.
///
/// `refresh`: there is a refresh token. `interactive`: a person can be asked to log in or to consent. `schemes`: those
/// that the client has credentials for, or could get them (`Scheme` members, or their names). `replay`: the request can
/// be sent again, its body is there once more. `idempotent`: it may be carried out twice, as one by GET or PUT may.
/// `strict`: a 401 that says nothing is no ground for a refresh, unless the token is known to be past its end.
/// `downgrade`: a password may go to an origin that offered more before. Raises `ValueError` for a scheme that the core
/// does not know.
///
///     >>> import countersign
///     >>> can = countersign.Abilities(refresh=True, replay=True, schemes=["Bearer"])
#[pyclass(module = "countersign", frozen)]
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "as in the core")]
pub(crate) struct Abilities {
    refresh: bool,
    interactive: bool,
    schemes: Vec<SchemeName>,
    replay: bool,
    idempotent: bool,
    strict: bool,
    downgrade: bool,
}

#[pymethods]
impl Abilities {
    #[new]
    #[pyo3(signature = (*, refresh=false, interactive=false, schemes=None, replay=false, idempotent=false, strict=false, downgrade=false))]
    #[expect(clippy::fn_params_excessive_bools, reason = "keyword-only in Python")]
    fn new(
        refresh: bool,
        interactive: bool,
        schemes: Option<Vec<PyBackedStr>>,
        replay: bool,
        idempotent: bool,
        strict: bool,
        downgrade: bool,
    ) -> PyResult<Self> {
        let names = schemes.unwrap_or_default();
        let schemes = names.iter().map(|name| known_scheme(name)).collect::<PyResult<_>>()?;
        Ok(Abilities { refresh, interactive, schemes, replay, idempotent, strict, downgrade })
    }
}

/// What to do after a response, and what it is done with. Made by `next_step`.
///
///     >>> import countersign
///     >>> step = countersign.next_step(503, {"Retry-After": "7"}, can=countersign.Abilities(replay=True, idempotent=True))
///     >>> step.kind, step.reason, step.replay, step.seconds
///     (<StepKind.WAIT: 'wait'>, <StepReason.OUTAGE: 'outage'>, True, 7)
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Step(client::Step);

#[pymethods]
impl Step {
    /// What to do, as a member of `StepKind`.
    #[getter]
    fn kind<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        catalogue::step_kind_member(py, self.0.kind)
    }

    /// Why, as a member of `StepReason`.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        catalogue::step_reason_member(py, self.0.reason)
    }

    /// Whether the request is sent again behind the step. If not, the response is the caller's, and the step is for the
    /// next request.
    #[getter]
    fn replay(&self) -> bool {
        self.0.replay
    }

    /// What to carry to the next response to this request.
    #[getter]
    fn state(&self) -> u32 {
        self.0.state.to_bits()
    }

    /// What to begin the next request to the same origin with.
    #[getter]
    fn state_for_next_request(&self) -> u32 {
        self.0.state.for_next_request().to_bits()
    }

    /// The scheme of `StepKind.SWITCH_SCHEME`, as a member of `Scheme`.
    #[getter]
    fn scheme<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.scheme.map(|scheme| catalogue::scheme_member(py, scheme)).transpose()
    }

    /// The scopes that the deciding challenge names, to ask for beside those that one has.
    #[getter]
    fn scope(&self) -> Option<&str> {
        self.0.scope.as_deref()
    }

    /// The authentication contexts that it names, in order of preference (RFC 9470 section 3).
    #[getter]
    fn acr_values(&self) -> Option<&str> {
        self.0.acr_values.as_deref()
    }

    /// The greatest age of the login that it names, in seconds (RFC 9470 section 3).
    #[getter]
    fn max_age(&self) -> Option<u64> {
        self.0.max_age
    }

    /// Where it says that the resource's metadata are (RFC 9728 section 5.1).
    #[getter]
    fn resource_metadata(&self) -> Option<&str> {
        self.0.resource_metadata.as_deref()
    }

    /// The nonce to use from now on (RFC 9449 section 8, RFC 7616 section 3.3).
    #[getter]
    fn nonce(&self) -> Option<&str> {
        self.0.nonce.as_deref()
    }

    /// How many seconds to wait, or would have been with `StepReason.WAIT_TOO_LONG`.
    #[getter]
    fn seconds(&self) -> Option<u64> {
        self.0.seconds
    }

    /// The challenges that could be read.
    #[getter]
    fn challenges(&self) -> Vec<Challenge> {
        self.0.reading.challenges.iter().map(challenge).collect()
    }

    /// What had to be tolerated in them.
    #[getter]
    fn warnings(&self) -> Vec<ReadingWarning> {
        self.0.reading.warnings.iter().copied().map(ReadingWarning).collect()
    }

    fn __repr__(&self) -> String {
        let replay = if self.0.replay { " and send again" } else { "" };
        format!("<Step {}: {}{replay}>", self.0.kind.name(), self.0.reason.name())
    }
}

/// What was read of the challenges of a response. Made by `read_challenges`.
///
///     >>> import countersign
///     >>> reading = countersign.read_challenges('Bearer realm="api" error="invalid_token"')
///     >>> reading.challenges[0].params["error"], reading.warnings
///     ('invalid_token', [<ReadingWarning comma_missing: field line 0 at byte 19>])
#[pyclass(module = "countersign", frozen)]
pub(crate) struct Reading(client::Reading);

#[pymethods]
impl Reading {
    /// The challenges that could be read, in order.
    #[getter]
    fn challenges(&self) -> Vec<Challenge> {
        self.0.challenges.iter().map(challenge).collect()
    }

    /// What had to be tolerated or left out, in order; of a great many only the first.
    #[getter]
    fn warnings(&self) -> Vec<ReadingWarning> {
        self.0.warnings.iter().copied().map(ReadingWarning).collect()
    }

    fn __repr__(&self) -> String {
        format!("<Reading of {} challenges with {} warnings>", self.0.challenges.len(), self.0.warnings.len())
    }
}

/// Something that a server should not have sent in a challenge.
///
///     >>> import countersign
///     >>> warning, = countersign.read_challenges("Bearer realm=api; error=invalid_token").warnings
///     >>> warning.tolerance, warning.value, warning.offset
///     (<Tolerance.SEMICOLON: 'semicolon'>, 0, 16)
#[pyclass(module = "countersign", frozen)]
pub(crate) struct ReadingWarning(client::Warning);

#[pymethods]
impl ReadingWarning {
    /// What it is, as a member of `Tolerance`.
    #[getter]
    fn tolerance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        catalogue::tolerance_member(py, self.0.tolerance)
    }

    /// The field line, counted from 0.
    #[getter]
    fn value(&self) -> usize {
        self.0.value
    }

    /// Bytes from the start of that line.
    #[getter]
    fn offset(&self) -> usize {
        self.0.offset
    }

    fn __repr__(&self) -> String {
        let warning = &self.0;
        let word = warning.tolerance.name();
        format!("<ReadingWarning {word}: field line {} at byte {}>", warning.value, warning.offset)
    }
}

/// Gives the one step after a response: what a client does next with one request.
///
/// `status` is 0 if no response came at all. `headers` are the response's fields, a mapping or pairs, every line
/// unmerged: at least WWW-Authenticate, Retry-After and DPoP-Nonce. `url` is the one that answered, behind all
/// redirects. `state` is 0 for a new request, then that of the last step: it bounds every loop. `now` is in seconds
/// since 1970, the system's clock if it is not given; `seed` spreads the waits of clients that fail together, a random
/// one if it is not given. Does no I/O; raises `ValueError` for a time that is none.
///
///     >>> import countersign
///     >>> sent, can = countersign.Sent(scheme="Bearer"), countersign.Abilities(refresh=True, replay=True)
///     >>> step = countersign.next_step(401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}, sent=sent, can=can)
///     >>> step
///     <Step refresh: invalid_token and send again>
///     >>> countersign.next_step(401, {"WWW-Authenticate": "Bearer"}, sent=sent, can=can, state=step.state)
///     <Step stop: refused_again>
#[pyfunction]
#[pyo3(signature = (status, headers, *, url=None, sent=None, can=None, state=0, now=None, seed=None))]
#[expect(clippy::too_many_arguments, reason = "keyword-only in Python")]
pub(crate) fn next_step(
    py: Python<'_>,
    status: u16,
    headers: &Bound<'_, PyAny>,
    url: Option<PyBackedStr>,
    sent: Option<&Sent>,
    can: Option<&Abilities>,
    state: u32,
    now: Option<i64>,
    seed: Option<u64>,
) -> PyResult<Step> {
    let wanted = WANTED.map(str::to_owned);
    let held = lines(headers, &wanted)?;
    let name = |place: &usize| wanted.get(*place).map_or(&b""[..], |name| name.as_bytes());
    let fields: SmallVec<[FieldLine<'_>; 4]> =
        held.iter().map(|(place, value)| FieldLine { name: name(place), value: value.as_bytes() }).collect();
    let now = now.map_or_else(clock::wall_seconds, Ok)?;
    let seed = match seed {
        Some(seed) => seed,
        None => py.import("random")?.call_method1("getrandbits", (64,))?.extract()?,
    };
    let (nothing, none) = (Sent::default(), Abilities::default());
    let (sent, can) = (sent.unwrap_or(&nothing), can.unwrap_or(&none));
    let response = client::Response { status, fields: &fields, url: url.as_deref() };
    Ok(Step(client::next_step(&response, &sent.core(), &can.core(), State::from_bits(state), now, seed)))
}

/// The fields that a step is read from.
const WANTED: [&str; 3] = ["www-authenticate", "retry-after", "dpop-nonce"];

impl Sent {
    fn core(&self) -> client::Sent<'_> {
        client::Sent {
            scheme: self.scheme,
            expires: self.expires,
            is_superseded: self.superseded,
            url: self.url.as_deref(),
        }
    }
}

impl Abilities {
    fn core(&self) -> client::Abilities<'_> {
        client::Abilities {
            refresh: self.refresh,
            interactive: self.interactive,
            schemes: &self.schemes,
            replay: self.replay,
            idempotent: self.idempotent,
            strict: self.strict,
            downgrade: self.downgrade,
        }
    }
}

/// Reads `WWW-Authenticate` as servers really send it: one field line, or an iterable of them in the order received.
///
/// Never fails: what had to be tolerated or left out is a warning. It never invents a parameter out of quoted text or
/// from another challenge. `parse_challenges` is the strict one.
///
///     >>> import countersign
///     >>> [challenge.scheme for challenge in countersign.read_challenges(["Bearer realm=a b=c", "Negotiate"]).challenges]
///     ['Bearer', 'Negotiate']
#[pyfunction]
#[pyo3(signature = (values, /))]
pub(crate) fn read_challenges(values: &Bound<'_, PyAny>) -> PyResult<Reading> {
    let held = held_lines(values)?;
    let lines: Vec<&[u8]> = held.iter().map(Held::as_bytes).collect();
    Ok(Reading(client::read_challenges(&lines)))
}

/// Whether a token that lives until `expires` (seconds since 1970) is worth sending at `now`, the system's clock if it
/// is not given. 30 seconds before its end it is not any more; of a token with a short `lifetime` that is half of it.
///
///     >>> import countersign
///     >>> countersign.token_fresh(1_700_000_100, now=1_700_000_000)
///     True
///     >>> countersign.token_fresh(1_700_000_030, now=1_700_000_000)
///     False
#[pyfunction]
#[pyo3(signature = (expires, *, lifetime=None, now=None))]
pub(crate) fn token_fresh(expires: i64, lifetime: Option<i64>, now: Option<i64>) -> PyResult<bool> {
    Ok(client::token_fresh(expires, lifetime, now.map_or_else(clock::wall_seconds, Ok)?))
}

/// Whether a credential for the origin of `granted` may go to `target`: to the same scheme, host and port alone, by
/// https, or by http to loopback with `http_loopback`.
///
///     >>> import countersign
///     >>> countersign.may_send_to("https://api.example.com/v1", "https://api.example.com:443/v2")
///     True
///     >>> countersign.may_send_to("https://api.example.com", "https://cdn.example.com")
///     False
#[pyfunction]
#[pyo3(signature = (granted, target, *, http_loopback=false))]
pub(crate) fn may_send_to(granted: &str, target: &str, http_loopback: bool) -> bool {
    client::may_send_to(granted, target, http_loopback)
}

/// A row of a table of words: the name and the text.
type WordRow = (&'static str, &'static str);

/// The kinds of steps, their reasons, and the tolerances: name and text of each.
#[pyfunction]
pub(crate) fn client_words() -> (Vec<WordRow>, Vec<WordRow>, Vec<WordRow>) {
    (
        StepKind::ALL.iter().map(|kind| (kind.name(), kind.text())).collect(),
        StepReason::ALL.iter().map(|reason| (reason.name(), reason.text())).collect(),
        Tolerance::ALL.iter().map(|tolerance| (tolerance.name(), tolerance.text())).collect(),
    )
}

fn known_scheme(name: &str) -> PyResult<SchemeName> {
    SchemeName::parse(name).ok_or_else(|| PyValueError::new_err("the core does not know this scheme"))
}

fn challenge(heard: &HeardChallenge) -> Challenge {
    let params = heard.params.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes()));
    Challenge::new(heard.scheme.clone(), heard.token68.clone(), params.collect())
}
