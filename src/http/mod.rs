//! RFC 9110 grammar: credentials in, challenges out and in.
//!
//! Everything here is a view of the bytes it was given or writes into the caller's sink: nothing
//! allocates, nothing reads a clock, and no configuration loosens a rule, save the two named
//! [`Whitespace`] cases. Reading a whole field takes time linear in its length.

mod basic;
mod bearer;
mod cache_control;
mod challenge;
mod class;
mod cookie;
mod credentials;
mod cursor;
mod entity_tag;
mod field;
mod origin;
mod param;
mod preflight;
mod query;
mod scheme;
mod slip;
mod target;
mod token68;
mod url;

pub(crate) use basic::{decode_basic, parse_basic};
pub(crate) use bearer::parse_likely_bearer;
pub use bearer::{Whitespace, parse_bearer, parse_token};
pub use cache_control::cache_control_max_age;
pub use challenge::{Challenge, ChallengeFault, ChallengeFlaw, ChallengeInvalid, Challenges, write_challenge};
pub(crate) use cookie::{Cookie, select_cookie};
pub use credentials::{Credentials, parse_credentials};
pub use entity_tag::is_entity_tag;
pub(crate) use field::is_word;
pub use field::{field_name_eq, is_http_token, trim_ows};
pub(crate) use origin::is_serialized_origin;
pub use param::{Param, Params, Value};
pub use preflight::is_preflight;
pub(crate) use query::unescape;
pub use query::{QueryParameter, select_query_parameter};
pub use scheme::{SchemeWord, select_scheme};
pub(crate) use slip::names_second_scheme;
pub use target::is_https;
pub use url::{Url, is_absolute_uri, is_https_url};
