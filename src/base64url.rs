//! Strict base64url for JWS segments (RFC 7515 section 2).
