//! RFC 9110 grammar: credentials in, challenges out and in.
