//! The operation `next_step` in binary form.

use countersign::SchemeName;
use countersign::json::Value;

use super::{Wire, items, text};

pub(super) fn next_step(case: Value<'_>) -> Wire {
    let mut wire = Wire::new(b'n', case.member("id").unwrap());
    let member = |holder: &str, name: &str| {
        case.member(holder).and_then(|holder| holder.member(name)).filter(|value| !value.is_null())
    };
    let truth = |holder: &str, name: &str| usize::from(member(holder, name).is_some_and(|value| value.raw() == "true"));
    wire.number(member("sent", "scheme").map_or(0, scheme));
    wire.number(truth("sent", "superseded"));
    wire.number(usize::from(member("sent", "expires").is_some()));
    wire.whole(member("sent", "expires"));
    wire.text(member("sent", "url"));
    for name in ["refresh", "interactive", "replay", "idempotent", "strict", "downgrade"] {
        wire.number(truth("can", name));
    }
    wire.list(items(member("can", "schemes")), |wire, name| wire.number(scheme(name)));
    wire.number(case.member("state").map_or(0, |state| state.raw().parse().unwrap()));
    wire.whole(case.member("now"));
    wire.whole(case.member("seed"));
    wire.list(items(case.member("responses")), |wire, response| {
        wire.number(response.member("status").unwrap().raw().parse().unwrap());
        wire.headers(response.member("headers"));
        wire.text(response.member("url"));
    });
    wire
}

impl Wire {
    /// 64 bits; 0 for what is absent.
    fn whole(&mut self, value: Option<Value<'_>>) {
        let number: i64 = value.map_or(0, |value| value.raw().parse().unwrap());
        self.0.extend_from_slice(&number.to_ne_bytes());
    }
}

fn scheme(name: Value<'_>) -> usize {
    usize::try_from(SchemeName::parse(&text(name)).unwrap().number()).unwrap()
}
