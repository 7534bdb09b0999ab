//! Slow hashes: what one check of a password costs.
//!
//! The right password, so that the answer shows that the work was done. A wrong one takes as long.

use countersign::password_stages::{Stored, parse};

use super::Table;
use crate::measure::{Contender, in_turns_of};

/// Few rounds: a call takes long against whatever disturbs it.
const ROUNDS: usize = 9;

/// Hashes of `correct horse`, or of `pässwörd` where it says so; the tests of the room say who made them.
const HASHES: &[(&str, &str, &str)] = &[
    ("bcrypt, cost 10", CORRECT_HORSE, "$2y$10$YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi"),
    ("bcrypt, cost 12", CORRECT_HORSE, "$2y$12$3CE7cpD2DbnZaNH6/RT3buMSP/ek8t4571Uzjh4PB7n4lUxdbDP5i"),
    (
        "argon2id, m=19456,t=2,p=1",
        CORRECT_HORSE,
        "$argon2id$v=19$m=19456,t=2,p=1$XHVAvsOzd/jaRBnP0rLtjw$mWPVLD7mqVTRRmarLgENJhZCXnYLwUaKjaFXQzq7O6g",
    ),
    (
        "argon2id, m=65536,t=3,p=4",
        "p\u{e4}ssw\u{f6}rd",
        "$argon2id$v=19$m=65536,t=3,p=4$nJzHer+VZGngKsEp48AIBA$FrRcmqCquke7afoaXx8FDkVX7BaTZH0jtZ0X+dYIo68",
    ),
    (
        "pbkdf2-sha256, 600,000 iterations",
        CORRECT_HORSE,
        "$pbkdf2-sha256$i=600000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$kYKAg/dg7WC7VQ4k8+iaopu8snxCGdA0xMTwPC5tudk",
    ),
    (
        "pbkdf2-sha512, 210,000 iterations",
        "p\u{e4}ssw\u{f6}rd",
        "$pbkdf2-sha512$i=210000$MDEyMzQ1Njc4OWFiY2RlZg$LLTU1VHnUBnYqtPRMnolubBN2agFPdQOj59ABCjovdp20Q24SdYFgTt1oZBj\
         +HUCMwBGC+iAqzrOf9uKLZBI4g",
    ),
];

const CORRECT_HORSE: &str = "correct horse";

pub fn time(table: &mut Table) {
    let stored: Vec<Stored> =
        HASHES.iter().map(|(.., text)| parse(text).unwrap_or_else(|fault| panic!("{fault}"))).collect();
    table.head("Slow hashes: one check of a password");
    let contenders = HASHES.iter().zip(&stored).map(|((name, password, _), stored)| {
        Contender::new(name, move || assert_eq!(stored.verify(std::hint::black_box(password.as_bytes())), Some(true)))
    });
    for sample in in_turns_of(contenders.collect(), ROUNDS) {
        table.row(sample.name, sample.median(), None, None);
    }
}
