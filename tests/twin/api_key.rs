//! The slow, obvious twin of `countersign::api_key::read_key`, for the fuzz target.
//!
//! One rule after the other, each over the whole text. Digits are read where the core writes them.

use countersign::api_key::KeySlip;

/// The key in `value`, or the slip.
pub(crate) fn read(value: &[u8], prefix: &str, checksum: bool) -> Result<Vec<u8>, KeySlip> {
    let is_white = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let Some(start) = value.iter().position(|byte| !is_white(byte)) else { return Err(KeySlip::Empty) };
    let end = value.iter().rposition(|byte| !is_white(byte)).unwrap_or(start);
    let key = value[start..=end].to_vec();
    if key.len() > 1024 {
        return Err(KeySlip::TooLong);
    }
    if let Some(wrong) = key.iter().find(|byte| !byte.is_ascii_graphic()) {
        return Err(match wrong {
            byte if is_white(byte) => KeySlip::WhiteSpace,
            byte if byte.is_ascii() => KeySlip::Control,
            _ => KeySlip::NonAscii,
        });
    }
    if key.len() < prefix.len() || &key[..prefix.len()] != prefix.as_bytes() {
        return Err(KeySlip::Prefix);
    }
    if checksum {
        if key.len() < 7 {
            return Err(KeySlip::Checksum);
        }
        let (text, digits) = key.split_at(key.len() - 6);
        if number_of(digits) != Some(crc32(text).to_be_bytes().to_vec()) {
            return Err(KeySlip::Checksum);
        }
    }
    Ok(key)
}

/// The number that digits of base 62 spell, as bytes, most significant first, without zeros before four bytes.
pub(crate) fn number_of(digits: &[u8]) -> Option<Vec<u8>> {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut number: Vec<u8> = Vec::new();
    for digit in digits {
        let mut carry = ALPHABET.find(char::from(*digit))?;
        for byte in number.iter_mut().rev() {
            carry += usize::from(*byte) * 62;
            *byte = u8::try_from(carry % 256).unwrap();
            carry /= 256;
        }
        if carry > 0 {
            number.insert(0, u8::try_from(carry).unwrap());
        }
    }
    while number.len() < 4 {
        number.insert(0, 0);
    }
    Some(number)
}

/// Long division of polynomials: the text's bits, lowest first, with the first 32 turned over and 32 zeros behind.
fn crc32(text: &[u8]) -> u32 {
    let mut bits: Vec<bool> = text.iter().flat_map(|byte| (0..8).map(move |at| byte >> at & 1 == 1)).collect();
    bits.extend([false; 32]);
    for bit in &mut bits[..32] {
        *bit = !*bit;
    }
    const DIVISOR: u64 = 0x1_04C1_1DB7;
    for at in 0..bits.len() - 32 {
        if bits[at] {
            for power in 0..=32 {
                bits[at + power] ^= DIVISOR >> (32 - power) & 1 == 1;
            }
        }
    }
    let rest = &bits[bits.len() - 32..];
    !(0..).zip(rest).fold(0_u32, |rest, (at, bit)| rest | u32::from(*bit) << at)
}
