//! From arguments to exit code: 0 yes, 1 no, 2 a fault of usage or input, 3 warnings.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::api_key_args::ApiKeyCommand;
use crate::args::{ChallengeCommand, Cli, Command, KeysCommand, PolicyCommand};
use crate::fault::{Answer, Fault, Outcome};
use crate::json::Object;
use crate::output::{BAD, Format, Output, TITLE, note, printable};
use crate::{api_key, audit, challenge, check, conform, decode, explain, keys, next, policy};

/// Runs the command that the arguments name.
pub(crate) fn run() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &arguments),
    };
    // The streams for standard output and standard error both go by it.
    match cli.color.as_str() {
        "always" => anstream::ColorChoice::Always,
        "never" => anstream::ColorChoice::Never,
        _ => anstream::ColorChoice::Auto,
    }
    .write_global();
    let mut out = Output::new(if cli.json { Format::Json } else { Format::Human });
    let outcome = dispatch(&cli.command, &mut out);
    let code = match outcome {
        Ok(Answer::Yes) => 0,
        Ok(Answer::No) => 1,
        Ok(Answer::Warned) => WARNED,
        Err(fault) => {
            tell(&fault, &mut out);
            FAULT
        }
    };
    match out.flush() {
        Ok(()) => ExitCode::from(code),
        Err(error) => {
            note(BAD, "error:", &format!("standard output: {error}"));
            ExitCode::from(FAULT)
        }
    }
}

fn dispatch(command: &Command, out: &mut Output) -> Outcome {
    match command {
        Command::Audit(args) => audit::run(args, out),
        Command::Check(args) => check::run(args, out),
        Command::Conform => conform::run(),
        Command::Decode(args) => decode::run(args, out),
        Command::Explain(args) => explain::run(args, out),
        Command::Challenge(ChallengeCommand::Parse { values }) => challenge::parse(values, out),
        Command::Challenge(ChallengeCommand::Build { scheme, params }) => challenge::build(scheme, params, out),
        Command::Keys(args) => match &args.command {
            Some(KeysCommand::FromPem(args)) => keys::from_pem(args, out),
            None => keys::list(args, out),
        },
        Command::Next(args) => next::run(args, out),
        Command::Policy(PolicyCommand::Check(args)) => policy::check(args, out),
        Command::Probe(args) => crate::probe::run(args, out),
        Command::ApiKey(ApiKeyCommand::New(args)) => api_key::new(args, out),
        Command::ApiKey(ApiKeyCommand::Hash(args)) => api_key::hash(args, out),
        #[cfg(feature = "aws-lc-rs")]
        Command::Mint(args) => crate::mint::run(args, out),
    }
}

/// Tells a fault: on standard error, and for a program as the object it waits for.
fn tell(fault: &Fault, out: &mut Output) {
    if out.is_json() {
        let mut error = Object::new()
            .text_or_null("reason", fault.reason.map(countersign::Reason::name))
            .text("message", &fault.message);
        if let Some(pointer) = &fault.pointer {
            error = error.text("pointer", pointer);
        }
        if let Some(next) = &fault.next {
            error = error.text("next", next);
        }
        out.line(&Object::new().raw("error", &error.finish()).finish());
        return;
    }
    for line in fault.message.lines() {
        note(BAD, "error:", &printable(line));
    }
    if let Some(next) = &fault.next {
        note(TITLE, "next:", &printable(next));
    }
}

/// Help and version go to standard output; complaints repeat no argument that could be a credential.
fn usage(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let text = error.render().ansi().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let mut out = Output::new(Format::Human);
        out.line(text.trim_end());
        return ExitCode::from(if out.flush().is_ok() { 0 } else { FAULT });
    }
    let mut text = text;
    for argument in arguments.iter().skip(1).map(|argument| argument.to_string_lossy()) {
        let value = match argument.split_once('=') {
            Some((option, value)) if option.starts_with("--") => value,
            _ if argument.starts_with("--") => continue,
            _ => &argument,
        };
        if value.len() > SHOWN_BYTES {
            text = text.replace(value, &format!("({} bytes, not shown)", value.len()));
        }
    }
    anstream::eprint!("{text}");
    ExitCode::from(FAULT)
}

const FAULT: u8 = 2;
const WARNED: u8 = 3;
/// No token of use is shorter than this, and no option's name longer.
const SHOWN_BYTES: usize = 20;
