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
    pub(crate) bearer: Bearer,
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
        let preflight: &[&str] = match compiled.preflight {
            Preflight::Allow => &["origin", "access-control-request-method"],
            Preflight::Check => &[],
        };
        ["authorization"].iter().chain(preflight).map(|name| (*name).to_owned()).chain(
            compiled
                .bearer
                .sources
                .headers
                .iter()
                .map(|name| name.to_ascii_lowercase())
                // A host that walks the list would hand in the lines of a name that stands twice two times.
                .filter(move |name| !preflight.contains(&name.as_str())),
        )
    }

    /// The names of the query parameters that can carry a credential, for the host to scrub from its logs:
    /// `access_token`, which clients send whether it is read or not, and what the policy reads.
    pub fn credential_parameters(&self) -> impl Iterator<Item = &str> {
        let read = self.compiled().bearer.sources.queries.iter().map(String::as_str);
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
