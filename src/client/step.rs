//! What a client does next, why, and what it does it with.

use super::heard::Reading;
use super::state::State;
use crate::scheme_name::SchemeName;
use crate::words::words;

words! {
    /// What to do; the words are stable.
    StepKind {
        Refresh = 1, "refresh", "Get another access token by the refresh token.";
        Retry = 2, "retry", "Send again: with the present token, or with the nonce.";
        StepUp = 3, "step_up", "Authorize anew for more: the authentication contexts, the age of the login or the scopes that are asked for.";
        Authorize = 4, "authorize", "Get a token for the first time, for the scopes and by the metadata that are named.";
        Reauthenticate = 5, "reauthenticate", "Ask the person to log in again.";
        SwitchScheme = 6, "switch_scheme", "Use a credential of the scheme that is named.";
        Wait = 7, "wait", "Wait for as many seconds.";
        Stop = 8, "stop", "Hand the response to the caller.";
    }
}

words! {
    /// Why a step is taken; the words are stable.
    StepReason {
        Answered = 1, "answered", "The response is no denial.";
        InvalidToken = 2, "invalid_token", "The server says that the token is not good.";
        TokenExpired = 3, "token_expired", "A 401 in answer to a token says nothing, and the token is past its end.";
        Unexplained = 4, "unexplained", "A 401 in answer to a token says nothing; once it counts as a token that is not good.";
        TokenSuperseded = 5, "token_superseded", "The client has a newer token than the one that was sent.";
        DpopNonce = 6, "dpop_nonce", "The server wants a proof with its nonce.";
        DigestStale = 7, "digest_stale", "The nonce is too old; the password was right.";
        AuthenticationInsufficient = 8, "authentication_insufficient", "The server wants a stronger or a newer login.";
        InsufficientScope = 9, "insufficient_scope", "The token does not cover the operation.";
        CredentialsNeeded = 10, "credentials_needed", "The server wants a credential, and none was sent.";
        CredentialsRefused = 11, "credentials_refused", "The user name, password or key is not good.";
        SchemeRefused = 12, "scheme_refused", "The scheme that was sent is not offered, another that the client supports is.";
        SchemeUnsupported = 13, "scheme_unsupported", "The client supports no scheme that is offered.";
        InvalidRequest = 14, "invalid_request", "The credentials were malformed; another token does not mend the request.";
        InvalidProof = 15, "invalid_dpop_proof", "The server does not accept the proof of possession.";
        ErrorUnknown = 16, "error_unknown", "The challenge names an error that is not known.";
        Forbidden = 17, "forbidden", "The credential is good and does not suffice.";
        Outage = 18, "outage", "The server cannot answer now.";
        NoResponse = 19, "no_response", "No response came: the connection failed or took too long.";
        WaitTooLong = 20, "wait_too_long", "The server asks for a wait that is too long to be worth it.";
        ChallengeMissing = 21, "challenge_missing", "A 401 without a challenge, in answer to no token.";
        ChallengesUnreadable = 22, "challenges_unreadable", "Not one of the challenges can be read.";
        ProxyAuthentication = 23, "proxy_authentication", "A proxy wants credentials of its own.";
        OtherOrigin = 24, "other_origin", "A redirect led to another origin, where the credential does not belong.";
        Downgrade = 25, "downgrade", "The origin offered more before, and now wants a password alone.";
        RefusedAgain = 26, "refused_again", "What could help was done for this request, and it was refused again.";
        ClientError = 27, "client_error", "The request itself is at fault.";
        ServerError = 28, "server_error", "The server failed; sending again may do the same thing twice.";
    }
}

/// One step, and what it is taken with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do.
    pub kind: StepKind,
    /// Why.
    pub reason: StepReason,
    /// Whether the request is to be sent again afterwards. If not, this response is the caller's, and the step is for
    /// the next request.
    pub replay: bool,
    /// What to carry along.
    pub state: State,
    /// The scheme to use, for [`StepKind::SwitchScheme`].
    pub scheme: Option<SchemeName>,
    /// The scopes that the deciding challenge names, space-separated: to ask for beside those that one has.
    pub scope: Option<String>,
    /// The authentication contexts that it names, in order of preference (RFC 9470 section 3).
    pub acr_values: Option<String>,
    /// The greatest age of the login that it names, in seconds (RFC 9470 section 3).
    pub max_age: Option<u64>,
    /// Where it says that the resource's metadata are (RFC 9728 section 5.1): an https URL, or an http one of loopback.
    pub resource_metadata: Option<String>,
    /// The nonce to use from now on (RFC 9449 section 8, RFC 7616 section 3.3).
    pub nonce: Option<String>,
    /// How long to wait, or how long the server would have had it with [`StepReason::WaitTooLong`].
    pub seconds: Option<u64>,
    /// What was read of the challenges.
    pub reading: Reading,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_are_told_apart() {
        for (place, kind) in StepKind::ALL.iter().enumerate() {
            assert_eq!(usize::try_from(kind.number()), Ok(place + 1), "appended, never reused");
        }
        for (place, reason) in StepReason::ALL.iter().enumerate() {
            assert_eq!(usize::try_from(reason.number()), Ok(place + 1), "appended, never reused");
            assert_eq!(StepReason::ALL.iter().filter(|other| other.name() == reason.name()).count(), 1);
        }
    }
}
