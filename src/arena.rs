//! Where text is written: into a growing buffer that is reused, or into memory handed in.
//!
//! Writing into handed-in memory never fails half way: it counts what it would have needed, so
//! that a caller can ask for the length with an empty slice.

/// Takes bytes, in order.
pub trait Sink {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);

    /// Appends one byte.
    fn put_byte(&mut self, byte: u8) {
        self.put(&[byte]);
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Memory handed in by a caller, filled from the front.
#[derive(Debug)]
pub struct SliceSink<'a> {
    memory: &'a mut [u8],
    needed: usize,
}

impl<'a> SliceSink<'a> {
    /// Starts at the front of `memory`.
    pub fn new(memory: &'a mut [u8]) -> Self {
        SliceSink { memory, needed: 0 }
    }

    /// How many bytes were put; more than the memory holds if something was left out.
    pub fn needed(&self) -> usize {
        self.needed
    }

    /// What was written, if all of it fitted.
    pub fn written(&self) -> Option<&[u8]> {
        self.memory.get(..self.needed)
    }
}

impl Sink for SliceSink<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.needed.saturating_add(bytes.len());
        if let Some(place) = self.memory.get_mut(self.needed..end) {
            place.copy_from_slice(bytes);
        }
        self.needed = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_slice_still_tells_the_needed_length() {
        let mut memory = [0; 4];
        let mut sink = SliceSink::new(&mut memory);
        sink.put(b"abc");
        assert_eq!(sink.written(), Some(&b"abc"[..]));
        sink.put(b"def");
        assert_eq!((sink.needed(), sink.written()), (6, None));
    }
}
