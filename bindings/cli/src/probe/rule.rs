//! A rule, and what becomes of it.

use super::answer::{Answer, Exchange};
use super::requests::Kind;

/// How bad it is to break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Worth knowing.
    Note,
    /// Some clients or caches go wrong.
    Warning,
    /// Clients cannot work, or somebody is let in.
    Error,
}

impl Severity {
    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One thing that answers are held to.
pub(crate) struct Rule {
    /// Stable.
    pub(crate) id: &'static str,
    pub(crate) severity: Severity,
    /// The number in the project's ledger.
    pub(crate) requirement: &'static str,
    /// Where the standard says so.
    pub(crate) section: &'static str,
    /// What should be, as a sentence.
    pub(crate) asks: &'static str,
    /// What to do where it is not.
    pub(crate) advice: &'static str,
    pub(crate) judge: fn(&Evidence) -> Verdict,
}

/// What rules are judged on.
pub(crate) struct Evidence {
    pub(crate) exchanges: Vec<Exchange>,
    /// What the same requests brought from the origin behind this edge.
    pub(crate) behind: Option<Vec<Exchange>>,
    /// The origin of the page that calls, and whether `--origin` named it.
    pub(crate) page: String,
    pub(crate) page_is_named: bool,
    /// See [`super::credentials::Credentials::marks`].
    pub(crate) marks: Vec<String>,
}

/// What becomes of a rule.
pub(crate) enum Verdict {
    Kept,
    /// Where, and what was seen there.
    Broken(Vec<Sight>),
    /// Why there is nothing to judge.
    NotApplicable(&'static str),
}

impl Verdict {
    /// The word for it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Verdict::Kept => "kept",
            Verdict::Broken(_) => "broken",
            Verdict::NotApplicable(_) => "not_applicable",
        }
    }
}

/// What was seen in the answer to one request.
pub(crate) struct Sight {
    pub(crate) request: &'static str,
    pub(crate) text: String,
}

/// What a rule says of one answer.
pub(crate) enum Look {
    Kept,
    Broken(String),
    /// It does not speak of such an answer.
    Passed,
}

impl Look {
    /// Kept if `holds`, else broken by what `text` says.
    pub(crate) fn held(holds: bool, text: impl FnOnce() -> String) -> Look {
        if holds { Look::Kept } else { Look::Broken(text()) }
    }
}

impl Evidence {
    /// The answer to the request with this id.
    pub(crate) fn answer(&self, id: &str) -> Option<&Answer> {
        answer(&self.exchanges, id)
    }

    /// Judges each answer to requests of these kinds; `none` says why the rule does not apply if it passes them all.
    pub(crate) fn each(
        &self,
        kinds: &[Kind],
        none: &'static str,
        look: impl Fn(&Exchange, &Answer) -> Look,
    ) -> Verdict {
        let fitting = self.exchanges.iter().filter(|exchange| kinds.contains(&exchange.plan.kind));
        gather(fitting.filter_map(|exchange| Some((exchange.plan.id, look(exchange, exchange.answer()?)))), none)
    }

    /// Whether a request without credentials was let in.
    pub(crate) fn is_open(&self) -> bool {
        self.answer("none").is_some_and(Answer::is_success)
    }

    /// Whether Bearer is among the schemes that any answer asks for.
    pub(crate) fn offers_bearer(&self) -> bool {
        let mut answers = self.exchanges.iter().filter_map(Exchange::answer);
        answers.any(|answer| answer.bearer().any(|challenge| challenge.is_scheme("Bearer")))
    }
}

/// One verdict out of what a rule says of each.
pub(crate) fn gather(looks: impl Iterator<Item = (&'static str, Look)>, none: &'static str) -> Verdict {
    let (mut any, mut broken) = (false, Vec::new());
    for (request, look) in looks {
        match look {
            Look::Kept => any = true,
            Look::Broken(text) => broken.push(Sight { request, text }),
            Look::Passed => {}
        }
    }
    match (broken.is_empty(), any) {
        (false, _) => Verdict::Broken(broken),
        (true, true) => Verdict::Kept,
        (true, false) => Verdict::NotApplicable(none),
    }
}

/// The answer to the request with this id.
pub(crate) fn answer<'a>(exchanges: &'a [Exchange], id: &str) -> Option<&'a Answer> {
    exchanges.iter().find(|exchange| exchange.plan.id == id)?.answer()
}

/// Every kind there is.
pub(crate) const EVERY: &[Kind] = &[
    Kind::Without,
    Kind::Unknown,
    Kind::Malformed,
    Kind::BadToken,
    Kind::Preflight,
    Kind::Token,
    Kind::Misused,
    Kind::Query,
];
