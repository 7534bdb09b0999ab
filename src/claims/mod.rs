//! Rules over the claims of a token.
