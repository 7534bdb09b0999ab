//! `audit`: HAR files and access logs of any size, read as streams, and what they tell about refusals.
//!
//! Nothing of a log leaves as it stands: routes, challenges and clients are redacted when a record is counted, and what
//! is kept has a bound.

mod access_log;
pub(crate) mod args;
mod clients;
mod cut_strings;
mod fields;
mod finding;
mod har;
mod heard;
mod html;
mod json_line;
mod kind;
mod progress;
mod record;
mod report;
mod route;
mod series;
mod sketch;
mod source;
mod spikes;
mod tally;
mod text;
mod to_json;
mod wanted;
mod when;

use self::args::AuditArgs;
use crate::fault::{Answer, Fault, Outcome};
use crate::output::Output;

/// Reads the files, one after the other, and writes the report. The answer is yes if nothing was found.
pub(crate) fn run(args: &AuditArgs, out: &mut Output) -> Outcome {
    let progress = progress::Progress::new(source::size_of(&args.files));
    let mut tally = tally::Tally::new(&args.token_endpoints);
    let mut files = Vec::new();
    for (number, path) in args.files.iter().enumerate() {
        let read = source::read(path, &progress, &mut |record| tally.take(number, record));
        tally.end_file();
        match read {
            Ok(summary) => files.push(summary),
            Err(fault) => {
                progress.end();
                return Err(fault);
            }
        }
    }
    progress.end();
    tally.finish();
    if tally.requests == 0 && files.iter().any(|file| file.broken.count > 0) {
        let (place, why) = files.iter().find_map(|file| file.broken.first.first()).copied().unwrap_or((1, "nothing"));
        return Err(Fault::new(format!("nothing of this can be read; at {place}: {why}"))
            .next("give a HAR file, JSON lines, or an access log of the common or combined format"));
    }
    let report = report::Report::new(&tally, &files, args.top);
    if let Some(path) = &args.html {
        std::fs::write(path, html::page(&report))
            .map_err(|error| Fault::new(format!("{}: {error}", crate::input::name_of(path))))?;
    }
    if out.is_json() {
        out.line(&to_json::write(&report));
    } else {
        text::write(&report, out);
    }
    Ok(Answer::from_bool(report.findings.is_empty()))
}
