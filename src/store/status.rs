//! What an operator sees of the sources, and what a host keeps of them over a reload.

use core::fmt::Write as _;
use core::sync::atomic::Ordering::{Acquire, Relaxed};
use std::sync::Arc;

use super::KeyStore;
use super::schedule::{NEVER, SECOND};
use super::slot::Slot;
use super::source::Address;
use super::ticket::KeysRefused;
use super::writer::{Life, Writer};
use crate::arena::Sink;
use crate::jose::{KeySet, ListedKey};
use crate::time::{Now, Wall};

/// A set as the store has it, for a file or the next process.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// The JWK Set, byte for byte as it came.
    pub text: Vec<u8>,
    /// The entity tag of its response, which asks for the next one.
    pub etag: Option<String>,
    /// When it was fetched; `None` if it was pushed without a time.
    pub fetched_at: Option<Wall>,
}

impl Exported {
    /// A set that was kept elsewhere, as in a file. A tag that is none is left out when it is imported.
    pub fn new(text: Vec<u8>, etag: Option<String>, fetched_at: Option<Wall>) -> Exported {
        Exported { text, etag, fetched_at }
    }
}

impl KeyStore {
    /// The set of this issuer that was loaded last; `None` if there is none but what stands in the policy.
    ///
    /// Hand it to [`KeyStore::import`] of the next store, and it starts with the keys of this one.
    pub fn export(&self, issuer: &str) -> Option<Exported> {
        let slot = self.slot_of(issuer)?;
        let writer = slot.writer();
        let is_there = !writer.copy.text.is_empty();
        is_there.then(|| Exported {
            text: writer.copy.text.to_vec(),
            etag: writer.copy.etag.clone(),
            fetched_at: writer.copy.fetched_at,
        })
    }

    /// Takes what [`KeyStore::export`] of another store gave, as [`KeyStore::set_keys_fetched`] takes a set; its
    /// entity tag goes with the next fetch. Without a time it counts as fetched at `now`.
    ///
    /// # Errors
    /// As [`KeyStore::set_keys_fetched`].
    pub fn import(&self, issuer: &str, keys: &Exported, now: Now) -> Result<Arc<KeySet>, KeysRefused> {
        let fetched_at = keys.fetched_at.unwrap_or(now.wall);
        self.push_fetched(issuer, &keys.text, keys.etag.as_deref(), fetched_at, now)
    }

    /// The issuers, in the order of the policy.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| slot.issuer.as_str())
    }

    /// The issuer in this place of [`KeyStore::issuers`].
    pub fn issuer_at(&self, place: usize) -> Option<&str> {
        self.slots.get(place).map(|slot| slot.issuer.as_str())
    }

    /// Writes one JSON object on one line: every source with its keys, age, last failure, next due and
    /// counters, what is revoked, and how many API keys there are in how many bytes.
    ///
    /// It names issuers, addresses and key ids, and never a key, a token or a secret. A member that is not
    /// known is `null`; durations are whole seconds.
    pub fn write_status(&self, now: Now, sink: &mut impl Sink) {
        sink.put(b"{\"sources\":[");
        let mut line = String::new();
        for (place, slot) in self.slots.iter().enumerate() {
            line.clear();
            if place > 0 {
                line.push(',');
            }
            slot.write_status(now.monotonic, &mut line);
            sink.put(line.as_bytes());
        }
        let [ids, sessions, subjects] = self.revoked.counts();
        let due = seconds_until(self.due_at(), now.monotonic);
        self.api_keys.sweep();
        let keys = self.api_keys.present();
        let (count, bytes) = (keys.len(), keys.memory());
        let rest = format!(
            "],\"due_in\":{due},\"revoked\":{{\"ids\":{ids},\"sessions\":{sessions},\"subjects\":{subjects}}},\
             \"api_keys\":{{\"count\":{count},\"bytes\":{bytes}}}}}"
        );
        sink.put(rest.as_bytes());
    }
}

impl Slot {
    fn write_status(&self, now: u64, out: &mut String) {
        let writer = self.writer();
        out.push_str("{\"issuer\":");
        put_text(out, &self.issuer);
        out.push_str(",\"url\":");
        match (&self.address, &writer.location) {
            (Address::KeySet(url), _) | (_, Some((url, _))) => put_text(out, url),
            _ => out.push_str("null"),
        }
        let (age, expires_in) = match writer.copy.life {
            Life::Running { born, expires_at, .. } => {
                let age = i128::from(now).saturating_sub(born) / i128::from(SECOND);
                (age.to_string(), seconds_until(expires_at, now))
            }
            Life::Lasting | Life::Unheard => ("null".into(), "null".into()),
        };
        let state = self.state(&writer, now);
        let generation = self.generation.load(Acquire);
        let fetching = self.fetching.load(Acquire);
        let due_in = seconds_until(self.due.load(Acquire), now);
        put(
            out,
            format_args!(
                ",\"state\":\"{state}\",\"generation\":{generation},\"age\":{age},\"expires_in\":{expires_in},\
                 \"fetching\":{fetching},\"due_in\":{due_in},\"failures_in_a_row\":{}",
                writer.failures
            ),
        );
        out.push_str(",\"last_failure\":");
        match &writer.last_failure {
            None => out.push_str("null"),
            Some(failure) => {
                out.push_str("{\"text\":");
                put_text(out, &failure.text);
                put(out, format_args!(",\"age\":{}}}", now.saturating_sub(failure.at) / SECOND));
            }
        }
        self.write_counters(&writer, out);
        self.write_keys(out);
        out.push('}');
    }

    fn state(&self, writer: &Writer, now: u64) -> &'static str {
        match (self.present().keys(Some(now)), writer.copy.life) {
            (None, _) if self.present().is_loaded() => "too_old",
            (None, _) => "none",
            (Some(_), Life::Running { expires_at, .. }) if now >= expires_at => "stale",
            (Some(_), _) => "good",
        }
    }

    fn write_counters(&self, writer: &Writer, out: &mut String) {
        let counts = &writer.counts;
        put(
            out,
            format_args!(
                ",\"counters\":{{\"tickets\":{},\"loads\":{},\"renewals\":{},\"pushed\":{},\"failures\":{},\
                 \"refused\":{},\"abandoned\":{},\"unknown_kids\":{}}}",
                counts.tickets,
                counts.loads,
                counts.renewals,
                counts.pushed,
                counts.failures,
                counts.refused,
                counts.abandoned,
                self.unknown_kids.load(Relaxed)
            ),
        );
    }

    fn write_keys(&self, out: &mut String) {
        out.push_str(",\"keys\":[");
        let present = self.present.load_full();
        let keys: &[ListedKey] = present.as_ref().map_or(&[], |present| present.keys.keys());
        for (place, key) in keys.iter().enumerate() {
            put(out, format_args!("{}{{\"number\":{}", if place > 0 { "," } else { "" }, key.number()));
            for (name, value) in [("kid", key.kid()), ("kty", key.kty()), ("alg", key.alg())] {
                put(out, format_args!(",\"{name}\":"));
                match value {
                    None => out.push_str("null"),
                    Some(value) => put_text(out, value),
                }
            }
            put(out, format_args!(",\"usable\":{},\"reason\":\"{}\"}}", key.is_usable(), key.reason().name()));
        }
        out.push(']');
    }
}

/// Seconds from `now`, rounded up; 0 for what is past, `null` for what does not come.
fn seconds_until(moment: u64, now: u64) -> String {
    if moment == NEVER { "null".into() } else { moment.saturating_sub(now).div_ceil(SECOND).to_string() }
}

fn put(out: &mut String, text: core::fmt::Arguments<'_>) {
    // A string takes all that it is given.
    let _ = out.write_fmt(text);
}

/// A JSON string; names come from policies and key sets, so any character may stand in them.
fn put_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => put(out, format_args!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}
