//! Text that a server wrote, as the bare words of its sentences: what is said of tokens, whoever says it.
//!
//! Two servers seldom use the same sentence, and mostly the same few words: "The access token has expired",
//! `token_expired`, "JWT is expired". Articles, auxiliaries and other names of one thing are taken out, so that a short
//! row of `wordings.rs` fits them all. What is said with an "if" or beside an "or" is no statement.

/// The words of a text, in order, with an end between sentences.
pub(super) struct Sentences {
    words: Vec<String>,
}

/// Stands between sentences, and may stand in a row.
const END: &str = "|";

impl Sentences {
    /// Reads a text in lower case. Escapes of JSON and tags of HTML part words as other marks do.
    pub(super) fn read(text: &str) -> Sentences {
        let mut words = vec![END.to_owned()];
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '\'' | '\u{2019}');
            if is_letter(first) {
                let end = rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len());
                let (word, behind) = rest.split_at(end);
                push(word, &mut words);
                rest = behind;
                continue;
            }
            let (_, behind) = rest.split_at(first.len_utf8());
            // A comma parts sentences between the members of JSON alone.
            let is_end = matches!(first, '.' | ';' | ':' | '!' | '?' | '{' | '}' | '[' | ']' | '<' | '>' | '\n')
                || (first == ',' && behind.trim_ascii_start().starts_with('"'));
            if is_end && words.last().is_some_and(|word| word != END) {
                words.push(END.to_owned());
            }
            rest = behind;
        }
        words.push(END.to_owned());
        Sentences { words }
    }

    /// Whether the text states this row of words.
    pub(super) fn state(&self, row: &str) -> bool {
        let wanted: Vec<&str> = row.split(' ').collect();
        let joined = row.replace([' ', '|'], "");
        self.words.iter().enumerate().any(|(at, word)| {
            let fits = self
                .words
                .get(at..at + wanted.len())
                .is_some_and(|words| words.iter().zip(&wanted).all(|(word, wanted)| word == wanted));
            // Names of exceptions are one word: TokenExpiredError.
            let is_name = wanted.len() > 1 && word.len() >= joined.len() && word.contains(&joined);
            is_name || (fits && self.is_statement(at, at + wanted.len()))
        })
    }

    /// Whether what stands from `start` to `end` is said outright.
    fn is_statement(&self, start: usize, end: usize) -> bool {
        let before = self.words.get(..start).unwrap_or_default();
        let mut sentence = before.iter().rev().take_while(|word| *word != END);
        let is_open = sentence.any(|word| OPEN.contains(&word.as_str()));
        let beside = |at: Option<usize>| at.and_then(|at| self.words.get(at)).map_or("", String::as_str);
        let (last, next) = (beside(start.checked_sub(1)), beside(Some(end)));
        // Of `"token_expired": false` the second half stands behind an end.
        let value = if next == END { beside(Some(end + 1)) } else { next };
        !is_open && last != "or" && last != "not" && next != "or" && !LISTED.contains(&next) && value != "false"
    }
}

fn push(word: &str, words: &mut Vec<String>) {
    let word = word.trim_matches(['\'', '\u{2019}']).replace('\u{2019}', "'");
    let word = word.strip_suffix("'s").unwrap_or(&word);
    if EMPTY.contains(&word) {
        return;
    }
    let word = match word {
        "can't" | "cannot" => "not",
        word if word.ends_with("n't") => "not",
        "jwt" | "jws" | "tokens" => "token",
        "aud" | "audiences" => "audience",
        "iss" | "issuers" => "issuer",
        "scopes" => "scope",
        "keys" => "key",
        "permissions" | "privileges" | "rights" => "permission",
        "credential" => "credentials",
        word => word,
    };
    words.push(word.replace("jwt", "token"));
}

/// Words that say nothing of their own.
const EMPTY: &[&str] = &[
    "",
    "a",
    "access",
    "an",
    "any",
    "are",
    "be",
    "bearer",
    "been",
    "can",
    "could",
    "did",
    "do",
    "does",
    "given",
    "had",
    "has",
    "is",
    "json",
    "oauth",
    "oauth2",
    "presented",
    "provided",
    "received",
    "security",
    "supplied",
    "the",
    "this",
    "was",
    "web",
    "were",
    "your",
];

/// Words behind which nothing is stated.
const OPEN: &[&str] = &["if", "when", "whether", "unless", "may", "might", "maybe", "perhaps", "possibly", "until"];

/// What follows in a list of all that may be wrong, as RFC 6750 section 3.1 has it.
const LISTED: &[&str] = &["revoked", "malformed", "expired", "invalid"];

#[cfg(test)]
mod tests {
    use super::super::wordings::{WORDINGS, Wording};
    use super::*;

    fn states(text: &str, row: &str) -> bool {
        Sentences::read(&text.to_ascii_lowercase()).state(row)
    }

    #[test]
    fn one_row_fits_what_many_servers_write() {
        for text in [
            "The token expired",
            "The access token has expired.",
            "JWT is expired",
            "{\"error\":\"token_expired\"}",
            "TokenExpiredError: oops",
            "oidc: token is expired (Token Expiry: 2025-11-21)",
            "io.jsonwebtoken.JwtExpiredException",
        ] {
            assert!(states(text, "token expired"), "{text}");
        }
    }

    #[test]
    fn every_row_can_be_stated() {
        for row in WORDINGS.iter().flat_map(Wording::rows) {
            let read = Sentences::read(row.trim_end_matches(" |"));
            let words: Vec<&str> = read.words.iter().map(String::as_str).filter(|word| *word != END).collect();
            assert_eq!(words.join(" "), row.trim_end_matches(" |"), "a word of this row never stands in a sentence");
        }
    }

    #[test]
    fn what_is_not_stated_does_not_count() {
        for text in [
            "The access token provided is expired, revoked, malformed, or invalid for other reasons.",
            "invalid or token expired",
            "token expired or invalid",
            "If your token has expired, log in again",
            "The token may have expired",
            "not a token expired",
            "{\"token_expired\":false}",
            "The token. Expired are the others",
            "{\"token\":1,\"expired\":2}",
        ] {
            assert!(!states(text, "token expired"), "{text}");
        }
    }

    #[test]
    fn an_end_can_be_asked_for() {
        assert!(states("{\"message\":\"No token\"}", "no token |"));
        assert!(!states("no token of this kind", "no token |"));
    }

    #[test]
    fn negations_and_owners_are_one_word() {
        assert!(states("The Claim 'aud' value doesn't contain the required audience.", "audience value not contain"));
        assert!(states("The Token\u{2019}s signature isn\u{2019}t valid", "token signature not valid"));
    }
}
