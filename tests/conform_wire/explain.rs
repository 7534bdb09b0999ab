//! The operation `explain` in binary form.

use countersign::Reason;
use countersign::json::Value;
use countersign::time::{NANOS_PER_SECOND, Wall};

use super::{Wire, base64, items};

pub(super) fn explain(case: Value<'_>) -> Option<Wire> {
    let mut wire = Wire::new(b'e', case.member("id").unwrap());
    let present = |value: &Value<'_>| !value.is_null();
    let request = case.member("request").filter(present);
    let response = case.member("response").filter(present);
    let of = |holder: Option<Value<'_>>, name: &str| holder.and_then(|holder| holder.member(name)).is_some();
    match request {
        Some(request) if of(Some(request), "method") => wire.text(request.member("method")),
        Some(_) => wire.bytes(b"GET"),
        None => wire.text(None),
    }
    wire.text(request.and_then(|request| request.member("target")));
    wire.headers(request.and_then(|request| request.member("headers")));
    wire.text(request.and_then(|request| request.member("client_cert_sha256")).filter(present));
    wire.number(response.map_or(0, |response| response.member("status").unwrap().raw().parse().unwrap()));
    wire.headers(response.and_then(|response| response.member("headers")));
    wire.raw_or_text(response.and_then(|response| response.member("body")).filter(present));
    wire.list(items(case.member("redirects")), |wire, redirect| {
        wire.number(redirect.member("status").unwrap().raw().parse().unwrap());
        wire.text(redirect.member("from").filter(present));
        wire.text(redirect.member("location"));
    });
    wire.raw_or_text(case.member("token").filter(present));
    wire.document(case, "policy", "policy_text");
    wire.list(items(case.member("keys")), |wire, set| {
        wire.text(set.member("issuer"));
        wire.document(set, "jwks", "jwks_text");
    });
    wire.text(case.member("profile").filter(present));
    wire.text(case.member("scopes").filter(present));
    wire.list(items(case.member("revoked")), |wire, id| wire.text(Some(id)));
    let now = case.member("now").filter(present);
    wire.number(usize::from(now.is_some()));
    let nanos = now.map_or(0, |now| Wall::parse(now.raw()).unwrap().nanos());
    let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).ok()?;
    wire.0.extend_from_slice(&seconds.to_ne_bytes());
    wire.number(usize::try_from(nanos.rem_euclid(NANOS_PER_SECOND)).unwrap());
    let reason = case.member("reason").filter(present).and_then(|reason| reason.as_text());
    let reason = reason.map_or(Some(0), |name| Reason::from_name(&name.to_owned_string()).map(Reason::number));
    wire.number(usize::try_from(reason?).unwrap());
    Some(wire)
}

impl Wire {
    /// A string, or the bytes of `{"b64": "..."}`.
    fn raw_or_text(&mut self, value: Option<Value<'_>>) {
        match value.and_then(|value| value.member("b64")) {
            Some(raw) => self.bytes(&base64(raw)),
            None => self.text(value),
        }
    }
}
