//! The one step that a response asks for.
//!
//! A refresh helps where the token is at fault and nowhere else (RFC 6750 section 3.1): not for a request that is
//! malformed, not for a right that is missing. What was tried once is not tried again: the state counts.

use super::asked::{Abilities, Response, Sent};
use super::choice::{select_relevant, select_strongest};
use super::heard::{HeardChallenge, Reading};
use super::reading::read_challenges;
use super::state::{MOST_TRIPS, MOST_WAITS, State};
use super::step::{Step, StepKind, StepReason};
use super::wait::{LONGEST_SECONDS, backoff, retry_after};
use crate::http::{Url, field_name_eq};
use crate::scheme_name::SchemeName;

/// The step after `response`, at `now` (seconds since 1970). `seed` spreads the waits of clients that fail together.
///
/// ```
/// use countersign::client::{Abilities, Response, Sent, State, StepKind, next_step};
/// use countersign::{FieldLine, SchemeName};
///
/// let fields = [FieldLine::new("WWW-Authenticate", br#"Bearer realm="api", error="invalid_token""#)];
/// let response = Response { status: 401, fields: &fields, url: None };
/// let sent = Sent { scheme: Some(SchemeName::Bearer), ..Sent::default() };
/// let can = Abilities { refresh: true, replay: true, schemes: &[SchemeName::Bearer], ..Abilities::default() };
/// let step = next_step(&response, &sent, &can, State::new(), 1_700_000_000, 7);
/// assert_eq!((step.kind, step.replay), (StepKind::Refresh, true));
/// let step = next_step(&response, &sent, &can, step.state, 1_700_000_001, 7);
/// assert_eq!(step.kind, StepKind::Stop, "once");
/// ```
pub fn next_step(
    response: &Response<'_>,
    sent: &Sent<'_>,
    can: &Abilities<'_>,
    state: State,
    now: i64,
    seed: u64,
) -> Step {
    let values: Vec<&[u8]> = field_values(response, "www-authenticate").collect();
    let reading = read_challenges(&values);
    let saw_strong = state.saw_strong || reading.challenges.iter().any(HeardChallenge::is_strong);
    let asked = Asked { response, sent, can, state, now, seed, is_challenged: !values.is_empty() };
    let mut step = asked.step(&reading.challenges);
    step.state.saw_strong = saw_strong;
    step.reading = reading;
    step
}

/// What one call knows.
struct Asked<'a> {
    response: &'a Response<'a>,
    sent: &'a Sent<'a>,
    can: &'a Abilities<'a>,
    state: State,
    now: i64,
    seed: u64,
    is_challenged: bool,
}

impl Asked<'_> {
    fn step(&self, challenges: &[HeardChallenge]) -> Step {
        let is_elsewhere = self.sent.is_answered_elsewhere(self.response);
        match self.response.status {
            0 => self.no_response(),
            1..=399 => self.stop(StepReason::Answered),
            401 | 403 if is_elsewhere => self.stop(StepReason::OtherOrigin),
            401 => self.unauthorized(challenges),
            403 => self.forbidden(challenges),
            407 => self.stop(StepReason::ProxyAuthentication),
            429 | 503 => self.outage(),
            400 if self.sent.scheme.is_none() && !is_elsewhere => self.bad_request(challenges),
            400..=499 => self.client_error(challenges),
            _ => self.stop(StepReason::ServerError),
        }
    }

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
            nonce: self.dpop_nonce().filter(|_| self.sent.scheme == Some(SchemeName::Dpop)),
            seconds: None,
            reading: Reading::default(),
        }
    }

    /// A step that causes another round trip, if there may be one (REQ-CLIENT-28).
    fn go(&self, kind: StepKind, reason: StepReason) -> Step {
        if self.state.trips >= MOST_TRIPS {
            return self.stop(StepReason::RefusedAgain);
        }
        let state = State { trips: self.state.trips + 1, nonced: false, ..self.state };
        Step { kind, replay: self.can.replay, state, ..self.stop(reason) }
    }

    /// A step by which the request gets another credential of its kind, once (REQ-CLIENT-10).
    fn renewal(&self, kind: StepKind, reason: StepReason) -> Step {
        if self.state.renewed {
            return self.stop(StepReason::RefusedAgain);
        }
        let mut step = self.go(kind, reason);
        step.state.renewed |= step.kind != StepKind::Stop;
        step
    }

    fn unauthorized(&self, challenges: &[HeardChallenge]) -> Step {
        let Some(challenge) = select_relevant(challenges, self.sent) else { return self.choose(challenges) };
        with_terms(self.refused(challenge), challenge)
    }

    /// The credential was refused, and `challenge` says why or says nothing.
    fn refused(&self, challenge: &HeardChallenge) -> Step {
        match challenge.error() {
            Some("invalid_request") => self.stop(StepReason::InvalidRequest),
            Some(error) if self.sent.has_token() => match error {
                "invalid_token" => self.renew(StepReason::InvalidToken),
                "use_dpop_nonce" => self.nonce(self.dpop_nonce(), StepReason::DpopNonce),
                "invalid_dpop_proof" => self.stop(StepReason::InvalidProof),
                "insufficient_user_authentication" => self.step_up(StepReason::AuthenticationInsufficient),
                "insufficient_scope" => self.step_up(StepReason::InsufficientScope),
                _ => self.stop(StepReason::ErrorUnknown),
            },
            _ if self.sent.has_token() => self.unexplained(),
            _ if self.sent.scheme == Some(SchemeName::Digest) && challenge.is_stale() => {
                let nonce = challenge.param("nonce").filter(|nonce| is_plain(nonce));
                self.nonce(nonce.map(str::to_owned), StepReason::DigestStale)
            }
            _ if self.can.interactive => self.renewal(StepKind::Reauthenticate, StepReason::CredentialsRefused),
            _ => self.stop(StepReason::CredentialsRefused),
        }
    }

    /// The token is not good: another one helps, once (REQ-CLIENT-04, REQ-CLIENT-10, REQ-CLIENT-12).
    fn renew(&self, reason: StepReason) -> Step {
        match (self.can.refresh, self.can.interactive) {
            _ if self.sent.is_superseded => self.renewal(StepKind::Retry, StepReason::TokenSuperseded),
            (true, _) => self.renewal(StepKind::Refresh, reason),
            (_, true) => self.renewal(StepKind::Reauthenticate, reason),
            _ if self.state.renewed => self.stop(StepReason::RefusedAgain),
            _ => self.stop(reason),
        }
    }

    /// A 401 that names no error (REQ-CLIENT-05).
    fn unexplained(&self) -> Step {
        match self.sent.is_past(self.now) {
            true => self.renew(StepReason::TokenExpired),
            false if self.can.strict => self.stop(StepReason::Unexplained),
            false => self.renew(StepReason::Unexplained),
        }
    }

    /// The nonce may be all that was wrong; another one right behind it is not (REQ-CLIENT-09, REQ-CLIENT-26).
    fn nonce(&self, nonce: Option<String>, reason: StepReason) -> Step {
        let mut step = match (&nonce, self.state.nonced) {
            (None, _) => self.stop(reason),
            (Some(_), true) => self.stop(StepReason::RefusedAgain),
            (Some(_), false) => self.go(StepKind::Retry, reason),
        };
        step.state.nonced |= step.kind != StepKind::Stop;
        Step { nonce, ..step }
    }

    /// More than a refresh can give: the person has to do something, once (REQ-STEPUP-08, REQ-STEPUP-10).
    fn step_up(&self, reason: StepReason) -> Step {
        if self.state.stepped_up {
            return self.stop(StepReason::RefusedAgain);
        }
        if !self.can.interactive {
            return self.stop(reason);
        }
        if self.sent.is_superseded && !self.state.renewed {
            // Another request may have stepped up meanwhile: a person is not asked twice for one thing.
            return self.renewal(StepKind::Retry, StepReason::TokenSuperseded);
        }
        let mut step = self.go(StepKind::StepUp, reason);
        if step.kind != StepKind::Stop {
            (step.state.stepped_up, step.state.renewed) = (true, true);
        }
        step
    }

    /// Nothing speaks of what was sent: is there a scheme to go on with? (REQ-CLIENT-02)
    fn choose(&self, challenges: &[HeardChallenge]) -> Step {
        if challenges.is_empty() {
            return match (self.sent.has_token(), self.is_challenged) {
                (true, _) => self.unexplained(),
                (_, true) => self.stop(StepReason::ChallengesUnreadable),
                _ => self.stop(StepReason::ChallengeMissing),
            };
        }
        let Some((scheme, challenge)) = select_strongest(challenges, self.can.schemes) else {
            return self.stop(StepReason::SchemeUnsupported);
        };
        let is_alone = !challenges.iter().any(HeardChallenge::is_strong);
        if scheme == SchemeName::Basic && is_alone && self.state.saw_strong && !self.can.downgrade {
            return self.stop(StepReason::Downgrade);
        }
        let step = match (self.sent.scheme, scheme) {
            (None, SchemeName::Bearer | SchemeName::Dpop) if self.can.interactive => {
                self.renewal(StepKind::Authorize, StepReason::CredentialsNeeded)
            }
            (None, SchemeName::Bearer | SchemeName::Dpop) => self.stop(StepReason::CredentialsNeeded),
            _ if self.state.switched => self.stop(StepReason::RefusedAgain),
            (sent, _) => self.switch(scheme, sent.map_or(StepReason::CredentialsNeeded, |_| StepReason::SchemeRefused)),
        };
        with_terms(step, challenge)
    }

    fn switch(&self, scheme: SchemeName, reason: StepReason) -> Step {
        let mut step = self.go(StepKind::SwitchScheme, reason);
        if step.kind != StepKind::Stop {
            (step.scheme, step.state.switched) = (Some(scheme), true);
            step.nonce = step.nonce.or_else(|| self.dpop_nonce().filter(|_| scheme == SchemeName::Dpop));
        }
        step
    }

    /// A good credential that does not suffice: never refreshed, never sent again as it is (REQ-CLIENT-07).
    fn forbidden(&self, challenges: &[HeardChallenge]) -> Step {
        let is_of_scope =
            |challenge: &&HeardChallenge| challenge.is_of_token() && challenge.error() == Some("insufficient_scope");
        match challenges.iter().find(is_of_scope) {
            Some(challenge) if self.sent.has_token() => {
                with_terms(self.step_up(StepReason::InsufficientScope), challenge)
            }
            _ => self.stop(StepReason::Forbidden),
        }
    }

    /// Some servers say so that a credential is missing, and challenge for one (RFC 9110 section 11.6.1).
    fn bad_request(&self, challenges: &[HeardChallenge]) -> Step {
        let step = self.client_error(challenges);
        let is_challenge = step.reason == StepReason::ClientError && !challenges.is_empty();
        if is_challenge { self.choose(challenges) } else { step }
    }

    fn client_error(&self, challenges: &[HeardChallenge]) -> Step {
        let mut errors = challenges.iter().filter(|challenge| challenge.is_of_token()).map(HeardChallenge::error);
        let is_of_request = errors.any(|error| error == Some("invalid_request"));
        self.stop(if is_of_request { StepReason::InvalidRequest } else { StepReason::ClientError })
    }

    fn outage(&self) -> Step {
        let told = field_values(self.response, "retry-after").next().and_then(|value| retry_after(value, self.now));
        let seconds = told.unwrap_or_else(|| backoff(self.seed, self.state.waits));
        if seconds > LONGEST_SECONDS {
            return Step { seconds: Some(seconds), ..self.stop(StepReason::WaitTooLong) };
        }
        self.wait(seconds, StepReason::Outage)
    }

    /// Nobody knows whether the request arrived (REQ-CLIENT-17, REQ-CLIENT-22).
    fn no_response(&self) -> Step {
        if !self.can.idempotent {
            return self.stop(StepReason::NoResponse);
        }
        self.wait(backoff(self.seed, self.state.waits), StepReason::NoResponse)
    }

    fn wait(&self, seconds: u64, reason: StepReason) -> Step {
        if self.state.waits >= MOST_WAITS {
            return self.stop(StepReason::RefusedAgain);
        }
        let state = State { waits: self.state.waits + 1, ..self.state };
        Step { kind: StepKind::Wait, seconds: Some(seconds), replay: self.can.replay, state, ..self.stop(reason) }
    }

    /// The nonce for the next proof: one field line with a `nonce` (RFC 9449 section 8.1).
    fn dpop_nonce(&self) -> Option<String> {
        let mut lines = field_values(self.response, "dpop-nonce");
        let (Some(nonce), None) = (lines.next(), lines.next()) else { return None };
        let nonce = core::str::from_utf8(nonce).ok()?.trim_matches([' ', '\t']);
        let fits = is_plain(nonce) && !nonce.contains([' ', '"', '\\']);
        fits.then(|| nonce.to_owned())
    }
}

/// What the deciding challenge asks for.
fn with_terms(step: Step, challenge: &HeardChallenge) -> Step {
    let text = |name: &str| challenge.param(name).map(str::to_owned);
    let max_age = challenge.param("max_age").filter(|age| age.bytes().all(|digit| digit.is_ascii_digit()));
    let is_fetched = |url: &&str| Url::parse(url).is_some_and(|url| url.is_https || url.is_loopback());
    Step {
        scope: text("scope"),
        acr_values: text("acr_values"),
        max_age: max_age.and_then(|age| age.parse::<u32>().ok()).map(u64::from),
        resource_metadata: challenge.param("resource_metadata").filter(is_fetched).map(str::to_owned),
        ..step
    }
}

/// Whether a nonce is there, and can be written again as it was sent.
fn is_plain(nonce: &str) -> bool {
    !nonce.is_empty() && nonce.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn field_values<'a>(response: &Response<'a>, name: &str) -> impl Iterator<Item = &'a [u8]> {
    response.fields.iter().filter(move |line| field_name_eq(line.name, name.as_bytes())).map(|line| line.value)
}
