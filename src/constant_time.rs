//! Comparing what is secret, in a time that does not tell where two texts begin to differ.

use subtle::{Choice, ConstantTimeEq as _};

/// Whether both are the same, in a time that depends on their lengths only.
#[inline]
pub fn constant_time_equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    // Eight bytes at a time: the barrier behind each comparison is what costs.
    let ((ones, one_rest), (others, other_rest)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    let same = ones
        .iter()
        .zip(others)
        .fold(Choice::from(1), |same, (one, other)| same & u64::from_ne_bytes(*one).ct_eq(&u64::from_ne_bytes(*other)));
    (same & one_rest.ct_eq(other_rest)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_seen_at_every_place_and_length() {
        for length in 0..40 {
            let one: Vec<u8> = (0..length).collect();
            assert!(constant_time_equal(&one, &one));
            for at in 0..one.len() {
                let mut other = one.clone();
                other[at] ^= 0x80;
                assert!(!constant_time_equal(&one, &other), "{length} {at}");
            }
            assert!(one.is_empty() || !constant_time_equal(&one, &one[1..]), "{length}");
        }
    }
}
