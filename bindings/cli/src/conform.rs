//! `conform`: the conformance corpus, answered line by line.

use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};

use countersign::conform::answer_line;

use crate::fault::{Answer, Fault, Outcome};
use crate::output::quiet_if_broken;

/// Reads cases on standard input and writes their answers on standard output.
pub(crate) fn run() -> Outcome {
    quiet_if_broken(answer_all()).map_err(|error| Fault::new(format!("conform: {error}")))?;
    Ok(Answer::Yes)
}

fn answer_all() -> io::Result<()> {
    let mut input = BufReader::with_capacity(BUFFER_BYTES, io::stdin().lock());
    let mut output = BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        if let Some(answer) = answer_line(&line) {
            output.write_all(answer.as_bytes())?;
            output.write_all(b"\n")?;
        }
        line.clear();
        // About to wait for more: whoever feeds us line by line wants the answers first.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
    output.flush()
}

const BUFFER_BYTES: usize = 64 * 1024;
