//! Finds a name that stands twice in one object.

use super::tape::{ESCAPED, Node, NodeKind, REPEATED, index, short};
use super::text::Text;

/// A hash of the length of a name without escapes and of its first eight bytes, or of all if there are
/// fewer: unequal hashes mean unequal names, equal ones are compared in full.
#[inline]
#[expect(clippy::as_conversions, reason = "the upper half of 64 bits; and `From` is not const")]
pub(super) const fn name_hash(prefix: u64, len: usize) -> u32 {
    let mixed = (prefix ^ (short(len) as u64).rotate_left(56)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as u32
}

/// The first eight bytes of a name, or as many as it has, the first one lowest.
#[expect(clippy::as_conversions, reason = "widening, and `From` is not const")]
pub(super) const fn first_bytes(name: &[u8]) -> u64 {
    let mut rest = name;
    let mut word = 0;
    let mut shift = 0;
    while let [byte, behind @ ..] = rest {
        if shift == u64::BITS {
            break;
        }
        word |= (*byte as u64) << shift;
        shift += 8;
        rest = behind;
    }
    word
}

/// Remembers which hashes were met in which object, in a few bits each: a name that it does not hold
/// is new, so that the names of nearly every object are never compared at all.
pub(super) struct NameFilter([u64; WORDS]);

/// Twenty names leave a chance of a tenth that one of them is looked at in vain.
const WORDS: usize = 32;

impl NameFilter {
    pub(super) const fn new() -> NameFilter {
        NameFilter([0; WORDS])
    }

    /// Adds a name, and tells whether it may have been there.
    #[inline]
    pub(super) fn may_hold(&mut self, object: usize, hash: u32) -> bool {
        let mark = hash ^ short(object).wrapping_mul(0x85EB_CA6B);
        let Some(word) = self.0.get_mut(index(mark) % WORDS) else { return true };
        let bit = 1 << (mark >> 16 & 63);
        let held = *word & bit != 0;
        *word |= bit;
        held
    }
}

/// What the check of one object found.
pub(super) struct Names {
    pub(super) count: usize,
    /// The first name, in document order, that repeats an earlier one.
    pub(super) repeated: Option<usize>,
}

/// Checks the object whose nodes start behind `object`, and marks every repeated name.
pub(super) fn check_names(text: &str, tape: &mut [Node], object: usize) -> Names {
    let mut hashes = [0_u32; SMALL];
    // A bit for each hash seen: only a bit met twice asks for a look at all of them.
    let mut seen = 0_u128;
    let mut count = 0;
    let mut doubt = 0;
    let mut at = object + 1;
    while let Some(name) = tape.get(at) {
        let Some(hash) = hashes.get_mut(count) else { return sorted_check(text, tape, object) };
        *hash = name.link;
        let bit = 1_u128 << (name.link % 128);
        if seen & bit != 0 && hashes.get(..count).is_some_and(|earlier| earlier.contains(&name.link)) {
            return sorted_check(text, tape, object);
        }
        seen |= bit;
        doubt |= name.flags;
        count += 1;
        at = tape.get(at + 1).map_or(usize::MAX, |value| value.past(at + 1));
    }
    if doubt & ESCAPED != 0 {
        return sorted_check(text, tape, object);
    }
    Names { count, repeated: None }
}

/// The slow, exact way: sorts the names, so that an attacker gains nothing by many equal hashes.
#[cold]
fn sorted_check(text: &str, tape: &mut [Node], object: usize) -> Names {
    let mut few = [0_u32; MEDIUM];
    let mut count = 0;
    for at in name_indices(tape, object) {
        if let Some(place) = few.get_mut(count) {
            *place = short(at);
        }
        count += 1;
    }
    let mut many = Vec::new();
    let names = if let Some(names) = few.get_mut(..count) {
        names
    } else {
        many.extend(name_indices(tape, object).map(short));
        many.as_mut_slice()
    };
    let name = |tape: &[Node], at: u32| tape.get(index(at)).map_or(Text::new("", false), |node| node_text(text, node));
    names.sort_unstable_by(|&a, &b| name(tape, a).order(&name(tape, b)).then(a.cmp(&b)));
    let mut first = None;
    for pair in 1..names.len() {
        let (Some(&earlier), Some(&later)) = (names.get(pair - 1), names.get(pair)) else { break };
        if name(tape, earlier).same(&name(tape, later)) {
            if let Some(node) = tape.get_mut(index(later)) {
                node.flags |= REPEATED;
            }
            first = first.min(Some(later)).or(Some(later));
        }
    }
    Names { count, repeated: first.map(index) }
}

fn name_indices(tape: &[Node], object: usize) -> impl Iterator<Item = usize> {
    let mut at = object + 1;
    core::iter::from_fn(move || {
        let name = at;
        tape.get(name).filter(|node| node.kind == NodeKind::Name)?;
        at = tape.get(name + 1).map_or(usize::MAX, |value| value.past(name + 1));
        Some(name)
    })
}

pub(super) fn node_text<'a>(text: &'a str, node: &Node) -> Text<'a> {
    let start = index(node.start);
    Text::new(text.get(start..start + index(node.len)).unwrap_or(""), node.has(ESCAPED))
}

/// Objects of real tokens have fewer than thirty members; up to here all pairs of hashes are compared.
const SMALL: usize = 32;
/// Token objects have at most this many members (`limits::TOKEN_JSON_MEMBERS`); larger ones stand
/// only in documents, where sorting may allocate.
const MEDIUM: usize = crate::limits::TOKEN_JSON_MEMBERS;
