//! The one step that a response asks for.
//!
//! A refresh helps where the token is at fault and nowhere else (RFC 6750 section 3.1): not for a request that is
//! malformed, not for a right that is missing. What was tried once is not tried again: the state counts.

use super::heard::{HeardChallenge, Reading};
use super::reading::read_challenges;
use super::state::{MOST_TRIPS, MOST_WAITS, State};
use super::wait::{LONGEST_SECONDS, backoff, retry_after};
use super::words::words;
use crate::http::field_name_eq;
use crate::request::FieldLine;
use crate::scheme_name::SchemeName;

/// A response, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The field lines, unmerged and in order; at least WWW-Authenticate, Retry-After and DPoP-Nonce.
    pub fields: &'a [FieldLine<'a>],
}

/// What was sent with the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent {
    /// The scheme of the credential; `None` if there was none.
    pub scheme: Option<SchemeName>,
    /// Whether the client has a newer token by now than the one that was sent (REQ-CLIENT-12).
    pub is_superseded: bool,
}

/// What the client can do.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own, and callers name them")]
pub struct Abilities<'a> {
    /// Whether there is a refresh token (RFC 6749 section 6).
    pub refresh: bool,
    /// Whether a person can be asked to log in or to consent.
    pub interactive: bool,
    /// The schemes that the client has credentials for, or could get them.
    pub schemes: &'a [SchemeName],
    /// Whether the request can be sent again: its body is there once more.
    pub replay: bool,
    /// Whether a 401 that says nothing is no ground for a refresh.
    pub strict: bool,
    /// Whether a password may go to an origin that offered more before (REQ-CLIENT-24).
    pub downgrade: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepKind {
    /// Get another access token by the refresh token.
    Refresh,
    /// Send again, with the present token or with [`Step::nonce`].
    Retry,
    /// Authorize anew for more: [`Step::acr_values`], [`Step::max_age`], [`Step::scope`].
    StepUp,
    /// Get a token for the first time: [`Step::scope`], [`Step::resource_metadata`].
    Authorize,
    /// Ask the person to log in again.
    Reauthenticate,
    /// Use a credential of [`Step::scheme`].
    SwitchScheme,
    /// Wait for [`Step::seconds`].
    Wait,
    /// Hand the response to the caller.
    Stop,
}

words! {
    /// Why a step is taken; the words are stable.
    StepReason {
        Answered = "answered", "The response is no denial.";
        InvalidToken = "invalid_token", "The server says that the token is not good.";
        Unexplained = "unexplained", "A 401 in answer to a token says nothing; once it counts as a token that is not good.";
        TokenSuperseded = "token_superseded", "The client has a newer token than the one that was sent.";
        DpopNonce = "dpop_nonce", "The server wants a proof with its nonce.";
        DigestStale = "digest_stale", "The nonce is too old; the password was right.";
        AuthenticationInsufficient = "authentication_insufficient", "The server wants a stronger or a newer login.";
        InsufficientScope = "insufficient_scope", "The token does not cover the operation.";
        CredentialsNeeded = "credentials_needed", "The server wants a credential, and none was sent.";
        CredentialsRefused = "credentials_refused", "The user name, password or key is not good.";
        SchemeRefused = "scheme_refused", "The scheme that was sent is not offered, another that the client supports is.";
        SchemeUnsupported = "scheme_unsupported", "The client supports no scheme that is offered.";
        InvalidRequest = "invalid_request", "The credentials were malformed; another token does not mend the request.";
        InvalidProof = "invalid_dpop_proof", "The server does not accept the proof of possession.";
        ErrorUnknown = "error_unknown", "The challenge names an error that is not known.";
        Forbidden = "forbidden", "The credential is good and does not suffice.";
        Outage = "outage", "The server cannot answer now.";
        WaitTooLong = "wait_too_long", "The server asks for a wait that is too long to be worth it.";
        ChallengeMissing = "challenge_missing", "A 401 without a challenge, in answer to no token.";
        ChallengesUnreadable = "challenges_unreadable", "Not one of the challenges can be read.";
        ProxyAuthentication = "proxy_authentication", "A proxy wants credentials of its own.";
        Downgrade = "downgrade", "The origin offered more before, and now wants a password alone.";
        RefusedAgain = "refused_again", "What could help was done for this request, and it was refused again.";
        ClientError = "client_error", "The request itself is at fault.";
        ServerError = "server_error", "The server failed; sending again may do the same thing twice.";
    }
}

/// One step, and what it is taken with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do.
    pub kind: StepKind,
    /// Why.
    pub reason: StepReason,
    /// Whether the request is to be sent again afterwards.
    pub replay: bool,
    /// What to carry along.
    pub state: State,
    /// The scheme to use, for [`StepKind::SwitchScheme`].
    pub scheme: Option<SchemeName>,
    /// The scopes to ask for, space-separated, as the server names them.
    pub scope: Option<String>,
    /// Authentication contexts to ask for, in order of preference (RFC 9470 section 3).
    pub acr_values: Option<String>,
    /// The greatest age of the login in seconds (RFC 9470 section 3).
    pub max_age: Option<u64>,
    /// Where the resource's metadata are (RFC 9728 section 5.1).
    pub resource_metadata: Option<String>,
    /// The nonce to use (RFC 9449 section 8, RFC 7616 section 3.3).
    pub nonce: Option<String>,
    /// Seconds to wait.
    pub seconds: u64,
    /// What was read of the challenges.
    pub reading: Reading,
}

/// The step after `response`, at `now` (seconds since 1970). `seed` spreads the waits of clients that fail together.
///
/// ```
/// use countersign::client::{Abilities, Response, Sent, State, StepKind, next_step};
/// use countersign::{FieldLine, SchemeName};
///
/// let fields = [FieldLine::new("WWW-Authenticate", br#"Bearer realm="api", error="invalid_token""#)];
/// let response = Response { status: 401, fields: &fields };
/// let sent = Sent { scheme: Some(SchemeName::Bearer), ..Sent::default() };
/// let can = Abilities { refresh: true, replay: true, schemes: &[SchemeName::Bearer], ..Abilities::default() };
/// let step = next_step(&response, sent, &can, State::new(), 1_700_000_000, 7);
/// assert_eq!((step.kind, step.replay), (StepKind::Refresh, true));
/// let step = next_step(&response, sent, &can, step.state, 1_700_000_001, 7);
/// assert_eq!(step.kind, StepKind::Stop, "once");
/// ```
pub fn next_step(response: &Response<'_>, sent: Sent, can: &Abilities<'_>, state: State, now: i64, seed: u64) -> Step {
    let values: Vec<&[u8]> = field_values(response, "www-authenticate").collect();
    let reading = read_challenges(&values);
    let saw_strong = state.saw_strong || reading.challenges.iter().any(is_strong);
    let asked = Asked { response, sent, can, state, is_challenged: !values.is_empty() };
    let mut step = match response.status {
        ..=399 => asked.stop(StepReason::Answered),
        401 => asked.unauthorized(&reading.challenges),
        403 => asked.forbidden(&reading.challenges),
        407 => asked.stop(StepReason::ProxyAuthentication),
        429 | 503 => asked.wait(now, seed),
        400..=499 => asked.client_error(&reading.challenges),
        _ => asked.stop(StepReason::ServerError),
    };
    step.state.saw_strong = saw_strong;
    step.reading = reading;
    step
}

/// What one call knows.
struct Asked<'a> {
    response: &'a Response<'a>,
    sent: Sent,
    can: &'a Abilities<'a>,
    state: State,
    is_challenged: bool,
}

impl Asked<'_> {
    fn stop(&self, reason: StepReason) -> Step {
        Step {
            kind: StepKind::Stop,
            reason,
            replay: false,
            state: self.state,
            scheme: None,
            scope: None,
            acr_values: None,
            max_age: None,
            resource_metadata: None,
            nonce: None,
            seconds: 0,
            reading: Reading::default(),
        }
    }

    /// A step that causes another round trip, if there may be one (REQ-CLIENT-28).
    fn go(&self, kind: StepKind, reason: StepReason) -> Step {
        if self.state.trips >= MOST_TRIPS {
            return self.stop(StepReason::RefusedAgain);
        }
        let state = State { trips: self.state.trips + 1, ..self.state };
        Step { kind, replay: self.can.replay, state, ..self.stop(reason) }
    }

    fn unauthorized(&self, challenges: &[HeardChallenge]) -> Step {
        let Some(challenge) = self.relevant(challenges) else { return self.choose(challenges) };
        match challenge.param("error") {
            Some("invalid_token") => self.renew(StepReason::InvalidToken),
            Some("invalid_request") => self.stop(StepReason::InvalidRequest),
            Some("use_dpop_nonce") => self.nonce(self.field("dpop-nonce"), StepReason::DpopNonce),
            Some("invalid_dpop_proof") => self.stop(StepReason::InvalidProof),
            Some("insufficient_user_authentication") => self.step_up(challenge, StepReason::AuthenticationInsufficient),
            Some("insufficient_scope") => self.step_up(challenge, StepReason::InsufficientScope),
            Some(_) => self.stop(StepReason::ErrorUnknown),
            None if challenge.param("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")) => {
                self.nonce(challenge.param("nonce").map(str::to_owned), StepReason::DigestStale)
            }
            None if self.has_token() => self.unexplained(),
            None if self.can.interactive => self.go(StepKind::Reauthenticate, StepReason::CredentialsRefused),
            None => self.stop(StepReason::CredentialsRefused),
        }
    }

    /// The challenge that speaks of what was sent.
    fn relevant<'c>(&self, challenges: &'c [HeardChallenge]) -> Option<&'c HeardChallenge> {
        let sent = self.sent.scheme?;
        let of_token = |challenge: &&HeardChallenge| challenge.is_scheme("Bearer") || challenge.is_scheme("DPoP");
        let mut same = challenges.iter().filter(|challenge| challenge.is_scheme(sent.as_str()));
        let named = same.clone().find(|challenge| challenge.param("error").is_some());
        // A server may tell of a Bearer token on its DPoP challenge, and the reverse (RFC 9449 section 7.2).
        let other = challenges.iter().filter(of_token).find(|challenge| challenge.param("error").is_some());
        named.or_else(|| other.filter(|_| self.has_token())).or_else(|| same.next())
    }

    fn has_token(&self) -> bool {
        matches!(self.sent.scheme, Some(SchemeName::Bearer | SchemeName::Dpop))
    }

    /// The token is not good: another one helps, once (REQ-CLIENT-04, REQ-CLIENT-10).
    fn renew(&self, reason: StepReason) -> Step {
        if self.sent.is_superseded {
            return self.go(StepKind::Retry, StepReason::TokenSuperseded);
        }
        if self.state.refreshed {
            return self.stop(StepReason::RefusedAgain);
        }
        let step = match (self.can.refresh, self.can.interactive) {
            (true, _) => self.go(StepKind::Refresh, reason),
            (_, true) => self.go(StepKind::Reauthenticate, reason),
            _ => return self.stop(reason),
        };
        Step { state: State { refreshed: true, ..step.state }, ..step }
    }

    /// A 401 that names no error (REQ-CLIENT-05).
    fn unexplained(&self) -> Step {
        if self.can.strict { self.stop(StepReason::Unexplained) } else { self.renew(StepReason::Unexplained) }
    }

    fn nonce(&self, nonce: Option<String>, reason: StepReason) -> Step {
        match nonce {
            Some(nonce) => Step { nonce: Some(nonce), ..self.go(StepKind::Retry, reason) },
            None => self.stop(reason),
        }
    }

    /// More than a refresh can give: the person has to do something, once (REQ-STEPUP-08, REQ-STEPUP-10).
    fn step_up(&self, challenge: &HeardChallenge, reason: StepReason) -> Step {
        if self.state.stepped_up {
            return self.stop(StepReason::RefusedAgain);
        }
        if !self.can.interactive {
            return self.stop(reason);
        }
        let step = self.go(StepKind::StepUp, reason);
        let acr_values = challenge.param("acr_values").map(str::to_owned);
        let max_age = challenge.param("max_age").filter(|age| age.bytes().all(|digit| digit.is_ascii_digit()));
        Step {
            state: State { stepped_up: true, ..step.state },
            acr_values,
            max_age: max_age.and_then(|age| age.parse().ok()),
            ..with_terms(step, challenge)
        }
    }

    /// Nothing speaks of what was sent: is there a scheme to go on with? (REQ-CLIENT-02)
    fn choose(&self, challenges: &[HeardChallenge]) -> Step {
        if challenges.is_empty() {
            return match (self.has_token(), self.is_challenged) {
                (true, _) => self.unexplained(),
                (_, true) => self.stop(StepReason::ChallengesUnreadable),
                _ => self.stop(StepReason::ChallengeMissing),
            };
        }
        let offered = |scheme: &SchemeName| challenges.iter().find(|challenge| challenge.is_scheme(scheme.as_str()));
        let mut supported = STRENGTH.into_iter().filter(|scheme| self.can.schemes.contains(scheme));
        let found = supported.find_map(|scheme| Some((scheme, offered(&scheme)?)));
        let Some((scheme, challenge)) = found else {
            return self.stop(StepReason::SchemeUnsupported);
        };
        if scheme == SchemeName::Basic && self.state.saw_strong && !self.can.downgrade {
            return self.stop(StepReason::Downgrade);
        }
        match (self.sent.scheme, scheme) {
            (Some(_), _) if self.state.switched => self.stop(StepReason::RefusedAgain),
            (None, SchemeName::Bearer | SchemeName::Dpop) if self.can.interactive => {
                with_terms(self.go(StepKind::Authorize, StepReason::CredentialsNeeded), challenge)
            }
            (None, SchemeName::Bearer | SchemeName::Dpop) => {
                with_terms(self.stop(StepReason::CredentialsNeeded), challenge)
            }
            (sent, _) => {
                let reason = if sent.is_some() { StepReason::SchemeRefused } else { StepReason::CredentialsNeeded };
                let step = self.go(StepKind::SwitchScheme, reason);
                let state = State { switched: true, ..step.state };
                with_terms(Step { scheme: Some(scheme), state, ..step }, challenge)
            }
        }
    }

    /// A good credential that does not suffice: never refreshed, never sent again as it is (REQ-CLIENT-07).
    fn forbidden(&self, challenges: &[HeardChallenge]) -> Step {
        let scope = |challenge: &&HeardChallenge| challenge.param("error") == Some("insufficient_scope");
        match challenges.iter().find(scope) {
            Some(challenge) if self.has_token() => self.step_up(challenge, StepReason::InsufficientScope),
            _ => self.stop(StepReason::Forbidden),
        }
    }

    fn client_error(&self, challenges: &[HeardChallenge]) -> Step {
        let invalid = challenges.iter().any(|challenge| challenge.param("error") == Some("invalid_request"));
        self.stop(if invalid { StepReason::InvalidRequest } else { StepReason::ClientError })
    }

    fn wait(&self, now: i64, seed: u64) -> Step {
        let told = field_values(self.response, "retry-after").next().and_then(|value| retry_after(value, now));
        let seconds = told.unwrap_or_else(|| backoff(seed, self.state.waits));
        if self.state.waits >= MOST_WAITS {
            return self.stop(StepReason::RefusedAgain);
        }
        if seconds > LONGEST_SECONDS {
            return Step { seconds, ..self.stop(StepReason::WaitTooLong) };
        }
        let state = State { waits: self.state.waits + 1, ..self.state };
        Step { kind: StepKind::Wait, seconds, replay: self.can.replay, state, ..self.stop(StepReason::Outage) }
    }

    fn field(&self, name: &str) -> Option<String> {
        let value = field_values(self.response, name).next()?;
        core::str::from_utf8(value).ok().map(str::to_owned)
    }
}

/// The scope and the metadata that a challenge names.
fn with_terms(step: Step, challenge: &HeardChallenge) -> Step {
    Step {
        scope: challenge.param("scope").map(str::to_owned),
        resource_metadata: challenge.param("resource_metadata").map(str::to_owned),
        ..step
    }
}

fn is_strong(challenge: &HeardChallenge) -> bool {
    challenge.is_scheme("DPoP") || challenge.is_scheme("Digest")
}

fn field_values<'a>(response: &Response<'a>, name: &str) -> impl Iterator<Item = &'a [u8]> {
    response.fields.iter().filter(move |line| field_name_eq(line.name, name.as_bytes())).map(|line| line.value)
}

/// The strongest first (REQ-CLIENT-02).
const STRENGTH: [SchemeName; 5] =
    [SchemeName::Dpop, SchemeName::Bearer, SchemeName::Digest, SchemeName::ApiKey, SchemeName::Basic];
