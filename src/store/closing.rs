//! What an answer does to its source: a good set goes in, anything else leaves the last good one in place.
//!
//! Reading a set happens under the source's lock, where only those wait who fetch for the same source.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::Arc;

use super::discovery::read_metadata;
use super::schedule::{NEVER, refresh_after};
use super::slot::{LoadedSet, Slot};
use super::source::Address;
use super::ticket::{Done, KeysRefused, Outcome};
use super::writer::{Attempt, Copy, Life, Open, Step, Writer};
use crate::http::is_entity_tag;
use crate::jose::{KeySet, ListedKey, Origin};
use crate::limits;
use crate::time::{Now, Wall};

/// A set as it came, with what is known of its age.
pub(super) struct Arrival<'a> {
    pub(super) text: &'a [u8],
    pub(super) etag: Option<&'a str>,
    pub(super) max_age: Option<u64>,
    pub(super) fetched_at: Option<Wall>,
    /// When it was fetched, on the monotonic clock; `None` if the store has not heard the time.
    pub(super) born: Option<i128>,
    /// When it came, likewise.
    pub(super) now: Option<u64>,
}

impl Arrival<'_> {
    /// The tag, if it can be sent back as it is.
    fn kept_etag(&self) -> Option<String> {
        self.etag.filter(|tag| is_entity_tag(tag.as_bytes())).map(str::to_owned)
    }
}

impl Slot {
    /// Takes the answer to the ticket with this number.
    pub(super) fn close(
        &self,
        number: u64,
        outcome: Outcome<'_>,
        now: Now,
        numbers: &AtomicU64,
    ) -> Result<Done, KeysRefused> {
        let mut guard = self.writer();
        let writer = &mut *guard;
        let Some((attempt, open)) = writer.take_attempt(number) else { return Ok(Done::Ignored) };
        let done = if now.monotonic > open.deadline {
            self.miss(writer, attempt, "no answer before the deadline", now.monotonic);
            Ok(Done::Late)
        } else {
            self.judge(writer, attempt, open, outcome, now, numbers)
        };
        self.arm(writer);
        done
    }

    fn judge(
        &self,
        writer: &mut Writer,
        attempt: Attempt,
        open: Open,
        outcome: Outcome<'_>,
        now: Now,
        numbers: &AtomicU64,
    ) -> Result<Done, KeysRefused> {
        let born = Some(i128::from(open.handed_out));
        match (attempt.step, outcome) {
            (_, Outcome::Abandoned) => Ok(self.give_back(writer, attempt, now.monotonic)),
            (Step::Metadata { tried }, outcome) => self.judge_metadata(writer, attempt, tried, outcome, now),
            (Step::KeySet, Outcome::Body { bytes, etag, max_age }) => {
                let arrival = Arrival { text: bytes, etag, max_age, fetched_at: Some(now.wall), born, now: None };
                self.install(writer, &arrival, numbers).inspect_err(|refused| {
                    writer.counts.refused += 1;
                    self.fail(writer, &attempt, &refused.to_string(), now.monotonic);
                })
            }
            (Step::KeySet, Outcome::NotModified { max_age }) if open.tagged == Some(self.generation.load(SeqCst)) => {
                self.renew(writer, max_age, born, Some(now.wall));
                Ok(Done::Renewed)
            }
            (Step::KeySet, Outcome::NotModified { .. }) => {
                // Another set was pushed behind the ticket, of which the issuer has said nothing.
                let text = open.tagged.map_or(UNTAGGED, |_| "304 about a set that is no longer there");
                self.fail(writer, &attempt, text, now.monotonic);
                Ok(Done::Noted)
            }
            (Step::KeySet, Outcome::Failed(text)) => {
                self.fail(writer, &attempt, text, now.monotonic);
                Ok(Done::Noted)
            }
        }
    }

    /// The host could not go on: the ticket is handed out again, unless that has happened too often.
    fn give_back(&self, writer: &mut Writer, mut attempt: Attempt, now: u64) -> Done {
        writer.counts.abandoned += 1;
        if attempt.abandoned >= limits::ABANDONED_IN_A_ROW {
            self.fail(writer, &attempt, "given back too often", now);
            return Done::Noted;
        }
        attempt.abandoned += 1;
        writer.go_on(attempt);
        Done::Again
    }

    fn judge_metadata(
        &self,
        writer: &mut Writer,
        mut attempt: Attempt,
        tried: u8,
        outcome: Outcome<'_>,
        now: Now,
    ) -> Result<Done, KeysRefused> {
        let Address::Metadata(allowed) = self.address else { return Ok(Done::Ignored) };
        let (text, refused) = match outcome {
            Outcome::Body { bytes, .. } => match read_metadata(bytes, &self.issuer, allowed) {
                Ok(address) => {
                    self.locate(writer, address, tried, now.monotonic);
                    attempt.step = Step::KeySet;
                    attempt.abandoned = 0;
                    writer.go_on(attempt);
                    return Ok(Done::Located);
                }
                Err(fault) => (fault.to_string(), Some(KeysRefused::Metadata(fault))),
            },
            Outcome::Failed(text) => (text.to_owned(), None),
            Outcome::NotModified { .. } | Outcome::Abandoned => (UNTAGGED.to_owned(), None),
        };
        writer.counts.refused += u64::from(refused.is_some());
        self.miss(writer, attempt, &text, now.monotonic);
        refused.map_or(Ok(Done::Noted), Err)
    }

    /// Takes a set that the host brings without a ticket.
    pub(super) fn push(&self, arrival: &Arrival<'_>, numbers: &AtomicU64) -> Result<Arc<KeySet>, KeysRefused> {
        let mut guard = self.writer();
        let writer = &mut *guard;
        let is_older = match (writer.copy.life, arrival.born) {
            (Life::Running { born, .. }, Some(other)) => other < born,
            _ => false,
        };
        if is_older || self.is_outlived(arrival) {
            return Err(KeysRefused::Older);
        }
        self.install(writer, arrival, numbers)?;
        writer.counts.pushed += 1;
        self.arm(writer);
        let loaded = self.present.load_full();
        loaded.map(|loaded| Arc::clone(&loaded.keys)).ok_or(KeysRefused::NoUsableKey)
    }

    /// Whether a set is too old to be used where the present one is not.
    fn is_outlived(&self, arrival: &Arrival<'_>) -> bool {
        let (Some(born), Some(now)) = (arrival.born, arrival.now) else { return false };
        let serves = self.timing.lifetime(arrival.max_age).saturating_add(self.timing.stale);
        !matches!(self.address, Address::Nowhere)
            && now >= moment(born, serves)
            && self.present().keys(Some(now)).is_some()
    }

    /// Reads a set and puts it in place; what cannot be used changes nothing.
    fn install(&self, writer: &mut Writer, arrival: &Arrival<'_>, numbers: &AtomicU64) -> Result<Done, KeysRefused> {
        if !arrival.text.is_empty() && *writer.copy.text == *arrival.text {
            writer.copy.etag = arrival.kept_etag();
            self.renew(writer, arrival.max_age, arrival.born, arrival.fetched_at);
            return Ok(Done::Renewed);
        }
        let mut set = KeySet::load(arrival.text, Origin::Pushed).map_err(KeysRefused::Set)?;
        if !set.has_usable_key() {
            return Err(KeysRefused::NoUsableKey);
        }
        self.number(&mut set, numbers);
        let set = Arc::new(set);
        writer.copy = Copy {
            text: arrival.text.into(),
            etag: arrival.kept_etag(),
            fetched_at: arrival.fetched_at,
            life: Life::Lasting,
        };
        writer.counts.loads += 1;
        let generation = self.generation.load(SeqCst) + 1;
        self.succeed(writer, &set, generation, arrival.max_age, arrival.born);
        self.generation.store(generation, SeqCst);
        Ok(Done::Loaded(set))
    }

    /// A key that was in the set before, byte for byte, keeps its number; any other gets one that was never used.
    fn number(&self, set: &mut KeySet, numbers: &AtomicU64) {
        let before = self.present.load_full().map(|before| Arc::clone(&before.keys));
        set.assign_numbers(|key| {
            let known = before.iter().flat_map(|before| before.keys());
            let same = known.into_iter().find(|known| known.fingerprint() == key.fingerprint());
            same.map_or_else(|| numbers.fetch_add(1, Relaxed), ListedKey::number)
        });
    }

    /// The set that is there is still the issuer's: it lives on from now.
    fn renew(&self, writer: &mut Writer, max_age: Option<u64>, born: Option<i128>, fetched_at: Option<Wall>) {
        let present = self.present.load_full().map(|present| (Arc::clone(&present.keys), present.generation));
        let Some((keys, generation)) = present else { return };
        writer.copy.fetched_at = fetched_at;
        writer.counts.renewals += 1;
        self.succeed(writer, &keys, generation, max_age, born);
    }

    /// Puts a good set in place, new or as it was.
    fn succeed(
        &self,
        writer: &mut Writer,
        keys: &Arc<KeySet>,
        generation: u64,
        max_age: Option<u64>,
        born: Option<i128>,
    ) {
        writer.failures = 0;
        let (life, dead_at) = match (&self.address, born) {
            // Nobody could fetch another one, so this one stands until the host brings the next.
            (Address::Nowhere, _) => (Life::Lasting, NEVER),
            (_, None) => (Life::Unheard, NEVER),
            (_, Some(born)) => self.life(writer, born, max_age),
        };
        writer.copy.life = life;
        self.put(writer, LoadedSet { keys: Arc::clone(keys), generation, dead_at, provisional: false });
        self.forget_want();
    }

    /// Counts the lifetime of the set that is there from `now`, which is the first time that the store hears of.
    pub(super) fn start_life(&self, writer: &mut Writer, now: u64) {
        let present = self.present.load_full().map(|present| (Arc::clone(&present.keys), present.generation));
        let Some((keys, generation)) = present else { return };
        let (life, dead_at) = self.life(writer, i128::from(now), None);
        writer.copy.life = life;
        self.put(writer, LoadedSet { keys, generation, dead_at, provisional: false });
    }

    /// The life of a set from `born`, and when it ends.
    fn life(&self, writer: &mut Writer, born: i128, max_age: Option<u64>) -> (Life, u64) {
        let lifetime = self.timing.lifetime(max_age);
        let refresh = refresh_after(lifetime, &mut writer.jitter);
        let [refresh_at, expires_at, dead_at] =
            [refresh, lifetime, lifetime.saturating_add(self.timing.stale)].map(|after| moment(born, after));
        (Life::Running { born, refresh_at, expires_at }, dead_at)
    }
}

const UNTAGGED: &str = "304 to a request without an ETag";

/// A moment on the monotonic clock, which a copy from before its start may have behind it.
fn moment(born: i128, after: u64) -> u64 {
    u64::try_from(born.saturating_add(i128::from(after)).max(0)).unwrap_or(NEVER)
}
