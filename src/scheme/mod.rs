//! Kinds of credentials: from header lines to what the ladder checks. A closed set.

mod lines;
mod select;
mod session;

pub(crate) use lines::Lines;
pub(crate) use select::{Credentials, Token, Tried, select_credentials, tried_scheme};
