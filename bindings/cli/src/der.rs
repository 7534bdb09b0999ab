//! Just enough DER (X.690) to find a public key in its wrapping.
//!
//! Definite lengths in their shortest form, low tag numbers. A view; refuses by `None`.

/// A run of DER elements.
#[derive(Clone, Copy)]
pub(crate) struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The elements in `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Der(bytes)
    }

    /// Takes the next element, whatever it is: its tag and its content.
    pub(crate) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let length = if first < LONG_FORM {
            usize::from(first)
        } else {
            let (digits, behind) = rest.split_at_checked(usize::from(first - LONG_FORM))?;
            rest = behind;
            // Three digits are 16 MB, longer than anything read here.
            if digits.len() > 3 || digits.first().is_none_or(|&digit| digit == 0) {
                return None;
            }
            digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit))
        };
        let (content, behind) = rest.split_at_checked(length)?;
        if first >= LONG_FORM && length < usize::from(LONG_FORM) {
            return None;
        }
        self.0 = behind;
        Some((tag, content))
    }

    /// Takes the next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let before = *self;
        match self.any() {
            Some((found, content)) if found == tag => Some(content),
            _ => {
                *self = before;
                None
            }
        }
    }

    /// Takes the next element with its tag and length.
    pub(crate) fn whole(&mut self) -> Option<&'a [u8]> {
        let before = self.0;
        self.any()?;
        before.get(..before.len() - self.0.len())
    }

    /// Takes a SEQUENCE and goes into it.
    pub(crate) fn sequence(&mut self) -> Option<Der<'a>> {
        self.take(SEQUENCE).map(Der)
    }

    /// Takes a BIT STRING of whole bytes.
    pub(crate) fn bit_string(&mut self) -> Option<&'a [u8]> {
        self.take(BIT_STRING)?.strip_prefix(&[0])
    }

    /// Takes a positive INTEGER, without the zero that keeps its sign.
    pub(crate) fn positive(&mut self) -> Option<&'a [u8]> {
        let digits = self.take(INTEGER)?;
        match digits {
            [0, rest @ ..] if !rest.is_empty() => Some(rest),
            [first, ..] if *first < 0x80 => Some(digits),
            _ => None,
        }
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// The tag of an INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// The tag of a BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// The tag of an OBJECT IDENTIFIER.
pub(crate) const OID: u8 = 0x06;
/// The tag of a SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;
/// The tag of the version in a certificate: `[0]`, constructed.
pub(crate) const VERSION: u8 = 0xA0;
const LONG_FORM: u8 = 0x80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_one_form() {
        assert_eq!(Der::new(&[4, 1, 7]).any(), Some((4, &[7][..])));
        let mut long = vec![4, 0x81, 0x80];
        long.extend([0; 128]);
        assert_eq!(Der::new(&long).any().unwrap().1.len(), 128);
        for wrong in
            [&[4, 0x81, 1, 7][..], &[4, 0x82, 0, 1, 7], &[4, 0x80, 0, 0], &[4, 2, 7], &[4], &[], &[4, 0x84, 1, 0, 0, 0]]
        {
            assert!(Der::new(wrong).any().is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn integers_are_positive_and_lose_their_sign_byte() {
        assert_eq!(Der::new(&[2, 2, 0, 0x80]).positive(), Some(&[0x80][..]));
        assert_eq!(Der::new(&[2, 1, 3]).positive(), Some(&[3][..]));
        assert_eq!(Der::new(&[2, 1, 0x80]).positive(), None);
        assert_eq!(Der::new(&[2, 0]).positive(), None);
    }
}
