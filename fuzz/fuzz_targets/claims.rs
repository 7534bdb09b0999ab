//! Signed tokens of all kinds of claims, judged by the ladder and by a slow twin of the rules behind the signature.
//!
//! The target holds the secret, so that what the fuzzer makes gets past the signature. It makes claims as a
//! tree from right, nearly right and wrong pieces; the twin judges the tree, the core the text.
#![no_main]

use std::cell::RefCell;
use std::sync::LazyLock;

use arbitrary::Arbitrary;
use countersign::time::Wall;
use countersign::{Decision, FieldLine, Policy, Reason, Request, Verifier};
use libfuzzer_sys::fuzz_target;
use ring::hmac;

#[derive(Arbitrary, Debug)]
struct Input {
    /// What is otherwise than in a token that is allowed: a few things, so that late rules are met too.
    changes: Vec<(u8, Change)>,
    more: Option<(u8, Choice)>,
    scopes: Option<u8>,
    certificate: bool,
    nanos: u8,
}

#[derive(Arbitrary, Debug)]
enum Change {
    LeftOut,
    Instead(Choice),
    Respelt(u8),
    AlsoAfter(Choice),
}

#[derive(Arbitrary, Debug)]
enum Choice {
    Null,
    Boolean(bool),
    Text(u8),
    /// A date at one of the bounds of the rules, or just beside it.
    Date {
        bound: u8,
        nanos: u8,
    },
    Number {
        whole: i64,
        near: bool,
        fraction: Option<u32>,
        exponent: Option<i8>,
    },
    Array(Vec<Choice>),
    Object(Vec<(u8, Choice)>),
}

/// A JSON value as it was meant.
#[derive(Clone, Debug)]
enum Json {
    Null,
    Boolean(bool),
    Text(&'static str),
    Number(String),
    Array(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

const ISSUER: &str = "https://login.example.com";
const NOW: i128 = 1_700_000_000;
const LEEWAY: i128 = 30;
const MAX_AGE: i128 = 3600;

/// Texts, each as it is written and as it is meant.
const TEXTS: &[(&str, &str)] = &[
    (ISSUER, ISSUER),
    (r"https:\/\/login.example.com", ISSUER),
    ("https://login.example.com/", "https://login.example.com/"),
    ("api", "api"),
    (r"a\u0070i", "api"),
    ("Api", "Api"),
    ("", ""),
    ("read write", "read write"),
    (r"read\u0020write", "read write"),
    ("read  write admin", "read  write admin"),
    ("write", "write"),
    ("writer", "writer"),
    ("gold", "gold"),
    (r"\ud83d\ude00", "😀"),
    ("é", "é"),
    ("revoked", "revoked"),
    ("1", "1"),
    ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
];

/// Names, as written and as meant. The first are the usual ones.
const NAMES: &[(&str, &str)] = &[
    ("iss", "iss"),
    ("aud", "aud"),
    ("exp", "exp"),
    ("iat", "iat"),
    ("nbf", "nbf"),
    ("sub", "sub"),
    ("jti", "jti"),
    ("scope", "scope"),
    ("tier", "tier"),
    ("tenant", "tenant"),
    ("scp", "scp"),
    ("cnf", "cnf"),
    ("jkt", "jkt"),
    ("x5t#S256", "x5t#S256"),
    ("client_id", "client_id"),
    ("id", "id"),
    (r"\u0069ss", "iss"),
    (r"e\u0078p", "exp"),
    (r"scop\u0065", "scope"),
    ("roles", "roles"),
    ("name_longer_than_eight", "name_longer_than_eight"),
    ("name_longer_than_nine", "name_longer_than_nine"),
    ("", ""),
    ("token_use", "token_use"),
];

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let policy = format!(
        r#"{{"realm":"fuzz","scopes":"write","leeway":{LEEWAY},"bearer":{{"max_token_bytes":65536,"issuers":[{{"issuer":"{ISSUER}",
        "audience":["api","é"],"algorithms":["HS256"],"required":["exp","/tenant/id"],"max_age":{MAX_AGE},
        "claims":{{"tier":["gold",1,true]}},"access":{{"/tenant/roles":{{"contains":["write",2]}}}},
        "reject":{{"token_use":["id"]}},
        "jwks":{{"keys":[{{"kty":"oct","k":"{}"}}]}}}}]}}}}"#,
        "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE",
    );
    let verifier = Verifier::new(Policy::load(policy.as_bytes(), &[]).unwrap().0);
    verifier.store().set_revoked(["revoked"]);
    verifier
});
static KEY: LazyLock<hmac::Key> = LazyLock::new(|| hmac::Key::new(hmac::HMAC_SHA256, &[b'A'; 32]));

thread_local! {
    static DECISION: RefCell<Decision> = RefCell::default();
}

fuzz_target!(|input: Input| {
    let mut text = String::new();
    let claims = payload(&input, &mut text);
    let token = sign(&text);
    if token.len() > 65_536 {
        return;
    }
    let value = format!("Bearer {token}");
    let lines = [FieldLine::new("Authorization", value.as_bytes())];
    let now = NOW * 1_000_000_000 + i128::from(input.nanos % 3) - 1;
    let mut request = Request::new("GET", "/", &lines, Wall::from_nanos(now));
    let scopes = input.scopes.map(|pick| ["", "read", "read write", "write write"][usize::from(pick) % 4]);
    if let Some(scopes) = scopes {
        request = request.scopes(scopes);
    }
    let certificate = input.certificate.then_some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    if let Some(certificate) = certificate {
        request = request.client_cert_sha256(certificate);
    }
    let expected = judge(&claims, now, certificate, scopes.unwrap_or("write")).err().unwrap_or(Reason::Ok);
    let mut fresh = Decision::new();
    VERIFIER.check(&request, &mut fresh);
    assert_eq!(fresh.reason(), expected, "{text}");
    DECISION.with_borrow_mut(|used| {
        VERIFIER.check(&request, used);
        assert_eq!(told(used), told(&fresh), "what a decision held before makes no difference");
        let mut block = vec![0; used.saved_len()];
        used.save(&mut block).unwrap();
        fresh.load(&block).unwrap();
        assert_eq!(told(used), told(&fresh), "saved and loaded");
        let subject = claims.iter().find(|(name, _)| *name == "sub").and_then(|(_, value)| value.text());
        assert!(used.subject().is_none() || used.subject() == subject);
        if let Some(found) = used.claims() {
            assert_eq!(found.raw(), text);
            let names = claims.iter().map(|(name, _)| *name);
            assert!(found.as_object().unwrap().map(|(name, _)| name.to_owned_string()).eq(names));
        }
    });
});

/// All that a decision tells.
fn told(decision: &Decision) -> String {
    let fields: Vec<_> = decision.fields().collect();
    let claims = decision.claims().map(|claims| claims.raw().to_owned());
    format!("{decision:?} {fields:?} {} {:?} {claims:?}", decision.body(), decision.subject())
}

fn sign(payload: &str) -> String {
    let mut token = Vec::new();
    countersign::base64url::encode(br#"{"alg":"HS256","typ":"at+jwt"}"#, &mut token);
    token.push(b'.');
    countersign::base64url::encode(payload.as_bytes(), &mut token);
    let tag = hmac::sign(&KEY, &token);
    token.push(b'.');
    countersign::base64url::encode(tag.as_ref(), &mut token);
    String::from_utf8(token).unwrap()
}

/// Writes the claims and gives them back as meant.
fn payload(input: &Input, text: &mut String) -> Vec<(&'static str, Json)> {
    let mut meant = Vec::new();
    text.push('{');
    for (place, choice) in right().iter().enumerate() {
        let place = u8::try_from(place).unwrap();
        let changes = input.changes.iter().take(3).filter(|(at, _)| at % 10 == place);
        let mut name = place;
        let mut instead = Some(choice);
        let mut after = None;
        for (_, change) in changes {
            match change {
                Change::LeftOut => instead = None,
                Change::Instead(choice) => instead = Some(choice),
                Change::Respelt(other) => name = *other,
                Change::AlsoAfter(choice) => after = Some(choice),
            }
        }
        for choice in [instead, after].into_iter().flatten() {
            separate(text);
            meant.push(member(name, choice, text, 1));
        }
    }
    if let Some((name, choice)) = &input.more {
        separate(text);
        meant.push(member(*name, choice, text, 1));
    }
    text.push('}');
    meant
}

/// What the first ten of [`NAMES`] are in a token that is allowed.
fn right() -> [Choice; 10] {
    let date = |bound| Choice::Date { bound, nanos: 0 };
    let tenant = vec![(15, Choice::Text(16)), (19, Choice::Array(vec![Choice::Text(10)]))];
    [
        Choice::Text(0),
        Choice::Text(3),
        date(11),
        date(6),
        date(6),
        Choice::Text(12),
        Choice::Text(16),
        Choice::Text(7),
        Choice::Text(12),
        Choice::Object(tenant),
    ]
}

/// Seconds from now to where a rule about dates decides, and beside.
const BOUNDS: [i128; 12] = [-3631, -3630, -3629, -31, -30, -29, -1, 0, 29, 30, 31, 300];

fn separate(text: &mut String) {
    if !text.ends_with(['{', '[']) {
        text.push(',');
    }
}

fn member(name: u8, choice: &Choice, text: &mut String, depth: usize) -> (&'static str, Json) {
    let (written, meant) = NAMES[usize::from(name) % NAMES.len()];
    text.push_str(&format!("\"{written}\":"));
    (meant, write(choice, text, depth))
}

fn write(choice: &Choice, text: &mut String, depth: usize) -> Json {
    match choice {
        Choice::Null => literal(text, "null", Json::Null),
        Choice::Boolean(value) => literal(text, if *value { "true" } else { "false" }, Json::Boolean(*value)),
        Choice::Text(pick) => {
            let (written, meant) = TEXTS[usize::from(*pick) % TEXTS.len()];
            literal(text, &format!("\"{written}\""), Json::Text(meant))
        }
        Choice::Date { bound, nanos } => {
            let seconds = NOW + BOUNDS[usize::from(*bound) % BOUNDS.len()];
            let number = match nanos % 6 {
                0..=2 => seconds.to_string(),
                3 => format!("{seconds}.000000001"),
                4 => format!("{seconds}.0000000001"),
                _ => format!("{}.9999999999", seconds - 1),
            };
            text.push_str(&number);
            Json::Number(number)
        }
        Choice::Number { whole, near, fraction, exponent } => {
            let whole = if *near { NOW + i128::from(*whole % 5000) } else { i128::from(*whole) };
            let mut number = whole.to_string();
            if let Some(fraction) = fraction {
                number.push_str(&format!(".{fraction}"));
            }
            if let Some(exponent) = exponent {
                number.push_str(&format!("e{exponent}"));
            }
            text.push_str(&number);
            Json::Number(number)
        }
        // Deeper than a token may be: the text ends here, the depth is another target's.
        Choice::Array(_) | Choice::Object(_) if depth > 12 => literal(text, "null", Json::Null),
        Choice::Array(choices) => {
            text.push('[');
            let write = |choice| {
                separate(text);
                write(choice, text, depth + 1)
            };
            let meant = choices.iter().take(6).map(write).collect();
            text.push(']');
            Json::Array(meant)
        }
        Choice::Object(members) => {
            text.push('{');
            let write = |(name, choice): &(u8, Choice)| {
                separate(text);
                member(*name, choice, text, depth + 1)
            };
            let meant = members.iter().take(6).map(write).collect();
            text.push('}');
            Json::Object(meant)
        }
    }
}

fn literal(text: &mut String, written: &str, meant: Json) -> Json {
    text.push_str(written);
    meant
}

impl Json {
    fn text(&self) -> Option<&'static str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    fn member(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(found, _)| *found == name).map(|(_, value)| value),
            _ => None,
        }
    }

    fn repeats(&self) -> bool {
        match self {
            Json::Array(items) => items.iter().any(Json::repeats),
            Json::Object(members) => repeats(members),
            _ => false,
        }
    }
}

fn repeats(members: &[(&'static str, Json)]) -> bool {
    let twice = |at: usize| members[..at].iter().any(|(name, _)| *name == members[at].0);
    (0..members.len()).any(|at| twice(at) || members[at].1.repeats())
}

/// The rules, one after the other, as docs/REASONS.md and docs/POLICY.md tell them.
fn judge(members: &[(&'static str, Json)], now: i128, certificate: Option<&str>, scopes: &str) -> Result<(), Reason> {
    if repeats(members) {
        return Err(Reason::JwtMalformed);
    }
    let claims = Json::Object(members.to_vec());
    let issuer = claims.member("iss").ok_or(Reason::ClaimMissing)?;
    if issuer.text().ok_or(Reason::ClaimRejected)? != ISSUER {
        return Err(Reason::IssuerMismatch);
    }
    let date = |name: &str| match claims.member(name) {
        None => Ok(None),
        Some(Json::Number(number)) => nanos(number).map(Some).ok_or(Reason::ClaimRejected),
        Some(_) => Err(Reason::ClaimRejected),
    };
    let (exp, nbf, iat) = (date("exp")?, date("nbf")?, date("iat")?);
    let leeway = LEEWAY * 1_000_000_000;
    // A date is its whole nanoseconds, and a part of one if it says so.
    if exp.is_some_and(|(nanos, part)| (nanos, part) <= (now - leeway, false)) {
        return Err(Reason::TokenExpired);
    }
    for early in [nbf, iat] {
        if early.is_some_and(|(nanos, part)| (nanos, part) > (now + leeway, false)) {
            return Err(Reason::TokenNotYetValid);
        }
    }
    let meant_for = |aud: &Json| Ok(["api", "é"].contains(&aud.text().ok_or(Reason::ClaimRejected)?));
    let audience = match claims.member("aud") {
        None => false,
        Some(Json::Array(items)) => items.iter().map(meant_for).collect::<Result<Vec<_>, _>>()?.contains(&true),
        Some(aud) => meant_for(aud)?,
    };
    if !audience {
        return Err(Reason::AudienceMismatch);
    }
    for name in ["sub", "jti"] {
        if claims.member(name).is_some_and(|claim| claim.text().is_none()) {
            return Err(Reason::ClaimRejected);
        }
    }
    let tenant = claims.member("tenant");
    let _ =
        (exp.ok_or(Reason::ClaimMissing)?, tenant.and_then(|tenant| tenant.member("id")).ok_or(Reason::ClaimMissing)?);
    let (issued, _) = iat.ok_or(Reason::ClaimMissing)?;
    if issued < now - leeway - MAX_AGE * 1_000_000_000 {
        return Err(Reason::ClaimRejected);
    }
    let fits = |value: &Json| match value {
        Json::Text(text) => *text == "gold",
        Json::Number(number) => is_number(number, "1"),
        Json::Boolean(value) => *value,
        _ => false,
    };
    let tier = claims.member("tier").ok_or(Reason::ClaimRejected)?;
    let tiers = match tier {
        Json::Array(items) => items.iter().any(fits),
        tier => fits(tier),
    };
    if !tiers {
        return Err(Reason::ClaimRejected);
    }
    match claims.member("token_use") {
        Some(Json::Array(items)) if items.iter().any(|item| item.text() == Some("id")) => {
            return Err(Reason::IdTokenGiven);
        }
        Some(Json::Text("id")) => return Err(Reason::IdTokenGiven),
        _ => {}
    }
    if claims.member("jti").and_then(Json::text) == Some("revoked") {
        return Err(Reason::TokenRevoked);
    }
    judge_binding(claims.member("cnf"), certificate)?;
    let may = |role: &Json| match role {
        Json::Text(text) => *text == "write",
        Json::Number(number) => is_number(number, "2"),
        _ => false,
    };
    match tenant.and_then(|tenant| tenant.member("roles")) {
        Some(Json::Array(roles)) if roles.iter().any(may) => {}
        _ => return Err(Reason::AccessDenied),
    }
    judge_scopes(&claims, scopes)
}

fn judge_binding(cnf: Option<&Json>, certificate: Option<&str>) -> Result<(), Reason> {
    let Some(cnf) = cnf else { return Ok(()) };
    let Json::Object(_) = cnf else { return Err(Reason::ClaimRejected) };
    for name in ["jkt", "x5t#S256"] {
        if cnf.member(name).is_some_and(|value| value.text().is_none()) {
            return Err(Reason::ClaimRejected);
        }
    }
    if cnf.member("jkt").is_some() {
        return Err(Reason::DpopDowngrade);
    }
    let Some(bound) = cnf.member("x5t#S256") else { return Ok(()) };
    let presented = certificate.ok_or(Reason::CertificateMissing)?;
    if bound.text() == Some(presented) { Ok(()) } else { Err(Reason::CertificateMismatch) }
}

fn judge_scopes(claims: &Json, needed: &str) -> Result<(), Reason> {
    let needed: Vec<&str> = needed.split(' ').filter(|word| !word.is_empty()).collect();
    let granted: Vec<&str> = match claims.member("scope").or_else(|| claims.member("scp")) {
        None => return if needed.is_empty() { Ok(()) } else { Err(Reason::InsufficientScope) },
        Some(Json::Array(items)) => items.iter().map(Json::text).collect::<Option<_>>().ok_or(Reason::ClaimRejected)?,
        Some(claim) => claim.text().ok_or(Reason::ClaimRejected)?.split(' ').collect(),
    };
    if needed.iter().all(|word| granted.contains(word)) { Ok(()) } else { Err(Reason::InsufficientScope) }
}

/// Whole nanoseconds below, and whether there is a part of one above; `None` beyond the year 9999.
fn nanos(number: &str) -> Option<(i128, bool)> {
    let (negative, digits, exponent) = parts(number);
    let Some(exponent) = exponent.checked_add(9) else { unreachable!("exponents have three digits") };
    if digits.is_empty() {
        return Some((0, false));
    }
    // The digits, shifted as text.
    let (whole, rest) = if exponent >= 0 {
        (format!("{digits}{}", "0".repeat(usize::try_from(exponent).unwrap())), String::new())
    } else {
        let cut = usize::try_from(-exponent).unwrap();
        let padded = format!("{}{digits}", "0".repeat(cut));
        let (whole, rest) = padded.split_at(padded.len() - cut);
        (whole.to_owned(), rest.to_owned())
    };
    let whole = whole.trim_start_matches('0');
    if whole.len() > 21 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().unwrap() };
    let part = rest.bytes().any(|digit| digit != b'0');
    let (floor, part) = match (negative, part) {
        (false, part) => (whole, part),
        (true, false) => (-whole, false),
        (true, true) => (-whole - 1, true),
    };
    let most = 253_402_300_799 * 1_000_000_000;
    ((floor, part) <= (most, false) && floor >= -most).then_some((floor, part))
}

/// Sign, digits without leading zeros, and the power of ten of the last one.
fn parts(number: &str) -> (bool, String, i64) {
    let (mantissa, exponent) = number.split_once('e').unwrap_or((number, "0"));
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.parse::<i64>().unwrap() - i64::try_from(fraction.len()).unwrap();
    let digits = format!("{whole}{fraction}").trim_start_matches('0').to_owned();
    (negative, digits, exponent)
}

fn is_number(one: &str, other: &str) -> bool {
    let normal = |number: &str| {
        let (negative, digits, exponent) = parts(number);
        let short = digits.trim_end_matches('0');
        let zeros = i64::try_from(digits.len() - short.len()).unwrap();
        (negative && !short.is_empty(), short.to_owned(), if short.is_empty() { 0 } else { exponent + zeros })
    };
    normal(one) == normal(other)
}
