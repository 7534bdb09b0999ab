//! The rules, one family a file. They run in this order; the order of the findings is not theirs (docs/EXPLAIN.md).

mod bearer;
mod times;

use super::collect::Findings;
use super::view::View;

/// Looks at an exchange and adds what it finds.
pub(super) type Rule = fn(&View<'_>, &mut Findings);

/// Every rule. What stands later may look at what was found before.
pub(super) const RULES: &[Rule] = &[bearer::find, times::find];
