//! Names of schemes that may be shown: what else stands in front of credentials may be a part of them.

/// Schemes that may be named: a word that is none of them may be a token.
pub(super) const KNOWN_SCHEMES: &[&str] = &[
    "Bearer",
    "Basic",
    "Digest",
    "DPoP",
    "Negotiate",
    "NTLM",
    "Token",
    "JWT",
    "OAuth",
    "ApiKey",
    "Api-Key",
    "Key",
    "HOBA",
    "Mutual",
    "SCRAM-SHA-256",
    "vapid",
    "AWS4-HMAC-SHA256",
    "Hawk",
    "SSWS",
    "GNAP",
    "PrivateToken",
    "Cookie",
    "Signature",
    "Kerberos",
    "BearerToken",
    "AccessToken",
    "Session",
    "X-Auth-Token",
];

/// A scheme as it can be shown.
pub(super) fn shown_scheme(word: &str) -> String {
    match KNOWN_SCHEMES.iter().find(|known| known.eq_ignore_ascii_case(word)) {
        Some(known) => format!("`{known}`"),
        None => format!("a word of {} bytes", word.len()),
    }
}
