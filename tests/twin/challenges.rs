//! The slow, obvious twin of `countersign::http::Challenges`, for tests and fuzz targets.
//!
//! Where the reader walks byte by byte, the twin cuts each line at its commas first and then asks of
//! every piece what it is. Owns and copies whatever it likes.

use countersign::limits;

/// A challenge as the twin reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) scheme: String,
    pub(crate) token68: Option<String>,
    /// Names as written, values unescaped.
    pub(crate) params: Vec<(String, Vec<u8>)>,
}

/// The challenges of `lines`, and the line of the first fault.
pub(crate) fn read(lines: &[&[u8]]) -> (Vec<Challenge>, Option<usize>) {
    let mut reader = Reader::default();
    for (number, line) in lines.iter().enumerate() {
        if reader.read_line(number, line).is_err() {
            return (reader.done, Some(number));
        }
    }
    reader.close();
    (reader.done, None)
}

#[derive(Default)]
struct Reader {
    done: Vec<Challenge>,
    begun: usize,
    /// A challenge that takes parameters, and the line where it was last heard of.
    open: Option<(Challenge, usize)>,
}

/// The reading has ended; what is open is lost, what is done stays.
struct Fault;

impl Reader {
    fn close(&mut self) {
        self.done.extend(self.open.take().map(|(challenge, _)| challenge));
    }

    fn read_line(&mut self, number: usize, line: &[u8]) -> Result<(), Fault> {
        if line.len() > limits::CHALLENGE_BYTES {
            self.close();
            return Err(Fault);
        }
        let pieces = cut_at_commas(line);
        let mut empty = 0;
        for (index, piece) in pieces.iter().enumerate() {
            if !trim(piece).is_empty() {
                let comma_follows = index + 1 < pieces.len();
                self.read_element(number, piece, comma_follows)?;
            } else if pieces.len() > 1 {
                empty += 1;
                if empty > limits::EMPTY_LIST_ELEMENTS {
                    self.close();
                    return Err(Fault);
                }
            }
        }
        Ok(())
    }

    fn read_element(&mut self, number: usize, piece: &[u8], comma_follows: bool) -> Result<(), Fault> {
        let element = trim(piece);
        let (name, rest) = split_token(element);
        if name.is_empty() {
            // No parameter and no scheme. A challenge of an earlier line had its end there.
            if self.open.as_ref().is_some_and(|(_, line)| *line != number) {
                self.close();
            }
            return Err(Fault);
        }
        if trim(rest).starts_with(b"=") {
            let (challenge, line) = self.open.as_mut().ok_or(Fault)?;
            *line = number;
            return add_param(challenge, element);
        }
        self.close();
        self.begun += 1;
        if self.begun > limits::CHALLENGES {
            return Err(Fault);
        }
        let mut challenge = Challenge { scheme: name, ..Challenge::default() };
        if rest.is_empty() {
            // White space opens the list of parameters, a comma alone does not.
            if comma_follows && (piece.ends_with(b" ") || piece.ends_with(b"\t")) {
                self.open = Some((challenge, number));
            } else {
                self.done.push(challenge);
            }
            return Ok(());
        }
        if !rest.starts_with(b" ") && !rest.starts_with(b"\t") {
            return Err(Fault);
        }
        let body = trim(rest);
        if is_token68(body) {
            challenge.token68 = Some(String::from_utf8_lossy(body).into_owned());
            self.done.push(challenge);
        } else {
            add_param(&mut challenge, body)?;
            self.open = Some((challenge, number));
        }
        Ok(())
    }
}

fn add_param(challenge: &mut Challenge, element: &[u8]) -> Result<(), Fault> {
    let (name, rest) = split_token(element);
    let value = trim(rest).strip_prefix(b"=").ok_or(Fault)?;
    let value = read_value(trim(value)).ok_or(Fault)?;
    let repeated = challenge.params.iter().any(|(other, _)| other.to_lowercase() == name.to_lowercase());
    if name.is_empty() || repeated || challenge.params.len() == limits::AUTH_PARAMS {
        return Err(Fault);
    }
    challenge.params.push((name, value));
    Ok(())
}

fn read_value(text: &[u8]) -> Option<Vec<u8>> {
    if !text.starts_with(b"\"") {
        let (token, rest) = split_token(text);
        return (!token.is_empty() && rest.is_empty()).then(|| token.into_bytes());
    }
    let mut value = Vec::new();
    let mut bytes = text.iter().skip(1);
    loop {
        let byte = match *bytes.next()? {
            b'"' => return bytes.next().is_none().then_some(value),
            b'\\' => *bytes.next()?,
            byte => byte,
        };
        if byte == 0 || byte == b'\r' || byte == b'\n' {
            return None;
        }
        value.push(byte);
    }
}

fn cut_at_commas(line: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = vec![Vec::new()];
    let mut quoted = false;
    let mut in_pair = false;
    for byte in line {
        if *byte == b',' && !quoted {
            pieces.push(Vec::new());
            continue;
        }
        if in_pair {
            in_pair = false;
        } else if *byte == b'"' {
            quoted = !quoted;
        } else if *byte == b'\\' && quoted {
            in_pair = true;
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(*byte);
        }
    }
    pieces
}

fn split_token(text: &[u8]) -> (String, &[u8]) {
    let is_tchar = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let length = text.iter().take_while(|byte| is_tchar(byte)).count();
    let (token, rest) = text.split_at(length);
    (String::from_utf8_lossy(token).into_owned(), rest)
}

fn is_token68(text: &[u8]) -> bool {
    let letters = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte)).count();
    letters > 0 && text.iter().skip(letters).all(|byte| *byte == b'=')
}

fn trim(text: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| *byte == b' ' || *byte == b'\t';
    let front = text.iter().take_while(|byte| is_space(byte)).count();
    let back = text.iter().rev().take_while(|byte| is_space(byte)).count();
    text.get(front..text.len() - back).unwrap_or_default()
}
