//! An API that keeps every rule, for tests that change one thing about it.

use crate::server::{Asked, Reply, Server};

/// The token that it takes.
pub(crate) const TOKEN: &str =
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnktc3ViamVjdCJ9.Q2FuYXJ5U2lnbmF0dXJlT2ZUaGVUb2tlbjAxMjM0NTY3ODk";
/// The page that may call it.
pub(crate) const PAGE: &str = "https://app.example.com";

/// A request as the API sees it.
pub(crate) struct Seen<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) authorization: Vec<&'a str>,
    pub(crate) origin: Option<&'a str>,
    pub(crate) is_preflight: bool,
    /// How many came before it.
    pub(crate) number: usize,
}

/// An answer to be changed before it is sent.
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Said {
    pub(crate) fn remove(&mut self, name: &str) {
        self.fields.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn challenge(&mut self, value: &str) {
        if self.get("WWW-Authenticate").is_some() {
            self.set("WWW-Authenticate", value);
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// In HTTP/1.1; nothing but the head to HEAD.
    pub(crate) fn bytes(&self, method: &str) -> Vec<u8> {
        let fields: Vec<String> = self.fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let fields = fields.concat();
        let body = if method == "HEAD" { "" } else { &self.body };
        let (status, length) = (self.status, self.body.len());
        let length = if status == 204 { String::new() } else { format!("Content-Length: {length}\r\n") };
        format!("HTTP/1.1 {status} X\r\n{fields}{length}\r\n{body}").into_bytes()
    }
}

/// An API at `/` in which `change` has the last word.
pub(crate) fn api(change: impl Fn(&Seen<'_>, &mut Said) + Send + 'static) -> Server {
    api_that_says(move |seen, said| {
        let mut said = said;
        change(seen, &mut said);
        Reply::Bytes(said.bytes(seen.method))
    })
}

/// The same, down to the bytes.
pub(crate) fn api_that_says(reply: impl Fn(&Seen<'_>, Said) -> Reply + Send + 'static) -> Server {
    Server::http(answering(reply))
}

/// What such a server does with a request.
pub(crate) fn answering(
    reply: impl Fn(&Seen<'_>, Said) -> Reply + Send + 'static,
) -> impl Fn(&Asked<'_>) -> Reply + Send + 'static {
    let count = std::cell::Cell::new(0);
    move |asked: &Asked<'_>| {
        let seen = see(asked, count.replace(count.get() + 1));
        let said = good(&seen);
        reply(&seen, said)
    }
}

fn see<'a>(asked: &Asked<'a>, number: usize) -> Seen<'a> {
    let lines = || asked.head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let of =
        |name: &'static str| lines().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let origin = of("origin").next();
    let method = asked.head.split(' ').next().unwrap_or_default();
    let is_preflight = method == "OPTIONS" && origin.is_some() && of("access-control-request-method").next().is_some();
    Seen { method, target: asked.path, authorization: of("authorization").collect(), origin, is_preflight, number }
}

fn good(seen: &Seen<'_>) -> Said {
    let mut said = judged(seen);
    if seen.origin == Some(PAGE) {
        said.set("Access-Control-Allow-Origin", PAGE);
        said.set("Vary", "Accept, Origin");
        said.set("Access-Control-Expose-Headers", "WWW-Authenticate");
    }
    said
}

fn judged(seen: &Seen<'_>) -> Said {
    if seen.is_preflight {
        let mut said = Said { status: 204, fields: Vec::new(), body: String::new() };
        said.set("Access-Control-Allow-Headers", "Content-Type, Authorization");
        return said;
    }
    let malformed = "The Authorization header is malformed";
    match seen.authorization.as_slice() {
        [] => denied(401, None),
        [line] => match line.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                if token == TOKEN {
                    let mut said = Said { status: 200, fields: Vec::new(), body: "{\"reports\":[]}".to_owned() };
                    said.set("Cache-Control", "private");
                    said
                } else if token.contains(['"', ' ']) {
                    denied(400, Some(("invalid_request", malformed)))
                } else {
                    denied(401, Some(("invalid_token", "The access token is not valid")))
                }
            }
            Some((scheme, _)) if !scheme.contains(':') => denied(401, None),
            _ => denied(401, Some(("invalid_request", malformed))),
        },
        _ => denied(400, Some(("invalid_request", malformed))),
    }
}

fn denied(status: u16, error: Option<(&str, &str)>) -> Said {
    let more = error.map(|(error, text)| format!(", error=\"{error}\", error_description=\"{text}\""));
    let mut said = Said { status, fields: Vec::new(), body: format!("{{\"status\":{status}}}") };
    said.set("WWW-Authenticate", &format!("Bearer realm=\"api\"{}", more.unwrap_or_default()));
    said.set("Cache-Control", "no-store");
    said.set("Content-Type", "application/problem+json");
    said
}
