//! Lines of JSON logs: the names that servers, proxies and frameworks give to the parts of an exchange.
//!
//! One table of names; paths are as `wanted` writes them. Field lines are found below the names of header objects.

use super::access_log::{self, request_line};
use super::fields::Fields;
use super::record::Record;
use super::wanted::{self, Reader};
use super::when;

/// Reads lines into buffers that are used again.
#[derive(Default)]
pub(super) struct JsonLines {
    fields: Fields,
    /// A line of another format that the container's runtime wrapped.
    wrapped: String,
}

impl JsonLines {
    /// Reads one line and gives it to `sink`, or says why it cannot.
    pub(super) fn read(
        &mut self,
        line: &[u8],
        place: u64,
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> Result<(), &'static str> {
        self.fields.clear();
        self.wrapped.clear();
        let mut json = serde_json::Deserializer::from_slice(line);
        wanted::read(&mut json, self)
            .and_then(|()| json.end())
            .map_err(|error| if error.is_eof() { "JSON that breaks off" } else { "no JSON" })?;
        if !self.fields.has_status() && !self.wrapped.is_empty() {
            return self.read_wrapped(place, sink);
        }
        if self.fields.give(place, sink) { Ok(()) } else { Err("JSON without the status and target of a request") }
    }

    fn read_wrapped(&mut self, place: u64, sink: &mut dyn FnMut(&Record<'_>)) -> Result<(), &'static str> {
        let inner = std::mem::take(&mut self.wrapped);
        let inner = inner.trim();
        if inner.starts_with('{') {
            // Once only: what is wrapped in turn has nothing left to unwrap.
            let mut lines = JsonLines::default();
            let mut json = serde_json::Deserializer::from_str(inner);
            wanted::read(&mut json, &mut lines).map_err(|_| "wrapped JSON that cannot be read")?;
            return if lines.fields.give(place, sink) {
                Ok(())
            } else {
                Err("JSON without the status and target of a request")
            };
        }
        sink(&Record { place, ..access_log::read(inner.as_bytes())? });
        Ok(())
    }
}

/// What a member is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Status,
    Method,
    Target,
    RequestLine,
    Host,
    Time,
    Client,
    Agent,
    User,
    Challenge,
    Credentials,
    Cache,
    Reason,
    Wrapped,
}

impl Reader for JsonLines {
    fn wants(&self, path: &str) -> bool {
        part(path).is_some()
            || OBJECTS.contains(&path)
            || header_of(path, &REQUEST_HEADERS).is_some()
            || header_of(path, &RESPONSE_HEADERS).is_some()
    }

    fn text(&mut self, path: &str, text: &str) {
        let fields = &mut self.fields;
        if let Some(name) = header_of(path, &REQUEST_HEADERS) {
            fields.request_header(&name.replace('_', "-"), text);
            if name == "host" {
                fields.host.set_if_empty(text);
            }
            return;
        }
        if let Some(name) = header_of(path, &RESPONSE_HEADERS) {
            return fields.response_header(&name.replace('_', "-"), text);
        }
        match part(path) {
            Some(Part::Status) if !fields.has_status() => fields.set_status(text.parse().unwrap_or(0.0)),
            Some(Part::Method) => fields.method.set_if_empty(text),
            Some(Part::Target) => fields.target.set_if_empty(text),
            Some(Part::RequestLine) => {
                let (method, target) = request_line(text.as_bytes());
                fields.method.set_if_empty(&String::from_utf8_lossy(method));
                fields.target.set_if_empty(&String::from_utf8_lossy(target));
            }
            Some(Part::Host) => fields.host.set_if_empty(text),
            Some(Part::Time) => fields.millis = fields.millis.or_else(|| when::parse(text.as_bytes())),
            Some(Part::Client) => fields.client.set_if_empty(without_port(text)),
            Some(Part::Agent) => fields.agent.set_if_empty(text),
            Some(Part::User) => fields.user.set_if_empty(text),
            Some(Part::Challenge) => fields.challenge(text),
            Some(Part::Credentials) => fields.credentials(text),
            Some(Part::Cache) => fields.cache_status(text),
            Some(Part::Reason) => fields.reason.set_if_empty(text),
            Some(Part::Wrapped) => text.clone_into(&mut self.wrapped),
            Some(Part::Status) | None => {}
        }
    }

    fn number(&mut self, path: &str, number: f64) {
        match part(path) {
            Some(Part::Status) if !self.fields.has_status() => self.fields.set_status(number),
            Some(Part::Time) => self.fields.millis = self.fields.millis.or_else(|| when::number(number)),
            _ => {}
        }
        if let Some("age") = header_of(path, &RESPONSE_HEADERS) {
            self.fields.cached |= number > 0.0;
        }
    }

    fn end(&mut self, path: &str) {
        self.fields.has_request_headers |= REQUEST_HEADERS.contains(&path);
        self.fields.has_response_headers |= RESPONSE_HEADERS.contains(&path);
    }
}

fn part(path: &str) -> Option<Part> {
    NAMES.iter().find(|(_, names)| names.contains(&path)).map(|(part, _)| *part)
}

/// The name of a field below one of these objects.
fn header_of<'a>(path: &'a str, objects: &[&str]) -> Option<&'a str> {
    let (object, name) = path.rsplit_once('.')?;
    objects.contains(&object).then_some(name)
}

/// An address without its port: `192.0.2.7:1234`, `[2001:db8::1]:1234`. Of a list it is the first, who asked.
fn without_port(text: &str) -> &str {
    let first = text.split(',').next().unwrap_or(text).trim();
    match first.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None if first.matches(':').count() == 1 => first.split(':').next().unwrap_or(first),
        None => first,
    }
}

/// nginx, Apache, Caddy, Traefik, Envoy, Cloudflare, Google Cloud, ECS, pino, morgan and `OpenTelemetry` by their usual
/// names.
const NAMES: [(Part, &[&str]); 14] = [
    (
        Part::Status,
        &[
            "status",
            "status_code",
            "statuscode",
            "response.status",
            "response.status_code",
            "response.statuscode",
            "res.status",
            "res.statuscode",
            "http.response.status_code",
            "http.status_code",
            "downstreamstatus",
            "originstatus",
            "edgeresponsestatus",
            "httprequest.status",
            "response_code",
            "sc_status",
            "response_status",
        ],
    ),
    (
        Part::Target,
        &[
            "path",
            "uri",
            "url",
            "request_uri",
            "request.uri",
            "request.url",
            "request.path",
            "req.url",
            "url.path",
            "url.original",
            "url.full",
            "http.target",
            "http.url",
            "requestpath",
            "clientrequesturi",
            "httprequest.requesturl",
            "request_path",
            "request_url",
            "target",
            "x_envoy_original_path",
            "cs_uri_stem",
            "originalurl",
        ],
    ),
    (
        Part::Method,
        &[
            "method",
            "request_method",
            "request.method",
            "req.method",
            "http.request.method",
            "http.method",
            "requestmethod",
            "clientrequestmethod",
            "httprequest.requestmethod",
            "verb",
            "cs_method",
        ],
    ),
    (
        Part::Time,
        &[
            "time",
            "timestamp",
            "ts",
            "@timestamp",
            "time_iso8601",
            "time_local",
            "msec",
            "starttime",
            "start_time",
            "startutc",
            "startlocal",
            "edgestarttimestamp",
            "datetime",
            "date",
            "t",
        ],
    ),
    (
        Part::Client,
        &[
            "remote_addr",
            "client_ip",
            "clientip",
            "remote_ip",
            "request.client_ip",
            "request.remote_ip",
            "request.remote_addr",
            "req.remoteaddress",
            "clienthost",
            "clientaddr",
            "remoteaddr",
            "remote_address",
            "remoteaddress",
            "httprequest.remoteip",
            "source.ip",
            "client.ip",
            "client.address",
            "downstream_remote_address",
            "x_forwarded_for",
            "http_x_forwarded_for",
            "ip",
            "client",
            "remote",
            "remote_host",
        ],
    ),
    (Part::RequestLine, &["request", "requestline", "request_line"]),
    (
        Part::Host,
        &[
            "host",
            "http_host",
            "server_name",
            "request.host",
            "requesthost",
            "clientrequesthost",
            "vhost",
            "authority",
            "url.domain",
            "requestaddr",
        ],
    ),
    (
        Part::Agent,
        &[
            "user_agent",
            "http_user_agent",
            "useragent",
            "user_agent.original",
            "agent",
            "clientrequestuseragent",
            "httprequest.useragent",
            "ua",
        ],
    ),
    (Part::User, &["user", "remote_user", "user_id", "user.name", "username", "sub", "subject", "clientusername"]),
    (
        Part::Challenge,
        &[
            "www_authenticate",
            "sent_http_www_authenticate",
            "upstream_http_www_authenticate",
            "challenge",
            "proxy_authenticate",
            "downstream_www_authenticate",
        ],
    ),
    (Part::Credentials, &["authorization", "http_authorization", "has_authorization", "authenticated"]),
    (Part::Cache, &["upstream_cache_status", "cache_status", "cachestatus", "cachecachestatus", "cache", "x_cache"]),
    (Part::Reason, &["countersign_reason", "reason"]),
    (Part::Wrapped, &["log", "message", "msg"]),
];
const OBJECTS: [&str; 22] = [
    "",
    "request",
    "req",
    "response",
    "res",
    "http",
    "http.request",
    "http.response",
    "httprequest",
    "url",
    "source",
    "client",
    "user",
    "user_agent",
    "request.headers",
    "req.headers",
    "response.headers",
    "res.headers",
    "resp_headers",
    "response_headers",
    "request_headers",
    "headers",
];
const REQUEST_HEADERS: [&str; 4] = ["request.headers", "req.headers", "request_headers", "headers"];
const RESPONSE_HEADERS: [&str; 4] = ["response.headers", "res.headers", "response_headers", "resp_headers"];

#[cfg(test)]
mod tests {
    use super::super::record::Logged;
    use super::*;

    /// Status, method, host, target and client of a line.
    fn told(line: &str) -> (u16, String, String, String, String) {
        let mut found = None;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        JsonLines::default()
            .read(line.as_bytes(), 1, &mut |record| {
                assert_eq!(record.millis, Some(1_700_000_000_000), "{line}");
                found = Some((
                    record.status,
                    text(record.method),
                    text(record.host),
                    text(record.target),
                    text(record.client),
                ));
            })
            .unwrap_or_else(|why| panic!("{why}: {line}"));
        found.unwrap()
    }

    #[test]
    fn the_logs_of_the_usual_servers_are_read() {
        let expected = (401, "GET".into(), "a.example".into(), "/v1/x".into(), "192.0.2.7".into());
        for line in [
            // nginx with a log_format of JSON, Caddy, Traefik, Envoy, Google Cloud, pino, ECS.
            r#"{"time_iso8601":"2023-11-14T22:13:20+00:00","remote_addr":"192.0.2.7","request":"GET /v1/x HTTP/1.1","status":"401","host":"a.example"}"#,
            r#"{"level":"info","ts":1700000000.0,"request":{"remote_ip":"192.0.2.7","method":"GET","host":"a.example","uri":"/v1/x","headers":{"Authorization":["REDACTED"]}},"status":401,"resp_headers":{"Www-Authenticate":["Bearer"]}}"#,
            r#"{"ClientHost":"192.0.2.7","DownstreamStatus":401,"RequestHost":"a.example","RequestMethod":"GET","RequestPath":"/v1/x","StartUTC":"2023-11-14T22:13:20Z"}"#,
            r#"{"start_time":"2023-11-14T22:13:20.000Z","method":"GET","path":"/v1/x","authority":"a.example","response_code":401,"downstream_remote_address":"192.0.2.7:4711"}"#,
            r#"{"timestamp":"2023-11-14T22:13:20Z","host":"a.example","httpRequest":{"requestMethod":"GET","requestUrl":"/v1/x","status":401,"remoteIp":"192.0.2.7"}}"#,
            r#"{"level":30,"time":1700000000000,"req":{"method":"GET","url":"/v1/x","remoteAddress":"192.0.2.7","headers":{"host":"a.example"}},"res":{"statusCode":401,"headers":{}}}"#,
            r#"{"@timestamp":"2023-11-14T22:13:20Z","client":{"ip":"192.0.2.7"},"http":{"request":{"method":"GET"},"response":{"status_code":401}},"url":{"path":"/v1/x","domain":"a.example"}}"#,
            // Wrapped by a container's runtime.
            r#"{"log":"{\"ts\":1700000000,\"client_ip\":\"192.0.2.7\",\"method\":\"GET\",\"path\":\"/v1/x\",\"status\":401,\"host\":\"a.example\"}\n","stream":"stdout"}"#,
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
        let wrapped = r#"{"log":"192.0.2.7 - - [14/Nov/2023:22:13:20 +0000] \"GET /v1/x HTTP/1.1\" 401 0\n","stream":"stdout","time":"2023-11-14T22:13:21Z"}"#;
        assert_eq!(told(wrapped), (401, "GET".into(), String::new(), "/v1/x".into(), "192.0.2.7".into()));
    }

    #[test]
    fn what_the_log_does_not_say_is_not_made_up() {
        let shown = |line: &str| {
            let mut found = None;
            let mut sink = |record: &Record<'_>| {
                let count = match record.challenges {
                    Logged::Yes(lines) => Some(lines.len()),
                    Logged::No => None,
                };
                found = Some((count, record.credentials, record.cached));
            };
            JsonLines::default().read(line.as_bytes(), 1, &mut sink).unwrap();
            found.unwrap()
        };
        let of = |more: &str| shown(&format!(r#"{{"status":401,"path":"/"{more}}}"#));
        assert_eq!(of(""), (None, Logged::No, false));
        assert_eq!(
            of(r#","www_authenticate":"-","authorization":"-","cache":"MISS""#),
            (Some(0), Logged::Yes(false), false)
        );
        assert_eq!(
            of(r#","www_authenticate":"Basic","authorization":"x","cache":"HIT""#),
            (Some(1), Logged::Yes(true), true)
        );
        assert_eq!(of(r#","resp_headers":{},"request":{"headers":{}}"#), (Some(0), Logged::Yes(false), false));
        assert_eq!(
            of(r#","resp_headers":{"WWW-Authenticate":["Basic","Bearer"],"Age":"7"}"#),
            (Some(2), Logged::No, true)
        );
    }

    #[test]
    fn broken_lines_say_what_they_lack() {
        for (line, why) in [
            ("{", "JSON that breaks off"),
            ("{]", "no JSON"),
            ("{} x", "no JSON"),
            ("{}", "JSON without the status and target of a request"),
            (r#"{"status":"x","path":"/"}"#, "JSON without the status and target of a request"),
            (r#"{"log":"hello"}"#, "no time in brackets"),
        ] {
            assert_eq!(JsonLines::default().read(line.as_bytes(), 1, &mut |_| ()), Err(why), "{line}");
        }
    }
}
