//! Colours, pipes, help and version.

use std::io::Read as _;
use std::process::Stdio;

use crate::support::{command, folder, policy_file, run, run_with};

#[test]
fn colours_are_absent_in_a_pipe_and_can_be_forced() {
    let policy = policy_file(&folder("stream-colour"));
    let piped = run(["check", "--policy", &policy]);
    assert!(!piped.out.contains('\u{1b}') && !piped.err.contains('\u{1b}'), "{}", piped.out);
    let forced = command().env("CLICOLOR_FORCE", "1").args(["check", "--policy", &policy]).output().unwrap();
    assert!(forced.stdout.contains(&0x1b), "the styles are there");
    let refused = command().env("NO_COLOR", "1").args(["check", "--policy", &policy]).output().unwrap();
    assert!(!refused.stdout.contains(&0x1b));
    let json = command().env("CLICOLOR_FORCE", "1").args(["check", "--json", "--policy", &policy]).output().unwrap();
    assert!(!json.stdout.contains(&0x1b), "programs never get colours");
}

#[test]
fn a_reader_that_hangs_up_changes_nothing() {
    let policy = policy_file(&folder("stream-broken"));
    for (args, code) in
        [(vec!["check", "--policy", &policy], 1), (vec!["policy", "check", &policy], 0), (vec!["--help"], 0)]
    {
        let mut child =
            command().args(&args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(code), ""), "{args:?}");
    }
    let mut child =
        command().arg("conform").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    drop(std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"x\n"));
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in [
        vec![],
        vec!["check"],
        vec!["conform"],
        vec!["decode"],
        vec!["challenge", "parse"],
        vec!["challenge", "build"],
        vec!["keys"],
        vec!["keys", "from-pem"],
        vec!["policy", "check"],
        vec!["probe"],
        #[cfg(feature = "aws-lc-rs")]
        vec!["mint"],
    ] {
        let run = run(command.iter().chain(&["--help"]));
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{command:?}");
        let example = format!("  countersign {}", command.join(" "));
        let told = run.out.contains("Example") || run.out.contains("Try it");
        assert!(told && run.out.contains(example.trim_end()), "{command:?}\n{}", run.out);
        assert!(run.out.lines().all(|line| line.len() <= 110), "{}", run.out);
    }
}

#[test]
fn the_version_names_the_backend() {
    let run = run(["--version"]);
    let expected = format!("countersign {} ({})\n", env!("CARGO_PKG_VERSION"), countersign::jose::BACKEND_NAME);
    assert_eq!((run.code, run.out), (0, expected));
}

#[test]
fn usage_faults_end_with_2() {
    for args in [vec![], vec!["chekc"], vec!["check", "--polcy", "x"], vec!["keys", "--fetched"], vec!["challenge"]] {
        let run = run(&args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains("Usage"), "{}", run.err);
    }
}

#[test]
fn input_beyond_the_bound_is_refused() {
    let run = run_with(["keys", "-"], &vec![b' '; (16 << 20) + 1]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("longer than 16 MiB"), "{}", run.err);
}
