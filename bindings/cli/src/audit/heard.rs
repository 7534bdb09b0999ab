//! What challenges a group of refusals had: the schemes and the errors of known sets, and nothing else of the field.

use countersign::Reason;
use countersign::client::read_challenges;

use super::record::{Logged, Record};

/// The challenge of one refusal, as it names a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heard {
    /// `Bearer error=invalid_token`, `Basic, Bearer`, `none`, `not logged`, or [`NOT_DUE`].
    pub(super) name: String,
    /// The OAuth errors that were told.
    pub(super) error: Option<&'static str>,
    /// Whether it is known that no challenge was sent.
    pub(super) is_missing: bool,
}

/// Reads the challenges of a record.
pub(super) fn hear(record: &Record<'_>) -> Heard {
    let mut heard = match record.challenges {
        _ if record.status == 503 => Heard { name: NOT_DUE.to_owned(), error: None, is_missing: false },
        Logged::No => Heard { name: NOT_LOGGED.to_owned(), error: None, is_missing: false },
        Logged::Yes([]) => Heard { name: NONE.to_owned(), error: None, is_missing: true },
        Logged::Yes(lines) => read(lines),
    };
    if let Some(reason) = Reason::all().find(|reason| reason.name().as_bytes() == record.reason) {
        heard.name.push_str(" (");
        heard.name.push_str(reason.name());
        heard.name.push(')');
    }
    heard
}

fn read(lines: &[&[u8]]) -> Heard {
    let reading = read_challenges(lines);
    let mut heard = Heard { name: String::new(), error: None, is_missing: false };
    for challenge in reading.challenges.iter().take(SHOWN) {
        if !heard.name.is_empty() {
            heard.name.push_str(", ");
        }
        heard.name.push_str(word(&SCHEMES, &challenge.scheme));
        if let Some(error) = challenge.param("error") {
            let error = word(&ERRORS, error);
            heard.error = heard.error.or(Some(error));
            heard.name.push_str(" error=");
            heard.name.push_str(error);
        }
        if challenge.param("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")) {
            heard.name.push_str(" stale");
        }
    }
    if heard.name.is_empty() {
        heard.name.push_str("unreadable");
    }
    heard
}

/// The word of the set, without case; what stands in no set could be anything.
fn word(set: &[&'static str], text: &str) -> &'static str {
    set.iter().copied().find(|word| word.eq_ignore_ascii_case(text)).unwrap_or("other")
}

/// Where the log has no place for challenges.
pub(super) const NOT_LOGGED: &str = "not logged";
const NONE: &str = "none";
/// Of 503, which asks for no credentials.
pub(super) const NOT_DUE: &str = "-";
const SHOWN: usize = 4;
/// The registry of schemes, with the spellings that are used beside it.
const SCHEMES: [&str; 18] = [
    "Basic",
    "Bearer",
    "Digest",
    "DPoP",
    "GNAP",
    "HOBA",
    "Mutual",
    "Negotiate",
    "NTLM",
    "OAuth",
    "PrivateToken",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "vapid",
    "Api-Key",
    "ApiKey",
    "Cookie",
    "AWS4-HMAC-SHA256",
];
/// RFC 6750 section 3.1, RFC 9470 section 3, RFC 9449 sections 7.1 and 9, and what servers write beside them.
const ERRORS: [&str; 11] = [
    "invalid_request",
    "invalid_token",
    "insufficient_scope",
    "insufficient_user_authentication",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "invalid_client",
    "invalid_grant",
    "unauthorized",
    "access_denied",
    "expired_token",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn name(lines: &[&[u8]]) -> String {
        hear(&Record { challenges: Logged::Yes(lines), ..Record::default() }).name
    }

    #[test]
    fn a_challenge_is_named_by_words_of_known_sets_alone() {
        assert_eq!(name(&[b"Bearer realm=\"s3cret\", error=\"invalid_token\""]), "Bearer error=invalid_token");
        assert_eq!(name(&[b"Basic realm=a", b"bearer error=hunter2"]), "Basic, Bearer error=other");
        assert_eq!(name(&[b"eyJhbGciOi realm=a"]), "other");
        assert_eq!(name(&[b"Digest nonce=\"a\", stale=TRUE"]), "Digest stale");
        assert_eq!(name(&[b"\"\x00"]), "unreadable");
        assert_eq!(name(&[]), "none");
        assert_eq!(hear(&Record::default()).name, "not logged");
    }

    #[test]
    fn a_reason_of_the_table_is_told_and_no_other_word() {
        let heard = |reason| hear(&Record { reason, ..Record::default() }).name;
        assert_eq!(heard(b"token_expired"), "not logged (token_expired)");
        assert_eq!(heard(b"hunter2"), "not logged");
    }
}
