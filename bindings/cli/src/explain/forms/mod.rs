//! What people have at hand of an exchange, read into one type: output of curl, raw HTTP, a HAR file, or a single
//! token, challenge or Authorization field.
//!
//! Stands on the core's grammar and on nothing else of the command line, so that the fuzzers read it too. Takes any
//! bytes: invalid UTF-8 stays as it is, what is no part of an exchange is passed over, and what cannot be used is told
//! as [`Unreadable`], which holds no byte of the input. Bounded by [`INPUT_BYTES`] and the constants beside it.

mod bare;
mod body;
mod curl_line;
mod curl_note;
mod curl_verbose;
mod detect;
mod exchange;
mod har;
mod har_time;
mod head;
mod messages;
mod text;
mod unreadable;

pub(crate) use exchange::{Exchange, Form, Found, Line, Sent, field};
pub(crate) use unreadable::Unreadable;

/// Reads `input` in the form that it has, or in the one that is `forced`.
pub(crate) fn read(input: &[u8], forced: Option<Form>) -> Result<Found, Unreadable> {
    if input.len() > INPUT_BYTES {
        return Err(Unreadable::TooLong);
    }
    let text = text::normalise(input);
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    let form = forced.map_or_else(|| detect::detect(&text), Ok)?;
    match form {
        Form::CurlVerbose | Form::CurlBoth => curl_verbose::read(&text),
        Form::CurlInclude | Form::Http => messages::read(&text),
        Form::Har => har::read(&text),
        Form::Token | Form::Challenge | Form::Authorization => bare::read(&text, form),
    }
}

/// Bytes of one input. A HAR file with bodies is the largest; a day of browsing is to be cut by who saves it.
pub(crate) const INPUT_BYTES: usize = 64 << 20;
/// Exchanges of one input; a HAR file may have more entries than that only if nobody looked at it.
const EXCHANGES: usize = 10_000;
/// Field lines of one head; servers take about a hundred.
const LINES: usize = 512;
