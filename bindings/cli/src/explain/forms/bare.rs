//! A token, a challenge or a field with credentials that stands alone, with its name or without; and field lines.

use countersign::http::{Challenges, SchemeWord, is_http_token, select_scheme};

use super::Unreadable;
use super::exchange::{Exchange, Form, Found, Heard, Line, Sent};
use super::head::{field_line, push_line};
use super::text::{cut_line, lines};

/// What a field says, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// What a server asks for.
    Challenge,
    /// What a client sends.
    Credentials,
    /// `Bearer: abc`: no name, but a scheme with a slip behind it.
    Slip,
    Other,
}

/// What the field of this name says.
pub(super) fn role(name: &[u8]) -> Role {
    let is_one_of = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
    if is_one_of(&["WWW-Authenticate", "Proxy-Authenticate"]) {
        Role::Challenge
    } else if is_one_of(&["Bearer", "Basic"]) {
        Role::Slip
    } else if is_one_of(&CREDENTIALS) {
        Role::Credentials
    } else {
        Role::Other
    }
}

/// Whether a value is a challenge or credentials, by what stands behind its scheme.
pub(super) fn scheme_role(value: &[u8]) -> Result<Form, Unreadable> {
    let end = value.iter().position(|byte| matches!(byte, b' ' | b'\t' | b',' | b':')).unwrap_or(value.len());
    let (scheme, rest) = value.split_at_checked(end).unwrap_or((value, &[]));
    let is_known = is_scheme(scheme);
    let rest = rest.trim_ascii();
    let params = params(value);
    let is = |names: &[&str]| params.iter().any(|param| names.iter().any(|name| param.eq_ignore_ascii_case(name)));
    match () {
        () if rest.is_empty() && is_known => Ok(Form::Challenge),
        () if is(&["username", "response", "credential", "oauth_token"]) => Ok(Form::Authorization),
        () if !params.is_empty() => Ok(Form::Challenge),
        // Two words can be the beginning of any sentence.
        () if is_known || !rest.contains(&b' ') => Ok(Form::Authorization),
        () => Err(Unreadable::Unknown),
    }
}

/// Whether this is the name of a scheme that stands alone, or in front of more than one word.
pub(super) fn is_scheme(word: &[u8]) -> bool {
    SCHEMES.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// The names of the parameters of the first challenge.
fn params(value: &[u8]) -> Vec<String> {
    let fields = [value];
    let mut challenges = Challenges::new(&fields);
    let Some(Ok(challenge)) = challenges.next() else {
        // A quote that is not closed: the name before the first equals sign tells enough.
        let word = value.split(|byte| matches!(byte, b' ' | b'\t')).nth(1).unwrap_or_default();
        let name = word.split(|&byte| byte == b'=').next().unwrap_or_default();
        let is_param = word.get(name.len()..).is_some_and(|rest| rest.starts_with(b"=\"")) && is_http_token(name);
        return if is_param { vec![String::from_utf8_lossy(name).into_owned()] } else { Vec::new() };
    };
    challenge.params().map(|param| param.name.to_owned()).collect()
}

/// Reads a text of one of the three forms.
pub(super) fn read(text: &[u8], form: Form) -> Result<Found, Unreadable> {
    let text = text.trim_ascii_start();
    let found = |exchanges, token| Ok(Found { form, exchanges, token });
    if form == Form::Token {
        // Bytes at the end other than one line end are the token's: a slip that the core names.
        let token = text.strip_suffix(b"\n").map_or(text, |text| text.strip_suffix(b"\r").unwrap_or(text));
        return found(Vec::new(), Some(token.to_vec()));
    }
    let lines = field_lines(text, form)?;
    let of = |name: &str| lines.iter().any(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()));
    let exchange = if form == Form::Challenge {
        // The field alone tells the status that it comes with.
        let status = if of("proxy-authenticate") && !of("www-authenticate") { 407 } else { 401 };
        Exchange { sent: None, heard: Some(Heard { status, lines, body: Vec::new() }), place: 1, started: None }
    } else {
        Exchange { sent: Some(Sent { lines, ..Sent::default() }), heard: None, place: 1, started: None }
    };
    found(vec![exchange], None)
}

/// The field lines, or one line with the name that its form implies.
fn field_lines(text: &[u8], form: Form) -> Result<Vec<Line>, Unreadable> {
    let (first, rest) = cut_line(text);
    let named = field_line(first).is_some_and(|(name, _)| role(name) != Role::Slip);
    let mut found = Vec::new();
    if named {
        for line in lines(text) {
            if line.is_empty() {
                break;
            }
            push_line(&mut found, line, 1)?;
        }
        return Ok(found);
    }
    if form == Form::Authorization {
        // The value may break: that is a slip in it.
        let value = text.strip_suffix(b"\n").unwrap_or(text);
        let value = value.strip_suffix(b"\r").unwrap_or(value);
        return Ok(vec![(b"Authorization".to_vec(), value.to_vec())]);
    }
    if matches!(select_scheme(first.trim_ascii_end()), SchemeWord::Malformed) {
        return Err(Unreadable::NoChallenge);
    }
    for line in [first].into_iter().chain(lines(rest)).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        push_line(&mut found, &[b"WWW-Authenticate: ", line].concat(), 1)?;
    }
    Ok(found)
}

/// Fields with credentials that are pasted alone.
const CREDENTIALS: [&str; 10] = [
    "Authorization",
    "Authorisation",
    "Proxy-Authorization",
    "Cookie",
    "X-API-Key",
    "Api-Key",
    "X-Auth-Token",
    "X-Access-Token",
    "Ocp-Apim-Subscription-Key",
    "DPoP",
];

/// The registered schemes of RFC 9110 section 16.4.1, and those that are in use without.
const SCHEMES: [&str; 13] = [
    "Basic",
    "Bearer",
    "Concealed",
    "Digest",
    "DPoP",
    "GNAP",
    "HOBA",
    "Mutual",
    "Negotiate",
    "NTLM",
    "OAuth",
    "SCRAM-SHA-256",
    "Token",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(text: &str, form: Form) -> Vec<(String, String)> {
        let found = read(text.as_bytes(), form).unwrap();
        let exchange = found.exchanges.into_iter().next().unwrap();
        let lines = exchange.sent.map(|sent| sent.lines).or(exchange.heard.map(|heard| heard.lines)).unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        lines.into_iter().map(|(name, value)| (text(name), text(value))).collect()
    }

    fn line(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_value_gets_the_name_of_its_form() {
        assert_eq!(lines_of("Bearer abc\r\n", Form::Authorization), [line("Authorization", "Bearer abc")]);
        assert_eq!(lines_of("Bearer: abc", Form::Authorization), [line("Authorization", "Bearer: abc")]);
        assert_eq!(lines_of("Bearer abc \n\n", Form::Authorization), [line("Authorization", "Bearer abc \n")]);
        assert_eq!(
            lines_of("X-API-Key: k\nHost: x\n\nno", Form::Authorization),
            [line("X-API-Key", "k"), line("Host", "x")]
        );
        let challenges = [line("WWW-Authenticate", "Basic realm=a"), line("WWW-Authenticate", "Bearer")];
        assert_eq!(lines_of("Basic realm=a\r\nBearer\n", Form::Challenge), challenges);
        assert_eq!(lines_of("www-authenticate: Basic\n", Form::Challenge), [line("www-authenticate", "Basic")]);
    }

    #[test]
    fn a_challenge_comes_with_its_status() {
        let status = |text: &str| read(text.as_bytes(), Form::Challenge).unwrap().exchanges[0].status();
        assert_eq!((status("Bearer"), status("Proxy-Authenticate: Basic realm=a")), (401, 407));
        assert_eq!(read(b"\"x\"", Form::Challenge), Err(Unreadable::NoChallenge));
    }

    #[test]
    fn a_token_keeps_its_slips() {
        let token = |text: &str| read(text.as_bytes(), Form::Token).unwrap().token.unwrap();
        assert_eq!(token(" a.b.c\r\n"), b"a.b.c");
        assert_eq!(token("a.b.c \n"), b"a.b.c ");
        assert_eq!(token("a.b.c\nd\n"), b"a.b.c\nd");
    }
}
