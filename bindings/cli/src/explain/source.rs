//! Where the input comes from: a file, standard input, or the argument itself.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use countersign::http::{SchemeWord, select_scheme};

use crate::fault::Fault;
use crate::input;

/// The bytes of the input and how messages call it, which never repeats an argument that may be a credential.
pub(super) fn read(argument: &OsStr, is_forced: bool) -> Result<(Vec<u8>, String), Fault> {
    let path = Path::new(argument);
    if input::is_stdin(path) {
        if io::stdin().is_terminal() {
            return Err(Fault::new("there is no input").next(NEXT));
        }
        return Ok((input::read_recording(path, NEXT)?, input::name_of(path)));
    }
    // Asking about a name that is too long for one is an error on some systems.
    if path.try_exists().unwrap_or(false) {
        return Ok((input::read_recording(path, NEXT)?, input::name_of(path)));
    }
    let text = input::bytes_of(argument);
    if is_forced || is_text(text) {
        return Ok((text.to_vec(), "the argument".to_owned()));
    }
    Err(Fault::new(format!(
        "the argument ({} bytes) is no file that is there, and no text of a known form",
        text.len()
    ))
    .next(NEXT))
}

/// Whether an argument is meant as text and not as a file's name.
fn is_text(text: &[u8]) -> bool {
    let is_lone = matches!(select_scheme(text), SchemeWord::LoneToken | SchemeWord::Bearer) || text.starts_with(b"eyJ");
    let has_words = text.iter().any(|byte| matches!(byte, b' ' | b'\n')) && !text.starts_with(b"/");
    let is_field = text.iter().position(|&byte| byte == b':').is_some_and(|at| at > 1);
    is_lone || has_words || is_field || text.starts_with(b"{")
}

const NEXT: &str = "name a file, or `-` for standard input: curl -v ... 2>&1 | countersign explain -; \
                    --form token reads the argument as a token";

#[cfg(test)]
mod tests {
    use super::is_text;

    #[test]
    fn names_of_files_are_no_text() {
        for text in ["Bearer abc", "a.b.c", "eyJx", "WWW-Authenticate: Basic", "HTTP/1.1 401 X\nA: 1", "Bearer", "{}"] {
            assert!(is_text(text.as_bytes()), "{text}");
        }
        for name in ["trace.txt", "/tmp/no such file.har", "C:\\trace.txt", "recording.har", "sk_live_0123456789"] {
            assert!(!is_text(name.as_bytes()), "{name}");
        }
    }
}
