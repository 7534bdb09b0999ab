//! What is asked of a token's claims once its signature holds (RFC 7519 section 4, RFC 9068 section 4).
//!
//! Every check reads the scanned payload in place and answers with the [`crate::Reason`] of the first
//! fault; none allocates. In which order they run is the verifier's business.

mod audience;
mod binding;
mod issuer;
mod kind;
mod path;
mod registered;
mod required;
mod rules;
mod scope;
mod times;

pub use audience::check_audience;
pub use binding::check_binding;
pub use issuer::{IssuerName, TemplateFault, is_tenant};
pub use kind::TypRule;
pub use path::ClaimPath;
pub(crate) use registered::Places;
pub use registered::Registered;
pub use required::{RFC9068_REQUIRED, check_required, check_text_claims};
pub use rules::{Reject, Rule, Scalar, Test, check_access, check_claims, check_reject};
pub use scope::{ScopeArrays, ScopeList, Scopes, check_scopes};
pub use times::{check_max_age, check_times};
