//! Reading what servers really send in WWW-Authenticate.
//!
//! Where the strict reader of [`crate::http`] ends, this one goes on: missing commas, semicolons, bare URLs. It invents
//! nothing: quoted text stays one value whatever stands in it, a parameter belongs to the challenge before it, and a
//! challenge whose quotes do not close is left out. Time is linear in the length; every bound is one of `limits`.

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
            reader.warn(Tolerance::TooMuch, 0);
            continue;
        }
        reader.read_line(line);
    }
    reader.reading
}

struct Reader {
    reading: Reading,
    value: usize,
    /// Whether the last challenge takes parameters: it has no token68 and its scheme was followed by some.
    is_open: bool,
}

/// What one element of the list is.
enum Element<'a> {
    Scheme { name: &'a [u8], behind: usize },
    Param { name: &'a [u8], value_at: usize },
    Nothing,
}

impl Reader {
    fn warn(&mut self, tolerance: Tolerance, offset: usize) {
        self.reading.warnings.push(Warning { tolerance, value: self.value, offset });
    }

    fn read_line(&mut self, line: &[u8]) {
        let mut at = 0;
        // The end of a line is a comma (REQ-HTTP-21).
        let mut is_parted = true;
        loop {
            let start = at;
            at = self.skip_separators(line, at, &mut is_parted);
            if at >= line.len() {
                return;
            }
            if self.reading.challenges.len() > limits::CHALLENGES {
                self.reading.challenges.truncate(limits::CHALLENGES);
                return self.warn(Tolerance::TooMuch, at);
            }
            if !is_parted && start > 0 {
                self.warn(Tolerance::CommaMissing, at);
            }
            is_parted = false;
            at = match element(line, at) {
                Element::Scheme { name, behind } => {
                    is_parted = true;
                    self.read_scheme(line, name, behind)
                }
                Element::Param { name, value_at } => match self.read_param(line, at, name, value_at) {
                    Some(end) => end,
                    None => return,
                },
                Element::Nothing => {
                    self.warn(Tolerance::Unreadable, at);
                    is_parted = true;
                    skip_element(line, at)
                }
            };
        }
    }

    fn skip_separators(&mut self, line: &[u8], mut at: usize, is_parted: &mut bool) -> usize {
        while let Some(byte) = line.get(at) {
            match byte {
                b' ' | b'\t' => {}
                b',' => *is_parted = true,
                b';' => {
                    self.warn(Tolerance::Semicolon, at);
                    *is_parted = true;
                }
                _ => break,
            }
            at += 1;
        }
        at
    }

    fn read_scheme(&mut self, line: &[u8], name: &[u8], mut at: usize) -> usize {
        let mut challenge = HeardChallenge { scheme: text(name), ..HeardChallenge::default() };
        if line.get(at) == Some(&b':') {
            self.warn(Tolerance::SchemeColon, at);
            at += 1;
        }
        let space = run(line, at, |byte| matches!(byte, b' ' | b'\t'));
        if line.get(at..space).unwrap_or_default().contains(&b'\t') {
            self.warn(Tolerance::TabBehindScheme, at);
        }
        let end = token68_end(line, space);
        if let Some(end) = end {
            challenge.token68 = Some(text(line.get(space..end).unwrap_or_default()));
        }
        self.is_open = end.is_none();
        self.reading.challenges.push(challenge);
        end.unwrap_or(space)
    }

    /// Reads the value; `None` if its quotes do not close.
    fn read_param(&mut self, line: &[u8], at: usize, name: &[u8], value_at: usize) -> Option<usize> {
        let (value, end) = if line.get(value_at) == Some(&b'"') {
            let Some(read) = quoted(line, value_at) else {
                self.warn(Tolerance::QuoteUnclosed, value_at);
                if self.is_open {
                    self.reading.challenges.pop();
                    self.is_open = false;
                }
                return None;
            };
            read
        } else {
            let end = run(line, value_at, |byte| !matches!(byte, b' ' | b'\t' | b',' | b';' | b'"'));
            let value = line.get(value_at..end).unwrap_or_default();
            if !value.iter().all(|byte| is_tchar(*byte)) || value.is_empty() {
                self.warn(Tolerance::ValueUnquoted, value_at);
            }
            (text(value), end)
        };
        let name = text(name).to_ascii_lowercase();
        match self.reading.challenges.last_mut().filter(|_| self.is_open) {
            None => self.warn(Tolerance::ParamStray, at),
            Some(challenge) if challenge.param(&name).is_some() => self.warn(Tolerance::ParamRepeated, at),
            Some(challenge) if challenge.params.len() >= limits::AUTH_PARAMS => self.warn(Tolerance::TooMuch, at),
            Some(challenge) => challenge.params.push((name, value)),
        }
        Some(end)
    }
}

/// A token and `=` begin a parameter; any other token is a scheme.
fn element(line: &[u8], at: usize) -> Element<'_> {
    let end = run(line, at, is_tchar);
    let name = line.get(at..end).unwrap_or_default();
    if name.is_empty() {
        return Element::Nothing;
    }
    let equals = run(line, end, |byte| matches!(byte, b' ' | b'\t'));
    match (line.get(end), line.get(equals)) {
        (_, Some(b'=')) => {
            let value_at = run(line, equals + 1, |byte| matches!(byte, b' ' | b'\t'));
            Element::Param { name, value_at }
        }
        (None | Some(b' ' | b'\t' | b',' | b';' | b':'), _) => Element::Scheme { name, behind: end },
        _ => Element::Nothing,
    }
}

/// Where a token68 ends that fills the rest of the element.
fn token68_end(line: &[u8], at: usize) -> Option<usize> {
    let is_token68 = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    let core = run(line, at, is_token68);
    let end = run(line, core, |byte| byte == b'=');
    let behind = run(line, end, |byte| matches!(byte, b' ' | b'\t'));
    (core > at && matches!(line.get(behind), None | Some(b','))).then_some(end)
}

/// The text between quotes, and where the line goes on.
fn quoted(line: &[u8], at: usize) -> Option<(String, usize)> {
    let mut value = Vec::new();
    let mut bytes = line.iter().enumerate().skip(at + 1);
    while let Some((place, byte)) = bytes.next() {
        match byte {
            b'"' => return Some((text(&value), place + 1)),
            b'\\' => value.push(*bytes.next()?.1),
            byte => value.push(*byte),
        }
    }
    None
}

/// The end of an element that cannot be read: a comma outside quotes.
fn skip_element(line: &[u8], mut at: usize) -> usize {
    while let Some(byte) = line.get(at) {
        match byte {
            b',' => break,
            b'"' => match quoted(line, at) {
                Some((_, end)) => at = end,
                None => return line.len(),
            },
            _ => at += 1,
        }
    }
    at
}

fn run(line: &[u8], at: usize, fits: impl Fn(u8) -> bool) -> usize {
    line.iter().skip(at).position(|byte| !fits(*byte)).map_or(line.len(), |length| at + length)
}

fn is_tchar(byte: u8) -> bool {
    is_http_token(&[byte])
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
            (&["Bearer realm=a, \"q, r=s\" t, error=b"], "Bearer[]realm=a|error=b / unreadable"),
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
