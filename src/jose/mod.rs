//! Compact JWS, JWK Sets, algorithms and signatures.
