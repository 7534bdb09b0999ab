//! What an audit finds: one table of ids, severities and words.

use clap::builder::styling::Style;

use crate::output::{BAD, WARN};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// Clients fail, or cannot recover by the standards.
    Error,
    /// Something costs load or hides a cause.
    Warning,
}

impl Severity {
    pub(super) fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    pub(super) fn style(self) -> Style {
        match self {
            Severity::Error => BAD,
            Severity::Warning => WARN,
        }
    }
}

macro_rules! kinds {
    ($($name:ident = $id:literal, $severity:ident, $title:literal, $cause:literal, $advice:literal;)*) => {
        /// A kind of finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(super) enum Kind {
            $($name,)*
        }

        impl Kind {
            /// The stable id, as in `challenge_missing`.
            pub(super) const fn id(self) -> &'static str {
                match self { $(Kind::$name => $id,)* }
            }

            pub(super) const fn severity(self) -> Severity {
                match self { $(Kind::$name => Severity::$severity,)* }
            }

            /// What it is, in a few words.
            pub(super) const fn title(self) -> &'static str {
                match self { $(Kind::$name => $title,)* }
            }

            /// Why it comes about.
            pub(super) const fn cause(self) -> &'static str {
                match self { $(Kind::$name => $cause,)* }
            }

            /// What to do next.
            pub(super) const fn advice(self) -> &'static str {
                match self { $(Kind::$name => $advice,)* }
            }
        }
    };
}

kinds! {
    DenialLoop = "denial_loop", Error, "The same client is refused again and again",
        "A client repeats a request that gets 401, without getting other credentials or waiting in between.",
        "Find the client by the place given; let it stop after one retry with fresh credentials (RFC 9110 section 11.4).";
    RefreshStorm = "refresh_storm", Error, "Refused requests are followed by a storm on the token endpoint",
        "Many requests of one client get 401 at once, and each of them asks for a new token on its own.",
        "Let the client hold one refresh in flight that all requests wait for, and refresh before the token expires.";
    RefreshParallel = "refresh_parallel", Warning, "One client asks for several tokens at once",
        "Tabs, workers or requests of one client refresh without knowing of each other; with rotating refresh tokens all but one of them lose.",
        "Share one refresh: a lock or a broadcast between tabs, one promise for all requests.";
    DenialSpike = "denial_spike", Error, "Refusals rise far above what is usual in these logs",
        "Something changed at that time: keys were rotated, a deployment changed audience or scopes, a clock drifted, an issuer failed, or somebody tries credentials.",
        "Compare the start with deployments and key rotations; `countersign explain` with one of these responses names the check that failed.";
    ResponseCached = "response_cached", Error, "A refusal came from a cache",
        "A shared cache or the browser stored the refusal and answers with it, also after the client has good credentials.",
        "Send `Cache-Control: no-store` with 401, 403 and 407, and keep caches from storing responses to requests with Authorization (RFC 9111 section 3.5).";
    ChallengeMissing = "challenge_missing", Warning, "A refusal without a challenge",
        "401 must carry WWW-Authenticate; without it a client cannot know which credentials to send.",
        "Send the challenge, and look for a proxy or gateway that takes it out (RFC 9110 section 11.6.1).";
    ProxyChallengeMissing = "proxy_challenge_missing", Warning, "A proxy's refusal without a challenge",
        "407 must carry Proxy-Authenticate; without it a client cannot know which credentials to send.",
        "Let the proxy send the challenge (RFC 9110 section 11.7.1).";
    Status403For401 = "status_403_for_401", Warning, "403 where 401 is due",
        "The request had no credentials, or invalid ones; 403 says that better ones would not help, so clients do not ask for them.",
        "Answer 401 with a challenge until a client is known; keep 403 for a known client without the right (RFC 9110 section 15.5.4).";
    Status401For403 = "status_401_for_403", Warning, "401 where 403 is due",
        "The error is insufficient_scope: the token is good and lacks a right, so a fresh token of the same kind fails again.",
        "Answer insufficient_scope with 403 (RFC 6750 section 3.1).";
    PreflightChallenged = "preflight_challenged", Error, "OPTIONS is refused, so browsers fail before they ask",
        "A CORS preflight never carries credentials; if it gets 401 the browser never sends the request itself.",
        "Let OPTIONS with Access-Control-Request-Method through without credentials.";
    ErrorUnearned = "error_unearned", Warning, "An error code for a request without credentials",
        "The request had no credentials, and the challenge tells an error; clients take that as a fault of a token.",
        "Leave `error` out when no credentials were sent (RFC 6750 section 3.1).";
}

#[cfg(test)]
mod tests {
    use countersign::explain::FindingId;

    use super::*;

    #[test]
    fn errors_come_first() {
        assert!(Severity::Error < Severity::Warning);
        assert_eq!(Kind::ChallengeMissing.id(), "challenge_missing");
    }

    #[test]
    fn what_one_exchange_can_show_has_the_id_and_severity_of_the_diagnosis() {
        for kind in [
            Kind::ResponseCached,
            Kind::ChallengeMissing,
            Kind::ProxyChallengeMissing,
            Kind::Status403For401,
            Kind::Status401For403,
            Kind::PreflightChallenged,
            Kind::ErrorUnearned,
        ] {
            let id = FindingId::from_name(kind.id()).unwrap();
            assert_eq!(id.severity().name(), kind.severity().name(), "{}", kind.id());
        }
        // What only many of them show has an id that the diagnosis does not have.
        for kind in [Kind::DenialLoop, Kind::RefreshStorm, Kind::RefreshParallel, Kind::DenialSpike] {
            assert!(FindingId::from_name(kind.id()).is_none(), "{}", kind.id());
        }
    }
}
