//! Hashes that other programs made, every refusal, every bound.

use super::fault::Part;
use super::*;

/// What the cheap hashes were made of, for the tests of this room.
pub(in crate::secret) const CHEAP_PASSWORD: &[u8] = b"correct horse";
/// `htpasswd -nbB -C 10 alice 'correct horse'` (Apache 2.4.71).
pub(in crate::secret) const CHEAP_BCRYPT: &str = "$2y$10$YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi";
/// Python: `passlib.hash.pbkdf2_sha256.hash("correct horse")` (Passlib 1.7.4).
pub(in crate::secret) const CHEAP_PBKDF2: &str =
    "$pbkdf2-sha256$29000$pTRGSEkJIeQcw3iPcc651w$0f9WuMfckbKF2u4NwfCA2qzR.llwpJKTiJl3jymkvwA";

/// Hash and password. From the published tests of the algorithms, or made by other programs.
const GOOD: &[(&str, &str)] = &[
    // jBCrypt's tests.
    ("$2a$10$k1wbIrmNyFAPwPVPSVa/zecw2BCEnBwVS2GbrmgzxFUOqW9dk4TCW", ""),
    ("$2a$10$k87L/MF28Q673VKh8/cPi.SUl7MU/rWuSiIDDFayrKk/1tBsSQu4u", "a"),
    ("$2a$10$fVH8e28OQRj9tqiDXs1e1uxpsjN0c7II7YPKXua2NAKYvM6iQk7dq", "abcdefghijklmnopqrstuvwxyz"),
    ("$2a$10$LgfYWkbzEvQ4JakH7rOvHe0y8pHKF9OaFgwUZ2q7W2FFZmZzJYlfS", "~!@#$%^&*()      ~!@#$%^&*()PNBFRD"),
    ("$2a$12$k42ZFHFWqBp3vWli.nIn8uYyIkbvYRvodzbfbK18SSsY.CsIQPlxO", ""),
    // htpasswd -nbB -C 10, Apache 2.4.71.
    ("$2y$10$z4OJgLSWjNmiz1.YHkRffunlrBG4U396RL7MGK9LfVHXDx8M8eCCa", "p\u{e4}ssw\u{f6}rd"),
    ("$2y$10$M1DJfn5s64tYqnVxnbl4HerSPvwy3QBsKUc3vcaPguhwn/6NtjM2q", ""),
    // Python: bcrypt.hashpw(b"correct horse", bcrypt.gensalt(10, prefix=...)), bcrypt 5.0.0.
    ("$2a$10$psZ13VCElUsLLMjoSgnqe.wAbNPhfVJ89nOgSbo11JWlzNw94DnXG", "correct horse"),
    ("$2b$10$tBirpADoP/LNcV/GGinLTuir7HoiBFsjwB6imaJOaoqr0N1R6Fb1W", "correct horse"),
    // The tests of the reference implementation of argon2.
    ("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"),
    ("$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw", "password"),
    // Python: argon2.PasswordHasher(memory_cost=..., time_cost=..., parallelism=..., ...).hash(...), argon2-cffi 25.1.0.
    (
        "$argon2id$v=19$m=19456,t=2,p=1$XHVAvsOzd/jaRBnP0rLtjw$mWPVLD7mqVTRRmarLgENJhZCXnYLwUaKjaFXQzq7O6g",
        "correct horse",
    ),
    (
        "$argon2id$v=19$m=65536,t=3,p=4$nJzHer+VZGngKsEp48AIBA$FrRcmqCquke7afoaXx8FDkVX7BaTZH0jtZ0X+dYIo68",
        "p\u{e4}ssw\u{f6}rd",
    ),
    ("$argon2id$v=19$m=7168,t=1,p=1$9VxTYcaJVKM$YH4qEkYgQyUKk1YxRHbjJQ", "correct horse"),
    (
        "$argon2id$v=19$m=7168,t=1,p=8$8l/g+HyL+8nurGTlN3K4Pcm795UO5373VX4J9HyBR1btWv2OlFinZ+3KYNal0Giq7KJfKmXTTyq6\
         84z1QTc6/Q$BVj1rKVNlFbPoSdmNgT7A0eT9gPLox3ylPxbu7s5I2JCU3x+qY58+mVRV3Z6N3aLK4gwDJsy8WrQF4RDBpO0+g",
        "",
    ),
    // Python: passlib.hash.pbkdf2_sha256.hash(...), pbkdf2_sha512.hash(...), Passlib 1.7.4.
    (CHEAP_PBKDF2, "correct horse"),
    (
        "$pbkdf2-sha512$25000$NUboHSPE2Ns7Z8zZm5PS2g$ziZ5q8pFVIrZs.2rvAV2EOMsgjx0rBDHgKWOOFefh/42uNqcbT0oigAxHCEJrM6\
         pQ5B6JjY2yx2b7a0GfpYz6g",
        "correct horse",
    ),
    // One hash in both spellings; its salt has the characters in which they differ.
    ("$pbkdf2-sha256$10000$..................../w$GA4oDuDJQM8iLgxBODA2O5xyiBta8t2BDOklNmT/jyo", "correct horse"),
    ("$pbkdf2-sha256$i=10000$++++++++++++++++++++/w$GA4oDuDJQM8iLgxBODA2O5xyiBta8t2BDOklNmT/jyo", "correct horse"),
    // Python: hashlib.pbkdf2_hmac(...) in base64.
    (
        "$pbkdf2-sha256$i=600000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$kYKAg/dg7WC7VQ4k8+iaopu8snxCGdA0xMTwPC5tudk",
        "correct horse",
    ),
    (
        "$pbkdf2-sha512$i=210000$MDEyMzQ1Njc4OWFiY2RlZg$LLTU1VHnUBnYqtPRMnolubBN2agFPdQOj59ABCjovdp20Q24SdYFgTt1oZBj\
         +HUCMwBGC+iAqzrOf9uKLZBI4g",
        "p\u{e4}ssw\u{f6}rd",
    ),
    ("$pbkdf2-sha512$i=10000$c2FsdHNhbHQ$SRl9U3XB4V6sE0qgj2kNlg", "correct horse"),
];

fn fault(text: &str) -> HashFault {
    PasswordHash::parse(text).expect_err(text)
}

#[test]
fn what_other_programs_hashed_verifies_and_nothing_else_does() {
    // REQ-BASIC-09, REQ-BASIC-14.
    for (text, password) in GOOD {
        let hash = PasswordHash::parse(text).expect(text);
        assert_eq!(hash.verify(password.as_bytes()), Ok(true), "{text}");
        let mut longer = password.as_bytes().to_vec();
        longer.push(b'x');
        assert_eq!(hash.verify(&longer), Ok(false), "{text}");
    }
    let hash = PasswordHash::parse(CHEAP_PBKDF2).unwrap();
    for wrong in [&b""[..], b"correct hors", b"Correct horse", b"correct horse ", b"correct horse\0", b"\xFF"] {
        assert_eq!(hash.verify(wrong), Ok(false), "{wrong:?}");
    }
}

#[test]
fn a_hash_with_one_other_bit_in_it_is_of_another_password() {
    for (text, password) in [(CHEAP_PBKDF2, CHEAP_PASSWORD), (CHEAP_BCRYPT, CHEAP_PASSWORD)] {
        for (place, other) in [(text.len() - 3, "a"), (text.len() - 20, "b"), (text.len() - 35, "c")] {
            let mut changed = text.to_owned();
            changed.replace_range(place..=place, other);
            assert_ne!(changed, text);
            assert_eq!(PasswordHash::parse(&changed).unwrap().verify(password), Ok(false), "{changed}");
        }
    }
}

#[test]
fn what_is_not_taken_is_refused_by_its_name() {
    // REQ-BASIC-14. Made with htpasswd -nbm, -nbs, -nbd, -nb2, -nb5 and Passlib's classes of these names.
    for (text, name) in [
        ("$apr1$Sm.tDxtd$sYD4mB6vDZLpfSBTxlLj60", "Apache's MD5 ($apr1$)"),
        ("{SHA}EfatjsUqKYSrqv18O1FlA3hcIHI=", "SHA-1 without a salt ({SHA})"),
        ("{ssha}uWrzsHJ+fg6oyJ5qSUJeBKpGTz4ypvQ+", "salted SHA-1 ({SSHA})"),
        ("{MD5}x", "MD5 without a salt ({MD5})"),
        ("{SMD5}x", "salted MD5 ({SMD5})"),
        ("{CRYPT}AHF4m/ljsQ/I.", "a hash behind {CRYPT}"),
        ("{PLAIN}hunter2", "clear text ({PLAIN})"),
        ("AHF4m/ljsQ/I.", "what looks like DES crypt"),
        ("_7C/.xpUrdFo22AxEp06", "what looks like extended DES crypt"),
        ("$1$abc$3HVNFm3AQ9XVSHFrlqJ2u1", "MD5 crypt ($1$)"),
        ("$2$10$YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi", "bcrypt of 1997 ($2$)"),
        ("$2x$10$YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi", "bcrypt that misreads bytes over 127 ($2x$)"),
        ("$3$$8846f7eaee8fb117ad06bdd830b7586c", "an NT hash ($3$)"),
        ("$5$wz6p5w0Mtci5RIq/$306SJw5wYwSw7oBzBcfWlpECrWzuk7U1BsDYH19sv57", "SHA-256 crypt ($5$)"),
        ("$6$9ph5BC2YCL5Tu0FA$wrcqP9RjWE8bM7czNilgjWU4q6RxYkSe3TtyScRwEEHp9N5TX9N2kzxfdN3", "SHA-512 crypt ($6$)"),
        ("$7$CU..../....abc", "scrypt ($7$)"),
        ("$scrypt$ln=16,r=8,p=1$49w75xwDYKzVmtP6n5OS8g$7rOJqFOAbRAI/J/Wuu3e4s", "scrypt ($scrypt$)"),
        ("$y$j9T$abc$def", "yescrypt ($y$)"),
        ("$gy$j9T$abc$def", "gost-yescrypt ($gy$)"),
        ("$md5,rounds=34000$xP6JPDk/$$R7kG3zl2DCwpoUrXjhRR60", "Sun's MD5 ($md5)"),
        ("$sha1$480000$ku3kUd5G$oQEM0X/WqiGOV73RNaaxgBwpVRLO", "SHA-1 crypt ($sha1$)"),
        ("$argon2i$v=19$m=7168,t=1,p=1$p3FEB6zjFYmC+xPV2ObFKg$lqKvsyMUa7JkvtLIbeVXr6kOVawf51KrJNqeKGBM6G0", "argon2i"),
        ("$argon2d$v=19$m=7168,t=1,p=1$terByhAN3kEs56Xu0ysXmg$jqDcmaMKBZcogNTqTshJW6UrxV6GYqCmauEVbl5HUgI", "argon2d"),
        ("$argon2id$v=16$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", ARGON2_OLD),
        ("$argon2id$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", ARGON2_OLD),
        ("$pbkdf2$131000$Oofw3lvL.d.b817r/R/DmA$qiVGEpOT9riDqJ3RFb/NfACDWoQ", "PBKDF2 with HMAC-SHA-1 ($pbkdf2$)"),
        ("$pbkdf2-sha1$i=131000$c2FsdHNhbHQ$qiVGEpOT9riDqJ3RFb", "PBKDF2 with HMAC-SHA-1 ($pbkdf2-sha1$)"),
        (
            "pbkdf2_sha256$29000$91IaDdiLqE8v$oO/sRm0A5Lm/YeKMUbqse0rARi+7FKUr5xx8SthRwAI=",
            "PBKDF2 as Django writes it (pbkdf2_sha256$)",
        ),
        ("", "nothing"),
        ("$", "a kind of hash that is not known"),
        ("$2B$10$YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi", "a kind of hash that is not known"),
        ("$argon2id", "a kind of hash that is not known"),
        ("$Argon2id$v=19", "a kind of hash that is not known"),
        ("hunter2", CLEAR),
        ("p\u{e4}ssw\u{f6}rd", CLEAR),
        ("{apr1}", CLEAR),
        ("hunter2hunter", "what looks like DES crypt"),
        ("hunter2hunte", CLEAR),
        ("hunter2-hunte", CLEAR),
        (" $2y$10$YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi", CLEAR),
    ] {
        assert_eq!(fault(text), HashFault::Refused(name), "{text}");
        let shown = fault(text).to_string();
        let expected =
            format!("found {name}; allowed: bcrypt, argon2id or PBKDF2; `htpasswd -nB -C 12 USER` makes a good one");
        assert_eq!(shown, expected);
    }
}

const CLEAR: &str = "clear text or a kind of hash that is not known";
const ARGON2_OLD: &str = "argon2id of version 1.0, not 1.3 (v=19)";

fn base64(bytes: usize) -> String {
    use base64ct::Encoding as _;
    let mut text = [0; 200];
    base64ct::Base64Unpadded::encode(&vec![0x5A; bytes], &mut text).unwrap().to_owned()
}

fn argon2id(parameters: &str, salt: usize, hash: usize) -> String {
    format!("$argon2id$v=19${parameters}${}${}", base64(salt), base64(hash))
}

fn pbkdf2(digest: &str, parameters: &str, salt: usize, hash: usize) -> String {
    format!("$pbkdf2-{digest}${parameters}${}${}", base64(salt), base64(hash))
}

#[test]
fn each_cost_is_held_to_its_bounds_under_at_and_over() {
    // REQ-BASIC-14: too weak is as little taken as too expensive.
    let out = |text: String, kind: HashKind, part: Part, found: u64, allowed: (u64, u64)| {
        let expected = HashFault::OutOfBounds { kind, part, found, allowed: allowed.0..=allowed.1 };
        assert_eq!(fault(&text), expected, "{text}");
        let shown = expected.to_string();
        assert!(shown.contains(&format!("{found}")), "{shown}");
        assert!(shown.contains(&format!("allowed: {} to {}", allowed.0, allowed.1)), "{shown}");
    };
    let taken = |text: String| assert!(PasswordHash::parse(&text).is_ok(), "{text}");

    let bcrypt = |cost: u64| format!("$2b${cost:02}$YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi");
    [10, 11, 15, 16].map(bcrypt).into_iter().for_each(taken);
    for cost in [0, 4, 5, 9, 17, 31, 32, 99] {
        out(bcrypt(cost), HashKind::Bcrypt, Part::Cost, cost, (10, 16));
    }

    let argon = |m: u64, t: u64, p: u64| argon2id(&format!("m={m},t={t},p={p}"), 16, 32);
    for (m, t, p) in [(7168, 1, 1), (7169, 2, 2), (262_143, 15, 7), (262_144, 16, 8)] {
        taken(argon(m, t, p));
    }
    for m in [0, 8, 7167, 262_145, 4_294_967_295, 4_294_967_296, 9_999_999_999] {
        out(argon(m, 2, 1), HashKind::Argon2id, Part::Memory, m, (7168, 262_144));
    }
    for t in [0, 17, 4_294_967_297] {
        out(argon(19_456, t, 1), HashKind::Argon2id, Part::Passes, t, (1, 16));
    }
    for p in [0, 9, 16_777_216] {
        out(argon(19_456, 2, p), HashKind::Argon2id, Part::Lanes, p, (1, 8));
    }

    for (digest, prf) in [("sha256", Prf::HmacSha256), ("sha512", Prf::HmacSha512)] {
        let kind = HashKind::Pbkdf2(prf);
        for spelling in ["", "i="] {
            let hash = |i: u64| pbkdf2(digest, &format!("{spelling}{i}"), 16, 32);
            [10_000, 10_001, 9_999_999, 10_000_000].map(hash).into_iter().for_each(taken);
            for i in [0, 1, 9999, 10_000_001, 4_294_967_296] {
                out(hash(i), kind, Part::Iterations, i, (10_000, 10_000_000));
            }
        }
    }
}

#[test]
fn salt_and_hash_are_held_to_their_lengths_under_at_and_over() {
    let length = |text: String, kind: HashKind, part: Part, allowed: (u64, u64), found: u64| {
        if (allowed.0..=allowed.1).contains(&found) {
            assert!(PasswordHash::parse(&text).is_ok(), "{text}");
        } else {
            let expected = HashFault::OutOfBounds { kind, part, found, allowed: allowed.0..=allowed.1 };
            assert_eq!(fault(&text), expected, "{text}");
        }
    };
    let (sha256, sha512) = (HashKind::Pbkdf2(Prf::HmacSha256), HashKind::Pbkdf2(Prf::HmacSha512));
    for bytes in [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100] {
        let found = u64::try_from(bytes).unwrap();
        length(argon2id("m=19456,t=2,p=1", bytes, 32), HashKind::Argon2id, Part::Salt, (8, 64), found);
        length(argon2id("m=19456,t=2,p=1", 16, bytes), HashKind::Argon2id, Part::Hash, (16, 64), found);
        length(pbkdf2("sha256", "i=600000", bytes, 32), sha256, Part::Salt, (8, 64), found);
        length(pbkdf2("sha256", "600000", 16, bytes), sha256, Part::Hash, (16, 32), found);
        length(pbkdf2("sha512", "600000", bytes, 32), sha512, Part::Salt, (8, 64), found);
        length(pbkdf2("sha512", "i=600000", 16, bytes), sha512, Part::Hash, (16, 64), found);
    }
}

#[test]
fn a_text_is_held_to_its_length() {
    let text = |bytes: usize| format!("$argon2id${}", "A".repeat(bytes - 10));
    let most = limits::PASSWORD_HASH_BYTES;
    for bytes in [most - 1, most] {
        assert_eq!(fault(&text(bytes)), HashFault::Malformed(HashKind::Argon2id));
    }
    assert_eq!(fault(&text(most + 1)), HashFault::TooLong { bytes: most + 1 });
}

#[test]
fn a_cost_under_what_is_recommended_is_told() {
    let told = |text: &str| PasswordHash::parse(text).unwrap().cost().recommended_instead();
    let bcrypt = |cost: u32| told(&format!("$2b${cost}$YvDJ1quob1ZIUCe5m.sm/.MMBPLtVCVS7fWYoe5qNmbH9r/wAtIsi"));
    assert_eq!([11, 12, 13].map(|cost| bcrypt(cost).is_some()), [true, false, false]);
    assert_eq!(bcrypt(10).as_deref(), Some("cost 12 or more"));
    // OWASP's equivalents are enough, and RFC 9106's.
    for (enough, m, t, p) in [
        (true, 47_104, 1, 1),
        (true, 19_456, 2, 1),
        (true, 12_288, 3, 1),
        (true, 9216, 4, 1),
        (true, 7168, 5, 1),
        (true, 65_536, 3, 4),
        (true, 262_144, 16, 8),
        (false, 7168, 4, 1),
        (false, 35_839, 1, 1),
        (true, 35_840, 1, 1),
    ] {
        assert_eq!(told(&argon2id(&format!("m={m},t={t},p={p}"), 16, 32)).is_none(), enough, "{m} {t} {p}");
    }
    for (digest, least) in [("sha256", 600_000), ("sha512", 210_000)] {
        let pbkdf2 = |i: u32| told(&pbkdf2(digest, &format!("i={i}"), 16, 32)).is_none();
        assert_eq!([least - 1, least, least + 1].map(pbkdf2), [false, true, true]);
    }
}

#[test]
fn debug_and_faults_hold_nothing_of_salt_or_hash() {
    let shown = |text: &str| format!("{:?}", PasswordHash::parse(text).unwrap());
    assert_eq!(shown(CHEAP_BCRYPT), "PasswordHash(bcrypt, cost 10)");
    assert_eq!(shown(CHEAP_PBKDF2), "PasswordHash(pbkdf2-sha256, 29000 iterations)");
    assert_eq!(shown(&argon2id("m=19456,t=2,p=1", 16, 32)), "PasswordHash(argon2id, m=19456,t=2,p=1)");
    assert_eq!(shown(&pbkdf2("sha512", "i=210000", 16, 64)), "PasswordHash(pbkdf2-sha512, 210000 iterations)");
    let canary = "hunter2canary";
    for text in [
        canary.to_owned(),
        format!("{{SHA}}{canary}"),
        format!("$apr1${canary}${canary}"),
        format!("${canary}$"),
        format!("$2y$10${canary}"),
        format!("$2y${canary}"),
        format!("$2y$04$YvDJ1quob1ZIUCe5m.{canary}TVCVS7fWYoe5qNmbH"),
        format!("$argon2id$v=19$m=19456,t=2,p=1${canary}a$short"),
        format!("$argon2id$v=19${canary}"),
        format!("$pbkdf2-sha256$1${canary}a${canary}a"),
        format!("$pbkdf2-sha512${canary}"),
        canary.repeat(50),
    ] {
        let fault = fault(&text);
        assert!(!fault.to_string().contains(canary) && !format!("{fault:?}").contains(canary), "{fault:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in ".{0,80}") {
        let _ = PasswordHash::parse(&text);
    }

    #[test]
    fn no_text_that_begins_as_a_hash_panics(
        start in "(\\$2[aby]\\$|\\$argon2id\\$(v=19\\$)?|\\$pbkdf2-sha(256|512)\\$)",
        rest in "(\\$|,|m=|t=|p=|i=|l=|=|[0-9]{1,12}|[./+A-Za-z0-9]{1,30}|\u{e4}){0,9}",
    ) {
        let _ = PasswordHash::parse(&format!("{start}{rest}"));
    }

    #[test]
    fn a_hash_with_one_other_byte_has_bounds_all_the_same(which in 0..GOOD.len(), at in 0..200_usize, byte in 0..128_u8) {
        let mut text = GOOD[which].0.as_bytes().to_vec();
        let at = at % text.len();
        text[at] = byte;
        let text = String::from_utf8(text).unwrap();
        if let Ok(hash) = PasswordHash::parse(&text) {
            match hash.cost() {
                Cost::Bcrypt { cost } => assert!((10..=16).contains(&cost)),
                Cost::Argon2id { memory_kib, passes, lanes } => {
                    assert!((7168..=262_144).contains(&memory_kib) && passes <= 16 && lanes <= 8);
                }
                Cost::Pbkdf2 { iterations, .. } => assert!((10_000..=10_000_000).contains(&iterations)),
            }
        }
    }
}
