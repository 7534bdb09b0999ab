//! Stored hashes and htpasswd files against slow twins; nothing is verified, and no fault tells the text.
#![no_main]

use base64::Engine as _;
use base64::alphabet::{Alphabet, BCRYPT, STANDARD};
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use countersign::password_stages::{parse, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    if let Ok(text) = std::str::from_utf8(text) {
        match parse(text) {
            Ok(stored) => {
                assert!(is_hash(text));
                let described = stored.described();
                let hash = text.rsplit('$').next().unwrap();
                assert!(!described.contains(hash), "{described}");
            }
            Err(fault) => assert!(!is_hash(text) && fault.starts_with("found ") && fault.len() < 300, "{fault}"),
        }
    }
    match (read(text), users(text)) {
        (Ok(users), Ok(expected)) => {
            let names: Vec<_> = users.iter().map(|(name, _)| name.as_bytes().to_vec()).collect();
            assert_eq!(names, expected);
        }
        (Err((line, fault)), Err(expected)) => {
            assert!(line == expected && fault.starts_with(&format!("line {line}: ")))
        }
        (ours, theirs) => panic!("{} and {theirs:?}", ours.is_ok()),
    }
});

/// The slow, obvious twin of the parser.
fn is_hash(text: &str) -> bool {
    let parts: Vec<&str> = text.split('$').collect();
    text.len() <= 512
        && match parts.as_slice() {
            ["", "2a" | "2b" | "2y", cost, both] if cost.len() == 2 && both.is_ascii() && both.len() == 53 => {
                let part = |text: &str, bytes| decoded(&BCRYPT, text) == Some(bytes);
                (10..=16).any(|allowed| allowed.to_string() == *cost) && part(&both[..22], 16) && part(&both[22..], 23)
            }
            ["", "argon2id", "v=19", parameters, salt, hash] => {
                let Some([m, t, p]) = numbers(parameters, ["m", "t", "p"]) else { return false };
                let costs = (7168..=262_144).contains(&m) && (1..=16).contains(&t) && (1..=8).contains(&p);
                costs && both(salt, hash, 64).is_some()
            }
            ["", name @ ("pbkdf2-sha256" | "pbkdf2-sha512"), parameters, salt, hash] => {
                let most = if *name == "pbkdf2-sha256" { 32 } else { 64 };
                let passlib = numbers(&format!("i={parameters}"), ["i"]);
                let standard = |text: &str| match passlib {
                    Some(_) => text.replace('+', "!").replace('.', "+"),
                    None => text.to_owned(),
                };
                let Some(bytes) = both(&standard(salt), &standard(hash), most) else { return false };
                let with_length = || match numbers(parameters, ["i", "l"]) {
                    Some([i, l]) if usize::try_from(l) == Ok(bytes) => Some([i]),
                    _ => None,
                };
                let iterations = passlib.or_else(|| numbers(parameters, ["i"])).or_else(with_length);
                iterations.is_some_and(|[i]| (10_000..=10_000_000).contains(&i))
            }
            _ => false,
        }
}

/// How many bytes the hash has, if salt and hash are well-formed and of an allowed length.
fn both(salt: &str, hash: &str, most: usize) -> Option<usize> {
    let hash = decoded(&STANDARD, hash)?;
    ((8..=64).contains(&decoded(&STANDARD, salt)?) && (16..=most).contains(&hash)).then_some(hash)
}

fn decoded(alphabet: &Alphabet, text: &str) -> Option<usize> {
    GeneralPurpose::new(alphabet, NO_PAD).decode(text).ok().map(|bytes| bytes.len())
}

fn numbers<const N: usize>(text: &str, names: [&str; N]) -> Option<[u64; N]> {
    let mut numbers = Vec::new();
    for part in text.split(',') {
        let number = part.split_once('=')?.1.parse::<u64>().ok()?;
        numbers.push(number);
    }
    let numbers: [u64; N] = numbers.try_into().ok()?;
    // What is written again must be what was read: no sign, no leading zero, the names in their order.
    let again: Vec<String> = names.iter().zip(numbers).map(|(name, number)| format!("{name}={number}")).collect();
    (again.join(",") == text).then_some(numbers)
}

/// The names of the users in their order, or the first line with a fault.
fn users(text: &[u8]) -> Result<Vec<Vec<u8>>, usize> {
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    for (at, line) in lines.into_iter().enumerate() {
        let number = at + 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(line_text) = std::str::from_utf8(line) else { return Err(number) };
        if number > 65_536 || line.len() > 1024 || (at == 0 && line.starts_with("\u{FEFF}".as_bytes())) {
            return Err(number);
        }
        let trimmed = line_text.trim_matches(|letter| letter == ' ' || letter == '\t');
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = trimmed.split(':').collect();
        let name = parts[0].as_bytes().to_vec();
        let good = parts.len() > 1
            && !trimmed.bytes().any(|byte| byte < 0x20 || byte == 0x7F)
            && (1..=255).contains(&name.len())
            && !names.contains(&name)
            && is_hash(parts[1]);
        if !good {
            return Err(number);
        }
        names.push(name);
    }
    Ok(names)
}
