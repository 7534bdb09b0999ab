//! A loaded policy, in the form that the ladder of checks reads.
//!
//! Every default is filled in and every name resolved: the verifier compares, it does not interpret.
//! Never allocates once loaded.

use std::sync::Arc;

use super::select::Issuers;
use crate::claims::{ClaimPath, IssuerName, Reject, Rule, ScopeList, TypRule};
use crate::http::Whitespace;
use crate::jose;
pub use crate::scheme_name::SchemeName;
use crate::secret::{ApiKeys, Users};

/// A checked policy. Cheap to copy; shared by threads.
#[derive(Clone, Debug)]
pub struct Policy(pub(super) Arc<Compiled>);

/// Over what a request may have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Anything.
    #[default]
    Any,
    /// https alone.
    Tls,
}

/// What is done about a CORS preflight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preflight {
    /// It is let through: a browser puts no credentials on it.
    #[default]
    Allow,
    /// It is a request like any other.
    Check,
}

/// How much a challenge tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Describe {
    /// The error and the reason's fixed text.
    #[default]
    Full,
    /// The error alone.
    Code,
    /// Scheme and realm alone.
    None,
}

/// The whole document.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// Tells this policy from every other one, also from one that was loaded from the same text.
    pub(crate) identity: Arc<()>,
    /// The challenges offered, in order.
    pub(crate) schemes: Vec<SchemeName>,
    pub(crate) leeway_nanos: i128,
    /// 401 or 400.
    pub(crate) malformed_status: u16,
    pub(crate) whitespace: Whitespace,
    pub(crate) transport: Transport,
    pub(crate) preflight: Preflight,
    pub(crate) cors: bool,
    /// How many verdicts are remembered; 0 for none.
    pub(crate) remembered: usize,
    pub(crate) bearer: Option<Bearer>,
    pub(crate) basic: Option<Basic>,
    pub(crate) api_key: Option<ApiKeyRule>,
    pub(crate) session: Option<Session>,
    /// Whether a cookie is the only place where a credential may stand.
    pub(crate) only_cookies: bool,
    /// The unnamed route first, then the profiles in document order.
    pub(crate) routes: Vec<Route>,
}

/// What a profile may change, resolved.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// Empty for the first.
    pub(crate) name: String,
    pub(crate) realm: String,
    pub(crate) scopes: ScopeList,
    pub(crate) optional: bool,
    pub(crate) describe: Describe,
    /// In place of every issuer's.
    pub(crate) access: Option<Vec<Rule>>,
    /// Seconds; in place of every issuer's.
    pub(crate) max_age: Option<u64>,
    pub(crate) challenge: ChallengeParams,
}

/// The configured auth-params of a Bearer or DPoP challenge; all of them can be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChallengeParams {
    pub(crate) scope: Option<String>,
    pub(crate) resource_metadata: Option<String>,
    pub(crate) acr_values: Option<String>,
    pub(crate) max_age: Option<String>,
    /// By name, in byte order; `error_uri` among them, which goes beside an error only.
    pub(crate) others: Vec<(String, String)>,
}

/// The section `bearer`.
#[derive(Debug)]
pub(crate) struct Bearer {
    pub(crate) issuers: Issuers,
    pub(crate) sources: Sources,
    pub(crate) max_token_bytes: usize,
    pub(crate) scope_claims: Vec<String>,
}

/// Where a token may stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sources {
    pub(crate) authorization: bool,
    /// Names of header fields, as configured.
    pub(crate) headers: Vec<String>,
    /// Names of query parameters, as configured.
    pub(crate) queries: Vec<String>,
    pub(crate) cookies: Vec<CookieSource>,
}

/// A cookie that a token may stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CookieSource {
    /// Its place in the list of sources.
    pub(crate) place: usize,
    /// As configured.
    pub(crate) name: String,
}

impl Sources {
    /// Whether a token stands in a cookie or nowhere.
    pub(crate) fn are_cookies(&self) -> bool {
        !self.authorization && self.headers.is_empty() && self.queries.is_empty()
    }
}

/// The section `basic`.
#[derive(Debug)]
pub(crate) struct Basic {
    pub(crate) users: Users,
    /// A secret of the document alone, the same in every process that loads it.
    pub(crate) secret: [u8; 32],
    /// Makes the names that wrong tries are counted by.
    pub(crate) attempts: jose::MacKey,
}

/// The section `api_key`.
#[derive(Debug)]
pub(crate) struct ApiKeyRule {
    /// The name of a header field, as configured.
    pub(crate) header: Option<String>,
    /// The scheme in Authorization, as configured.
    pub(crate) scheme: Option<String>,
    /// The name of a query parameter, as configured.
    pub(crate) query: Option<String>,
    pub(crate) prefix: Option<String>,
    /// Whether the last characters of a key are check digits.
    pub(crate) checksum: bool,
    pub(crate) environment: Option<String>,
    pub(crate) keys: Arc<ApiKeys>,
}

/// The section `session`: what a cookie credential needs.
#[derive(Debug)]
pub(crate) struct Session {
    /// The name of the header field that a page of another site cannot send.
    pub(crate) csrf_header: Option<String>,
    /// Origins whose requests pass, as browsers write them.
    pub(crate) origins: Vec<String>,
}

/// One of `bearer.issuers`.
#[derive(Debug)]
pub(crate) struct Issuer {
    /// The name as it stands in the document; keys and needs go by it.
    pub(crate) configured: String,
    pub(crate) name: IssuerName,
    /// `None` if the check is switched off by name.
    pub(crate) audience: Option<Vec<String>>,
    /// `None`: what the keys say, asymmetric ones alone.
    pub(crate) algorithms: Option<jose::AlgorithmSet>,
    pub(crate) keys: Option<Arc<jose::KeySet>>,
    pub(crate) jwks_uri: Option<String>,
    pub(crate) discovery: Discovery,
    pub(crate) timing: KeyTiming,
    pub(crate) typ: TypRule,
    /// Whether the checks of RFC 9068 are on; `required` then has its claims already.
    pub(crate) rfc9068: bool,
    pub(crate) required: Vec<ClaimPath>,
    pub(crate) claims: Vec<Rule>,
    pub(crate) access: Vec<Rule>,
    pub(crate) reject: Vec<Reject>,
    /// Seconds.
    pub(crate) max_age: Option<u64>,
}

/// What is allowed of metadata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Discovery {
    /// Whether they may be read over http from loopback.
    pub(crate) http_loopback: bool,
    /// Whether their `jwks_uri` may be on another host.
    pub(crate) other_host: bool,
}

/// When keys are fetched, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyTiming {
    pub(crate) ttl: u32,
    pub(crate) cooldown: u32,
    pub(crate) stale: u32,
    pub(crate) prefetch: bool,
}

impl Policy {
    /// What the ladder reads.
    pub(crate) fn compiled(&self) -> &Compiled {
        &self.0
    }

    /// The names of the header fields, in lower case and each once, of which the host has to pass every line.
    pub fn wanted_fields(&self) -> impl Iterator<Item = String> + '_ {
        let compiled = self.compiled();
        let mut names = vec!["authorization".to_owned()];
        // A host that walks the list would hand in the lines of a name that stands twice two times.
        let mut want = |name: &str| {
            let name = name.to_ascii_lowercase();
            if !names.contains(&name) {
                names.push(name);
            }
        };
        if compiled.preflight == Preflight::Allow {
            ["origin", "access-control-request-method"].into_iter().for_each(&mut want);
        }
        if let Some(bearer) = &compiled.bearer {
            bearer.sources.headers.iter().for_each(|name| want(name));
        }
        if let Some(header) = compiled.api_key.as_ref().and_then(|keys| keys.header.as_deref()) {
            want(header);
        }
        if let Some(session) = &compiled.session {
            ["cookie", "sec-fetch-site", "origin"].into_iter().chain(session.csrf_header.as_deref()).for_each(want);
        }
        names.into_iter()
    }

    /// The names of the query parameters that can carry a credential, for the host to scrub from its logs:
    /// `access_token`, which clients send whether it is read or not, and what the policy reads (REQ-PRIVACY-09).
    pub fn credential_parameters(&self) -> impl Iterator<Item = &str> {
        let compiled = self.compiled();
        let bearer = compiled.bearer.iter().flat_map(|bearer| &bearer.sources.queries);
        let api_key = compiled.api_key.iter().filter_map(|keys| keys.query.as_ref());
        let read = bearer.chain(api_key).map(String::as_str);
        core::iter::once("access_token").chain(read.filter(|name| *name != "access_token"))
    }
}

impl Compiled {
    /// The route with this name, or the unnamed one; `None` for a profile that the policy does not have.
    pub(crate) fn select_route(&self, profile: Option<&str>) -> Option<&Route> {
        match profile {
            None => self.routes.first(),
            Some(name) => self.routes.iter().skip(1).find(|route| route.name == name),
        }
    }
}
