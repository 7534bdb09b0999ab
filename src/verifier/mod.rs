//! The Verifier: a policy with its live keys, asked once per request.

mod api_key;
mod ladder;
mod need;
mod password;
mod recall;
mod rights;
mod slow_hash;
mod sources;
#[cfg(feature = "bench-internals")]
pub mod stages;

use std::sync::Arc;

use crate::claims::Scopes;
use crate::metrics;
use crate::policy::{Code, Compiled, Issuer, Policy, Report, Route};
use crate::reason::Reason;
use crate::request::Request;
use crate::respond::{Asked, write_response};
use crate::result::Decision;
use crate::store::KeyStore;
pub use slow_hash::{HashAnswer, SlowHash};

/// What a host asks. Shared by threads; checks never block one another.
///
/// ```
/// use countersign::{Decision, FieldLine, Policy, Reason, Request, Verifier, time::Wall};
///
/// let policy = br#"{
///     "realm": "api.example.com",
///     "bearer": { "issuers": [{
///         "issuer": "https://login.example.com",
///         "audience": "api://billing",
///         "jwks_uri": "https://login.example.com/.well-known/jwks.json"
///     }] }
/// }"#;
/// let (policy, _warnings) = Policy::load(policy, &[])?;
/// let verifier = Verifier::new(policy);
///
/// let mut decision = Decision::new(); // one a thread, reused
/// let now = Wall::from_nanos(1_700_000_000_000_000_000);
/// verifier.check(&Request::new("GET", "/v1/reports", &[], now), &mut decision);
/// assert_eq!(decision.reason(), Reason::CredentialsMissing);
/// assert_eq!(decision.http_status(), 401);
/// assert_eq!(
///     decision.fields().next(),
///     Some(("WWW-Authenticate", r#"Bearer realm="api.example.com""#)),
/// );
/// # Ok::<(), countersign::Report>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verifier {
    policy: Policy,
    store: Arc<KeyStore>,
}

/// What the ladder found on its way that the answer needs, beside the reason.
#[derive(Default)]
struct Trace<'v> {
    /// The issuer that the token names, and its place in the policy.
    issuer: Option<(usize, &'v Issuer)>,
    /// Which of the issuer's sets judged it; 0 for none.
    generation: u64,
    /// Whether the token names a key.
    names_key: bool,
}

impl Verifier {
    /// A verifier with key sources of its own, for policies whose keys stand in them or come by
    /// [`KeyStore::set_keys`]: it has no entropy, so the fetches of several processes would fall together.
    pub fn new(policy: Policy) -> Self {
        let store = Arc::new(policy.key_store(&[]));
        Verifier { policy, store }
    }

    /// A verifier over a store that [`Policy::key_store`] of the same policy made; `None` if another's did,
    /// one loaded from the same text among them: after a reload the sets move by [`KeyStore::export`].
    pub fn with_store(policy: Policy, store: Arc<KeyStore>) -> Option<Self> {
        store.is_of(&policy.compiled().identity).then_some(Verifier { policy, store })
    }

    /// Puts these API keys in place of the present ones: a JSON list of key objects as in the policy's
    /// `api_key.keys`, or one object a line. Checks under way finish with the old ones; no thread waits.
    ///
    /// The report holds warnings alone.
    ///
    /// # Errors
    /// What is wrong with the keys, or that the policy has no section `api_key`; the present ones then stay.
    pub fn set_api_keys(&self, keys: &[u8]) -> Result<Report, Report> {
        if self.policy.compiled().api_key.is_none() {
            return Err(Report::of_error(Code::MemberMissing, "the policy has no section `api_key`".into()));
        }
        let (keys, report) = Policy::read_api_keys(keys)?;
        self.store.api_keys.replace(keys);
        Ok(report)
    }

    /// The live keys and revoked ids.
    pub fn store(&self) -> &KeyStore {
        &self.store
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Judges one request. What `decision` held before is gone; it denies until this call has allowed.
    ///
    /// Takes no lock and, once `decision` is warm, allocates nothing itself.
    pub fn check(&self, request: &Request<'_>, decision: &mut Decision) {
        self.check_with(request, None, decision);
    }

    /// The same, knowing what came of a slow hash.
    fn check_with(&self, request: &Request<'_>, answer: Option<&HashAnswer>, decision: &mut Decision) {
        decision.reset();
        let policy = self.policy.compiled();
        let mut trace = Trace::default();
        let settings = settings(policy, request, answer);
        let outcome = match &settings {
            Some(settings) => ladder::climb(self, settings, request, decision, &mut trace),
            None => Err(Reason::InternalError),
        };
        // A host that asks for what cannot be is answered as the unnamed route answers.
        let Some(route) = settings.map(|settings| settings.route).or(policy.routes.first()) else { return };
        let scopes = settings.map_or("", |settings| settings.scopes.as_str());
        let reason = outcome.unwrap_or_else(|denial| denial);
        let retry_after = need::ask(&self.store, &trace, reason, request.monotonic, decision);
        write_response(&Asked { policy, route, scopes, retry_after }, reason, decision);
        metrics::count(request.counters, reason);
        // The last step, and the only one that can allow: whatever fails before it leaves a denial.
        decision.facts.reason = reason;
    }
}

/// What a request is judged by, beside the policy.
#[derive(Clone, Copy)]
struct Settings<'a> {
    route: &'a Route,
    scopes: Scopes<'a>,
    answer: Option<&'a HashAnswer>,
}

/// The settings of this request; `None` if the host asks for what cannot be.
fn settings<'a>(policy: &'a Compiled, request: &Request<'a>, answer: Option<&'a HashAnswer>) -> Option<Settings<'a>> {
    let route = policy.select_route(request.profile)?;
    let scopes = match request.scopes {
        Some(scopes) => Scopes::parse(scopes)?,
        None => route.scopes.scopes(),
    };
    request.now.is_set().then_some(Settings { route, scopes, answer })
}
