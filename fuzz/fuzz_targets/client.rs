//! The client's tolerant reader says what the strict one says where that finds no fault; no step goes on for ever.
#![no_main]

use countersign::client::{Abilities, Response, Sent, State, StepKind, next_step, read_challenges};
use countersign::http::Challenges;
use countersign::{FieldLine, SchemeName};
use libfuzzer_sys::fuzz_target;

const SCHEMES: &[SchemeName] = &SchemeName::ALL;

fuzz_target!(|input: (u8, u16, Vec<&[u8]>)| {
    let (flags, status, values) = input;
    let values = &values[..values.len().min(8)];
    let read = read_challenges(values);
    let strict: Result<Vec<_>, _> = Challenges::new(values).collect();
    if let Ok(strict) = strict {
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
    let fields: Vec<FieldLine<'_>> = values.iter().map(|value| FieldLine::new("WWW-Authenticate", value)).collect();
    let url = |other: bool| Some(if other { "https://b.example/x" } else { "https://a.example" });
    let response = Response { status, fields: &fields, url: url(flags & 2 != 0) };
    let sent = Sent {
        scheme: SchemeName::from_number(u32::from(flags % 6)),
        expires: (flags & 4 != 0).then_some(1_600_000_000),
        is_superseded: flags & 64 != 0,
        url: url(false),
    };
    let can = Abilities {
        refresh: flags & 8 != 0,
        interactive: flags & 16 != 0,
        schemes: SCHEMES,
        replay: true,
        idempotent: true,
        strict: flags & 32 != 0,
        downgrade: flags & 128 != 0,
    };
    let mut state = State::new();
    for turn in 0.. {
        assert!(turn < 7);
        let step = next_step(&response, &sent, &can, state, 1_700_000_000, u64::from(flags));
        if step.kind == StepKind::Stop {
            break;
        }
        state = step.state;
    }
});
