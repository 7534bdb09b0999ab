//! `explain`: why a request was denied, out of what is at hand.
//!
//! Reads the input ([`forms`]), picks the exchange ([`select`]), hands it to the core and writes what it found
//! ([`write`]). Sends nothing; repeats no credential.

pub(crate) mod args;
mod forms;
mod judged;
mod select;
mod shown;
mod source;
mod wrap;
mod write;

use countersign::explain::Severity;

use crate::fault::{Answer, Fault, Outcome};
use crate::output::Output;
use args::ExplainArgs;

pub(crate) use forms::Form;
use judged::Judged;

/// Explains one exchange.
pub(crate) fn run(args: &ExplainArgs, out: &mut Output) -> Outcome {
    let form = args.form.as_deref().and_then(|word| Form::WORDS.iter().find(|(known, _)| *known == word));
    let (text, name) = source::read(&args.input, form.is_some())?;
    let found = forms::read(&text, form.map(|(_, form)| *form))
        .map_err(|fault| Fault::new(format!("{name}: {fault}")).next(fault.next()))?;
    let selected = select::select(&found, args.entry, &name)?;
    let judged = Judged::new(args, &found, &selected)?;
    let findings = judged.explain();
    if out.is_json() {
        write::json(&found, &selected, &judged, &findings, out);
    } else {
        write::people(&found, &selected, &judged, &findings, args.all, out);
    }
    let has = |severity| findings.iter().any(|finding| finding.severity() == severity);
    Ok(match () {
        () if has(Severity::Error) => Answer::No,
        () if has(Severity::Warning) => Answer::Warned,
        () => Answer::Yes,
    })
}
