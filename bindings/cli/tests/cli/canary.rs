//! No command repeats a credential that it was given, in output or in a complaint.

use crate::support::{NOW, TOKEN, folder, policy_file, run, run_with};

#[test]
fn no_token_comes_back() {
    let policy = policy_file(&folder("canary"));
    let header = format!("Authorization: Bearer {TOKEN}");
    let glued = format!("--request={TOKEN}");
    let wrong = format!("Authorization Bearer {TOKEN}");
    let parts: Vec<&str> = TOKEN.split('.').collect();
    let check = ["check", "--policy", &policy, "--now", NOW];
    let runs = [
        vec!["-H", &header],
        vec!["-H", &header, "--json"],
        vec!["-H", &header, "-H", &header],
        vec!["-H", &wrong],
        vec![TOKEN],
        vec![TOKEN, TOKEN],
        vec!["--now", TOKEN],
        vec!["--keys", TOKEN],
        vec!["--ref", TOKEN],
        vec!["--no-such-option", TOKEN],
    ];
    let mut outputs: Vec<_> = runs.iter().map(|more| run(check.iter().chain(more))).collect();
    outputs.push(run(check.iter().chain(&[glued.as_str()])));
    outputs.push(run(["decode", TOKEN]));
    outputs.push(run(["decode", TOKEN, TOKEN]));
    outputs.push(run([TOKEN]));
    outputs.push(run(["keys", TOKEN]));
    outputs.push(run(["keys", "from-pem", "--alg", TOKEN, "-"]));
    outputs.push(run(check.iter().chain(&["--profile", TOKEN])));
    outputs.push(run(["decode", "--json", &format!("Bearer {TOKEN},{TOKEN}")]));
    outputs.push(run_with(check.iter().chain(&["-"]), format!("GET / HTTP/1.1\n{wrong}").as_bytes()));
    outputs.push(run_with(["policy", "check", "-"], TOKEN.as_bytes()));
    outputs.push(run_with(["keys", "-"], TOKEN.as_bytes()));
    for input in [TOKEN.to_owned(), format!("HTTP/1.1 401 x\n{wrong}"), format!("HTTP/1.1 401 x\n{header}\n\n{TOKEN}")]
    {
        outputs.push(run_with(["next"], input.as_bytes()));
        outputs.push(run_with(["next", "--token-file", "-", "--status", "0"], input.as_bytes()));
    }
    outputs.push(run_with(["next", "--token-file", "-", "--status", "0"], header.as_bytes()));
    outputs.push(run(["next", "--scheme", TOKEN]));
    outputs.push(run(["next", "--token-file", TOKEN, "--status", "0"]));
    outputs.push(run(["next", TOKEN]));
    outputs.push(run_with(["keys", "from-pem", "-"], TOKEN.as_bytes()));
    for (index, run) in outputs.iter().enumerate() {
        let text = [run.out.as_str(), &run.err].concat();
        assert!(parts.iter().all(|part| !text.contains(part)), "{index}: {text}");
    }
}

#[test]
fn a_token_is_shown_when_asked_for() {
    let policy = policy_file(&folder("canary-shown"));
    let run = run_with(["check", "--policy", &policy, "--now", NOW, "--show-token", "-"], TOKEN.as_bytes());
    assert!(run.out.starts_with(&format!("Authorization: Bearer {TOKEN}\n")), "{}", run.out);
}
