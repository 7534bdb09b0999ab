//! The rules, one family a file. They run in this order; the order of the findings is not theirs (docs/EXPLAIN.md).

mod api_key;
mod basic;
mod bearer;
mod caching;
mod challenge;
mod cookie;
mod cors;
mod digest;
mod fallback;
mod given;
mod header;
mod marks;
mod missing;
mod names;
mod redirects;
mod response;
mod said;
mod scope;
mod sentences;
mod times;
mod token;
mod verdict;
mod wordings;

use super::collect::Findings;
use super::view::View;

/// Looks at an exchange and adds what it finds.
pub(super) type Rule = fn(&View<'_>, &mut Findings);

/// Every rule. What stands later may look at what was found before.
pub(super) const RULES: &[Rule] = &[
    header::find,
    bearer::find,
    basic::find,
    digest::find,
    api_key::find,
    cookie::find,
    token::find,
    times::find,
    names::find,
    scope::find,
    redirects::find,
    said::find,
    challenge::find,
    cors::find,
    caching::find,
    missing::find,
    verdict::find,
    response::find,
    fallback::find,
];
