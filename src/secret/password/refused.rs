//! What a text is that is no hash of ours, so far as its beginning tells (REQ-BASIC-14).

/// The name of what `text` is. Clear text comes last: whatever looks like no hash at all may be one.
pub(super) fn name(text: &str) -> &'static str {
    // Only the schemes in braces are written in any case (RFC 2307 section 5.3).
    let begins = |prefix: &str| {
        let start = text.as_bytes().get(..prefix.len());
        start.is_some_and(|start| start == prefix.as_bytes())
            || (prefix.starts_with('{') && start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes())))
    };
    if let Some((_, name)) = NAMES.iter().find(|(prefix, _)| begins(prefix)) {
        return name;
    }
    let crypt = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./".contains(&byte));
    match text.strip_prefix('_') {
        _ if text.is_empty() => "nothing",
        _ if text.len() == 13 && crypt(text) => "what looks like DES crypt",
        Some(rest) if rest.len() == 19 && crypt(rest) => "what looks like extended DES crypt",
        _ if text.starts_with('$') => "a kind of hash that is not known",
        _ => "clear text or a kind of hash that is not known",
    }
}

/// Beginnings and what they are; the first that fits counts.
const NAMES: &[(&str, &str)] = &[
    ("$apr1$", "Apache's MD5 ($apr1$)"),
    ("$1$", "MD5 crypt ($1$)"),
    ("$2$", "bcrypt of 1997 ($2$)"),
    ("$2x$", "bcrypt that misreads bytes over 127 ($2x$)"),
    ("$3$", "an NT hash ($3$)"),
    ("$5$", "SHA-256 crypt ($5$)"),
    ("$6$", "SHA-512 crypt ($6$)"),
    ("$7$", "scrypt ($7$)"),
    ("$scrypt$", "scrypt ($scrypt$)"),
    ("$y$", "yescrypt ($y$)"),
    ("$gy$", "gost-yescrypt ($gy$)"),
    ("$md5", "Sun's MD5 ($md5)"),
    ("$sha1$", "SHA-1 crypt ($sha1$)"),
    ("$argon2i$", "argon2i"),
    ("$argon2d$", "argon2d"),
    ("$pbkdf2$", "PBKDF2 with HMAC-SHA-1 ($pbkdf2$)"),
    ("$pbkdf2-sha1$", "PBKDF2 with HMAC-SHA-1 ($pbkdf2-sha1$)"),
    ("pbkdf2_sha", "PBKDF2 as Django writes it (pbkdf2_sha256$)"),
    ("{SHA}", "SHA-1 without a salt ({SHA})"),
    ("{SSHA}", "salted SHA-1 ({SSHA})"),
    ("{MD5}", "MD5 without a salt ({MD5})"),
    ("{SMD5}", "salted MD5 ({SMD5})"),
    ("{CRYPT}", "a hash behind {CRYPT}"),
    ("{PLAIN}", "clear text ({PLAIN})"),
];
