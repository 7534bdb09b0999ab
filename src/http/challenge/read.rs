//! Reading WWW-Authenticate field lines (RFC 9110 sections 5.2, 5.3, 5.6.1.2, 11.3 and 11.6.1).
//!
//! One comma separates challenges and parameters alike, so an element of the list tells what it is:
//! `token BWS "="` is a parameter of the challenge before it, any other token begins a new one.
//! Several lines are one list: the end of a line is a comma, and parameters may go on behind it
//! (REQ-HTTP-21). A challenge is given once all of it was read; the first fault ends the reading.
//! Refuses what is not of the grammar and what is over the bounds of `limits`. Never allocates.

use core::fmt;
use core::iter::FusedIterator;

use super::super::class::{self, OWS, TCHAR, TOKEN68};
use super::super::cursor::{Cursor, ascii};
use super::super::param::{Names, Params, Quoted, parse_param};
use super::{Challenge, Separator};
use crate::limits;

/// Where reading ended: `challenge_malformed`. The challenges before it are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeFault {
    /// The field line, counted from 0.
    pub value: usize,
    /// Bytes from the start of that line; for a broken quoted string, those to its opening quote.
    pub offset: usize,
}

impl fmt::Display for ChallengeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed challenge in field line {} at byte {}", self.value, self.offset)
    }
}

impl std::error::Error for ChallengeFault {}

/// The challenges of the WWW-Authenticate lines of one response, in order, read as they are asked for.
///
/// ```
/// use countersign::http::Challenges;
///
/// let lines = [&b"Negotiate, Basic realm=\"a, b\""[..], b"Bearer scope=\"read\", =oops"];
/// let mut challenges = Challenges::new(&lines);
/// assert_eq!(challenges.next().unwrap()?.scheme, "Negotiate");
/// let basic = challenges.next().unwrap()?;
/// assert!(basic.params().find("Realm").is_some_and(|realm| realm.is(b"a, b")));
/// let fault = challenges.next().unwrap().unwrap_err();
/// assert_eq!((fault.value, fault.offset), (1, 21));
/// assert!(challenges.next().is_none());
/// # Ok::<(), countersign::http::ChallengeFault>(())
/// ```
#[derive(Clone, Debug)]
pub struct Challenges<'a> {
    place: Place<'a>,
    read: usize,
    ended: bool,
}

impl<'a> Challenges<'a> {
    /// Reads `values`, each one field line, unmerged and in the order received.
    pub fn new(values: &'a [&'a [u8]]) -> Self {
        Challenges { place: Place::new(values), read: 0, ended: false }
    }

    fn read_challenge(&mut self) -> Result<Option<Challenge<'a>>, ChallengeFault> {
        if !self.place.seek_element()? {
            return Ok(None);
        }
        if self.read == limits::CHALLENGES {
            return Err(self.place.fault());
        }
        self.read += 1;
        self.read_scheme().map(Some)
    }

    fn read_scheme(&mut self) -> Result<Challenge<'a>, ChallengeFault> {
        let cursor = &mut self.place.cursor;
        let scheme = ascii(cursor.take_run(TCHAR));
        let space = cursor.take_run(OWS);
        let separator = if space.contains(&b'\t') { Separator::Tab } else { Separator::Spaces };
        let challenge = Challenge { scheme, token68: None, params: Params::NONE, separator };
        match cursor.peek() {
            _ if scheme.is_empty() => Err(self.place.fault()),
            // Only white space opens a list of parameters: `Basic, realm=x` does not, `Basic , realm=x` does.
            Some(b',') if space.is_empty() => Ok(challenge),
            None => Ok(challenge),
            Some(_) if space.is_empty() => Err(self.place.fault()),
            Some(_) => self.read_rest(challenge),
        }
    }

    fn read_rest(&mut self, challenge: Challenge<'a>) -> Result<Challenge<'a>, ChallengeFault> {
        if let Some(token68) = take_token68(&mut self.place.cursor) {
            return Ok(Challenge { token68: Some(token68), ..challenge });
        }
        if self.place.cursor.peek() != Some(b',') && !self.place.at_param() {
            return Err(self.place.fault());
        }
        let Place { cursor, more, .. } = self.place;
        let count = self.read_params()?;
        Ok(Challenge { params: Params::new(cursor, more, count), ..challenge })
    }

    /// Reads parameters up to the element that is none, and tells how many there are.
    fn read_params(&mut self) -> Result<usize, ChallengeFault> {
        let mut names = Names::new();
        loop {
            let before = self.place;
            match self.place.seek_element() {
                Ok(true) => {}
                Ok(false) => break,
                Err(_) => {
                    // The challenge itself is whole. The next call meets the fault again.
                    self.place = before;
                    break;
                }
            }
            if !self.place.at_param() {
                if self.place.at_token() || self.place.line != before.line {
                    break;
                }
                return Err(self.place.fault());
            }
            self.read_param(&mut names)?;
        }
        Ok(names.count())
    }

    fn read_param(&mut self, names: &mut Names<'a>) -> Result<(), ChallengeFault> {
        let start = self.place.fault();
        let param =
            parse_param(&mut self.place.cursor, Quoted::Any).map_err(|offset| ChallengeFault { offset, ..start })?;
        if !names.add(param.name) {
            return Err(start);
        }
        self.place.cursor.skip_ows();
        if self.place.cursor.at_element_end() { Ok(()) } else { Err(self.place.fault()) }
    }
}

impl<'a> Iterator for Challenges<'a> {
    type Item = Result<Challenge<'a>, ChallengeFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = self.read_challenge().transpose();
        self.ended = !matches!(item, Some(Ok(_)));
        item
    }
}

impl FusedIterator for Challenges<'_> {}

/// Takes a token68 if one fills the rest of the element; else moves nothing. So `S a=` is a token68,
/// `S a=""` and `S a=b` are parameters (REQ-HTTP-05, REQ-HTTP-06).
fn take_token68<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let mut ahead = *cursor;
    let word = ahead.take_run(TOKEN68);
    let mut length = word.len();
    while ahead.take(b'=') {
        length += 1;
    }
    ahead.skip_ows();
    if word.is_empty() || !ahead.at_element_end() {
        return None;
    }
    let token68 = cursor.take_bytes(length);
    *cursor = ahead;
    Some(ascii(token68))
}

/// A place in the list that all lines make together.
#[derive(Clone, Copy, Debug)]
struct Place<'a> {
    cursor: Cursor<'a>,
    line: usize,
    more: &'a [&'a [u8]],
    slot: Slot,
    empty_elements: usize,
}

/// What stood since the last comma or the start of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// The line has just begun, or has been done with.
    Fresh,
    /// A comma, and nothing behind it yet.
    Comma,
    /// An element.
    Element,
}

impl<'a> Place<'a> {
    fn new(lines: &'a [&'a [u8]]) -> Self {
        // Before the first line: `seek_element` opens it, as it does the others.
        Place { cursor: Cursor::EMPTY, line: 0, more: lines, slot: Slot::Fresh, empty_elements: 0 }
    }

    /// A fault here. Before the first line the count is not yet 1; nothing can be at fault there.
    fn fault(&self) -> ChallengeFault {
        ChallengeFault { value: self.line.saturating_sub(1), offset: self.cursor.offset() }
    }

    /// Moves to the next element of the list, over commas and ends of lines; tells whether there is one.
    fn seek_element(&mut self) -> Result<bool, ChallengeFault> {
        loop {
            self.cursor.skip_ows();
            match self.cursor.peek() {
                Some(b',') => {
                    if self.slot != Slot::Element {
                        self.count_empty_element()?;
                    }
                    self.cursor.take(b',');
                    self.slot = Slot::Comma;
                }
                Some(_) => {
                    self.slot = Slot::Element;
                    return Ok(true);
                }
                None => {
                    if self.slot == Slot::Comma {
                        self.count_empty_element()?;
                    }
                    if !self.open_line()? {
                        return Ok(false);
                    }
                }
            }
        }
    }

    fn count_empty_element(&mut self) -> Result<(), ChallengeFault> {
        self.empty_elements += 1;
        if self.empty_elements > limits::EMPTY_LIST_ELEMENTS { Err(self.fault()) } else { Ok(()) }
    }

    fn open_line(&mut self) -> Result<bool, ChallengeFault> {
        self.slot = Slot::Fresh;
        let Some((line, more)) = self.more.split_first() else {
            return Ok(false);
        };
        if line.len() > limits::CHALLENGE_BYTES {
            return Err(ChallengeFault { value: self.line, offset: limits::CHALLENGE_BYTES });
        }
        *self = Place { cursor: Cursor::new(line), line: self.line + 1, more, slot: Slot::Fresh, empty_elements: 0 };
        Ok(true)
    }

    fn at_token(&self) -> bool {
        self.cursor.peek().is_some_and(|byte| class::is(byte, TCHAR))
    }

    /// Whether the element here is a parameter: `token BWS "="`.
    fn at_param(&self) -> bool {
        let mut ahead = self.cursor;
        let name = ahead.take_run(TCHAR);
        ahead.skip_ows();
        !name.is_empty() && ahead.peek() == Some(b'=')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The challenges in a short notation, then the fault's line and offset.
    fn read(lines: &[&str]) -> String {
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        let items = Challenges::new(&lines).map(|item| match item {
            Ok(challenge) => {
                let params: Vec<String> = challenge
                    .params()
                    .map(|param| format!("{}={}", param.name, param.value.bytes().map(char::from).collect::<String>()))
                    .collect();
                format!("{}[{}{}]", challenge.scheme, challenge.token68.unwrap_or_default(), params.join("|"))
            }
            Err(fault) => format!("!{}:{}", fault.value, fault.offset),
        });
        items.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ambiguous_forms_are_settled() {
        // REQ-HTTP-05, REQ-HTTP-06, REQ-HTTP-07
        for (line, expected) in [
            ("S", "S[]"),
            ("S ", "S[]"),
            ("S a", "S[a]"),
            ("S a=", "S[a=]"),
            ("S a==", "S[a==]"),
            ("S a=\"\"", "S[a=]"),
            ("S a=b", "S[a=b]"),
            ("S a = b", "S[a=b]"),
            ("S a=b=", "!0:5"),
            ("S a =", "!0:5"),
            ("S =", "!0:2"),
            ("S a b", "!0:2"),
            ("S a= , T", "S[a=] T[]"),
            ("S a, b=c", "S[a] !0:6"),
            ("S, a=b", "S[] !0:4"),
            ("S , a=b", "S[a=b]"),
            ("S\t, a=b", "S[a=b]"),
            ("S a=b, T", "S[a=b] T[]"),
            ("S a=b, T c", "S[a=b] T[c]"),
            ("S a=b, T c=d, e=f", "S[a=b] T[c=d|e=f]"),
            ("S a=b, =c", "!0:7"),
            ("S a=b c=d", "!0:6"),
            ("S \"a\"", "!0:2"),
            ("S/1 a=b", "!0:1"),
            ("", ""),
        ] {
            assert_eq!(read(&[line]), expected, "{line:?}");
        }
    }

    #[test]
    fn lines_are_one_list() {
        // REQ-HTTP-20, REQ-HTTP-21, REQ-HTTP-24
        assert_eq!(read(&["S a=b", "T c", "", "S a=d"]), "S[a=b] T[c] S[a=d]");
        assert_eq!(read(&["S a=\"b\"", "c=d", " , ", "e=f, T"]), "S[a=b|c=d|e=f] T[]");
        assert_eq!(read(&["S", "a=b"]), "S[] !1:1", "as `S,a=b` reads");
        assert_eq!(read(&["S a=b", "=c"]), "S[a=b] !1:0");
        assert_eq!(read(&["S a=b", "A=c"]), "!1:0", "a name twice");
        assert_eq!(read(&["S a=\"b, ", "c\""]), "!0:4", "a quoted string ends in its line");
    }

    #[test]
    fn a_tab_behind_the_scheme_is_noted() {
        // REQ-HTTP-04
        let lines = [&b"A\tb=c"[..], b"A b=c"];
        let noted: Vec<bool> = Challenges::new(&lines).map(|read| read.unwrap().has_tab_behind_scheme()).collect();
        assert_eq!(noted, [true, false]);
    }

    #[test]
    fn reading_ends_at_the_first_fault() {
        // REQ-HTTP-09, REQ-HTTP-14, REQ-HTTP-17, REQ-HTTP-18
        assert_eq!(read(&["A b=c, D e=\"f"]), "A[b=c] !0:11");
        assert_eq!(read(&["A b=c, D e=f, E=g, F"]), "A[b=c] !0:14");
        for byte in ["\0", "\r", "\n"] {
            for line in ["A, B\u{1}", "A, B c=\"\u{1}\"", "A, B c=\u{1}", "A, B c\u{1}", "A, B c=\"\\\u{1}\""] {
                let line = line.replace('\u{1}', byte);
                assert!(read(&[&line, "C"]).starts_with("A[] !0:"), "{line:?}");
            }
        }
        assert_eq!(read(&["A b=\u{1}"]), "!0:4");
        assert_eq!(read(&["A b=\"\u{1}\u{7f}\""]), "A[b=\u{1}\u{7f}]");
    }

    #[test]
    fn empty_elements_are_dropped_up_to_the_bound() {
        // REQ-HTTP-22
        assert_eq!(read(&[", ,Basic realm=\"x\",,"]), "Basic[realm=x]");
        let most = ",".repeat(limits::EMPTY_LIST_ELEMENTS);
        assert_eq!(read(&[&format!("{most}A")]), "A[]");
        assert_eq!(read(&[&format!(",{most}A")]), "!0:64");
        assert_eq!(read(&[&format!("A b=c{most}")]), "A[b=c]");
        assert_eq!(read(&[&format!("A b=c{most},")]), "A[b=c] !0:70");
        assert_eq!(read(&[&format!("A b=c{most},"), "D"]), "A[b=c] !0:70");
        assert_eq!(read(&[&format!("A{most}"), &format!("B{most}")]), "A[] B[]", "the bound is that of a line");
    }

    #[test]
    fn challenges_parameters_and_length_are_bounded() {
        // REQ-HTTP-44
        let count = |line: &str| {
            let lines = [line.as_bytes()];
            Challenges::new(&lines)
                .fold((0, 0), |(good, bad), item| if item.is_ok() { (good + 1, bad) } else { (good, bad + 1) })
        };
        let schemes = |n: usize| vec!["A"; n].join(",");
        assert_eq!(count(&schemes(limits::CHALLENGES)), (limits::CHALLENGES, 0));
        assert_eq!(count(&schemes(limits::CHALLENGES + 1)), (limits::CHALLENGES, 1));
        let params = |n: usize| (0..n).map(|n| format!("p{n}=v")).collect::<Vec<_>>().join(",");
        assert_eq!(count(&format!("A {}", params(limits::AUTH_PARAMS))), (1, 0));
        assert_eq!(count(&format!("A {}", params(limits::AUTH_PARAMS + 1))), (0, 1));
        let long = |n: usize| format!("A {}", "b".repeat(n - 2));
        assert_eq!(count(&long(limits::CHALLENGE_BYTES)), (1, 0));
        assert_eq!(count(&long(limits::CHALLENGE_BYTES + 1)), (0, 1));
        assert_eq!(
            read(&["A b=c", &long(limits::CHALLENGE_BYTES + 1)]),
            format!("A[b=c] !1:{}", limits::CHALLENGE_BYTES)
        );
    }
}
