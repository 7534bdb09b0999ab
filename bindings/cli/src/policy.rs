//! `policy check`, and loading a policy for the other commands.

use std::path::Path;

use countersign::json::{Document, Duplicates};
use countersign::policy::{Entry, Policy, Report, Severity};
use countersign::{Reason, policy};

use crate::args::PolicyCheckArgs;
use crate::fault::{Answer, Fault, Outcome};
use crate::input;
use crate::json::{Object, array};
use crate::output::{BAD, GOOD, Output, WARN, note, paint, printable};

/// The bytes that a policy names with `{"ref": "name"}`.
pub(crate) struct Refs(Vec<(String, Vec<u8>)>);

impl Refs {
    /// Reads the files of `NAME=FILE` options.
    pub(crate) fn read(options: &[String]) -> Result<Refs, Fault> {
        let read = |option: &String| {
            let (name, file) = input::pair("--ref", option, "session-key=secret.bin")?;
            Ok((name.to_owned(), input::read_reference(Path::new(file), "a file of bytes with --ref")?))
        };
        options.iter().map(read).collect::<Result<_, _>>().map(Refs)
    }

    /// Names and bytes, as loading takes them.
    pub(crate) fn borrowed(&self) -> Vec<(&str, &[u8])> {
        self.0.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect()
    }

    fn load(&self, text: &[u8]) -> Result<(Policy, Report), Report> {
        Policy::load(text, &self.borrowed())
    }
}

/// Loads a policy; warnings go to standard error, errors into the fault.
pub(crate) fn load(text: &[u8], refs: &Refs, path: &Path) -> Result<Policy, Fault> {
    match refs.load(text) {
        Ok((policy, report)) => {
            for entry in report.entries() {
                note(WARN, "warning:", &printable(&describe(entry, text, path)));
            }
            Ok(policy)
        }
        Err(report) => {
            let errors = report.entries().iter().filter(|entry| entry.severity == Severity::Error);
            let lines: Vec<String> = errors.map(|entry| describe(entry, text, path)).collect();
            let mut fault = Fault::new(lines.join("\n")).reason(Reason::PolicyInvalid);
            fault.pointer = report.first_error().map(|entry| entry.pointer.clone());
            Err(fault)
        }
    }
}

/// Tells everything that loading has to say.
pub(crate) fn check(args: &PolicyCheckArgs, out: &mut Output) -> Outcome {
    let refs = Refs::read(&args.refs)?;
    let text = input::read(&args.file, "a policy document")?;
    let loaded = refs.load(&text);
    let report = match &loaded {
        Ok((_, report)) | Err(report) => report,
    };
    let refused = loaded.is_err() || (args.deny_warnings && !report.entries().is_empty());
    if out.is_json() {
        write_json(report, loaded.is_ok(), &text, out);
        return Ok(Answer::from_bool(!refused));
    }
    for entry in report.entries() {
        let (style, word) = match entry.severity {
            Severity::Error => (BAD, "error"),
            Severity::Warning => (WARN, "warning"),
        };
        let word = paint(style, &format!("{word}[{}]:", entry.code));
        out.line(&format!("{word} {}", printable(&describe(entry, &text, &args.file))));
    }
    let name = input::name_of(&args.file);
    match &loaded {
        Ok((policy, _)) => {
            let fields: Vec<String> = policy.wanted_fields().collect();
            out.line(&format!("{} {name}", paint(GOOD, "loads")));
            out.fact("reads", &fields.join(", "));
        }
        Err(_) => out.line(&format!("{} {name}", paint(BAD, "refused"))),
    }
    Ok(Answer::from_bool(!refused))
}

fn write_json(report: &Report, loads: bool, text: &[u8], out: &mut Output) {
    let entries = report.entries().iter().map(|entry| {
        let severity = if entry.severity == Severity::Error { "error" } else { "warning" };
        let mut object = Object::new()
            .text("severity", severity)
            .text("code", entry.code.name())
            .text("pointer", &entry.pointer)
            .text("text", &entry.text);
        if let Some((line, column)) = place(entry, text) {
            object = object.raw("line", &line.to_string()).raw("column", &column.to_string());
        }
        object.finish()
    });
    out.line(&Object::new().boolean("loads", loads).raw("entries", &array(entries)).finish());
}

/// File, line and column, then the pointer and the text.
fn describe(entry: &Entry, text: &[u8], path: &Path) -> String {
    let name = input::name_of(path);
    let place = place(entry, text).map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
    let pointer = if entry.pointer.is_empty() { String::new() } else { format!(" {}:", entry.pointer) };
    // Of a fault of syntax the text tells the byte, which the line and column say better.
    let what = match entry.code {
        policy::Code::Syntax if !place.is_empty() => entry.text.split(" at byte ").next().unwrap_or_default(),
        _ => &entry.text,
    };
    format!("{name}{place}:{pointer} {what}")
}

/// Where an entry's value stands in the text.
fn place(entry: &Entry, text: &[u8]) -> Option<(usize, usize)> {
    let offset = match Document::parse(text, Duplicates::Mark) {
        Ok(document) => document.root().pointer(&entry.pointer)?.offset(),
        Err(fault) if entry.code == policy::Code::Syntax => fault.offset,
        Err(_) => return None,
    };
    Some(input::line_and_column(text, offset))
}
