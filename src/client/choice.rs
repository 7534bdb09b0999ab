//! Which challenge speaks of what was sent, and which scheme is the strongest of those that are offered.

use super::asked::Sent;
use super::heard::HeardChallenge;
use crate::scheme_name::SchemeName;

impl HeardChallenge {
    /// The error that is named (RFC 6750 section 3); an empty one names none.
    pub(super) fn error(&self) -> Option<&str> {
        self.param("error").filter(|error| !error.is_empty())
    }

    /// Whether only the nonce was too old (RFC 7616 section 3.3).
    pub(super) fn is_stale(&self) -> bool {
        self.param("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true"))
    }

    /// Whether it speaks of access tokens.
    pub(super) fn is_of_token(&self) -> bool {
        self.is_scheme("Bearer") || self.is_scheme("DPoP")
    }

    /// Whether it asks for more than a password that is sent as it is.
    pub(super) fn is_strong(&self) -> bool {
        self.is_scheme("DPoP") || self.is_scheme("Digest")
    }

    fn is_of_proof(&self) -> bool {
        matches!(self.error(), Some("use_dpop_nonce" | "invalid_dpop_proof"))
    }

    /// Strength in choosing, the strongest first (REQ-CLIENT-02).
    fn rank(&self, scheme: SchemeName) -> u8 {
        match scheme {
            SchemeName::Dpop => 0,
            SchemeName::Bearer => 1,
            SchemeName::Digest => {
                let algorithm = self.param("algorithm").unwrap_or_default().to_ascii_uppercase();
                match algorithm.strip_suffix("-SESS").unwrap_or(&algorithm) {
                    "SHA-512-256" => 2,
                    "SHA-256" => 3,
                    // MD5, which is also what none means, and what is not known.
                    _ => 6,
                }
            }
            SchemeName::ApiKey => 4,
            SchemeName::Basic => 5,
        }
    }
}

/// The challenge that speaks of what was sent. An error counts before none, of the scheme that was sent before another
/// of a token's (a server may tell of a Bearer token on its DPoP challenge, and the reverse: RFC 9449 section 7.2).
pub(super) fn select_relevant<'c>(challenges: &'c [HeardChallenge], sent: &Sent<'_>) -> Option<&'c HeardChallenge> {
    let scheme = sent.scheme?;
    let is_same = |challenge: &HeardChallenge| challenge.is_scheme(scheme.as_str());
    // What ails a proof is said of DPoP alone.
    let may_speak = |challenge: &HeardChallenge| {
        sent.has_token() && challenge.is_of_token() && challenge.error().is_some() && !challenge.is_of_proof()
    };
    let relevant = challenges.iter().filter(|challenge| is_same(challenge) || may_speak(challenge));
    relevant.min_by_key(|challenge| {
        let is_of_request = challenge.error() == Some("invalid_request");
        (challenge.error().is_none(), !is_same(challenge), !is_of_request, !challenge.is_stale())
    })
}

/// The strongest scheme that is offered and supported, with its first challenge (REQ-CLIENT-02).
pub(super) fn select_strongest<'c>(
    challenges: &'c [HeardChallenge],
    supported: &[SchemeName],
) -> Option<(SchemeName, &'c HeardChallenge)> {
    let known = challenges.iter().filter_map(|challenge| Some((SchemeName::parse(&challenge.scheme)?, challenge)));
    known.filter(|(scheme, _)| supported.contains(scheme)).min_by_key(|(scheme, challenge)| challenge.rank(*scheme))
}
