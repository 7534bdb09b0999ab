//! No loop of a client's goes on for ever: whatever a server answers, and however often, it sees a handful of requests.
//!
//! The first tests are exhaustive: from the state of a new request they follow every step that any response of a
//! menu can cause, with everything that can have been sent and be done, to the longest way there is. The others play a
//! server and clients.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::collections::HashMap;

use countersign::client::{Abilities, Response, Sent, State, Step, StepKind, StepReason, next_step};
use countersign::{FieldLine, SchemeName};

const NOW: i64 = 1_700_000_000;
/// What a server can say in a challenge, one of each kind that causes a step of its own.
const CHALLENGES: [&str; 11] = [
    "",
    "(what)",
    r#"Bearer error="invalid_token""#,
    r#"Bearer error="invalid_request""#,
    r#"Bearer error="insufficient_scope", scope="w""#,
    r#"DPoP error="use_dpop_nonce""#,
    r#"Digest realm="a", nonce="n", stale=true"#,
    "Basic realm=a",
    "Api-Key realm=a",
    "Basic realm=a, Bearer, Digest nonce=n, DPoP, Api-Key",
    r#"Bearer error="insufficient_user_authentication" Basic realm="x", DPoP error="use_dpop_nonce""#,
];

/// How often something can happen at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Most {
    steps: u32,
    refreshes: u32,
    step_ups: u32,
    switches: u32,
    /// Times that a person is asked for anything.
    asks: u32,
}

impl Most {
    /// The longer way of each kind: of what is known so far, and of a step with what can follow it.
    fn or(self, kind: StepKind, behind: Most) -> Most {
        let count = |known: u32, behind: u32, counts: bool| known.max(behind + u32::from(counts));
        let asks = matches!(kind, StepKind::StepUp | StepKind::Authorize | StepKind::Reauthenticate);
        Most {
            steps: count(self.steps, behind.steps, true),
            refreshes: count(self.refreshes, behind.refreshes, kind == StepKind::Refresh),
            step_ups: count(self.step_ups, behind.step_ups, kind == StepKind::StepUp),
            switches: count(self.switches, behind.switches, kind == StepKind::SwitchScheme),
            asks: count(self.asks, behind.asks, asks),
        }
    }
}

/// The longest ways from the state of a new request, whatever a server answers with these statuses.
fn most(statuses: &[u16]) -> Most {
    most_from(State::new(), statuses, &mut HashMap::new())
}

fn most_from(state: State, statuses: &[u16], known: &mut HashMap<u32, Most>) -> Most {
    if let Some(most) = known.get(&state.to_bits()) {
        return *most;
    }
    let mut most = Most::default();
    for step in every_step(statuses, state).iter().filter(|step| step.kind != StepKind::Stop) {
        // By way of its number, as a host that keeps it elsewhere does. What it counts only grows, so every way ends.
        let next = State::from_bits(step.state.to_bits());
        assert_eq!(next, step.state);
        assert_eq!(spent(next), spent(state) + 1, "{state:?} {:?} {next:?}", step.kind);
        most = most.or(step.kind, most_from(next, statuses, known));
    }
    known.insert(state.to_bits(), most);
    most
}

/// Round trips and waits so far, from the number of the state.
fn spent(state: State) -> u32 {
    (state.to_bits() & 0xFF) + (state.to_bits() >> 8 & 0xFF)
}

/// The steps of every response with one of these statuses, for everything that can have been sent and be done.
fn every_step(statuses: &[u16], state: State) -> Vec<Step> {
    let mut steps = Vec::new();
    let schemes = SchemeName::ALL.map(Some).into_iter().chain([None]);
    for (scheme, flags) in schemes.flat_map(|scheme| (0..64_u32).map(move |flags| (scheme, flags))) {
        let is_set = |place: u32| flags >> place & 1 == 1;
        let can = Abilities {
            refresh: is_set(0),
            interactive: is_set(1),
            schemes: &SchemeName::ALL,
            replay: true,
            idempotent: true,
            strict: is_set(2),
            downgrade: is_set(3),
        };
        let sent = Sent { scheme, expires: is_set(4).then_some(NOW), is_superseded: is_set(5), url: None };
        for (status, challenge) in statuses.iter().flat_map(|status| CHALLENGES.map(|challenge| (*status, challenge))) {
            steps.push(answer(status, challenge, &sent, &can, state));
        }
    }
    steps
}

fn answer(status: u16, challenge: &str, sent: &Sent<'_>, can: &Abilities<'_>, state: State) -> Step {
    let fields = [
        FieldLine::new("WWW-Authenticate", challenge.as_bytes()),
        FieldLine::new("DPoP-Nonce", b"n"),
        FieldLine::new("Retry-After", b"1"),
    ];
    let fields = if challenge.is_empty() { &fields[1..] } else { &fields[..] };
    next_step(&Response { status, fields, url: None }, sent, can, state, NOW, 7)
}

#[test]
fn a_server_that_answers_401_for_ever_sees_four_requests() {
    // REQ-CLIENT-10, REQ-CLIENT-28: the first, and three more.
    assert_eq!(most(&[401]).steps, 3);
    assert_eq!(most(&[401, 403, 400, 407, 404]).steps, 3);
    assert_eq!(most(&[403]).steps, 2, "a newer token, and a step-up");
}

#[test]
fn a_server_that_is_down_for_ever_sees_six() {
    // REQ-CLIENT-17, REQ-CLIENT-28
    assert_eq!(most(&[503]).steps, 5);
    assert_eq!(most(&[0, 429]).steps, 5);
}

#[test]
fn each_thing_that_costs_is_done_once() {
    // REQ-CLIENT-04, REQ-CLIENT-28, REQ-STEPUP-10: whatever it answers, in whatever order; a login may precede a step-up.
    let expected = Most { steps: 8, refreshes: 1, step_ups: 1, switches: 1, asks: 2 };
    assert_eq!(most(&[401, 403, 503]), expected);
}

#[test]
fn a_refresh_is_never_for_anything_but_a_token_at_fault() {
    // REQ-CLIENT-05, REQ-CLIENT-06, REQ-CLIENT-07, REQ-CLIENT-08
    let statuses = [0, 200, 302, 400, 401, 403, 404, 407, 429, 500, 503];
    for step in every_step(&statuses, State::new()) {
        let is_of_token =
            matches!(step.reason, StepReason::InvalidToken | StepReason::Unexplained | StepReason::TokenExpired);
        assert!(step.kind != StepKind::Refresh || is_of_token, "{step:?}");
    }
    for status in statuses.into_iter().filter(|status| *status != 401) {
        assert!(every_step(&[status], State::new()).iter().all(|step| step.kind != StepKind::Refresh), "{status}");
    }
}

/// What many clients share: the version of the token, and how often it was refreshed.
#[derive(Default)]
struct Shared {
    version: u32,
    refreshes: u32,
}

/// One request of a client, between two of its steps.
struct Flight {
    state: State,
    sent_version: u32,
    requests: u32,
    is_done: bool,
}

/// Plays clients that fail together against a server; `good` is the first version of the token that it takes. The order
/// in which they get their answers is mixed from `seed`.
fn storm(clients: usize, good: Option<u32>, seed: usize) -> (Shared, Vec<Flight>) {
    let flight = || Flight { state: State::new(), sent_version: 0, requests: 1, is_done: false };
    let mut flights: Vec<Flight> = (0..clients).map(|_| flight()).collect();
    let mut shared = Shared::default();
    let can = Abilities { refresh: true, replay: true, schemes: &[SchemeName::Bearer], ..Abilities::default() };
    let mut turn = seed;
    while flights.iter().any(|flight| !flight.is_done) {
        turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let waiting: Vec<usize> = (0..clients).filter(|place| !flights[*place].is_done).collect();
        let flight = &mut flights[waiting[(turn >> 33) % waiting.len()]];
        if good.is_some_and(|good| flight.sent_version >= good) {
            flight.is_done = true;
            continue;
        }
        let is_superseded = flight.sent_version < shared.version;
        let sent = Sent { scheme: Some(SchemeName::Bearer), is_superseded, ..Sent::default() };
        let step = answer(401, r#"Bearer error="invalid_token""#, &sent, &can, flight.state);
        flight.state = step.state;
        match step.kind {
            StepKind::Refresh => {
                shared.refreshes += 1;
                shared.version += 1;
            }
            StepKind::Retry => {}
            _ => {
                flight.is_done = true;
                continue;
            }
        }
        flight.sent_version = shared.version;
        flight.requests += 1;
    }
    (shared, flights)
}

#[test]
fn a_storm_of_requests_causes_one_refresh() {
    // REQ-CLIENT-11, REQ-CLIENT-12: in any order, against a server that takes the new token and one that takes none.
    for seed in 0..50 {
        for good in [Some(1), None] {
            let (shared, flights) = storm(200, good, seed);
            assert_eq!(shared.refreshes, 1, "{good:?} {seed}");
            assert!(flights.iter().all(|flight| flight.requests == 2), "{good:?} {seed}");
        }
    }
}

#[test]
fn servers_that_never_stop_see_as_many_requests_as_is_documented() {
    // REQ-CLIENT-28: what docs/CLIENT.md says of each.
    let nonce = r#"DPoP error="use_dpop_nonce""#;
    let invalid = r#"DPoP error="invalid_token""#;
    let everything = Abilities {
        refresh: true,
        interactive: true,
        schemes: &SchemeName::ALL,
        replay: true,
        idempotent: true,
        ..Abilities::default()
    };
    let sent = Sent { scheme: Some(SchemeName::Dpop), ..Sent::default() };
    for (name, answers, requests) in [
        ("401 with invalid_token", &[(401, invalid)][..], 2),
        ("401 without a challenge", &[(401, "")], 2),
        ("401 with use_dpop_nonce", &[(401, nonce)], 2),
        ("401, a nonce and invalid_token in turns", &[(401, nonce), (401, invalid)], 4),
        ("403 with insufficient_scope", &[(403, r#"DPoP error="insufficient_scope""#)], 2),
        ("403", &[(403, "")], 1),
        ("503", &[(503, "")], 6),
        ("no response", &[(0, "")], 6),
        ("503 and 401 in turns", &[(503, ""), (401, invalid)], 4),
    ] {
        let (mut state, mut seen) = (State::new(), 0);
        for (status, challenge) in answers.iter().cycle() {
            seen += 1;
            let step = answer(*status, challenge, &sent, &everything, state);
            state = step.state;
            if step.kind == StepKind::Stop {
                break;
            }
            assert!(seen < 100, "{name}");
        }
        assert_eq!(seen, requests, "{name}");
    }
}
