//! Sending the requests of a probe, one behind the other, within bounds.
//!
//! Each has a connection of its own, a time, and a size that is read of its answer; all together have a time. No
//! redirect is followed, no cookie kept, no compression taken.

use std::io::Read as _;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use countersign::http::Url;
use ureq::http::{HeaderName, HeaderValue, Request};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector as _, DefaultConnector};
use ureq::{Agent, Error};

use super::answer::{Answer, Exchange, Outcome};
use super::credentials::Credentials;
use super::requests::{Kind, Method, Plan, REQUESTS};
use super::tap::Tap;
use crate::fault::Fault;
use crate::get_fault::{GetFault, fault};
use crate::output::{FAINT, note, printable};

/// How requests are sent, wherever to.
pub(crate) struct Sender {
    pub(crate) tls: TlsConfig,
    pub(crate) method: Method,
    /// Of `--header`.
    pub(crate) fields: Vec<(HeaderName, HeaderValue)>,
    pub(crate) credentials: Credentials,
    /// Of the page that calls.
    pub(crate) origin: String,
    pub(crate) timeout: Duration,
    pub(crate) verbose: bool,
}

impl Sender {
    /// Sends every request to `url`; a fault if not even the first is answered, or not about credentials.
    pub(crate) fn probe(&self, url: &str, shown: &str) -> Result<Vec<Exchange>, Fault> {
        let end = Instant::now() + LONGEST_RUN;
        let mut exchanges = Vec::new();
        let mut failures = 0;
        for plan in &REQUESTS {
            let method = plan.method.unwrap_or(self.method);
            let outcome = match (plan.authorization)(&self.credentials) {
                None => Outcome::NotSent(match plan.kind {
                    Kind::Query => "without --query-token",
                    _ => "without --token-file",
                }),
                Some(_) if failures >= FAILURES => Outcome::NotSent("after three that were not answered"),
                Some(_) if Instant::now() >= end => Outcome::NotSent("for the time was used up"),
                Some(lines) => match self.ask(url, plan, method, &lines) {
                    // Whoever has no time, or stands in front, would answer all of them so: no rule would be held to
                    // anything, and no rule broken.
                    Ok(answer) if answer.is_besides() && exchanges.is_empty() => {
                        let text = format!("{shown}: status {}, which says nothing of credentials", answer.status);
                        return Err(Fault::new(text).next("probe again when the server has time, and past its proxy"));
                    }
                    Ok(answer) => Outcome::Answered(Box::new(answer)),
                    Err(missed) if exchanges.is_empty() => {
                        let text = format!("{shown}: {}", self.credentials.hide(&missed.cause));
                        let fault = Fault::new(text);
                        return Err(match missed.next {
                            Some(next) => fault.next(next),
                            None => fault,
                        });
                    }
                    Err(missed) => {
                        failures += 1;
                        Outcome::Failed(self.credentials.hide(&missed.cause))
                    }
                },
            };
            let exchange = Exchange { plan, method, outcome };
            if self.verbose {
                tell(shown, &exchange);
            }
            exchanges.push(exchange);
        }
        Ok(exchanges)
    }

    fn ask(&self, url: &str, plan: &Plan, method: Method, lines: &[String]) -> Result<Answer, GetFault> {
        let request = self.request(url, plan, method, lines)?;
        let tap = Tap::new(method == Method::Head);
        let left = tap.left();
        let agent = self.agent(url, tap);
        let mut response = agent.run(request).map_err(fault)?;
        let headers = std::mem::take(response.headers_mut());
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let read = response.body_mut().as_reader().take(BODY_BYTES).read_to_end(&mut body);
        read.map_err(|error| fault(Error::from(error)))?;
        // The connection ends with these two, and what is left on it is counted.
        drop(response);
        drop(agent);
        Ok(Answer::new(status, headers, body, left.load(Ordering::Acquire)))
    }

    fn request(&self, url: &str, plan: &Plan, method: Method, lines: &[String]) -> Result<Request<()>, GetFault> {
        let url = if plan.kind == Kind::Query {
            let mark = if Url::parse(url).is_some_and(|parts| parts.has_query) { '&' } else { '?' };
            format!("{url}{mark}access_token={}", self.credentials.query())
        } else {
            url.to_owned()
        };
        let mut request = Request::builder().method(method.name()).uri(url);
        for (name, value) in &self.fields {
            request = request.header(name, value);
        }
        if plan.cross_origin {
            request = request.header("Origin", &self.origin);
        }
        if plan.kind == Kind::Preflight {
            request = request
                .header("Access-Control-Request-Method", self.method.name())
                .header("Access-Control-Request-Headers", "authorization");
        }
        for line in lines {
            request = request.header("Authorization", line);
        }
        request.body(()).map_err(|_| GetFault::new("no request can be made of these options"))
    }

    fn agent(&self, url: &str, tap: Tap) -> Agent {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .max_response_header_size(HEAD_BYTES)
            .timeout_global(Some(self.timeout))
            .user_agent(concat!("countersign-probe/", env!("CARGO_PKG_VERSION")))
            .accept("application/json, */*;q=0.5")
            .tls_config(self.tls.clone());
        if Url::parse(url).is_some_and(|parts| parts.is_loopback()) {
            // To a proxy, this machine would be another one.
            config = config.proxy(None);
        }
        Agent::with_parts(config.build(), DefaultConnector::new().chain(tap), DefaultResolver::default())
    }
}

fn tell(shown: &str, exchange: &Exchange) {
    let came = match &exchange.outcome {
        Outcome::Answered(answer) => answer.status.to_string(),
        Outcome::Failed(cause) => printable(cause),
        Outcome::NotSent(why) => format!("not sent, {why}"),
    };
    note(FAINT, "probe:", &format!("{} {shown} {}: {came}", exchange.method.name(), exchange.plan.id));
}

/// All requests to one server; what is not sent by then is told.
const LONGEST_RUN: Duration = Duration::from_secs(60);
/// Unanswered requests until no more are sent.
const FAILURES: usize = 3;
/// Read of a body; denials are a few hundred bytes.
const BODY_BYTES: u64 = 64 << 10;
/// Of a response head.
const HEAD_BYTES: usize = 32 << 10;
