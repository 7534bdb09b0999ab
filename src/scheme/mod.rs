//! Kinds of credentials: from header lines to what the ladder checks. A closed set, one file a kind.

mod bearer;

pub(crate) use bearer::{Lines, Token, select_token, tried_scheme};
