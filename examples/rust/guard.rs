//! Judges one Authorization value by a policy: the whole of what a host does, without a server around it.
//!
//! ```text
//! countersign mint --out-dir demo
//! cargo run --example guard -- demo/policy.json "Bearer $(cat demo/token.txt)"
//! ```

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use countersign::time::Wall;
use countersign::{Decision, FieldLine, Policy, Request, Verifier};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, policy, authorization] = &arguments[..] else {
        return Err("guard POLICY AUTHORIZATION".into());
    };

    // Once per process. A refused policy says where and why; a loaded one can still have warnings.
    let (policy, warnings) = Policy::load(&std::fs::read(policy)?, &[])?;
    for warning in warnings.entries() {
        eprintln!("{warning}");
    }
    let verifier = Verifier::new(policy);
    let mut decision = Decision::new(); // one a thread, kept and reused

    // For every request: its header lines and the time.
    let lines = [FieldLine::new("Authorization", authorization.as_bytes())];
    let now = i128::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos())?;
    verifier.check(&Request::new("GET", "/v1/reports", &lines, Wall::from_nanos(now)), &mut decision);

    println!("{}", decision.http_status());
    for (name, value) in decision.fields() {
        println!("{name}: {value}");
    }
    if decision.authenticated() {
        println!("hello, {}", decision.subject().unwrap_or("somebody"));
        return Ok(ExitCode::SUCCESS);
    }
    println!("Content-Type: application/problem+json\n\n{}", decision.body());
    Ok(ExitCode::FAILURE)
}
