//! The figures of docs/PERFORMANCE.md, each beside its bar.
//!
//! `tools/bench.sh` runs this once for each backend. With the argument `bars` the run fails if a
//! figure is over its bar; the backend that people install (aws-lc-rs) is the one with bars.

mod api_keys;
mod live;
mod measure;
#[path = "../../tests/mint/mod.rs"]
mod mint;
mod rivals;
mod slow_hashes;
mod steps;

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use countersign::jose::BACKEND_NAME;
use countersign::time::Wall;
use countersign::{Decision, FieldLine, Policy, Reason, Request, Verifier};
use measure::{Contender, in_turns};
use mint::{ALGORITHMS, AUDIENCE, ISSUER, Signer, signed_parts};

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wants = |name: &str| wanted.iter().all(|word| word == "bars") || wanted.iter().any(|word| word == name);
    let mut table = Table { bars: BACKEND_NAME == "aws-lc-rs", over: 0 };
    println!(
        "backend {BACKEND_NAME}; {} bytes of claims; thread CPU time, contenders in turns, medians",
        claims().len()
    );
    if wants("check") {
        checks(&mut table);
    }
    if wants("denials") {
        denials(&mut table);
    }
    if wants("live") {
        live::time(&mut table);
    }
    if wants("steps") {
        steps::time(&mut table);
    }
    if wants("slow-hashes") {
        slow_hashes::time(&mut table);
    }
    if wants("api-keys") {
        api_keys::time(&mut table);
    }
    if table.over > 0 {
        println!("\n{} over their bar", table.over);
    }
    if table.over > 0 && wanted.iter().any(|word| word == "bars") { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Prints rows and counts what is over its bar.
struct Table {
    bars: bool,
    over: usize,
}

impl Table {
    fn head(&self, title: &str) {
        println!("\n{title}");
        println!("{:<34}{:>10}{:>9}{:>9}", "", "ns", "ratio", "bar");
    }

    fn row(&mut self, name: &str, nanos: f64, ratio: Option<f64>, bar: Option<Bar>) {
        let ratio_text = ratio.map_or_else(String::new, |ratio| format!("{ratio:.3}"));
        let (bar_text, verdict) = match bar {
            Some(bar) if self.bars => {
                let holds = bar.holds(nanos, ratio.unwrap_or(f64::NAN));
                self.over += usize::from(!holds);
                (bar.text(), if holds { "ok" } else { "OVER" })
            }
            _ => (String::new(), ""),
        };
        println!("{name:<34}{nanos:>10.0}{ratio_text:>9}{bar_text:>9}  {verdict}");
    }
}

/// What a figure has to keep to.
#[derive(Clone, Copy)]
enum Bar {
    /// At most so many times the bare check.
    Ratio(f64),
    /// A rival takes more than so many times what we take.
    Rival(f64),
    Nanos(f64),
}

impl Bar {
    fn holds(self, nanos: f64, ratio: f64) -> bool {
        match self {
            Bar::Ratio(most) => ratio <= most,
            Bar::Rival(least) => ratio > least,
            Bar::Nanos(most) => nanos <= most,
        }
    }

    fn text(self) -> String {
        match self {
            Bar::Ratio(most) => format!("<={most:.2}"),
            Bar::Rival(least) => format!(">{least:.1}"),
            Bar::Nanos(most) => format!("<={most:.0}"),
        }
    }
}

fn checks(table: &mut Table) {
    for algorithm in ALGORITHMS {
        let signer = Signer::new(algorithm);
        let token = signer.token(&claims());
        let (verifier, bare) = (verifier(&signer), signer.bare());
        let value = format!("Bearer {token}");
        let lines = usual_lines(value.as_bytes());
        let (input, signature) = signed_parts(&token);
        let mut decision = Decision::new();
        verifier.check(&request(&lines), &mut decision);
        assert_eq!(decision.reason(), Reason::Ok, "{algorithm}");
        let (mut jsonwebtoken, mut jwt_simple) =
            (rivals::jsonwebtoken(&signer, &token), rivals::jwt_simple(&signer, &token));
        assert!(jsonwebtoken() && jwt_simple() && bare.verify(&input, &signature), "{algorithm}");
        let samples = in_turns(vec![
            Contender::new("the bare signature check", || bare.verify(&input, &signature)),
            Contender::new("countersign check", || {
                verifier.check(&request(&lines), &mut decision);
                decision.allowed()
            }),
            Contender::new("jsonwebtoken 11.1.0 (aws_lc_rs)", jsonwebtoken),
            Contender::new("jwt-simple 0.15.0 (pure-rust)", jwt_simple),
        ]);
        let [bare, ours, others @ ..] = samples.as_slice() else { unreachable!("four were given") };
        table.head(&format!("{algorithm}, a token of {} bytes", token.len()));
        table.row(bare.name, bare.median(), None, None);
        table.row(ours.name, ours.median(), Some(ours.ratio(bare)), most_over_bare(algorithm).map(Bar::Ratio));
        for rival in others {
            let least = if algorithm == "HS256" { 2.5 } else { 1.0 };
            table.row(rival.name, rival.median(), Some(rival.ratio(ours)), Some(Bar::Rival(least)));
        }
    }
    println!("\nThe ratio of a check is to the bare signature check, that of a rival to our check.");
}

fn most_over_bare(algorithm: &str) -> Option<f64> {
    match algorithm {
        "HS256" => Some(2.3),
        "RS256" => Some(1.06),
        "ES256" => Some(1.02),
        "EdDSA" => Some(1.04),
        _ => None,
    }
}

fn denials(table: &mut Table) {
    let signer = Signer::new("ES256");
    let verifier = verifier(&signer);
    let good = format!("Bearer {}", signer.token(&claims()));
    let quoted = good.replace("Bearer ", "Bearer \"");
    let basic = "Basic YWxpY2U6Y29ycmVjdCBob3JzZSBiYXR0ZXJ5IHN0YXBsZQ==";
    let cases = [
        ("missing", None, Reason::CredentialsMissing),
        ("scheme missing", Some(&good[7..]), Reason::BearerSchemeMissing),
        ("malformed: quoted", Some(quoted.as_str()), Reason::BearerQuoted),
        ("malformed: placeholder", Some("Bearer undefined"), Reason::BearerPlaceholder),
        ("malformed: colon", Some("Bearer: abcdefghijk"), Reason::BearerColon),
        ("wrong scheme", Some(basic), Reason::SchemeUnsupported),
        ("opaque token", Some("Bearer 2YotnFZFEjr1zCsicMWpAA"), Reason::TokenNotJwt),
    ];
    table.head("Denials before any cryptography, with challenge and body written");
    for (name, value, reason) in cases {
        let lines = usual_lines(value.unwrap_or_default().as_bytes());
        let lines = if value.is_some() { &lines[..] } else { &lines[..2] };
        let mut decision = Decision::new();
        verifier.check(&request(lines), &mut decision);
        assert_eq!(decision.reason(), reason, "{name}");
        let samples = in_turns(vec![Contender::new(name, || {
            verifier.check(&request(lines), &mut decision);
            decision.allowed()
        })]);
        table.row(name, samples[0].median(), None, Some(Bar::Nanos(300.0)));
    }
}

fn usual_lines(authorization: &[u8]) -> [FieldLine<'_>; 3] {
    [
        FieldLine::new("accept", b"application/json"),
        FieldLine::new("user-agent", b"example-client/1.4.2"),
        FieldLine::new("authorization", authorization),
    ]
}

fn request<'r>(lines: &'r [FieldLine<'r>]) -> Request<'r> {
    Request::new("GET", "/v1/reports?page=2", lines, now())
}

/// Read once: a host has the time at hand, and the rivals' clock is part of their job as they do it.
fn now() -> Wall {
    static NOW: std::sync::OnceLock<Wall> = std::sync::OnceLock::new();
    *NOW.get_or_init(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Wall::from_nanos(i128::try_from(since.as_nanos()).unwrap())
    })
}

fn verifier(signer: &Signer) -> Verifier {
    let policy = signer.policy("", r#","scopes":["reports:read"]"#);
    let (policy, _) = Policy::load(policy.as_bytes(), &[]).unwrap();
    Verifier::new(policy)
}

/// What an identity server puts into an access token, about as much as such tokens hold.
fn claims() -> String {
    let iat = now().nanos() / 1_000_000_000 - 60;
    let exp = iat + 86_400;
    format!(
        r#"{{"exp":{exp},"iat":{iat},"nbf":{iat},"jti":"7b2f9c1e-5f0a-4f6e-9a53-0d3f6f0f2c1b","iss":"{ISSUER}","aud":["{AUDIENCE}","account"],"sub":"f3b1c9d2-8a57-4c0e-b6f1-2a9d4e7c5b10","typ":"Bearer","azp":"reports-web","sid":"c1d2e3f4-0000-4a4a-9b9b-123456789abc","acr":"1","allowed-origins":["https://app.example.com"],"realm_access":{{"roles":["user","offline_access"]}},"resource_access":{{"account":{{"roles":["manage-account","view-profile"]}}}},"scope":"openid profile email reports:read","email_verified":true,"name":"Alice Example","preferred_username":"alice","email":"alice@example.com"}}"#
    )
}
