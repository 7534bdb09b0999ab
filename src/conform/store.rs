//! The operation `store`: the calls of a host to one live store, step by step.

use std::sync::Arc;

use super::answer::Answer;
use super::case::{Case, CaseFault};
use super::check::{Needs, policy_invalid, write_decision};
use super::steps::{self, Fetched, Names, Step, Ticket};
use crate::policy::Policy;
use crate::store::{Done, Fetch, KeyStore, KeysRefused, Outcome};
use crate::time::NANOS_PER_SECOND;
use crate::verifier::Verifier;

/// The store of every case has the same; answers never depend on it.
const ENTROPY: &[u8] = b"conformance test";

pub(super) fn store(case: &Case<'_>) -> Result<String, CaseFault> {
    answer_with(case, ENTROPY)
}

fn answer_with(case: &Case<'_>, entropy: &[u8]) -> Result<String, CaseFault> {
    case.only(&["op", "id", "policy", "policy_text", "steps"])?;
    let (id, policy, steps) = (case.text("id")?, case.policy()?, steps::read(case)?);
    let policy = match Policy::load(policy.as_bytes(), &[]) {
        Ok((policy, _)) => policy,
        Err(report) => return Ok(policy_invalid(&id, &report)),
    };
    let store = Arc::new(policy.key_store(entropy));
    let verifier = Verifier::with_store(policy, store).ok_or_else(|| CaseFault("no store for the policy".into()))?;
    let mut host = Host { verifier, tickets: Vec::new() };
    let mut answer = Answer::to(&id);
    answer.list("steps", &steps, |answer, step| answer.object(|answer| host.take(step, answer)));
    Ok(answer.finish())
}

/// A host with nothing of its own but the numbers of its tickets.
struct Host {
    verifier: Verifier,
    tickets: Vec<u64>,
}

impl Host {
    /// Makes one call and writes what it gave.
    fn take(&mut self, step: &Step, answer: &mut Answer) {
        let store = self.verifier.store();
        match step {
            Step::NextFetch(now) => match store.next_fetch(*now) {
                None => answer.raw("next_fetch", "null"),
                Some(fetch) => {
                    let place = self.tickets.len();
                    self.tickets.push(fetch.ticket);
                    answer.name("next_fetch");
                    answer.object(|answer| write_fetch(answer, place, &fetch, now.monotonic));
                }
            },
            Step::FetchDone { ticket, outcome, now } => {
                let done = store.fetch_done(self.number(*ticket), outcome_of(outcome), *now);
                answer.text("fetch_done", done.as_ref().map_or("refused", Done::word));
            }
            Step::Check { asked, monotonic } => {
                let decision = asked.decide(&self.verifier, *monotonic);
                answer.name("check");
                answer.object(|answer| write_decision(answer, &decision, Needs::All));
            }
            Step::SetKeys { issuer, jwks, fetched } => {
                let pushed = match fetched {
                    Some((at, now)) => store.set_keys_fetched(issuer, jwks.as_bytes(), *at, *now),
                    None => store.set_keys(issuer, jwks.as_bytes()),
                };
                let word = match pushed {
                    Ok(_) => "taken",
                    Err(KeysRefused::IssuerUnknown) => "issuer_unknown",
                    Err(KeysRefused::Older) => "older",
                    Err(_) => "refused",
                };
                answer.text("set_keys", word);
            }
            Step::Revoke(names) => {
                revoke(store, names);
                answer.raw("revoke", "null");
            }
            Step::SetRevoked(names) => {
                set_revoked(store, names);
                answer.raw("set_revoked", "null");
            }
            Step::Generation(issuer) => {
                let generation = store.generation(issuer).map(|generation| generation.to_string());
                answer.raw("generation", generation.as_deref().unwrap_or("null"));
            }
        }
    }

    /// The number of a ticket; 0, which no store gives, for one that was never handed out.
    fn number(&self, ticket: Ticket) -> u64 {
        let number = match ticket {
            Ticket::Last => self.tickets.last(),
            Ticket::Place(place) => self.tickets.get(place),
        };
        number.copied().unwrap_or(0)
    }
}

fn write_fetch(answer: &mut Answer, place: usize, fetch: &Fetch, now: u64) {
    let deadline_in = i128::from(fetch.deadline.saturating_sub(now)) / NANOS_PER_SECOND;
    answer.raw("ticket", &place.to_string());
    answer.text("kind", fetch.kind.word());
    answer.text("reason", fetch.reason.word());
    answer.text("issuer", &fetch.issuer);
    answer.text("url", &fetch.url);
    answer.text_or_null("etag", fetch.etag.as_deref());
    answer.raw("deadline_in", &deadline_in.to_string());
    answer.raw("max_bytes", &fetch.max_bytes.to_string());
}

fn outcome_of(fetched: &Fetched) -> Outcome<'_> {
    match fetched {
        Fetched::Body { text, etag, max_age } => {
            Outcome::Body { bytes: text.as_bytes(), etag: etag.as_deref(), max_age: *max_age }
        }
        Fetched::NotModified { max_age } => Outcome::NotModified { max_age: *max_age },
        Fetched::Failed => Outcome::Failed("failed"),
        Fetched::Abandoned => Outcome::Abandoned,
    }
}

fn revoke(store: &KeyStore, names: &Names) {
    store.revoke_ids(names.ids.iter().flatten());
    store.revoke_sessions(names.sessions.iter().flatten());
    for (subject, before) in names.subjects.iter().flatten() {
        store.revoke_subject_before(subject, *before);
    }
}

fn set_revoked(store: &KeyStore, names: &Names) {
    if let Some(ids) = &names.ids {
        store.set_revoked(ids);
    }
    if let Some(sessions) = &names.sessions {
        store.set_revoked_sessions(sessions);
    }
    if let Some(subjects) = &names.subjects {
        store.set_revoked_subjects(subjects.iter().map(|(subject, before)| (subject, *before)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Duplicates};

    /// Rows keep clear of jitter: whoever makes the store, with whatever entropy, gives the same answers.
    #[test]
    fn answers_do_not_depend_on_the_entropy() {
        let mut rows = 0;
        for line in include_str!("../../tests/vectors/store.jsonl").lines() {
            let row = Document::parse(line.as_bytes(), Duplicates::Mark).unwrap();
            let case = Case::new(row.root().member("case").unwrap(), "the case").map_err(|fault| fault.0).unwrap();
            let answer = |entropy: &[u8]| answer_with(&case, entropy).map_err(|fault| fault.0).unwrap();
            let expected = answer(ENTROPY);
            for byte in 0..32 {
                assert_eq!(answer(&[byte; 16]), expected, "entropy of {byte}");
            }
            rows += 1;
        }
        assert!(rows >= 80, "{rows} rows");
    }
}
