//! `check`: one request, judged by a policy as a server would judge it.

use std::path::PathBuf;
use std::sync::Arc;

use countersign::claims::Scopes;
use countersign::time::{Now, Wall};
use countersign::{Decision, Detail, FieldLine, KeyStore, KeysRefused, Need, Reason, Request, SchemeName, Verifier};

use crate::args::CheckArgs;
use crate::fault::{Answer, Fault, Outcome};
use crate::fetch::{self, Fetcher};
use crate::input::{self, Clock};
use crate::json::{Object, array, string};
use crate::known::Known;
use crate::output::{BAD, FAINT, GOOD, Output, TITLE, paint, printable};
use crate::policy::{self, Refs};
use crate::request::OwnedRequest;

/// Judges the request and shows the response.
pub(crate) fn run(args: &CheckArgs, out: &mut Output) -> Outcome {
    if !args.fetch && (args.fetching.verbose || args.fetching.cacert.is_some()) {
        return Err(Fault::new("--verbose and --cacert are for --fetch").next("add --fetch, or leave them out"));
    }
    let refs = Refs::read(&args.refs)?;
    let text = input::read(&args.policy, "the policy document with --policy")?;
    let policy = policy::load(&text, &refs, &args.policy)?;
    let known = Known::read(&text);
    known.check_profile(args.profile.as_deref())?;
    check_scopes(args.scopes.as_deref())?;
    let store = Arc::new(policy.key_store(&fetch::entropy()?));
    // A store made one line above is this policy's.
    let verifier =
        Verifier::with_store(policy, store).ok_or_else(|| Fault::new("the key store is another policy's"))?;
    for keys in &args.keys {
        push_keys(&verifier, &known, keys)?;
    }
    verifier.store().set_revoked(args.revoked.iter().map(String::as_str));
    let request = read_request(args)?;
    let clock = Clock::new(args.now.as_deref())?;
    let mut decision = Decision::new();
    let mut now = clock.now();
    judge(&verifier, args, &request, now, &mut decision);
    if args.fetch && fetch_needed(verifier.store(), &decision, args, &clock)? {
        now = clock.now();
        judge(&verifier, args, &request, now, &mut decision);
    }
    if out.is_json() {
        write_json(&decision, out);
    } else {
        if args.show_token {
            write_request(&request, out);
        }
        write_response(&decision, out);
        write_findings(&decision, args, now.wall, out);
    }
    Ok(Answer::from_bool(decision.allowed()))
}

/// Fetches what the decision waits for; whether that brought another set to judge by.
fn fetch_needed(store: &KeyStore, decision: &Decision, args: &CheckArgs, clock: &Clock) -> Result<bool, Fault> {
    let Some(Need::Keys { issuer, generation, .. }) = decision.need() else { return Ok(false) };
    let attempts = Fetcher::new(&args.fetching)?.fetch_due(store, &|| clock.now());
    let is_other = store.generation(issuer) != Some(generation);
    if !is_other {
        fetch::warn_of_failures(&attempts);
    }
    Ok(is_other)
}

fn judge(verifier: &Verifier, args: &CheckArgs, request: &OwnedRequest, now: Now, decision: &mut Decision) {
    let lines: Vec<FieldLine<'_>> = request.lines.iter().map(|(name, value)| FieldLine { name, value }).collect();
    let method = args.method.as_deref().map(str::as_bytes).or(request.method.as_deref()).unwrap_or(b"GET");
    let target = args.target.as_deref().map(str::as_bytes).or(request.target.as_deref()).unwrap_or(b"/");
    let mut call = Request::from_bytes(method, target, &lines, now.wall).monotonic(now.monotonic);
    if let Some(profile) = &args.profile {
        call = call.profile(profile);
    }
    if let Some(scopes) = &args.scopes {
        call = call.scopes(scopes);
    }
    if let Some(thumbprint) = &args.client_cert_sha256 {
        call = call.client_cert_sha256(thumbprint);
    }
    verifier.check_blocking(&call, decision);
}

fn read_request(args: &CheckArgs) -> Result<OwnedRequest, Fault> {
    let path = match (&args.request, &args.input) {
        (Some(path), _) => Some(path.clone()),
        (None, Some(input)) if input == "-" => Some(PathBuf::from("-")),
        (None, Some(_)) => {
            let next =
                "write --request FILE for a file, -H 'Authorization: Bearer ...' for a header, `-` for standard input";
            return Err(Fault::new("the only word that may stand alone is `-`").next(next));
        }
        (None, None) => None,
    };
    let mut request = match path {
        Some(path) => {
            let text = input::read(&path, "a file with a request head with --request")?;
            OwnedRequest::from_text(&text, &input::name_of(&path))?
        }
        None => OwnedRequest::default(),
    };
    for (index, line) in args.headers.iter().enumerate() {
        request.push_line(input::bytes_of(line), &format!("-H number {}", index + 1))?;
    }
    Ok(request)
}

fn check_scopes(scopes: Option<&str>) -> Result<(), Fault> {
    match scopes {
        Some(scopes) if Scopes::parse(scopes).is_none() => Err(Fault::new(
            "--scopes holds what no scope may: quotes, backslashes, controls or characters outside ASCII",
        )
        .next("write --scopes 'read:reports write:reports'")),
        _ => Ok(()),
    }
}

fn push_keys(verifier: &Verifier, known: &Known, argument: &std::ffi::OsStr) -> Result<(), Fault> {
    let argument = argument.to_str().ok_or_else(|| Fault::new("--keys is not UTF-8"))?;
    let (issuer, path) = known.split_keys(argument)?;
    let text = input::read(&path, "a JWK Set with --keys")?;
    let Err(refused) = verifier.store().set_keys(&issuer, &text) else { return Ok(()) };
    let message = match &refused {
        KeysRefused::Set(fault) => crate::keys::fault_text(&input::name_of(&path), &text, fault),
        other => format!("{}: {other}", input::name_of(&path)),
    };
    let next = format!(
        "`countersign keys --fetched {}` tells what is wrong with each key; secrets belong into the policy",
        input::name_of(&path)
    );
    Err(Fault::new(message).reason(Reason::JwksInvalid).next(next))
}

fn write_json(decision: &Decision, out: &mut Output) {
    let fields = decision.fields().map(|(name, value)| array([string(name), string(value)]));
    let claims = decision.claims().map(|claims| {
        let mut text = Vec::new();
        claims.write_compact(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    let need = decision.need().and_then(|need| match need {
        Need::Keys { issuer, jwks_uri: Some(jwks_uri), .. } => {
            let keys = Object::new().text("issuer", issuer).text("jwks_uri", jwks_uri).finish();
            Some(Object::new().raw("keys", &keys).finish())
        }
        _ => None,
    });
    let object = Object::new()
        .raw("status", &decision.http_status().to_string())
        .text("reason", decision.reason().name())
        .text_or_null("scheme", decision.scheme().map(SchemeName::as_str))
        .text_or_null("issuer", decision.issuer())
        .text_or_null("subject", decision.subject())
        .text_or_null("key_id", decision.key_id())
        .raw("headers", &array(fields))
        .raw("claims", claims.as_deref().unwrap_or("null"))
        .raw("need", need.as_deref().unwrap_or("null"))
        .text_or_null("body", Some(decision.body()).filter(|body| !body.is_empty()))
        .text_or_null("detail", decision.detail().map(Detail::name));
    out.line(&object.finish());
}

fn write_request(request: &OwnedRequest, out: &mut Output) {
    for (name, value) in &request.lines {
        let line = format!("{}: {}", String::from_utf8_lossy(name), String::from_utf8_lossy(value));
        out.styled(FAINT, &printable(&line));
    }
    out.gap();
}

/// The head and body that a server would send.
fn write_response(decision: &Decision, out: &mut Output) {
    let style = if decision.allowed() { GOOD } else { BAD };
    out.styled(style, &format!("HTTP/1.1 {} {}", decision.http_status(), phrase(decision.http_status())));
    let mut fields: Vec<(&str, String)> = decision.fields().map(|(name, value)| (name, printable(value))).collect();
    if !decision.body().is_empty() {
        fields.push(("Content-Type", "application/problem+json".to_owned()));
        fields.push(("Content-Length", decision.body().len().to_string()));
    }
    for (name, value) in fields {
        out.line(&format!("{} {value}", paint(TITLE, &format!("{name}:"))));
    }
    out.gap();
    if !decision.body().is_empty() {
        out.line(decision.body());
        out.gap();
    }
}

/// Why, what to do, and who it was.
fn write_findings(decision: &Decision, args: &CheckArgs, now: Wall, out: &mut Output) {
    let reason = decision.reason();
    let (style, word) = if decision.allowed() { (GOOD, "allowed") } else { (BAD, "denied") };
    out.line(&format!(
        "{}  {} ({})",
        paint(style, &format!("{word:<8}")),
        paint(TITLE, reason.name()),
        reason.number()
    ));
    if !decision.allowed() {
        match decision.detail() {
            Some(detail) => out.fact("detail", &format!("{} ({detail})", detail.text())),
            None => out.fact("cause", reason.cause()),
        }
        out.fact("next", reason.next_step());
    }
    if let Some(Need::Keys { issuer, jwks_uri, .. }) = decision.need() {
        let place = jwks_uri.unwrap_or("the issuer's key set");
        let ways = if args.fetch { "and pass it" } else { "with --fetch, or pass it" };
        out.fact("need", &format!("fetch {place} {ways} with --keys '{issuer}=FILE'"));
    }
    for (name, value) in [
        ("scheme", decision.scheme().map(SchemeName::as_str)),
        ("issuer", decision.issuer()),
        ("subject", decision.subject()),
        ("key", decision.key_id()),
    ] {
        if let Some(value) = value {
            out.fact(name, value);
        }
    }
    if let Some(claims) = decision.claims() {
        out.gap();
        out.styled(TITLE, "claims");
        out.object(claims, now.nanos());
    }
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
