//! Distinct texts in one buffer, numbered in the order in which they come.

use core::hash::{BuildHasher as _, BuildHasherDefault};
use std::collections::hash_map::DefaultHasher;

use super::slots::Slots;

/// Texts by number.
#[derive(Default)]
pub(super) struct TextList {
    text: String,
    /// Where each one ends; it begins where the one before it does.
    ends: Vec<u32>,
}

/// The same while it grows, when texts are found too.
pub(super) struct Texts {
    list: TextList,
    slots: Slots,
}

impl TextList {
    /// The text with this number; empty if there is none.
    pub(super) fn text(&self, number: u32) -> &str {
        let Ok(number) = usize::try_from(number) else { return "" };
        let end = |number: usize| self.ends.get(number).and_then(|end| usize::try_from(*end).ok());
        let start = number.checked_sub(1).map_or(Some(0), end);
        start.zip(end(number)).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    pub(super) fn memory(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

impl Texts {
    pub(super) fn new() -> Texts {
        Texts { list: TextList::default(), slots: Slots::of(0, |_| 0) }
    }

    /// The number of `text`, if it is there. Equal hashes do not do: the texts are compared.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.slots.find(hash_of(text), |number| self.list.text(number) == text)
    }

    /// The number of `text`, which is added if need be; `None` if the buffer would pass 4 GiB.
    pub(super) fn intern(&mut self, text: &str) -> Option<u32> {
        self.find(text).or_else(|| self.add(text))
    }

    /// Adds a text that is not there.
    pub(super) fn add(&mut self, text: &str) -> Option<u32> {
        let number = u32::try_from(self.list.ends.len()).ok()?;
        let end = u32::try_from(self.list.text.len().checked_add(text.len())?).ok()?;
        self.list.text.push_str(text);
        self.list.ends.push(end);
        let list = &self.list;
        self.slots.add(hash_of(text), number, |number| hash_of(list.text(number)));
        Some(number)
    }

    /// The texts alone, without memory to spare.
    pub(super) fn finish(self) -> TextList {
        let mut list = self.list;
        list.text.shrink_to_fit();
        list.ends.shrink_to_fit();
        list
    }
}

/// Not keyed: the texts are the operator's, and nobody else can fill the list.
fn hash_of(text: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_numbers() {
        let mut texts = Texts::new();
        for (number, text) in (0..).zip(["", "a", "ab", "b", "ä"]) {
            assert_eq!((texts.find(text), texts.intern(text), texts.intern(text)), (None, Some(number), Some(number)));
        }
        let list = texts.finish();
        assert_eq!([0, 1, 2, 3, 4, 5, u32::MAX].map(|number| list.text(number)), ["", "a", "ab", "b", "ä", "", ""]);
        assert_eq!(list.memory(), 6 + 5 * 4);
    }
}
