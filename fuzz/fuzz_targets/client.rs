//! The client's tolerant reader says what the strict one says where that finds no fault, and invents nothing where it
//! does; no step goes on for ever, from whatever state; a credential goes to one origin.
#![no_main]

use arbitrary::Arbitrary;
use countersign::client::{
    Abilities, Reading, Response, Sent, State, StepKind, is_same_origin, may_send_to, next_step, read_challenges,
    token_fresh,
};
use countersign::http::{Challenges, Url};
use countersign::{FieldLine, SchemeName, limits};
use libfuzzer_sys::fuzz_target;

const SCHEMES: &[SchemeName] = &SchemeName::ALL;
const NOW: i64 = 1_700_000_000;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    flags: u16,
    status: u16,
    state: u32,
    times: (i64, Option<i64>, i64),
    seed: u64,
    values: Vec<&'a [u8]>,
    retry_after: Option<&'a [u8]>,
    nonce: Option<&'a [u8]>,
    urls: (&'a str, &'a str),
}

fuzz_target!(|input: Input<'_>| {
    let values = &input.values[..input.values.len().min(8)];
    let read = read_challenges(values);
    says_what_the_strict_one_says(&read, values);
    invents_nothing(&read, values);
    ends(&input, values);
    let (granted, target) = input.urls;
    if may_send_to(granted, target, input.flags & 1 != 0) {
        assert!(is_same_origin(granted, target) && is_same_origin(target, granted));
    }
    // Where both are URLs as the fetching of keys takes them, the host is the same too.
    if let (Some(one), Some(other)) = (Url::parse(granted), Url::parse(target)) {
        assert!(!is_same_origin(granted, target) || one.is_same_host(&other) && one.is_https == other.is_https);
        assert!(is_same_origin(granted, granted));
    }
    let (expires, lifetime, now) = input.times;
    assert!(!token_fresh(expires, lifetime, now) || expires > now);
});

fn says_what_the_strict_one_says(read: &Reading, values: &[&[u8]]) {
    let strict: Result<Vec<_>, _> = Challenges::new(values).collect();
    let Ok(strict) = strict else { return };
    assert_eq!(read.challenges.len(), strict.len(), "{:?}", read.warnings);
    for (heard, challenge) in read.challenges.iter().zip(&strict) {
        assert_eq!(heard.scheme, challenge.scheme);
        assert_eq!(heard.token68.as_deref(), challenge.token68);
        let params: Vec<(String, String)> = challenge
            .params()
            .map(|param| {
                let value: Vec<u8> = param.value.bytes().collect();
                (param.name.to_ascii_lowercase(), String::from_utf8_lossy(&value).into_owned())
            })
            .collect();
        assert_eq!(heard.params, params);
    }
}

/// Everything that was read stands in a line, in the order of the lines; nothing is read out of the midst of a word.
fn invents_nothing(read: &Reading, values: &[&[u8]]) {
    assert!(read.challenges.len() <= limits::CHALLENGES && read.warnings.len() <= limits::CHALLENGE_WARNINGS);
    for warning in &read.warnings {
        assert!(warning.offset <= values[warning.value].len());
    }
    let stands = |text: &[u8]| {
        let is_here =
            |line: &&[u8]| text.is_empty() || line.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text));
        values.iter().any(|line| is_here(&line))
    };
    let is_escaped = values.iter().any(|line| line.contains(&b'\\') || core::str::from_utf8(line).is_err());
    for challenge in &read.challenges {
        assert!(stands(challenge.scheme.as_bytes()) && challenge.params.len() <= limits::AUTH_PARAMS);
        assert!(challenge.token68.is_none() || challenge.params.is_empty());
        for (place, (name, value)) in challenge.params.iter().enumerate() {
            assert!(stands(name.as_bytes()) && (is_escaped || stands(value.as_bytes())), "{name}={value}");
            assert!(challenge.params[..place].iter().all(|(other, _)| other != name));
        }
    }
    // A line that is one quoted text holds no challenge, whatever stands in it.
    if values.iter().all(|line| line.first() == Some(&b'"')) {
        assert!(read.challenges.is_empty());
    }
}

fn ends(input: &Input<'_>, values: &[&[u8]]) {
    let flag = |place: u16| input.flags >> place & 1 != 0;
    let mut fields: Vec<FieldLine<'_>> = values.iter().map(|value| FieldLine::new("WWW-Authenticate", value)).collect();
    fields.extend(input.retry_after.map(|value| FieldLine::new("Retry-After", value)));
    fields.extend(input.nonce.map(|value| FieldLine::new("DPoP-Nonce", value)));
    let response = Response { status: input.status, fields: &fields, url: flag(0).then_some(input.urls.1) };
    let sent = Sent {
        scheme: SchemeName::from_number(u32::from(input.flags >> 8 & 7)),
        expires: flag(1).then_some(NOW),
        is_superseded: flag(2),
        url: flag(11).then_some(input.urls.0),
    };
    let can = Abilities {
        refresh: flag(3),
        interactive: flag(4),
        schemes: SCHEMES,
        replay: flag(12),
        idempotent: flag(5),
        strict: flag(6),
        downgrade: flag(7),
    };
    let mut state = State::from_bits(input.state);
    for turn in 0.. {
        assert!(turn < 7, "one answer for ever causes five waits or three round trips");
        let step = next_step(&response, &sent, &can, state, NOW, input.seed);
        assert!(step.kind != StepKind::Refresh || input.status == 401 && sent.scheme.is_some());
        assert!(step.nonce.as_deref().is_none_or(|nonce| nonce.bytes().all(|byte| matches!(byte, b' '..=b'~'))));
        assert!(step.seconds.is_none_or(|seconds| seconds <= 300 || step.kind == StepKind::Stop));
        assert_eq!(State::from_bits(step.state.to_bits()), step.state);
        if step.kind == StepKind::Stop {
            break;
        }
        state = step.state;
    }
}
