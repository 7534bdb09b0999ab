//! Running the binary, files to give it, and one policy with a token that it takes.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run came to.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The one JSON object on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.out.lines().count(), 1, "{}\n{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap()
    }
}

/// The binary, with nothing of the tester's terminal and network in its environment.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR").env_remove("CLICOLOR_FORCE");
    for proxy in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        command.env_remove(proxy).env_remove(proxy.to_lowercase());
    }
    command
}

pub(crate) fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Run {
    run_with(args, b"")
}

/// Runs with `input` on standard input.
pub(crate) fn run_with<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>, input: &[u8]) -> Run {
    let mut command = command();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A run that reads nothing closes the pipe, which is no fault of the test.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    });
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder of a test's own, empty.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a file and gives its path as text.
pub(crate) fn file(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The policy that takes [`TOKEN`], in a file.
pub(crate) fn policy_file(folder: &Path) -> String {
    file(folder, "policy.json", policy_text(""))
}

/// The policy with more members behind its realm.
pub(crate) fn policy_text(more: &str) -> String {
    format!(
        r#"{{"realm":"api"{more},"bearer":{{"issuers":[{{"issuer":"{ISSUER}","audience":"https://api.example.com","jwks":{JWKS}}}]}}}}"#
    )
}

pub(crate) const ISSUER: &str = "https://login.example.com";
pub(crate) const JWKS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"b6XsH-zsTwl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k","y":"YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA","kid":"k1","alg":"ES256"}]}"#;
/// From the corpus: alice, valid from 1699999940 to 1700000001.
pub(crate) const TOKEN: &str = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIjoiYWxpY2UiLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlLmNvbSIsImlhdCI6MTY5OTk5OTk0MCwiZXhwIjoxNzAwMDAwMDAxLCJqdGkiOiJqLTEifQ.5thNnj_e9aS_f0yIK6EqGJ2u2jVZiT0tIFRBP1kfKNwE8DZSfpnnXHEzivV19VD4Hfn_cD4VsxmsT8Y3qDewHg";
pub(crate) const NOW: &str = "1700000000";
