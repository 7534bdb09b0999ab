//! What a client does next: each reason, each status, and servers that never stop refusing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use countersign::client::{Abilities, Response, Sent, State, Step, StepKind, StepReason, next_step};
use countersign::{FieldLine, SchemeName};

const NOW: i64 = 1_700_000_000;
const ALL: &[SchemeName] =
    &[SchemeName::Bearer, SchemeName::Dpop, SchemeName::Digest, SchemeName::Basic, SchemeName::ApiKey];
const EVERYTHING: Abilities<'_> = Abilities {
    refresh: true,
    interactive: true,
    schemes: ALL,
    replay: true,
    idempotent: true,
    strict: false,
    downgrade: false,
};
const BEARER: Sent<'_> = Sent { scheme: Some(SchemeName::Bearer), expires: None, is_superseded: false, url: None };
const NOTHING: Sent<'_> = Sent { scheme: None, ..BEARER };

fn step_with(status: u16, fields: &[(&str, &str)], sent: Sent<'_>, can: &Abilities<'_>, state: State) -> Step {
    let lines: Vec<FieldLine<'_>> = fields.iter().map(|(name, value)| FieldLine::new(name, value.as_bytes())).collect();
    next_step(&Response { status, fields: &lines, url: None }, &sent, can, state, NOW, 7)
}

fn step(status: u16, challenge: &str, sent: Sent<'_>, can: &Abilities<'_>) -> (StepKind, StepReason) {
    let fields = [("WWW-Authenticate", challenge)];
    let fields = if challenge.is_empty() { &fields[..0] } else { &fields[..] };
    let step = step_with(status, fields, sent, can, State::new());
    (step.kind, step.reason)
}

#[test]
fn a_refresh_is_for_a_token_that_is_at_fault() {
    // REQ-CLIENT-04, REQ-CLIENT-05, REQ-CLIENT-06, REQ-CLIENT-07, REQ-CLIENT-08, REQ-CLIENT-23
    use StepKind as K;
    use StepReason as R;
    for (status, challenge, kind, reason) in [
        (401, r#"Bearer realm="a", error="invalid_token""#, K::Refresh, R::InvalidToken),
        (401, r#"bearer REALM=a, Error="invalid_token""#, K::Refresh, R::InvalidToken),
        (401, r#"DPoP error="invalid_token", algs="ES256""#, K::Refresh, R::InvalidToken),
        (401, r#"Basic realm="a", Bearer error="invalid_token""#, K::Refresh, R::InvalidToken),
        (401, r#"Bearer realm="a""#, K::Refresh, R::Unexplained),
        (401, "", K::Refresh, R::Unexplained),
        (401, r#"Bearer error="invalid_request""#, K::Stop, R::InvalidRequest),
        (400, r#"Bearer error="invalid_request""#, K::Stop, R::InvalidRequest),
        (401, r#"Bearer error="insufficient_user_authentication""#, K::StepUp, R::AuthenticationInsufficient),
        (401, r#"Bearer error="insufficient_scope", scope="a""#, K::StepUp, R::InsufficientScope),
        (403, r#"Bearer error="insufficient_scope", scope="a""#, K::StepUp, R::InsufficientScope),
        (403, r#"Bearer error="invalid_token""#, K::Stop, R::Forbidden),
        (403, "", K::Stop, R::Forbidden),
        (401, r#"Bearer error="invalid_dpop_proof""#, K::Stop, R::InvalidProof),
        (401, r#"Bearer error="something_new""#, K::Stop, R::ErrorUnknown),
        (401, r#"Hawk realm="a", Negotiate"#, K::Stop, R::SchemeUnsupported),
        (401, r#"Basic realm="a""#, K::SwitchScheme, R::SchemeRefused),
        (401, "(what)", K::Refresh, R::Unexplained),
        (407, r#"Bearer error="invalid_token""#, K::Stop, R::ProxyAuthentication),
        (200, r#"Bearer error="invalid_token""#, K::Stop, R::Answered),
        (302, "", K::Stop, R::Answered),
        (404, "", K::Stop, R::ClientError),
        (500, "", K::Stop, R::ServerError),
        (502, r#"Bearer error="invalid_token""#, K::Stop, R::ServerError),
    ] {
        assert_eq!(step(status, challenge, BEARER, &EVERYTHING), (kind, reason), "{status} {challenge}");
    }
    let strict = Abilities { strict: true, ..EVERYTHING };
    assert_eq!(step(401, "", BEARER, &strict), (K::Stop, R::Unexplained));
    let superseded = Sent { is_superseded: true, ..BEARER };
    let challenge = r#"Bearer error="invalid_token""#;
    assert_eq!(step(401, challenge, superseded, &EVERYTHING), (K::Retry, R::TokenSuperseded), "REQ-CLIENT-12");
    let without = Abilities { refresh: false, ..EVERYTHING };
    assert_eq!(step(401, challenge, BEARER, &without), (K::Reauthenticate, R::InvalidToken));
    let alone = Abilities { refresh: false, interactive: false, ..EVERYTHING };
    assert_eq!(step(401, challenge, BEARER, &alone), (K::Stop, R::InvalidToken));
    assert_eq!(step(403, r#"Bearer error="insufficient_scope""#, BEARER, &alone), (K::Stop, R::InsufficientScope));
}

#[test]
fn without_a_credential_the_strongest_scheme_is_taken() {
    // REQ-CLIENT-02, REQ-CLIENT-24, REQ-CLIENT-27
    use StepKind as K;
    let first = step_with(
        401,
        &[
            ("WWW-Authenticate", r#"Basic realm="a""#),
            ("www-authenticate", r#"Bearer scope="r w", resource_metadata=https://a.example/.well-known/x"#),
        ],
        NOTHING,
        &EVERYTHING,
        State::new(),
    );
    assert_eq!((first.kind, first.reason), (K::Authorize, StepReason::CredentialsNeeded));
    assert_eq!(first.scope.as_deref(), Some("r w"));
    assert_eq!(first.resource_metadata.as_deref(), Some("https://a.example/.well-known/x"));
    assert_eq!(first.reading.warnings.len(), 1);

    for (schemes, offered, taken) in [
        (ALL, "Basic realm=a, Api-Key realm=a, Digest realm=a, nonce=n, algorithm=SHA-256", Some(SchemeName::Digest)),
        (ALL, "Digest nonce=n, algorithm=MD5, Digest nonce=n, algorithm=sha-512-256", Some(SchemeName::Digest)),
        (ALL, "Digest realm=a, nonce=n, Basic realm=a", Some(SchemeName::Basic)),
        (ALL, "Digest realm=a, nonce=n", Some(SchemeName::Digest)),
        (ALL, "Basic realm=a, Api-Key realm=a", Some(SchemeName::ApiKey)),
        (&[SchemeName::Basic], "Basic realm=a, Api-Key realm=a", Some(SchemeName::Basic)),
        (&[SchemeName::Basic], "Api-Key realm=a", None),
    ] {
        let can = Abilities { schemes, ..EVERYTHING };
        let step = step_with(401, &[("WWW-Authenticate", offered)], NOTHING, &can, State::new());
        assert_eq!(step.scheme, taken, "{offered}");
        assert_eq!(step.kind == K::SwitchScheme, taken.is_some());
    }

    let basic = [("WWW-Authenticate", r#"Basic realm="a""#)];
    let seen = step_with(401, &[("WWW-Authenticate", "Digest nonce=n")], NOTHING, &EVERYTHING, State::new()).state;
    let lone = step_with(401, &basic, NOTHING, &EVERYTHING, seen.for_next_request());
    assert_eq!((lone.kind, lone.reason), (K::Stop, StepReason::Downgrade));
    let consent = Abilities { downgrade: true, ..EVERYTHING };
    let lone = step_with(401, &basic, NOTHING, &consent, seen.for_next_request());
    assert_eq!(lone.scheme, Some(SchemeName::Basic));
    assert_eq!(step(401, "", NOTHING, &EVERYTHING), (K::Stop, StepReason::ChallengeMissing));
    assert_eq!(step(401, "(x)", NOTHING, &EVERYTHING), (K::Stop, StepReason::ChallengesUnreadable));
}

#[test]
fn a_nonce_is_used_once_more_and_no_refresh_is_spent() {
    // REQ-CLIENT-09, REQ-CLIENT-26
    let dpop = Sent { scheme: Some(SchemeName::Dpop), ..BEARER };
    let fields = [("WWW-Authenticate", r#"DPoP error="use_dpop_nonce""#), ("DPoP-Nonce", "n-1")];
    let first = step_with(401, &fields, dpop, &EVERYTHING, State::new());
    assert_eq!((first.kind, first.nonce.as_deref()), (StepKind::Retry, Some("n-1")));
    let expired = [("WWW-Authenticate", r#"DPoP error="invalid_token""#)];
    assert_eq!(step_with(401, &expired, dpop, &EVERYTHING, first.state).kind, StepKind::Refresh);
    let without = step_with(401, &fields[..1], dpop, &EVERYTHING, State::new());
    assert_eq!((without.kind, without.reason), (StepKind::Stop, StepReason::DpopNonce));

    let digest = Sent { scheme: Some(SchemeName::Digest), ..BEARER };
    let stale = [("WWW-Authenticate", r#"Digest realm="a", nonce="n-2", stale=TRUE"#)];
    let again = step_with(401, &stale, digest, &EVERYTHING, State::new());
    assert_eq!((again.kind, again.nonce.as_deref()), (StepKind::Retry, Some("n-2")));
    let wrong = [("WWW-Authenticate", r#"Digest realm="a", nonce="n-2""#)];
    let wrong = step_with(401, &wrong, digest, &EVERYTHING, State::new());
    assert_eq!((wrong.kind, wrong.reason), (StepKind::Reauthenticate, StepReason::CredentialsRefused));
}

#[test]
fn a_step_up_carries_what_the_server_asks_for() {
    // REQ-STEPUP-03, REQ-STEPUP-08, REQ-STEPUP-10
    let challenge =
        r#"Bearer error="insufficient_user_authentication", acr_values="gold silver", max_age=300, scope="pay""#;
    let fields = [("WWW-Authenticate", challenge)];
    let first = step_with(401, &fields, BEARER, &EVERYTHING, State::new());
    assert_eq!(first.kind, StepKind::StepUp);
    assert_eq!(
        (first.acr_values.as_deref(), first.max_age, first.scope.as_deref()),
        (Some("gold silver"), Some(300), Some("pay"))
    );
    let second = step_with(401, &fields, BEARER, &EVERYTHING, first.state);
    assert_eq!((second.kind, second.reason), (StepKind::Stop, StepReason::RefusedAgain));
    let odd = [("WWW-Authenticate", r#"Bearer error="insufficient_user_authentication", max_age="-1""#)];
    assert_eq!(step_with(401, &odd, BEARER, &EVERYTHING, State::new()).max_age, None);
}

#[test]
fn an_outage_is_waited_for_and_a_body_that_is_gone_is_not_sent_again() {
    // REQ-CLIENT-17, REQ-CLIENT-18, REQ-CLIENT-21
    for (status, value, kind, seconds) in [
        (503, "30", StepKind::Wait, 30),
        (429, "0", StepKind::Wait, 0),
        (503, "Tue, 14 Nov 2023 22:13:50 GMT", StepKind::Wait, 30),
        (503, "301", StepKind::Stop, 301),
    ] {
        let step = step_with(status, &[("Retry-After", value)], BEARER, &EVERYTHING, State::new());
        assert_eq!((step.kind, step.seconds), (kind, Some(seconds)), "{value}");
    }
    let step = step_with(503, &[], BEARER, &EVERYTHING, State::new());
    assert!(step.kind == StepKind::Wait && step.seconds.unwrap() <= 2);
    let gone = Abilities { replay: false, ..EVERYTHING };
    let step = step_with(401, &[("WWW-Authenticate", r#"Bearer error="invalid_token""#)], BEARER, &gone, State::new());
    assert_eq!((step.kind, step.replay), (StepKind::Refresh, false));
}

#[test]
fn no_server_is_asked_for_ever() {
    // REQ-CLIENT-10, REQ-CLIENT-28
    let challenges = [
        "",
        "Bearer realm=a",
        r#"Bearer error="invalid_token""#,
        r#"Bearer error="insufficient_scope""#,
        r#"Bearer error="insufficient_user_authentication""#,
        r#"DPoP error="use_dpop_nonce""#,
        r#"Digest nonce="n", stale=true"#,
        "Basic realm=a",
        "Api-Key realm=a",
        "Basic realm=a, Bearer, Digest nonce=n",
        "Negotiate",
    ];
    for status in [401, 403, 429, 503] {
        for sent in [
            NOTHING,
            BEARER,
            Sent { is_superseded: true, ..BEARER },
            Sent { scheme: Some(SchemeName::Basic), ..BEARER },
        ] {
            // Whatever it says in turns: the first of a pair, then the other, for ever.
            for (first, other) in challenges.iter().flat_map(|one| challenges.iter().map(move |other| (one, other))) {
                let (mut state, mut requests, mut sent, mut refreshes) = (State::new(), 0, sent, 0);
                loop {
                    requests += 1;
                    let challenge = if requests % 2 == 1 { first } else { other };
                    let fields = [("WWW-Authenticate", *challenge), ("DPoP-Nonce", "n"), ("Retry-After", "1")];
                    let step = step_with(status, &fields, sent, &EVERYTHING, state);
                    refreshes += u32::from(step.kind == StepKind::Refresh);
                    if step.kind == StepKind::Stop {
                        break;
                    }
                    sent.scheme = match step.kind {
                        StepKind::SwitchScheme => step.scheme,
                        StepKind::Authorize => Some(SchemeName::Bearer),
                        _ => sent.scheme,
                    };
                    // By way of its number, as a host that keeps it elsewhere does.
                    state = State::from_bits(step.state.to_bits());
                    assert!(requests < 10, "{status} {first} {other}");
                }
                assert!(requests <= if status < 429 { 4 } else { 6 }, "{requests}: {status} {first} {other}");
                assert!(refreshes <= 1, "{status} {first} {other}");
            }
        }
    }
}
