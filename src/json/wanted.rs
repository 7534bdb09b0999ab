//! Members looked for by name, all of them in one pass over an object.
//!
//! The hash that the scanner left with each name leads to at most one wanted name, with which it is
//! then compared in full; names with escapes are compared with all. Never allocates.

use super::names::{first_bytes, name_hash, node_text};
use super::tape::{ESCAPED, Node, NodeKind, index};
use super::value::Value;

/// A fixed list of names.
pub(crate) struct Wanted<const N: usize> {
    names: [&'static str; N],
    prefixes: [u64; N],
    /// By the last bits of a hash: the place of the name in the list, or [`NOBODY`].
    places: [u8; PLACES],
}

impl<const N: usize> Wanted<N> {
    /// The list of these names; it does not compile if two of them fall on one place.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::indexing_slicing,
        reason = "const alone"
    )]
    pub(crate) const fn new(names: [&'static str; N]) -> Self {
        let mut places = [NOBODY; PLACES];
        let mut prefixes = [0; N];
        let mut at = 0;
        while at < N {
            let name = names[at].as_bytes();
            let place = name_hash(first_bytes(name), name.len()) as usize % PLACES;
            assert!(places[place] == NOBODY, "two names on one place: change the number of places");
            places[place] = at as u8;
            prefixes[at] = first_bytes(name);
            at += 1;
        }
        Wanted { names, prefixes, places }
    }

    /// Gives each wanted member of `object`, with the place of its name in the list, to `found`; `None`
    /// if it is no object.
    #[inline]
    pub(crate) fn find<'a>(&self, object: Value<'a>, mut found: impl FnMut(usize, Value<'a>)) -> Option<()> {
        let (text, tape, range) = object.members_on_tape()?;
        let mut at = range.start;
        while at < range.end {
            let (name, value) = (tape.get(at)?, tape.get(at + 1)?);
            if let Some(wanted) = self.place(text, name) {
                found(wanted, object.of_same_text(at + 1, value));
            }
            at = value.past(at + 1);
        }
        Some(())
    }

    #[inline]
    fn place(&self, text: &str, name: &Node) -> Option<usize> {
        if name.has(ESCAPED) {
            return self.escaped_place(text, name);
        }
        let place = usize::from(*self.places.get(index(name.link) % PLACES)?);
        let (wanted, prefix) = (self.names.get(place)?, self.prefixes.get(place)?);
        if index(name.len) != wanted.len() {
            return None;
        }
        // Most names have fewer than eight bytes, and behind them there is more text than that.
        let same = match text.as_bytes().get(index(name.start)..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(chunk) if wanted.len() < 8 => {
                let others = u64::MAX << (wanted.len() * 8);
                u64::from_le_bytes(*chunk) & !others == *prefix
            }
            _ => node_text(text, name).raw() == *wanted,
        };
        same.then_some(place)
    }

    /// A name may be spelt with escapes: `"\u0069ss"` is `iss`.
    #[cold]
    fn escaped_place(&self, text: &str, name: &Node) -> Option<usize> {
        debug_assert!(name.kind == NodeKind::Name);
        let name = node_text(text, name);
        self.names.iter().position(|wanted| name.is(wanted))
    }
}

/// Few enough to stay in the nearest memory, enough that eleven names do not meet.
const PLACES: usize = 64;
/// No place in any list.
const NOBODY: u8 = u8::MAX;
