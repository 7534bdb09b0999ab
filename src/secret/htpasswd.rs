//! htpasswd files: `user:hash`, one a line, as Apache and nginx read them.
//!
//! Blank lines and lines that begin with `#` are skipped, white space at both ends of a line too, and what
//! stands behind a second colon is a remark. Stricter than the servers in this: a user stands there once,
//! the file is UTF-8 without control characters, and each hash is one that is taken. Allocates; for loading.

use core::fmt;

use super::password::{HashFault, PasswordHash};
use crate::limits;

/// The users of a file in their order, each with the hash of the password.
///
/// # Errors
/// The first line that is wrong; nothing of a file with a fault is taken.
pub(crate) fn read_htpasswd(text: &[u8]) -> Result<Vec<(String, PasswordHash)>, HtpasswdFault> {
    let mut users = Vec::new();
    let mut seen = std::collections::HashMap::new();
    for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let number = at.saturating_add(1);
        let fault = |slip| HtpasswdFault { line: number, slip };
        // Behind the last line end there is no line.
        if number > limits::HTPASSWD_LINES && !line.is_empty() {
            return Err(fault(HtpasswdSlip::TooManyLines));
        }
        let Some((name, hash)) = read_line(line, number == 1).map_err(fault)? else { continue };
        if let Some(first) = seen.insert(name, number) {
            return Err(fault(HtpasswdSlip::UserRepeated { first }));
        }
        users.push((name.to_owned(), PasswordHash::parse(hash).map_err(|of| fault(HtpasswdSlip::Hash(of)))?));
    }
    Ok(users)
}

/// Name and hash of one line; `None` if it has none.
fn read_line(line: &[u8], first: bool) -> Result<Option<(&str, &str)>, HtpasswdSlip> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > limits::HTPASSWD_LINE_BYTES {
        return Err(HtpasswdSlip::LineTooLong { bytes: line.len() });
    }
    let line = core::str::from_utf8(line).map_err(|_| HtpasswdSlip::NotUtf8)?;
    // It would become a part of the first user's name, and nobody would see it.
    if first && line.starts_with('\u{FEFF}') {
        return Err(HtpasswdSlip::ByteOrderMark);
    }
    let line = line.trim_matches([' ', '\t']);
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if line.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(HtpasswdSlip::Control);
    }
    let (name, rest) = line.split_once(':').ok_or(HtpasswdSlip::NoColon)?;
    match name.len() {
        0 => Err(HtpasswdSlip::NameEmpty),
        bytes if bytes > limits::USER_NAME_BYTES => Err(HtpasswdSlip::NameTooLong { bytes }),
        _ => Ok(Some((name, rest.split_once(':').map_or(rest, |(hash, _)| hash)))),
    }
}

/// What is wrong with a file, and in which line. Holds nothing of a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HtpasswdFault {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) slip: HtpasswdSlip,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HtpasswdSlip {
    TooManyLines,
    LineTooLong {
        bytes: usize,
    },
    NotUtf8,
    ByteOrderMark,
    Control,
    NoColon,
    NameEmpty,
    NameTooLong {
        bytes: usize,
    },
    /// The user stands in the line `first` already.
    UserRepeated {
        first: usize,
    },
    Hash(HashFault),
}

impl fmt::Display for HtpasswdFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: ", self.line)?;
        match &self.slip {
            HtpasswdSlip::TooManyLines => write!(out, "found more lines; allowed: {}", limits::HTPASSWD_LINES),
            HtpasswdSlip::LineTooLong { bytes } => {
                write!(out, "found {bytes} bytes; allowed: {}", limits::HTPASSWD_LINE_BYTES)
            }
            HtpasswdSlip::NotUtf8 => out.write_str("found bytes that are not UTF-8"),
            HtpasswdSlip::ByteOrderMark => out.write_str("found a byte order mark; allowed: UTF-8 without one"),
            HtpasswdSlip::Control => out.write_str("found a control character"),
            HtpasswdSlip::NoColon => out.write_str("found no colon; allowed: USER:HASH"),
            HtpasswdSlip::NameEmpty => out.write_str("found no user before the colon"),
            HtpasswdSlip::NameTooLong { bytes } => {
                write!(out, "found a user of {bytes} bytes; allowed: {}", limits::USER_NAME_BYTES)
            }
            HtpasswdSlip::UserRepeated { first } => write!(out, "the user stands in line {first} already"),
            HtpasswdSlip::Hash(fault) => fault.fmt(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::password::tests::{CHEAP_BCRYPT, CHEAP_PASSWORD, CHEAP_PBKDF2};
    use super::*;

    fn names(text: &str) -> Result<Vec<String>, HtpasswdFault> {
        Ok(read_htpasswd(text.as_bytes())?.into_iter().map(|(name, _)| name).collect())
    }

    fn slip(text: impl AsRef<[u8]>) -> (usize, HtpasswdSlip) {
        let fault = read_htpasswd(text.as_ref()).unwrap_err();
        (fault.line, fault.slip)
    }

    #[test]
    fn lines_end_as_they_may_and_what_is_no_user_is_skipped() {
        // REQ-BASIC-14.
        for end in ["\n", "\r\n"] {
            let lines = [
                "# made by hand: $apr1$ is no matter here",
                "",
                " \t ",
                &format!("alice:{CHEAP_BCRYPT}"),
                "\t# another",
                &format!("  zo\u{eb}:{CHEAP_PBKDF2}:a remark: of two parts \t"),
                &format!("bob #1:{CHEAP_BCRYPT}"),
            ];
            let text = lines.join(end);
            let expected = ["alice", "zo\u{eb}", "bob #1"];
            assert_eq!(names(&text).unwrap(), expected, "{text:?}");
            assert_eq!(names(&(text + end)).unwrap(), expected);
        }
        for text in ["", "\n", "\r\n\r\n", "#", "# only\n"] {
            assert_eq!(names(text).unwrap(), [""; 0], "{text:?}");
        }
    }

    #[test]
    fn each_user_has_the_hash_of_the_line() {
        let text = format!("alice:{CHEAP_PBKDF2}\nbob:{CHEAP_BCRYPT}\n");
        let users = read_htpasswd(text.as_bytes()).unwrap();
        assert_ne!(users[0].1.kind(), users[1].1.kind());
        assert!(users.iter().all(|(_, hash)| hash.verify(CHEAP_PASSWORD) == Ok(true)));
    }

    #[test]
    fn a_fault_has_the_number_of_its_line() {
        let good = format!("alice:{CHEAP_BCRYPT}\n");
        let with = |line: &str| format!("# first\n{good}{line}\n");
        for (line, expected) in [
            ("bob", HtpasswdSlip::NoColon),
            (":", HtpasswdSlip::NameEmpty),
            ("  :hash", HtpasswdSlip::NameEmpty),
            ("b\u{7}ob:hash", HtpasswdSlip::Control),
            ("bob\tby:hash", HtpasswdSlip::Control),
            ("bob:ha\rsh", HtpasswdSlip::Control),
            ("bob:ha\u{7f}sh", HtpasswdSlip::Control),
            ("bob:\0", HtpasswdSlip::Control),
            ("bob:", HtpasswdSlip::Hash(HashFault::Refused("nothing"))),
            ("bob::x", HtpasswdSlip::Hash(HashFault::Refused("nothing"))),
            ("bob:$apr1$a$b", HtpasswdSlip::Hash(HashFault::Refused("Apache's MD5 ($apr1$)"))),
            (&format!("alice:{CHEAP_PBKDF2}"), HtpasswdSlip::UserRepeated { first: 2 }),
            (&format!(" alice:{CHEAP_BCRYPT}\r"), HtpasswdSlip::UserRepeated { first: 2 }),
        ] {
            assert_eq!(slip(with(line)), (3, expected), "{line:?}");
        }
        assert_eq!(slip(b"\nb\xFFb:hash"), (2, HtpasswdSlip::NotUtf8));
        assert_eq!(slip(format!("\u{FEFF}{good}")), (1, HtpasswdSlip::ByteOrderMark));
        assert_eq!(names(&format!("\n\u{FEFF}{good}")).unwrap(), ["\u{FEFF}alice"]);
    }

    #[test]
    fn each_bound_holds_under_at_and_over() {
        let user = |bytes: usize| format!("{}:{CHEAP_PBKDF2}\n", "u".repeat(bytes));
        for bytes in [1, limits::USER_NAME_BYTES - 1, limits::USER_NAME_BYTES] {
            assert_eq!(names(&user(bytes)).unwrap()[0].len(), bytes);
        }
        let bytes = limits::USER_NAME_BYTES + 1;
        assert_eq!(slip(user(bytes)), (1, HtpasswdSlip::NameTooLong { bytes }));

        let comment = |bytes: usize| format!("{}\r\n", "#".repeat(bytes));
        for bytes in [limits::HTPASSWD_LINE_BYTES - 1, limits::HTPASSWD_LINE_BYTES] {
            assert_eq!(names(&comment(bytes)).unwrap(), [""; 0]);
        }
        let bytes = limits::HTPASSWD_LINE_BYTES + 1;
        assert_eq!(slip(comment(bytes)), (1, HtpasswdSlip::LineTooLong { bytes }));

        for lines in [limits::HTPASSWD_LINES - 1, limits::HTPASSWD_LINES] {
            assert_eq!(names(&"#\n".repeat(lines)).unwrap(), [""; 0]);
        }
        let lines = limits::HTPASSWD_LINES + 1;
        assert_eq!(slip("#\n".repeat(lines)), (lines, HtpasswdSlip::TooManyLines));
    }

    #[test]
    fn a_fault_tells_the_line_and_nothing_of_the_secret() {
        let canary = "hunter2canary";
        for line in [
            format!("bob:{canary}"),
            canary.to_owned(),
            format!(":{canary}"),
            format!("bob:$apr1${canary}"),
            format!("bob:$2y$10${canary}"),
            format!("bob:{canary}\u{1}"),
            format!("bob:{}", canary.repeat(90)),
            format!("{}:x", canary.repeat(30)),
        ] {
            let fault = read_htpasswd(format!("\n{line}").as_bytes()).unwrap_err();
            let (shown, debug) = (fault.to_string(), format!("{fault:?}"));
            assert!(shown.starts_with("line 2: found "), "{shown}");
            assert!(!shown.contains(canary) && !debug.contains(canary), "{shown} {debug}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_file_panics(text in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _ = read_htpasswd(&text);
        }

        #[test]
        fn what_is_read_are_lines_with_a_colon(text in "([a-b]{0,2}:?(#| |\t|\r|\n|\\$2y\\$|\\$apr1\\$|[./a]{1,3})){0,12}") {
            if let Ok(users) = read_htpasswd(text.as_bytes()) {
                assert!(users.is_empty(), "no hash is made of this alphabet: {text:?}");
            }
        }
    }
}
