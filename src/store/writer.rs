//! One source as its writer keeps it: the attempt under way, and what the next one depends on.
//!
//! An attempt is one try to get the set: one ticket for a known address, up to four where metadata have
//! to tell it. The cooldown counts from its start (REQ-ROTATION-09). Held under the source's lock.

use core::sync::atomic::Ordering::SeqCst;
use std::sync::Arc;

use super::discovery::{address_count, metadata_address};
use super::schedule::{Jitter, NEVER, SECOND};
use super::slot::{LoadedSet, Slot, Why};
use super::source::Address;
use super::ticket::{Fetch, FetchKind, FetchReason};
use crate::limits;
use crate::time::Wall;

/// See the module.
pub(super) struct Writer {
    attempt: Option<Attempt>,
    /// Failed attempts in a row.
    pub(super) failures: u32,
    pub(super) last_failure: Option<Failure>,
    /// The set that is there, as far as fetching goes.
    pub(super) copy: Copy,
    /// Where the metadata said that the set is, and when.
    pub(super) location: Option<(String, u64)>,
    /// Which address of the metadata answered last.
    metadata_place: u8,
    pub(super) jitter: Jitter,
    /// Replaced sets that readers may still hold.
    pub(super) retired: Vec<Arc<LoadedSet>>,
    pub(super) counts: Counts,
}

/// What is known of the set that was loaded last.
pub(super) struct Copy {
    /// Its text; empty for one that stands in the policy.
    pub(super) text: Box<[u8]>,
    pub(super) etag: Option<String>,
    pub(super) fetched_at: Option<Wall>,
    pub(super) life: Life,
}

/// How long a set lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// For good: no set to fetch, or none fetched yet.
    Lasting,
    /// From the moment when the store next hears the time: pushed without a clock.
    Unheard,
    /// `born` is on the monotonic clock, and before its start for a copy older than that.
    Running { born: i128, refresh_at: u64, expires_at: u64 },
}

/// The last thing that went wrong.
pub(super) struct Failure {
    pub(super) text: String,
    pub(super) at: u64,
}

/// What happened so far.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) tickets: u64,
    pub(super) loads: u64,
    pub(super) renewals: u64,
    /// Tickets that brought nothing; those that were given back count once an attempt ends by it.
    pub(super) failures: u64,
    pub(super) refused: u64,
    pub(super) abandoned: u64,
    pub(super) pushed: u64,
}

pub(super) struct Attempt {
    pub(super) started: u64,
    pub(super) reason: FetchReason,
    pub(super) step: Step,
    /// How often in a row its ticket came back.
    pub(super) abandoned: u8,
    pub(super) open: Option<Open>,
}

/// A ticket that the host has.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) number: u64,
    pub(super) handed_out: u64,
    pub(super) deadline: u64,
    /// Which set was there, if the ticket carries its tag: the one that a 304 is about.
    pub(super) tagged: Option<u64>,
}

/// What is fetched next in an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The metadata, after so many of their addresses were tried.
    Metadata {
        tried: u8,
    },
    KeySet,
}

impl Writer {
    pub(super) fn new(jitter: Jitter) -> Self {
        let copy = Copy { text: Box::default(), etag: None, fetched_at: None, life: Life::Lasting };
        Writer {
            attempt: None,
            failures: 0,
            last_failure: None,
            copy,
            location: None,
            metadata_place: 0,
            jitter,
            retired: Vec::new(),
            counts: Counts::default(),
        }
    }

    pub(super) fn is_attempting(&self) -> bool {
        self.attempt.is_some()
    }

    /// When the host should ask for a ticket, needs of tokens aside.
    pub(super) fn due(&self, gate: u64) -> u64 {
        match (&self.attempt, self.copy.life) {
            (Some(attempt), _) => attempt.open.map_or(0, |open| open.deadline),
            (None, Life::Unheard) => 0,
            (None, _) if self.failures > 0 => gate,
            (None, Life::Lasting) => NEVER,
            (None, Life::Running { refresh_at, .. }) => refresh_at.max(gate),
        }
    }

    /// Takes the attempt whose open ticket has this number.
    pub(super) fn take_attempt(&mut self, number: u64) -> Option<(Attempt, Open)> {
        let open = self.attempt.as_ref()?.open.filter(|open| open.number == number)?;
        self.attempt.take().map(|attempt| (attempt, open))
    }

    /// Goes on with an attempt, whose next ticket may be handed out at once.
    pub(super) fn go_on(&mut self, mut attempt: Attempt) {
        attempt.open = None;
        self.attempt = Some(attempt);
    }

    pub(super) fn open_deadline(&self) -> Option<u64> {
        self.attempt.as_ref().and_then(|attempt| attempt.open).map(|open| open.deadline)
    }

    /// Keeps what went wrong for the status.
    pub(super) fn note(&mut self, text: &str, now: u64) {
        self.last_failure = Some(Failure { text: text.chars().take(limits::FAILURE_CHARACTERS).collect(), at: now });
    }

    fn reason(&self, wanted: Option<Why>, now: u64) -> Option<FetchReason> {
        match (self.failures, wanted, self.copy.life) {
            (1.., _, _) => Some(FetchReason::Retry),
            (0, Some(why), _) => Some(why.reason()),
            (0, None, Life::Running { expires_at, .. }) if now >= expires_at => Some(FetchReason::Expired),
            (0, None, Life::Running { refresh_at, .. }) if now >= refresh_at => Some(FetchReason::Refresh),
            (0, None, _) => None,
        }
    }
}

impl Slot {
    /// Hands out the next ticket, if one is due at `now` and none is open.
    pub(super) fn begin(&self, now: u64, number: impl FnOnce() -> u64) -> Option<Fetch> {
        let mut guard = self.writer();
        let writer = &mut *guard;
        if writer.open_deadline().is_some_and(|deadline| now > deadline) {
            self.lapse(writer, now);
        }
        if writer.copy.life == Life::Unheard {
            self.start_life(writer, now);
        }
        let fetch = self.hand_out(writer, now, number);
        self.arm(writer);
        fetch
    }

    fn hand_out(&self, writer: &mut Writer, now: u64, number: impl FnOnce() -> u64) -> Option<Fetch> {
        if writer.attempt.is_none() {
            if now < self.gate.load(SeqCst) {
                return None;
            }
            let reason = writer.reason(self.wanted(), now)?;
            let step = self.first_step(writer, now)?;
            writer.attempt = Some(Attempt { started: now, reason, step, abandoned: 0, open: None });
            // At least one, so that "there was no attempt yet" stays told apart on a clock that starts at zero.
            self.gate.store(now.saturating_add(self.timing.cooldown).max(1), SeqCst);
        }
        let attempt = writer.attempt.as_mut().filter(|attempt| attempt.open.is_none())?;
        let url = match (attempt.step, &self.address, &writer.location) {
            (Step::KeySet, Address::KeySet(url), _) | (Step::KeySet, _, Some((url, _))) => url.clone(),
            (Step::Metadata { tried }, _, _) => {
                let place = (writer.metadata_place + tried) % address_count(&self.issuer);
                metadata_address(&self.issuer, place)
            }
            (Step::KeySet, _, None) => return None,
        };
        let kind = if attempt.step == Step::KeySet { FetchKind::KeySet } else { FetchKind::Metadata };
        let etag = writer.copy.etag.clone().filter(|_| kind == FetchKind::KeySet);
        let open = Open {
            number: number(),
            handed_out: now,
            deadline: now.saturating_add(limits::FETCH_SECONDS * SECOND),
            tagged: etag.as_ref().map(|_| self.generation.load(SeqCst)),
        };
        attempt.open = Some(open);
        writer.counts.tickets += 1;
        Some(Fetch {
            ticket: open.number,
            kind,
            reason: if attempt.abandoned > 0 { FetchReason::Abandoned } else { attempt.reason },
            issuer: self.issuer.clone(),
            url,
            etag,
            deadline: open.deadline,
            max_bytes: limits::SET_BYTES,
            cooldown: self.timing.cooldown,
        })
    }

    /// Metadata are read again when they are old, and when the set was not where they said.
    fn first_step(&self, writer: &Writer, now: u64) -> Option<Step> {
        match (&self.address, &writer.location) {
            (Address::Nowhere, _) => None,
            (Address::KeySet(_), _) => Some(Step::KeySet),
            (Address::Metadata(_), Some((_, since)))
                if writer.failures == 0 && now.saturating_sub(*since) < limits::METADATA_SECONDS * SECOND =>
            {
                Some(Step::KeySet)
            }
            (Address::Metadata(_), _) => Some(Step::Metadata { tried: 0 }),
        }
    }

    /// The step behind metadata that could not be had: the next of their addresses, then the set where it was last.
    fn step_behind(&self, writer: &Writer, tried: u8) -> Option<Step> {
        let tried = tried + 1;
        if tried < address_count(&self.issuer) {
            return Some(Step::Metadata { tried });
        }
        writer.location.as_ref().map(|_| Step::KeySet)
    }

    /// Takes the address that the metadata told; a tag belongs to the set of the address before.
    pub(super) fn locate(&self, writer: &mut Writer, address: String, tried: u8, now: u64) {
        writer.metadata_place = (writer.metadata_place + tried) % address_count(&self.issuer);
        if writer.location.as_ref().is_none_or(|(known, _)| *known != address) {
            writer.copy.etag = None;
        }
        writer.location = Some((address, now));
    }

    /// Gives up the ticket that was not answered in time.
    pub(super) fn lapse(&self, writer: &mut Writer, now: u64) {
        if let Some(attempt) = writer.attempt.take() {
            self.miss(writer, attempt, "no answer before the deadline", now);
        }
    }

    /// Goes on behind a ticket that brought nothing. Metadata have other addresses, and one that hangs must not keep
    /// the next from being tried; else the attempt is over.
    pub(super) fn miss(&self, writer: &mut Writer, mut attempt: Attempt, text: &str, now: u64) {
        let next = match attempt.step {
            Step::Metadata { tried } => self.step_behind(writer, tried),
            Step::KeySet => None,
        };
        match next {
            Some(step) => {
                attempt.step = step;
                attempt.abandoned = 0;
                // A failed fetch, whatever the attempt still comes to: an address that always hangs has to be seen.
                writer.counts.failures += 1;
                writer.note(text, now);
                writer.go_on(attempt);
            }
            None => self.fail(writer, &attempt, text, now),
        }
    }

    /// Ends an attempt without a set: what is there stays, and the next attempt waits longer.
    pub(super) fn fail(&self, writer: &mut Writer, attempt: &Attempt, text: &str, now: u64) {
        writer.failures = writer.failures.saturating_add(1);
        writer.counts.failures += 1;
        writer.note(text, now);
        let delay = self.timing.backoff(writer.failures, &mut writer.jitter);
        self.gate.store(attempt.started.saturating_add(delay).max(1), SeqCst);
    }
}
