//! What is handed to the core: the exchange, with token, policy, keys and time beside it.

use std::path::Path;

use countersign::explain::{Exchange, Finding, PolicyText, Redirect, RequestHead, ResponseHead, explain};
use countersign::jose::{KeySet, Origin};
use countersign::time::{NANOS_PER_SECOND, Wall};
use countersign::{FieldLine, Reason};

use super::args::ExplainArgs;
use super::forms::{Form, Found, Line, field};
use super::select::{Selected, location};
use crate::fault::Fault;
use crate::input;
use crate::keys::fault_text;
use crate::known::Known;
use crate::policy::Refs;

/// Whose clock the request is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// `--now`.
    Option,
    /// The response's Date, which the core reads itself.
    Date,
    /// The beginning of the entry.
    Entry,
    /// The system's.
    System,
}

impl Clock {
    /// The word of `--json`.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Clock::Option => "option",
            Clock::Date => "date",
            Clock::Entry => "entry",
            Clock::System => "system",
        }
    }

    /// The clock in words.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Clock::Option => "--now",
            Clock::Date => "the response's Date",
            Clock::Entry => "when the entry began",
            Clock::System => "this machine's clock",
        }
    }
}

/// Everything that the core is asked with.
pub(super) struct Judged<'a> {
    args: &'a ExplainArgs,
    request: Option<Request>,
    response: Option<Response<'a>>,
    hops: Vec<Hop>,
    token: Option<Vec<u8>>,
    policy: Option<(Vec<u8>, Refs)>,
    keys: Vec<(String, Vec<u8>)>,
    /// The time, unless it is the response's.
    pub(super) now: Option<Wall>,
    /// Whose time it is.
    pub(super) clock: Clock,
}

struct Request {
    method: String,
    target: String,
    lines: Vec<Line>,
}

struct Response<'a> {
    status: u16,
    lines: &'a [Line],
    body: &'a [u8],
}

struct Hop {
    status: u16,
    from: Option<String>,
    location: String,
}

impl<'a> Judged<'a> {
    /// Puts together what the options and the input say.
    pub(super) fn new(args: &'a ExplainArgs, found: &'a Found, selected: &Selected) -> Result<Judged<'a>, Fault> {
        let exchange = found.exchanges.get(selected.index);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let token = match &args.token_file {
            Some(path) => Some(read_token(path)?),
            None => found.token.clone(),
        };
        let request = exchange.and_then(|exchange| exchange.sent.as_ref()).map(|sent| Request {
            method: or_default(text(&sent.method), "GET"),
            target: args.url.clone().unwrap_or_else(|| or_default(text(&sent.target), "/")),
            lines: sent.lines.clone(),
        });
        // An address and a token make a request, where the input has the response alone.
        let request = request.or_else(|| {
            let (target, token) = (args.url.clone()?, token.as_deref()?);
            let line = (b"Authorization".to_vec(), [b"Bearer ", token].concat());
            Some(Request { method: "GET".to_owned(), target, lines: vec![line] })
        });
        let mut hops: Vec<Hop> =
            selected.hops.iter().filter_map(|hop| Some(hop_of(found.exchanges.get(*hop)?))).collect();
        if let Some(first) = hops.first_mut()
            && first.from.is_none()
        {
            first.from.clone_from(&args.url);
        }
        let policy = args
            .policy
            .as_deref()
            .map(|path| Ok((input::read(path, "a policy with --policy")?, Refs::read(&args.refs)?)));
        let policy = policy.transpose()?;
        let keys = policy.as_ref().map(|(text, _)| read_keys(args, text)).transpose()?.unwrap_or_default();
        let heard = exchange.and_then(|exchange| exchange.heard.as_ref());
        let response = heard.map(|heard| Response { status: heard.status, lines: &heard.lines, body: &heard.body });
        let has_date = heard.is_some_and(|heard| field(&heard.lines, "date").is_some());
        let started = exchange.and_then(|exchange| exchange.started);
        let (clock, now) = match (&args.now, has_date, started) {
            (Some(now), ..) => (Clock::Option, Some(input::now(Some(now))?)),
            (None, true, _) => (Clock::Date, None),
            (None, false, Some(started)) if found.form == Form::Har => {
                (Clock::Entry, Some(Wall::from_nanos(i128::from(started) * NANOS_PER_SECOND)))
            }
            _ => (Clock::System, Some(input::now(None)?)),
        };
        Ok(Judged { args, request, response, hops, token, policy, keys, now, clock })
    }

    /// Asks the core.
    pub(super) fn explain(&self) -> Vec<Finding> {
        let sent = self.request.as_ref().map_or_else(Vec::new, |request| borrowed(&request.lines));
        let heard = self.response.as_ref().map_or_else(Vec::new, |response| borrowed(response.lines));
        let hops: Vec<Redirect<'_>> = self
            .hops
            .iter()
            .map(|hop| Redirect { status: hop.status, from: hop.from.as_deref(), location: &hop.location })
            .collect();
        let refs = self.policy.as_ref().map_or_else(Vec::new, |(_, refs)| refs.borrowed());
        let keys: Vec<(&str, &[u8])> =
            self.keys.iter().map(|(issuer, set)| (issuer.as_str(), set.as_slice())).collect();
        let revoked: Vec<&str> = self.args.revoked.iter().map(String::as_str).collect();
        explain(&Exchange {
            request: self.request.as_ref().map(|request| RequestHead {
                method: &request.method,
                target: &request.target,
                headers: &sent,
                client_cert_sha256: self.args.client_cert_sha256.as_deref(),
            }),
            response: self.response.as_ref().map(|response| ResponseHead {
                status: response.status,
                headers: &heard,
                body: response.body,
            }),
            redirects: &hops,
            token: self.token.as_deref(),
            policy: self.policy.as_ref().map(|(json, _)| PolicyText { json, refs: &refs }),
            keys: &keys,
            profile: self.args.profile.as_deref(),
            scopes: self.args.scopes.as_deref(),
            revoked: &revoked,
            now: self.now,
            reason: self.args.reason,
        })
    }

    /// Whether the check could be run, so that more can be proved by nothing.
    pub(super) fn has_policy(&self) -> bool {
        self.policy.is_some()
    }
}

fn borrowed(lines: &[Line]) -> Vec<FieldLine<'_>> {
    lines.iter().map(|(name, value)| FieldLine { name, value }).collect()
}

fn or_default(text: String, default: &str) -> String {
    if text.is_empty() { default.to_owned() } else { text }
}

fn hop_of(exchange: &super::forms::Exchange) -> Hop {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Hop {
        status: exchange.status(),
        from: exchange.sent.as_ref().map(|sent| text(&sent.target)),
        location: text(location(exchange).unwrap_or_default()),
    }
}

fn read_token(path: &Path) -> Result<Vec<u8>, Fault> {
    let text = input::read(path, "a file with the token with --token-file")?;
    let token = input::without_line_end(&text).to_vec();
    if token.is_empty() {
        return Err(
            Fault::new(format!("{} is empty", input::name_of(path))).next("put the token that was sent into it")
        );
    }
    Ok(token)
}

fn read_keys(args: &ExplainArgs, policy: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let known = Known::read(policy);
    known.check_profile(args.profile.as_deref())?;
    let read = |argument: &std::ffi::OsString| {
        let argument = argument.to_str().ok_or_else(|| Fault::new("--keys is not UTF-8"))?;
        let (issuer, path) = known.split_keys(argument)?;
        let text = input::read(&path, "a JWK Set with --keys")?;
        // What no key source would take: told here, as the core only sees that keys are missing.
        if let Err(fault) = KeySet::load(&text, Origin::Pushed) {
            let name = input::name_of(&path);
            let next = format!("`countersign keys --fetched {name}` tells what is wrong with each key");
            return Err(Fault::new(fault_text(&name, &text, &fault)).reason(Reason::JwksInvalid).next(next));
        }
        Ok((issuer, text))
    };
    args.keys.iter().map(read).collect()
}
