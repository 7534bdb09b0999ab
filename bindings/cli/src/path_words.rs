//! Segments of paths that may open something, and so are never shown: by what stands before them, or by their letters.
//!
//! A key of letters alone looks like a word until one tries to say it: its letters stand in pairs that no language
//! uses. Whether a segment is a password that somebody made of words, nobody can tell from it.

/// Whether `segment`, which stands behind `before`, may be a credential.
pub(crate) fn may_be_secret(before: &[u8], segment: &[u8]) -> bool {
    let is_one_of = |set: &[&str], word: &[u8]| set.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(word));
    let has_digit = segment.iter().any(u8::is_ascii_digit);
    let is_named = is_one_of(&ACTIONS, segment) || is_one_of(&SECRETS, segment);
    let is_behind = is_one_of(&SECRETS, before) && (has_digit || segment.len() > 12 || !is_named);
    !segment.is_empty() && (is_behind || is_made_up(segment))
}

/// Whether a run of letters has pairs that words do not have.
fn is_made_up(segment: &[u8]) -> bool {
    let mut run = Vec::new();
    let mut previous = 0;
    for byte in segment.iter().chain(b"/") {
        // A capital behind a small letter begins a word.
        let begins = byte.is_ascii_uppercase() && u8::is_ascii_lowercase(&previous);
        if !byte.is_ascii_alphabetic() || begins {
            if is_unsayable(&run) {
                return true;
            }
            run.clear();
        }
        if byte.is_ascii_alphabetic() {
            run.push(byte.to_ascii_lowercase());
        }
        previous = *byte;
    }
    false
}

fn is_unsayable(run: &[u8]) -> bool {
    let is_rare = |(first, second): &(&u8, &u8)| {
        let followers = FOLLOWERS.get(usize::from(first.wrapping_sub(b'a'))).copied().unwrap_or_default();
        !followers.as_bytes().contains(second)
    };
    let rare = run.iter().zip(run.iter().skip(1)).filter(is_rare).count();
    run.len() >= SHORTEST_RUN && rare >= 3 || run.len() >= LONG_RUN && rare >= 2
}

/// Shorter runs are names and abbreviations, and too short for a key.
const SHORTEST_RUN: usize = 8;
/// Words of this length with two odd pairs are as rare as keys with fewer.
const LONG_RUN: usize = 12;

/// For each letter those that follow it in at least one of two thousand pairs, counted in names of programs and prose.
const FOLLOWERS: [&str; 26] = [
    "abcdefgiklmnprstuvwxy",
    "abcdeijlorsuy",
    "abcdefhiklmoprstuy",
    "abcdefgilorstu",
    "abcdefghilmnopqrstuvwxy",
    "acdefgilorstu",
    "aehilmnorsu",
    "aeiortu",
    "abcdefglmnoprstvxz",
    "eou",
    "aeilns",
    "acdefilopstuy",
    "abdeilmopstuy",
    "acdefgiklmnopstuv",
    "abcdfgiklmnoprstuvwx",
    "acdefhiloprstuy",
    "u",
    "abcdefgiklmnoprstuvwy",
    "acdeghiklmnopqrstuwy",
    "abcdefhilmnoprstuwy",
    "abcdefgilmnprst",
    "aei",
    "aehilnors",
    "acefiptxy",
    "npsty",
    "eiz",
];

/// Behind these stands what opens something.
const SECRETS: [&str; 22] = [
    "token",
    "tokens",
    "reset",
    "invite",
    "invites",
    "invitation",
    "verify",
    "confirm",
    "activate",
    "unsubscribe",
    "share",
    "magic",
    "secret",
    "secrets",
    "key",
    "keys",
    "apikey",
    "api-key",
    "session",
    "sessions",
    "password",
    "hooks",
];
const ACTIONS: [&str; 12] = [
    "refresh",
    "revoke",
    "introspect",
    "validate",
    "rotate",
    "list",
    "new",
    "current",
    "status",
    "confirm",
    "renew",
    "delete",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_nobody_can_say_are_no_word() {
        for key in ["jpjnhejhoegaeoocmb", "KACAJGDAOGGBHCDOMA", "qhxzvtkwplmd", "a-jpjnhejhoegaeoocmb", "xkqjhfzr"] {
            assert!(may_be_secret(b"v1", key.as_bytes()), "{key}");
        }
        for word in [
            "reports",
            "internationalisation",
            "getUserProfile",
            "authorization",
            "benutzerverwaltung",
            "notifications",
            "openid-configuration",
            ".well-known",
            "utilisateurs",
            "knowledge",
            "jwks",
            "graphql",
            "XMLHttpRequest",
            "",
        ] {
            assert!(!may_be_secret(b"v1", word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn what_stands_behind_a_word_for_secrets_is_one() {
        assert!(may_be_secret(b"reset", b"hunter") && may_be_secret(b"Keys", b"list1"));
        assert!(!may_be_secret(b"password", b"reset"));
        assert!(!may_be_secret(b"token", b"refresh") && !may_be_secret(b"reset", b""));
    }
}
