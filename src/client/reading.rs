//! Reading what servers really send in WWW-Authenticate.
//!
//! Where the strict reader of [`crate::http`] ends, this one goes on: missing commas, semicolons, bare URLs. It invents
//! nothing: quoted text stays one value whatever stands in it, a parameter belongs to the challenge before it and to
//! no other, and a challenge whose quotes cannot be told apart is left out. What cannot be read ends the challenge
//! before it, for what follows may be another's. Time is linear in the length; every bound is one of `limits`.

use super::elements::{Element, element, quoted, run, token68_end};
use super::heard::{HeardChallenge, Reading, Tolerance, Warning};
use crate::http::is_http_token;
use crate::limits;

/// Reads the WWW-Authenticate field lines of one response, unmerged and in the order received (REQ-CLIENT-01).
///
/// ```
/// use countersign::client::{Tolerance, read_challenges};
///
/// let read = read_challenges(&[b"Bearer realm=\"a, Basic b\" error=invalid_token, Basic realm=x"]);
/// let [bearer, basic] = &read.challenges[..] else { panic!() };
/// assert_eq!(bearer.param("realm"), Some("a, Basic b"));
/// assert_eq!((bearer.param("error"), basic.param("realm")), (Some("invalid_token"), Some("x")));
/// assert_eq!(read.warnings[0].tolerance, Tolerance::CommaMissing);
/// ```
pub fn read_challenges(values: &[&[u8]]) -> Reading {
    let mut reader = Reader { reading: Reading::default(), value: 0, is_open: false };
    for (value, line) in values.iter().enumerate() {
        reader.value = value;
        if line.len() > limits::CHALLENGE_BYTES {
            reader.leave_out(Tolerance::TooMuch, 0);
        } else if let Some(at) = line.iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            // No field line has these: it was put together of others, and nobody can tell where they part.
            reader.leave_out(Tolerance::Unreadable, at);
        } else {
            reader.read_line(line);
        }
    }
    reader.reading
}

struct Reader {
    reading: Reading,
    value: usize,
    /// Whether the last challenge takes parameters: it has no token68, and nothing unreadable stands behind it.
    is_open: bool,
}

/// What stands before an element of the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A comma, or the beginning of the line, which is one too (REQ-HTTP-21).
    Comma,
    Scheme,
    Param,
}

/// The line cannot be read any further.
struct LineEnds;

impl Reader {
    fn warn(&mut self, tolerance: Tolerance, offset: usize) {
        if self.reading.warnings.len() < limits::CHALLENGE_WARNINGS {
            self.reading.warnings.push(Warning { tolerance, value: self.value, offset });
        }
    }

    /// Something is left out: what follows may be a part of it, and is no part of the challenge before.
    fn leave_out(&mut self, tolerance: Tolerance, offset: usize) {
        self.warn(tolerance, offset);
        self.is_open = false;
    }

    fn read_line(&mut self, line: &[u8]) {
        let (mut at, mut before) = (0, Before::Comma);
        loop {
            at = self.skip_separators(line, at, &mut before);
            if at >= line.len() {
                return;
            }
            let end = match element(line, at) {
                Element::Scheme { name, behind } => self.read_scheme(line, at, name, behind, before),
                Element::Param { name, value_at } => {
                    if before == Before::Param {
                        self.warn(Tolerance::CommaMissing, at);
                    }
                    self.read_param(line, at, name, value_at)
                }
                Element::Nothing if line.get(at) == Some(&b'"') => self.stray_quote(at),
                Element::Nothing => self.skip_element(line, at),
            };
            (at, before) = match end {
                Ok(next) => next,
                Err(LineEnds) => return,
            };
        }
    }

    fn skip_separators(&mut self, line: &[u8], mut at: usize, before: &mut Before) -> usize {
        while let Some(byte) = line.get(at) {
            match byte {
                b' ' | b'\t' => {}
                b',' => *before = Before::Comma,
                b';' => {
                    self.warn(Tolerance::Semicolon, at);
                    *before = Before::Comma;
                }
                _ => break,
            }
            at += 1;
        }
        at
    }

    fn read_scheme(
        &mut self,
        line: &[u8],
        at: usize,
        name: &[u8],
        behind: usize,
        before: Before,
    ) -> Result<(usize, Before), LineEnds> {
        let colon = usize::from(line.get(behind) == Some(&b':'));
        let space = run(line, behind + colon, |byte| matches!(byte, b' ' | b'\t'));
        let end = token68_end(line, space);
        if before != Before::Comma {
            // A word behind a value is more likely text without quotes than a scheme, unless parameters follow.
            if !matches!(element(line, space), Element::Param { .. }) || end.is_some() {
                return self.skip_element(line, at);
            }
            self.warn(Tolerance::CommaMissing, at);
        }
        if self.reading.challenges.len() >= limits::CHALLENGES {
            self.leave_out(Tolerance::TooMuch, at);
            return Err(LineEnds);
        }
        if colon > 0 {
            self.warn(Tolerance::SchemeColon, behind);
        }
        if line.get(behind + colon..space).unwrap_or_default().contains(&b'\t') {
            self.warn(Tolerance::TabBehindScheme, behind + colon);
        }
        let token68 = end.map(|end| text(line.get(space..end).unwrap_or_default()));
        self.is_open = token68.is_none();
        self.reading.challenges.push(HeardChallenge { scheme: text(name), token68, params: Vec::new() });
        Ok((end.unwrap_or(space), if end.is_some() { Before::Param } else { Before::Scheme }))
    }

    fn read_param(
        &mut self,
        line: &[u8],
        at: usize,
        name: &[u8],
        value_at: usize,
    ) -> Result<(usize, Before), LineEnds> {
        let (value, end) = if line.get(value_at) == Some(&b'"') {
            let Some((value, end)) = quoted(line, value_at) else {
                return self.broken_quote(Tolerance::QuoteUnclosed, value_at);
            };
            if !matches!(line.get(end), None | Some(b' ' | b'\t' | b',' | b';')) {
                return self.stray_quote(end);
            }
            (value, end)
        } else {
            let end = run(line, value_at, |byte| !matches!(byte, b' ' | b'\t' | b',' | b';' | b'"'));
            let value = line.get(value_at..end).unwrap_or_default();
            let next = run(line, end, |byte| matches!(byte, b' ' | b'\t'));
            // The other kind of quotes is none in HTTP; what stands between them is not told from what does not.
            let is_single = value.first() == Some(&b'\'') && !matches!(line.get(next), None | Some(b','));
            if line.get(end) == Some(&b'"') || is_single {
                return self.stray_quote(if is_single { value_at } else { end });
            }
            if !value.iter().all(u8::is_ascii_graphic) {
                return self.skip_element(line, at);
            }
            if value.is_empty() || !is_http_token(value) {
                self.warn(Tolerance::ValueUnquoted, value_at);
            }
            (value.to_vec(), end)
        };
        self.put(at, name, value_at, &value);
        Ok((end, Before::Param))
    }

    fn put(&mut self, at: usize, name: &[u8], value_at: usize, value: &[u8]) {
        let name = text(name).to_ascii_lowercase();
        let fault = match self.reading.challenges.last_mut().filter(|_| self.is_open) {
            None => Tolerance::ParamStray,
            Some(challenge) if challenge.param(&name).is_some() => Tolerance::ParamRepeated,
            Some(challenge) if challenge.params.len() >= limits::AUTH_PARAMS => Tolerance::TooMuch,
            Some(challenge) => {
                challenge.params.push((name, text(value)));
                if core::str::from_utf8(value).is_err() {
                    self.warn(Tolerance::NotUtf8, value_at);
                }
                return;
            }
        };
        self.warn(fault, at);
    }

    fn stray_quote(&mut self, at: usize) -> Result<(usize, Before), LineEnds> {
        self.broken_quote(Tolerance::QuoteStray, at)
    }

    /// Leaves out the rest of the line, and the challenge that it may be a part of.
    fn broken_quote(&mut self, tolerance: Tolerance, at: usize) -> Result<(usize, Before), LineEnds> {
        if self.is_open {
            self.reading.challenges.pop();
        }
        self.leave_out(tolerance, at);
        Err(LineEnds)
    }

    /// Leaves out what cannot be read, up to a comma outside quotes.
    fn skip_element(&mut self, line: &[u8], mut at: usize) -> Result<(usize, Before), LineEnds> {
        self.leave_out(Tolerance::Unreadable, at);
        while let Some(byte) = line.get(at) {
            match byte {
                b',' => break,
                b'"' => at = quoted(line, at).ok_or(LineEnds)?.1,
                _ => at += 1,
            }
        }
        Ok((at, Before::Comma))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(values: &[&str]) -> String {
        let lines: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
        let read = read_challenges(&lines);
        let challenges: Vec<String> = read
            .challenges
            .iter()
            .map(|challenge| {
                let params: Vec<String> =
                    challenge.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("{}[{}]{}", challenge.scheme, challenge.token68.as_deref().unwrap_or(""), params.join("|"))
            })
            .collect();
        let warnings: Vec<&str> = read.warnings.iter().map(|warning| warning.tolerance.name()).collect();
        format!("{} / {}", challenges.join(" "), warnings.join(" "))
    }

    #[test]
    fn what_is_right_is_read_without_a_warning() {
        // REQ-CLIENT-01, REQ-HTTP-07, REQ-HTTP-15, REQ-HTTP-20, REQ-HTTP-21
        for (values, expected) in [
            (&["Basic realm=\"a\", Bearer"][..], "Basic[]realm=a Bearer[] / "),
            (&["Negotiate YWJj==, Basic realm=x"], "Negotiate[YWJj==] Basic[]realm=x / "),
            (
                &["Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\""],
                "Newauth[]realm=apps|type=1|title=Login to \"apps\" Basic[]realm=simple / ",
            ),
            (&["Bearer title=\"Basic realm=x, y\""], "Bearer[]title=Basic realm=x, y / "),
            (&["Bearer realm=\"a\"", "error=\"b\"", "Basic"], "Bearer[]realm=a|error=b Basic[] / "),
            (&["Bearer , realm=x"], "Bearer[]realm=x / "),
            (&[""], " / "),
        ] {
            assert_eq!(shape(values), expected, "{values:?}");
        }
    }

    #[test]
    fn each_tolerance_has_its_name_and_invents_nothing() {
        // REQ-CLIENT-29
        for (values, expected) in [
            (&["Bearer realm=\"a\" error=\"b\""][..], "Bearer[]realm=a|error=b / comma_missing"),
            (&["Bearer realm=\"a\" Basic realm=\"b\""], "Bearer[]realm=a Basic[]realm=b / comma_missing"),
            (&["Bearer realm=a; error=b"], "Bearer[]realm=a|error=b / semicolon"),
            (
                &["Bearer resource_metadata=https://a.example/.well-known/x?y=z"],
                "Bearer[]resource_metadata=https://a.example/.well-known/x?y=z / value_unquoted",
            ),
            (&["Bearer realm=a, error=, scope=b"], "Bearer[]realm=a|error=|scope=b / value_unquoted"),
            (&["Bearer realm=a, realm=b"], "Bearer[]realm=a / param_repeated"),
            (&["realm=a, Basic realm=b"], "Basic[]realm=b / param_stray"),
            (&["Bearer: realm=a"], "Bearer[]realm=a / scheme_colon"),
            (&["Bearer\trealm=a"], "Bearer[]realm=a / tab_behind_scheme"),
            (&["Basic realm=a, Bearer error=\"b, Digest c=d"], "Basic[]realm=a / quote_unclosed"),
            (&["Bearer error=\"b\\"], " / quote_unclosed"),
            (&["Basic realm=\"x", "Bearer realm=a"], "Bearer[]realm=a / quote_unclosed"),
            (&["(x), Bearer realm=a"], "Bearer[]realm=a / unreadable"),
            (&["Bearer realm=a, \"q, r=s\" t, error=b"], " / quote_stray"),
            (&["Bearer realm=\"say \"error=b\" now\", scope=c"], " / quote_stray"),
            (&["Bearer realm=\"say \" error=b \" now\"", "Basic"], "Basic[] / comma_missing quote_stray"),
            (&["Basic realm=a, Bearer error=b\""], "Basic[]realm=a / quote_stray"),
            (&["Bearer realm='a error=b c', scope=d"], " / quote_stray"),
            (&["Bearer realm='a', error=b"], "Bearer[]realm='a'|error=b / "),
            (&["Bearer realm=a, B@sic realm=b, error=c"], "Bearer[]realm=a / unreadable param_stray"),
            (&["Bearer realm=a, (x) error=b, Basic realm=c"], "Bearer[]realm=a Basic[]realm=c / unreadable"),
            (
                &["Bearer error=a, error_description=The access token expired, scope=b"],
                "Bearer[]error=a|error_description=The / unreadable param_stray",
            ),
            (&["Bearer Basic realm=a"], "Bearer[] Basic[]realm=a / comma_missing"),
            (&["Negotiate YWJj; Basic"], "Negotiate[YWJj] Basic[] / semicolon"),
            (&["Bearer realm=a, error=\u{e9}, scope=b"], "Bearer[]realm=a / unreadable param_stray"),
            (&["Bearer realm=a\n", "error=b"], " / unreadable param_stray"),
            (&["Negotiate YWJj, stray=x"], "Negotiate[YWJj] / param_stray"),
        ] {
            assert_eq!(shape(values), expected, "{values:?}");
        }
    }

    #[test]
    fn bounds_hold() {
        let many = "A,".repeat(limits::CHALLENGES + 3);
        let read = read_challenges(&[many.as_bytes()]);
        assert_eq!((read.challenges.len(), read.warnings[0].tolerance), (limits::CHALLENGES, Tolerance::TooMuch));
        let params: Vec<String> = (0..limits::AUTH_PARAMS + 2).map(|n| format!("p{n}=v")).collect();
        let read = read_challenges(&[format!("A {}", params.join(",")).as_bytes()]);
        assert_eq!((read.challenges[0].params.len(), read.warnings.len()), (limits::AUTH_PARAMS, 2));
        let long = vec![b'a'; limits::CHALLENGE_BYTES + 1];
        assert_eq!(read_challenges(&[&long]).warnings[0].tolerance, Tolerance::TooMuch);
    }
}
