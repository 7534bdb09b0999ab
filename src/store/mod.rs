//! The live key sources: one slot an issuer, tickets for the host's fetches, and revoked tokens.
//!
//! Readers never block and never free: a set or a list of revoked ids is swapped whole, and what was
//! replaced is freed by the next writer. The table of sources is fixed when the policy is loaded. The
//! store fetches nothing and reads no clock: bytes and time come from the host, and so does the entropy
//! that spreads the fetches of several processes.

mod changed;
mod closing;
mod discovery;
mod live_keys;
mod metrics;
mod proofs;
mod remembered;
mod revoked;
mod revoking;
mod schedule;
mod slot;
mod source;
mod status;
mod ticket;
mod writer;

use core::fmt;
use core::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};
use core::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::Arc;

use crate::jose::{KeySet, ListedKey};
use crate::secret::ApiKeys;
use crate::time::{Now, Wall};
use changed::Changed;
use closing::Arrival;
pub use discovery::MetadataFault;
use live_keys::LiveKeys;
pub(crate) use proofs::Proof;
use proofs::Proofs;
pub(crate) use remembered::{Digest, Known, Remembered, Tried};
pub(crate) use revoked::{Revoked, TokenNames};
use schedule::{Jitter, NEVER};
use slot::Slot;
pub(crate) use slot::{Present, Prospect, Why};
pub(crate) use source::{Address, Discovery, KeySource, Timing};
pub use status::Exported;
pub use ticket::{Done, Fetch, FetchKind, FetchReason, KeysRefused, Outcome};

/// Live keys and revoked tokens. One per process, shared by its threads.
///
/// A host fetches in a loop of its own: whenever [`KeyStore::due_at`] has come, and after a check whose
/// [`crate::Decision::need`] asks for keys, it takes tickets from [`KeyStore::next_fetch`] until there are
/// none, fetches each, and hands the answer to [`KeyStore::fetch_done`].
///
/// ```
/// use countersign::time::{Now, Wall};
/// use countersign::{Done, Outcome, Policy};
///
/// let policy = br#"{"realm": "api", "bearer": {"issuers": [{
///     "issuer": "https://login.example.com", "audience": "api",
///     "jwks_uri": "https://login.example.com/keys", "keys": {"prefetch": true}
/// }]}}"#;
/// let store = Policy::load(policy, &[])?.0.key_store(b"16 random bytes.");
///
/// let now = Now::new(Wall::from_nanos(1_700_000_000_000_000_000), 42);
/// let fetch = store.next_fetch(now).ok_or("nothing to fetch")?;
/// assert_eq!(fetch.url, "https://login.example.com/keys");
/// assert!(store.next_fetch(now).is_none(), "one ticket a source");
///
/// let bytes = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// let done = store.fetch_done(fetch.ticket, Outcome::Body { bytes, etag: None, max_age: Some(3600) }, now)?;
/// assert!(matches!(done, Done::Loaded(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeyStore {
    /// The identity of the policy that it was made of.
    policy: Arc<()>,
    slots: Vec<Slot>,
    /// The places of the slots, in the order of their issuers' names.
    by_name: Vec<usize>,
    /// What a monitor of the host did not look at yet.
    changed: Changed,
    /// The earliest of what the slots have due, or earlier.
    due: AtomicU64,
    /// Counts the marks of readers, so that [`KeyStore::settle`] sees one that came in between.
    marks: AtomicU64,
    /// Where the last ticket was handed out, so that no source waits behind busier ones.
    cursor: AtomicUsize,
    tickets: AtomicU64,
    numbers: AtomicU64,
    pub(crate) revoked: Revoked,
    pub(crate) remembered: Option<Remembered>,
    pub(crate) api_keys: LiveKeys,
    /// `None` where the policy takes no passwords.
    pub(crate) proofs: Option<Proofs>,
}

/// What a policy has beside its issuers.
#[derive(Default)]
pub(crate) struct Secrets<'p> {
    pub(crate) api_keys: Arc<ApiKeys>,
    /// How many users there are, and a secret of theirs.
    pub(crate) users: Option<(usize, &'p [u8; 32])>,
}

impl KeyStore {
    /// A store of these sources that remembers so many verdicts.
    pub(crate) fn new(
        policy: Arc<()>,
        sources: impl IntoIterator<Item = KeySource>,
        remembered: usize,
        secrets: Secrets<'_>,
        entropy: &[u8],
    ) -> Self {
        let slots: Vec<Slot> = sources
            .into_iter()
            .zip(0..)
            .map(|(source, place)| Slot::new(source, Jitter::new(entropy, place)))
            .collect();
        let mut by_name: Vec<usize> = (0..slots.len()).collect();
        by_name.sort_by_key(|&place| slots.get(place).map(|slot| slot.issuer.as_str()));
        let present = slots.iter().filter_map(|slot| slot.present.load_full());
        let highest = present.filter_map(|set| set.keys.keys().iter().map(ListedKey::number).max()).max();
        let store = KeyStore {
            policy,
            changed: Changed::new(slots.len()),
            slots,
            by_name,
            due: AtomicU64::new(NEVER),
            marks: AtomicU64::new(0),
            cursor: AtomicUsize::new(0),
            tickets: AtomicU64::new(1),
            numbers: AtomicU64::new(highest.unwrap_or(0) + 1),
            revoked: Revoked::default(),
            remembered: Remembered::new(remembered),
            api_keys: LiveKeys::new(secrets.api_keys),
            proofs: secrets.users.map(|(count, secret)| Proofs::new(count, secret, entropy)),
        };
        store.settle();
        store
    }

    /// When to call [`KeyStore::next_fetch`], on the monotonic clock; `u64::MAX` while there is nothing to do.
    ///
    /// One atomic load. A check may bring the moment forward, so a host that sleeps until then looks again
    /// after checks that ask for keys.
    pub fn due_at(&self) -> u64 {
        self.due.load(Acquire)
    }

    /// The next thing to fetch at `now`; `None` if there is nothing. At most one ticket a source is open at a time.
    pub fn next_fetch(&self, now: Now) -> Option<Fetch> {
        let now = now.monotonic;
        if self.due_at() > now {
            return None;
        }
        let first = self.cursor.load(Relaxed);
        let places = (first..self.slots.len()).chain(0..first.min(self.slots.len()));
        let fetch = places.into_iter().find_map(|place| {
            let slot = self.slots.get(place).filter(|slot| slot.due.load(SeqCst) <= now)?;
            let fetch = slot.begin(now, || self.new_ticket(place));
            self.changed.mark(place);
            let fetch = fetch?;
            self.cursor.store(place + 1, Relaxed);
            Some(fetch)
        });
        self.settle();
        fetch
    }

    /// Closes a ticket with what came of it. A set in place is seen by the next check of every thread.
    ///
    /// A late, unknown or already closed number changes nothing and is no error.
    ///
    /// # Errors
    /// [`KeysRefused`] for a body that is of no use: it counts as a failed attempt, and the last good set stays.
    pub fn fetch_done(&self, ticket: u64, outcome: Outcome<'_>, now: Now) -> Result<Done, KeysRefused> {
        let Some((place, slot)) = self.slot_of_ticket(ticket) else { return Ok(Done::Ignored) };
        let done = slot.close(ticket, outcome, now, &self.numbers);
        self.changed.mark(place);
        self.settle();
        done
    }

    /// Puts the JWK Set `text`, fetched just now, in place of the issuer's present one; requests under way finish
    /// with the old one. Its life counts from when the store next hears the time, so that a host that never
    /// calls [`KeyStore::next_fetch`] keeps it until it brings another.
    ///
    /// Symmetric keys in `text` are listed and not used: they belong into the policy.
    ///
    /// # Errors
    /// [`KeysRefused`]; the present set then stays.
    pub fn set_keys(&self, issuer: &str, text: &[u8]) -> Result<Arc<KeySet>, KeysRefused> {
        self.push(issuer, &Arrival { text, etag: None, max_age: None, fetched_at: None, born: None, now: None })
    }

    /// The same for a set that was fetched at an earlier time: a file, a copy of another process, the
    /// [`KeyStore::export`] of before a reload. Its age counts, so that it is refreshed and given up when it
    /// would have been; a `fetched_at` in the future, from a clock that was set since, counts as now.
    ///
    /// # Errors
    /// As [`KeyStore::set_keys`], and [`KeysRefused::Older`] if the set that is there was fetched later, or serves while
    /// this one is too old to.
    pub fn set_keys_fetched(
        &self,
        issuer: &str,
        text: &[u8],
        fetched_at: Wall,
        now: Now,
    ) -> Result<Arc<KeySet>, KeysRefused> {
        self.push_fetched(issuer, text, None, fetched_at, now)
    }

    /// See [`KeyStore::import`].
    pub(crate) fn push_fetched(
        &self,
        issuer: &str,
        text: &[u8],
        etag: Option<&str>,
        fetched_at: Wall,
        now: Now,
    ) -> Result<Arc<KeySet>, KeysRefused> {
        let age = now.wall.nanos().saturating_sub(fetched_at.nanos()).max(0);
        let born = Some(i128::from(now.monotonic).saturating_sub(age));
        let (fetched_at, now) = (Some(fetched_at), Some(now.monotonic));
        self.push(issuer, &Arrival { text, etag, max_age: None, fetched_at, born, now })
    }

    fn push(&self, issuer: &str, arrival: &Arrival<'_>) -> Result<Arc<KeySet>, KeysRefused> {
        let (place, slot) = self.found(issuer).ok_or(KeysRefused::IssuerUnknown)?;
        let set = slot.push(arrival, &self.numbers);
        self.changed.mark(place);
        self.settle();
        set
    }

    /// How many sets this issuer has had so far; `None` for an issuer that the policy does not have. A request
    /// that waits for a set of [`crate::Need::Keys`] is worth another check once this has changed.
    pub fn generation(&self, issuer: &str) -> Option<u64> {
        self.slot_of(issuer).map(|slot| slot.generation.load(Acquire))
    }

    /// Whether a fetch for this issuer is under way. When it is over without another
    /// [`KeyStore::generation`], waiting longer is of no use.
    pub fn is_fetching(&self, issuer: &str) -> bool {
        self.slot_of(issuer).is_some_and(|slot| slot.fetching.load(Acquire))
    }

    /// Whether the store was made of the policy with this identity.
    pub(crate) fn is_of(&self, policy: &Arc<()>) -> bool {
        Arc::ptr_eq(&self.policy, policy)
    }

    /// The present set of the issuer in this place of the policy.
    #[inline]
    pub(crate) fn present(&self, place: usize) -> Option<Present> {
        self.slots.get(place).map(Slot::present)
    }

    /// Marks that a token needs another set of the source in this place than the one it was judged by, and tells
    /// what waiting promises.
    pub(crate) fn want(&self, place: usize, why: Why, judged_by: u64, now: Option<u64>) -> Option<Prospect> {
        let slot = self.slots.get(place)?;
        if why == Why::UnknownKid {
            slot.unknown_kids.fetch_add(1, Relaxed);
            self.changed.mark(place);
        }
        let prospect = slot.prospect(judged_by, now);
        if slot.generation.load(Acquire) > judged_by {
            return Some(prospect);
        }
        if let Some(due) = slot.want(why, now) {
            self.changed.mark(place);
            self.marks.fetch_add(1, SeqCst);
            self.due.fetch_min(due, SeqCst);
        }
        Some(prospect)
    }

    fn slot_of(&self, issuer: &str) -> Option<&Slot> {
        self.found(issuer).map(|(_, slot)| slot)
    }

    /// The slot of an issuer, and its place.
    fn found(&self, issuer: &str) -> Option<(usize, &Slot)> {
        let name = |place: &usize| self.slots.get(*place).map_or("", |slot| slot.issuer.as_str());
        let found = self.by_name.binary_search_by(|place| name(place).cmp(issuer)).ok()?;
        let place = *self.by_name.get(found)?;
        self.slots.get(place).map(|slot| (place, slot))
    }

    /// A number whose remainder tells the place, so that no list of open tickets is kept.
    fn new_ticket(&self, place: usize) -> u64 {
        let turn = self.tickets.fetch_add(1, Relaxed);
        turn.wrapping_mul(word(self.slots.len())).wrapping_add(word(place))
    }

    fn slot_of_ticket(&self, ticket: u64) -> Option<(usize, &Slot)> {
        let place = usize::try_from(ticket.checked_rem(word(self.slots.len()))?).ok()?;
        self.slots.get(place).map(|slot| (place, slot))
    }

    /// Finds out anew what is due first.
    fn settle(&self) {
        // Another writer that is at the same place starts over when it sees this.
        self.marks.fetch_add(1, SeqCst);
        loop {
            let marks = self.marks.load(SeqCst);
            let before = self.due.load(SeqCst);
            let due = self.slots.iter().map(|slot| slot.due.load(SeqCst)).min().unwrap_or(NEVER);
            let changed = self.due.compare_exchange(before, due, SeqCst, SeqCst);
            // A reader marks its slot, then `marks`, then `due`: a mark that the look at the slots missed
            // is either seen here or still lowers `due` behind the exchange.
            if changed.is_ok() && self.marks.load(SeqCst) == marks {
                return;
            }
        }
    }
}

fn word(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loaded = self.slots.iter().filter(|slot| slot.present().is_loaded()).count();
        write!(f, "KeyStore with {loaded} of {} sources loaded", self.slots.len())
    }
}
