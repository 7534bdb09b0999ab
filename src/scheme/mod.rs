//! From header lines to the one credential that the ladder judges. A closed set of kinds.

mod lines;
mod select;
mod session;

pub(crate) use lines::Lines;
pub(crate) use select::{Credentials, Token, Tried, select_credentials, tried_scheme};
