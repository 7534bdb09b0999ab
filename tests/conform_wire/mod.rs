//! Cases in the binary form that `tests/c/conform.c` reads, so that it needs no parser of JSON.

mod client;
mod explain;
mod store;

use base64::Engine as _;
use countersign::json::Value;
use countersign::time::{NANOS_PER_SECOND, Wall};

/// A case in the binary form that `tests/c/conform.c` describes.
pub(crate) struct Wire(Vec<u8>);

impl Wire {
    fn new(operation: u8, id: Value<'_>) -> Wire {
        let mut wire = Wire(vec![operation]);
        wire.text(Some(id));
        wire
    }

    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&u32::try_from(number).unwrap().to_ne_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// A string; absent if there is none or `null`.
    fn text(&mut self, value: Option<Value<'_>>) {
        match value.filter(|value| !value.is_null()) {
            Some(value) => self.bytes(text(value).as_bytes()),
            None => self.0.extend_from_slice(&u32::MAX.to_ne_bytes()),
        }
    }

    fn list<'v>(&mut self, list: impl IntoIterator<Item = Value<'v>>, mut write: impl FnMut(&mut Wire, Value<'v>)) {
        let list: Vec<Value<'_>> = list.into_iter().collect();
        self.number(list.len());
        for value in list {
            write(self, value);
        }
    }

    /// What a check is about: the request, its settings, the wall clock.
    fn request(&mut self, case: Value<'_>) -> Option<()> {
        let request = case.member("request").unwrap();
        let method = request.member("method").map_or_else(|| "GET".into(), text);
        self.bytes(method.as_bytes());
        self.text(request.member("target"));
        self.headers(request.member("headers"));
        self.text(request.member("client_cert_sha256"));
        self.text(case.member("profile"));
        self.text(case.member("scopes"));
        self.time(case.member("now").unwrap())
    }

    /// Pairs of name and value; none if they are absent.
    fn headers(&mut self, headers: Option<Value<'_>>) {
        self.list(items(headers), |wire, pair| {
            let pair = items(Some(pair));
            wire.text(Some(pair[0]));
            match pair[1].member("b64") {
                Some(raw) => wire.bytes(&base64(raw)),
                None => wire.text(Some(pair[1])),
            }
        });
    }

    /// Seconds and nanoseconds; `None` for what they cannot tell.
    fn time(&mut self, value: Value<'_>) -> Option<()> {
        let nanos = Wall::parse(value.raw()).unwrap().nanos();
        let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).ok()?;
        self.0.extend_from_slice(&seconds.to_ne_bytes());
        self.number(usize::try_from(nanos.rem_euclid(NANOS_PER_SECOND)).unwrap());
        Some(())
    }

    /// The JSON of a member, or the string in the member that holds it as text.
    fn document(&mut self, object: Value<'_>, json: &str, raw_text: &str) {
        match object.member(json) {
            Some(value) => self.bytes(value.raw().as_bytes()),
            None => self.text(object.member(raw_text)),
        }
    }
}

fn text(value: Value<'_>) -> String {
    value.as_text().unwrap().to_owned_string()
}

fn items(value: Option<Value<'_>>) -> Vec<Value<'_>> {
    value.into_iter().flat_map(|value| value.as_array().unwrap()).collect()
}

fn base64(value: Value<'_>) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(text(value)).unwrap()
}

/// The case for the C program; `None` for a time beyond what a `struct timespec` holds.
pub(crate) fn wire(case: Value<'_>) -> Option<Vec<u8>> {
    let member = |name: &str| case.member(name);
    let id = member("id").unwrap();
    let wire = match text(member("op").unwrap()).as_str() {
        "check" => check(case)?,
        "store" => store::store(case)?,
        "next_step" => client::next_step(case),
        "explain" => explain::explain(case)?,
        "verify_jws" => {
            let mut wire = Wire::new(b'v', id);
            wire.text(member("token"));
            wire.document(case, "jwks", "jwks_text");
            wire.number(usize::from(member("algorithms").is_some()));
            if member("algorithms").is_some() {
                wire.list(items(member("algorithms")), |wire, name| wire.text(Some(name)));
            }
            wire
        }
        "load_keys" => {
            let mut wire = Wire::new(b'k', id);
            wire.document(case, "jwks", "jwks_text");
            wire
        }
        "parse_challenges" => {
            let mut wire = Wire::new(b'p', id);
            wire.number(usize::from(member("values_b64").is_some()));
            match member("values_b64") {
                Some(values) => wire.list(items(Some(values)), |wire, value| wire.bytes(&base64(value))),
                None => wire.list(items(member("values")), |wire, value| wire.text(Some(value))),
            }
            wire
        }
        "parse_authorization" => {
            let mut wire = Wire::new(b'a', id);
            wire.text(member("value"));
            wire
        }
        "build_challenge" => {
            let mut wire = Wire::new(b'b', id);
            wire.text(member("scheme"));
            wire.list(items(member("params")), |wire, pair| {
                for part in items(Some(pair)) {
                    wire.text(Some(part));
                }
            });
            wire
        }
        "decode" => {
            let mut wire = Wire::new(b'd', id);
            wire.text(member("token"));
            wire
        }
        op => panic!("conform.c has no operation {op}"),
    };
    Some(wire.0)
}

fn check(case: Value<'_>) -> Option<Wire> {
    let mut wire = Wire::new(b'c', case.member("id").unwrap());
    wire.document(case, "policy", "policy_text");
    wire.list(items(case.member("keys")), |wire, keys| {
        wire.text(keys.member("issuer"));
        wire.document(keys, "jwks", "jwks_text");
    });
    wire.request(case)?;
    wire.list(items(case.member("revoked")), |wire, id| wire.text(Some(id)));
    Some(wire)
}
