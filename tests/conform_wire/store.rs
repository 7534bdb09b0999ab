//! The steps of the operation `store`.

use countersign::json::Value;
use countersign::time::Wall;

use super::{Wire, items};

pub(super) fn store(case: Value<'_>) -> Option<Wire> {
    let mut wire = Wire::new(b's', case.member("id").unwrap());
    wire.document(case, "policy", "policy_text");
    let mut steps = Wire(Vec::new());
    let list = items(case.member("steps"));
    steps.number(list.len());
    for value in list {
        let (verb, value) = value.as_object().unwrap().next().unwrap();
        step(&mut steps, &verb.to_owned_string(), value)?;
    }
    wire.bytes(&steps.0);
    Some(wire)
}

fn step(wire: &mut Wire, verb: &str, value: Value<'_>) -> Option<()> {
    let member = |name: &str| value.member(name);
    let letter = match verb {
        "next_fetch" => b'n',
        "fetch_done" => b'd',
        "check" => b'c',
        "set_keys" => b'k',
        "revoke" => b'r',
        "set_revoked" => b'R',
        "generation" => b'g',
        verb => panic!("conform.c has no step {verb}"),
    };
    wire.number(letter.into());
    match letter {
        b'n' => clocks(wire, value)?,
        b'd' => {
            let ticket = member("ticket").unwrap();
            let place = ticket.as_number().map_or(LAST, |place| place.parse().unwrap_or(LAST).min(LAST - 1));
            wire.0.extend_from_slice(&place.to_ne_bytes());
            outcome(wire, member("outcome").unwrap());
            clocks(wire, value)?;
        }
        b'c' => {
            wire.request(value)?;
            wire.0.extend_from_slice(&member("monotonic").map_or(0, nanos).to_ne_bytes());
        }
        b'k' => {
            wire.text(member("issuer"));
            wire.document(value, "jwks", "jwks_text");
            wire.number(usize::from(member("fetched_at").is_some()));
            if let Some(fetched_at) = member("fetched_at") {
                wire.time(fetched_at)?;
                clocks(wire, value)?;
            }
        }
        b'g' => wire.text(Some(value)),
        _ => names(wire, value)?,
    }
    Some(())
}

/// Both clocks.
fn clocks(wire: &mut Wire, step: Value<'_>) -> Option<()> {
    wire.time(step.member("now").unwrap())?;
    wire.0.extend_from_slice(&nanos(step.member("monotonic").unwrap()).to_ne_bytes());
    Some(())
}

fn nanos(value: Value<'_>) -> u64 {
    u64::try_from(Wall::parse(value.raw()).unwrap().nanos()).unwrap()
}

/// Its number in the header, then body, `ETag` and `Cache-Control`.
fn outcome(wire: &mut Wire, value: Value<'_>) {
    let not_modified = value.member("not_modified");
    let number = match value.as_text().map(|word| word.to_owned_string()).as_deref() {
        None if not_modified.is_none() => 1,
        None | Some("not_modified") => 2,
        Some("failed") => 3,
        Some(_) => 4,
    };
    wire.number(number);
    match number {
        1 => wire.document(value, "body", "body_text"),
        _ => wire.text(None),
    }
    wire.text(value.member("etag"));
    match not_modified.unwrap_or(value).member("max_age").filter(|max_age| !max_age.is_null()) {
        Some(seconds) => wire.bytes(format!("max-age={}", seconds.raw()).as_bytes()),
        None => wire.text(None),
    }
}

/// The three lists, each behind a number that tells whether it is there.
fn names(wire: &mut Wire, value: Value<'_>) -> Option<()> {
    for name in ["ids", "sessions"] {
        wire.number(usize::from(value.member(name).is_some()));
        if let Some(list) = value.member(name) {
            wire.list(items(Some(list)), |wire, name| wire.text(Some(name)));
        }
    }
    wire.number(usize::from(value.member("subjects").is_some()));
    let Some(subjects) = value.member("subjects") else { return Some(()) };
    let subjects = items(Some(subjects));
    wire.number(subjects.len());
    for entry in subjects {
        wire.text(entry.member("subject"));
        let before: i64 = entry.member("before").unwrap().raw().parse().ok()?;
        wire.0.extend_from_slice(&before.to_ne_bytes());
    }
    Some(())
}

const LAST: u32 = u32::MAX;
