//! `decode`: what a token says, with nothing of it verified.

use std::path::Path;

use countersign::Reason;
use countersign::http::{SchemeWord, Whitespace, parse_bearer, select_scheme, trim_ows};
use countersign::jose::{DecodedToken, decode_unverified};
use countersign::json::{Document, Duplicates};

use crate::args::DecodeArgs;
use crate::dates;
use crate::fault::{Answer, Fault, Outcome};
use crate::input;
use crate::json::Object;
use crate::output::{BAD, FAINT, Output, TITLE, WARN};
use crate::request::field_value;

/// Shows header and claims.
pub(crate) fn run(args: &DecodeArgs, out: &mut Output) -> Outcome {
    let now = input::now(args.now.as_deref())?;
    let text =
        if args.token == "-" { input::read(Path::new("-"), "a token")? } else { input::bytes_of(&args.token).to_vec() };
    let decoded = decode_unverified(token_of(&text)?);
    let answer = Answer::from_bool(decoded.reason == Reason::Ok);
    if out.is_json() {
        write_json(&decoded, out);
        return Ok(answer);
    }
    out.styled(WARN, "Not verified: anyone can write a token that says this. `countersign check` verifies.");
    for (name, part) in [("header", &decoded.header), ("claims", &decoded.claims)] {
        out.gap();
        match part.as_ref().and_then(|text| Document::parse(text.as_bytes(), Duplicates::Refuse).ok()) {
            Some(part) => {
                out.styled(TITLE, name);
                out.object(part.root(), now.nanos());
            }
            None => out.styled(FAINT, &format!("{name}: cannot be read")),
        }
    }
    if decoded.reason != Reason::Ok {
        out.gap();
        out.styled(BAD, &format!("{}: {}", decoded.reason.name(), decoded.reason.cause()));
        out.fact("next", decoded.reason.next_step());
    }
    Ok(answer)
}

fn write_json(decoded: &DecodedToken, out: &mut Output) {
    let mut dates = Object::new();
    if let Some(claims) = &decoded.claims
        && let Ok(claims) = Document::parse(claims.as_bytes(), Duplicates::Refuse)
    {
        for (name, value) in claims.root().as_object().into_iter().flatten() {
            let name = name.to_owned_string();
            if let Some(seconds) = dates::seconds_of(&name, value) {
                dates = dates.text(&name, &dates::utc(seconds));
            }
        }
    }
    let object = Object::new()
        .raw("header", decoded.header.as_deref().unwrap_or("null"))
        .raw("claims", decoded.claims.as_deref().unwrap_or("null"))
        .text("reason", decoded.reason.name())
        .boolean("verified", false)
        .raw("dates", &dates.finish());
    out.line(&object.finish());
}

/// The token in what people paste: alone, behind `Bearer`, or as a whole Authorization line.
pub(crate) fn token_of(text: &[u8]) -> Result<&[u8], Fault> {
    let line = trim_ows(input::without_line_end(text));
    let value = field_value(line, "authorization").unwrap_or(line);
    if select_scheme(value) != SchemeWord::Bearer {
        return Ok(value);
    }
    parse_bearer(value, Whitespace::Lenient).map_err(|reason| {
        Fault::new(format!("what follows the word Bearer is no token: {}", reason.cause()))
            .reason(reason)
            .next(reason.next_step())
    })
}
