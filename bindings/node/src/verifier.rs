//! The Verifier: a policy, its live keys, and the working memory of this thread.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use countersign::policy::Severity;
use countersign::{Decision, FieldLine, Policy, Report, metrics};
use napi::bindgen_prelude::AsyncTask;
use napi::{Error, Result, Status};
use napi_derive::napi;

use crate::block::{Packed, write_decision};
use crate::slow_hash::{Answer, Work};

/// The bytes of a typed array, for the time of one call. (By this name napi takes it for a value.)
type Block<'b> = &'b mut [u8];

/// One entry of the report of a policy.
#[napi(object, object_from_js = false)]
pub struct ReportEntry {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// The stable word of its kind.
    pub code: &'static str,
    /// The place as a JSON Pointer.
    pub pointer: String,
    /// What was found and what is allowed.
    pub text: String,
}

/// Bytes that a policy refers to by name.
#[napi(object)]
pub struct Reference {
    /// The name that stands in `{"ref": ...}`.
    pub name: String,
    /// The bytes.
    pub value: napi::bindgen_prelude::Buffer,
}

/// A policy with its store; it holds a verifier unless the policy was refused.
#[napi]
pub struct NativeVerifier {
    verifier: Option<countersign::Verifier>,
    report: Report,
    number: u32,
    pub(crate) counters: Arc<[AtomicU64]>,
}

/// What a check needs, found by a number: handing over the object itself costs as much as half of a check.
struct Checked {
    verifier: countersign::Verifier,
    names: Vec<String>,
    decision: Decision,
    counters: Arc<[AtomicU64]>,
}

thread_local! {
    /// The verifiers of this thread. Borrowed for the time of one call; none of them calls into JavaScript.
    static CHECKED: RefCell<Vec<Option<Checked>>> = const { RefCell::new(Vec::new()) };
}

#[napi]
impl NativeVerifier {
    /// Loads the policy. Whether it was taken is for `report` to say.
    #[napi(constructor)]
    pub fn new(policy: &[u8], references: Vec<Reference>, entropy: &[u8]) -> NativeVerifier {
        let references: Vec<(&str, &[u8])> =
            references.iter().map(|reference| (reference.name.as_str(), reference.value.as_ref())).collect();
        let (verifier, report) = match Policy::load(policy, &references) {
            Ok((policy, report)) => {
                let store = Arc::new(policy.key_store(entropy));
                (countersign::Verifier::with_store(policy, store), report)
            }
            Err(report) => (None, report),
        };
        let counters: Arc<[AtomicU64]> = metrics::counters().into();
        let number = verifier.clone().map_or(u32::MAX, |verifier| keep(verifier, Arc::clone(&counters)));
        NativeVerifier { verifier, report, number, counters }
    }

    /// What loading the policy had to say, errors first.
    #[napi]
    pub fn report(&self) -> Vec<ReportEntry> {
        entries(&self.report)
    }

    /// The number of this verifier, for `check`.
    #[napi]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The fields whose lines a block holds, by their numbers in it.
    #[napi]
    pub fn wanted_fields(&self) -> Vec<String> {
        self.verifier.iter().flat_map(|verifier| verifier.policy().wanted_fields()).collect()
    }

    /// The query parameters that can carry a credential.
    #[napi]
    pub fn credential_parameters(&self) -> Vec<String> {
        let parameters = self.verifier.iter().flat_map(|verifier| verifier.policy().credential_parameters());
        parameters.map(str::to_owned).collect()
    }

    /// Takes these API keys in place of the present ones; gives the report.
    ///
    /// # Errors
    /// If there is no verifier.
    #[napi]
    pub fn set_api_keys(&self, keys: &[u8]) -> Result<Vec<ReportEntry>> {
        let report = self.loaded()?.set_api_keys(keys).unwrap_or_else(|report| report);
        Ok(entries(&report))
    }

    pub(crate) fn loaded(&self) -> Result<&countersign::Verifier> {
        self.verifier.as_ref().ok_or_else(|| Error::new(Status::InvalidArg, "the policy was refused"))
    }
}

impl Drop for NativeVerifier {
    fn drop(&mut self) {
        // At the end of a thread the list may be gone before.
        let _ = CHECKED.try_with(|checked| {
            let number = usize::try_from(self.number).ok()?;
            checked.try_borrow_mut().ok()?.get_mut(number)?.take()
        });
    }
}

/// Judges the request in the block by the verifier with this number and writes the decision there; gives the bytes
/// that it needs. If there are more than the block has, `read_again` gives it to a larger one.
///
/// # Errors
/// For what is no request.
#[napi]
pub fn check(number: u32, block: Block<'_>) -> Result<u32> {
    judge(number, block, None)
}

/// The same with what came of the slow hash that an earlier check asked for.
///
/// # Errors
/// For what is no request.
#[napi]
pub fn resume(number: u32, block: Block<'_>, answer: &Answer) -> Result<u32> {
    judge(number, block, Some(answer))
}

/// Writes the last decision once more.
///
/// # Errors
/// If there is no verifier with this number.
#[napi]
pub fn read_again(number: u32, block: Block<'_>) -> Result<u32> {
    with(number, |checked| finish(write_decision(&checked.decision, block)))
}

/// Runs the slow hash that the last check asked for on the pool; nothing if it asked for none.
///
/// # Errors
/// If there is no verifier with this number.
#[napi]
pub fn slow_hash(number: u32) -> Result<Option<AsyncTask<Work>>> {
    with(number, |checked| Ok(checked.verifier.slow_hash(&mut checked.decision).map(Work::start)))
}

fn keep(verifier: countersign::Verifier, counters: Arc<[AtomicU64]>) -> u32 {
    let names = verifier.policy().wanted_fields().collect();
    let kept = Checked { verifier, names, decision: Decision::new(), counters };
    CHECKED.with_borrow_mut(|checked| {
        let free = checked.iter().position(Option::is_none).unwrap_or_else(|| {
            checked.push(None);
            checked.len() - 1
        });
        if let Some(place) = checked.get_mut(free) {
            *place = Some(kept);
        }
        u32::try_from(free).unwrap_or(u32::MAX)
    })
}

fn with<T>(number: u32, call: impl FnOnce(&mut Checked) -> Result<T>) -> Result<T> {
    CHECKED.with(|checked| {
        let mut checked =
            checked.try_borrow_mut().map_err(|_| Error::new(Status::GenericFailure, "a check is under way"))?;
        let place = usize::try_from(number).ok().and_then(|number| checked.get_mut(number)?.as_mut());
        call(place.ok_or_else(|| Error::new(Status::InvalidArg, "there is no verifier with this number"))?)
    })
}

fn judge(number: u32, block: &mut [u8], answer: Option<&Answer>) -> Result<u32> {
    with(number, |Checked { verifier, names, decision, counters }| {
        // Whatever goes wrong from here on, the last decision is gone.
        decision.reset();
        let mut lines: Vec<FieldLine<'_>> = Vec::new();
        let packed = Packed::read(block, names, &mut lines)
            .ok_or_else(|| Error::new(Status::InvalidArg, "the block holds no request"))?;
        let request = packed.request(&lines);
        match answer {
            None => verifier.check(&request, decision),
            Some(Answer(answer)) => verifier.resume(&request, answer, decision),
        }
        drop(lines);
        metrics::count(counters, decision.reason());
        finish(write_decision(decision, block))
    })
}

fn finish(needed: usize) -> Result<u32> {
    u32::try_from(needed).map_err(|_| Error::new(Status::GenericFailure, "the decision is too large"))
}

pub(crate) fn entries(report: &Report) -> Vec<ReportEntry> {
    let entry = |entry: &countersign::policy::Entry| ReportEntry {
        severity: if entry.severity == Severity::Error { "error" } else { "warning" },
        code: entry.code.name(),
        pointer: entry.pointer.clone(),
        text: entry.text.clone(),
    };
    report.entries().iter().map(entry).collect()
}
