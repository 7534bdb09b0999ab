//! What holds of the HTTP grammar for all inputs, and that the reader of challenges and its twin agree.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "twin/challenges.rs"]
mod twin;

use countersign::Reason;
use countersign::http::{
    Challenges, Credentials, Params, QueryParameter, SchemeWord, Whitespace, parse_bearer, parse_credentials,
    parse_token, select_query_parameter, select_scheme, write_challenge,
};
use proptest::prelude::*;
use proptest::sample::select;

fn owned(params: Params<'_>) -> Vec<(String, Vec<u8>)> {
    params.map(|param| (param.name.to_owned(), param.value.bytes().collect())).collect()
}

/// What the reader makes of `lines`, in the twin's words.
fn read(lines: &[&[u8]]) -> (Vec<twin::Challenge>, Option<usize>) {
    let mut done = Vec::new();
    for item in Challenges::new(lines) {
        match item {
            Ok(read) => done.push(twin::Challenge {
                scheme: read.scheme.to_owned(),
                token68: read.token68.map(str::to_owned),
                params: owned(read.params()),
            }),
            Err(fault) => {
                assert!(fault.offset <= lines[fault.value].len());
                return (done, Some(fault.value));
            }
        }
    }
    (done, None)
}

fn borrow(lines: &[Vec<u8>]) -> Vec<&[u8]> {
    lines.iter().map(Vec::as_slice).collect()
}

/// Bytes that are nearly a field line: mostly right pieces in mostly wrong places.
fn nearly_a_line() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"Basic",
        b"S",
        b"a",
        b"B",
        b"c-d",
        b" ",
        b" ",
        b" ",
        b"\t",
        b",",
        b",",
        b", ",
        b" , ",
        b",,",
        b"=",
        b"=",
        b" = ",
        b"\"",
        b"\"\"",
        b"\"x\"",
        b"\"x, y=z\"",
        b"\"q\\\"r\\\\\"",
        b"\"\xE9\x01\"",
        b"\\",
        b"abc==",
        b"d=",
        b"e=f",
        b"g=\"h\"",
        b"/",
        b";",
        b":",
        b"\0",
        b"\r\n",
        b"\x7F",
        b"\xC3\xA9",
        b"Bearer",
        b"Bearer ",
        b"S a=b, T c",
    ];
    let long: Vec<Vec<u8>> = vec![
        b",".repeat(63),
        b",".repeat(64),
        b"A,".repeat(64),
        b", ".repeat(64),
        b"A,".repeat(40),
        (0..40).flat_map(|n| format!("p{n}=v,").into_bytes()).collect(),
        (30..66).flat_map(|n| format!(", p{n}=\"v\"").into_bytes()).collect(),
    ];
    let piece = prop_oneof![60 => select(pieces).prop_map(<[u8]>::to_vec), 1 => select(long)];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// A challenge that can be written: a scheme, and names and values.
fn challenge() -> impl Strategy<Value = (String, Vec<(String, String)>)> {
    let scheme =
        prop_oneof!["[!#$%&'*+.^_`|~0-9A-Za-z-]{1,10}", select(vec!["Bearer".to_owned(), "Digest".to_owned()])];
    let value = prop_oneof!["[\\t\\x20-\\x7e]{0,30}", "[\"\\\\]{0,4}", "a, [A-Z] b=\"c"];
    let other = ("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}", value).prop_map(|(name, value)| (name, value));
    let known =
        (select(vec!["realm", "error", "scope", "stale", "ALGORITHM"]), "[!-~&&[^\"\\\\,:;/()<>@\\[\\]{}?=]]{1,12}")
            .prop_map(|(name, value)| (name.to_owned(), value));
    let params = prop::collection::vec(prop_oneof![other, known], 0..8).prop_map(|mut params| {
        let mut met = Vec::new();
        params.retain(|(name, _)| {
            let name = name.to_lowercase();
            let new = !met.contains(&name) && name != "userhash";
            met.push(name);
            new
        });
        params
    });
    (scheme, params)
}

fn write(scheme: &str, params: &[(String, String)]) -> Vec<u8> {
    let mut line = Vec::new();
    write_challenge(&mut line, scheme, params.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap();
    line
}

fn as_read(scheme: &str, params: &[(String, String)]) -> twin::Challenge {
    let params = params.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
    twin::Challenge { scheme: scheme.to_owned(), token68: None, params }
}

fn is_token68(text: &[u8]) -> bool {
    let core = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte)).count();
    core > 0 && text[core..].iter().all(|byte| *byte == b'=')
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The reader and its twin agree on what is nearly right.
    #[test]
    fn reader_and_twin_agree(lines in prop::collection::vec(nearly_a_line(), 0..4)) {
        let lines = borrow(&lines);
        prop_assert_eq!(read(&lines), twin::read(&lines));
    }

    /// REQ-HTTP-13, REQ-HTTP-46: what is written is read back.
    #[test]
    fn what_is_written_is_read_back((scheme, params) in challenge()) {
        let line = write(&scheme, &params);
        prop_assert_eq!(read(&[&line]), (vec![as_read(&scheme, &params)], None));
        prop_assert!(line.iter().all(|byte| matches!(byte, b'\t' | 0x20..=0x7E)), "REQ-HTTP-16");
    }

    /// REQ-HTTP-21: any split at list commas gives the same list; so does an empty line or element.
    #[test]
    fn a_split_at_commas_changes_nothing(
        challenges in prop::collection::vec(challenge(), 1..5),
        joins in prop::collection::vec(0..4_usize, 64),
    ) {
        let mut joins = joins.into_iter();
        let mut lines = vec![Vec::new()];
        for (scheme, params) in &challenges {
            let mut elements = vec![write(scheme, params.get(..1).unwrap_or_default())];
            elements.extend(params.iter().skip(1).map(|param| {
                write(scheme, std::slice::from_ref(param)).split_off(scheme.len() + 1)
            }));
            for element in elements {
                match joins.next() {
                    Some(0) => lines.push(element),
                    Some(1) => lines.extend([b" \t".to_vec(), element]),
                    join => {
                        let line = lines.last_mut().unwrap();
                        line.extend(if join == Some(2) { &b", "[..] } else { b",\t,," });
                        line.extend(element);
                    }
                }
            }
        }
        let expected: Vec<_> = challenges.iter().map(|(scheme, params)| as_read(scheme, params)).collect();
        prop_assert_eq!(read(&borrow(&lines)), (expected, None));
    }

    /// REQ-BEARER-14: whatever is asked for, nothing but the set of RFC 6750 gets out.
    #[test]
    fn error_texts_are_held_to_their_set(name in select(vec!["error", "error_description", "scope"]), value in any::<String>()) {
        let mut line = Vec::new();
        let good = value.bytes().all(|byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
        let written = write_challenge(&mut line, "Bearer", [(name, value.as_str())]);
        prop_assert_eq!(written.is_ok(), good);
        prop_assert_eq!(line, if good { format!("Bearer {name}=\"{value}\"").into_bytes() } else { Vec::new() });
    }

    /// REQ-HTTP-45: any bytes end in a value or an error.
    #[test]
    fn any_bytes_end_in_a_value_or_an_error(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..4)) {
        let lines = borrow(&lines);
        prop_assert_eq!(read(&lines), twin::read(&lines));
        for line in lines {
            let _ = select_scheme(line);
            let _ = parse_credentials(line);
            let _ = parse_bearer(line, Whitespace::Strict);
            let _ = select_query_parameter(line, b"a");
        }
    }

    /// Credentials are one challenge in a stricter spelling.
    #[test]
    fn credentials_read_as_one_challenge(value in nearly_a_line()) {
        if let Ok(credentials) = parse_credentials(&value) {
            let Credentials { scheme, token68, .. } = credentials.clone();
            let expected = twin::Challenge {
                scheme: scheme.to_owned(),
                token68: token68.map(str::to_owned),
                params: owned(credentials.params()),
            };
            prop_assert_eq!(twin::read(&[&value]), (vec![expected], None));
        }
    }

    /// The grammar and the reasons of `check` say the same of a Bearer value.
    #[test]
    fn bearer_and_the_grammar_agree(rest in nearly_a_line(), word in select(vec!["Bearer ", "bearer  ", "Bearer", " BEARER"])) {
        let value = [word.as_bytes(), &rest].concat();
        let bearer = parse_bearer(&value, Whitespace::Lenient);
        match parse_credentials(&value) {
            Err(reason) if select_scheme(&value) == SchemeWord::Bearer => prop_assert_eq!(bearer, Err(reason)),
            Err(reason) => prop_assert_eq!(reason, Reason::AuthorizationMalformed),
            Ok(read) => if let Ok(token) = bearer {
                prop_assert_eq!(read.token68.map(str::as_bytes), Some(token));
            },
        }
        if let Ok(token) = parse_bearer(&value, Whitespace::Strict) {
            prop_assert_eq!(bearer, Ok(token));
        }
    }

    /// The fast check and the obvious one agree, at every length and whatever the one wrong byte is.
    #[test]
    fn fast_and_obvious_token_checks_agree(
        token in "[A-Za-z0-9._/-]{10,100}", wrong in any::<u8>(), place in any::<prop::sample::Index>(), padding in 0..3_usize,
    ) {
        let mut token = token.into_bytes();
        let place = place.index(token.len());
        token[place] = wrong;
        token.extend(b"=".repeat(padding));
        // What the slips and the white space around it say is not the matter here.
        if !token.first().is_some_and(|byte| b" \tbB".contains(byte)) && token.last() != Some(&b' ') && token.last() != Some(&b'\t') {
            prop_assert_eq!(parse_token(&token, Whitespace::Lenient).is_ok(), is_token68(&token));
        }
    }

    /// A parameter is found wherever it stands, and counted.
    #[test]
    fn query_parameters_are_counted(names in prop::collection::vec(select(vec!["a", "b", "%61", "aa", ""]), 0..8)) {
        let target = format!("/x?{}", names.iter().map(|name| format!("{name}=1")).collect::<Vec<_>>().join("&"));
        let count = names.iter().filter(|name| matches!(**name, "a" | "%61")).count();
        let expected = match count {
            0 => QueryParameter::Absent,
            1 => QueryParameter::Once(b"1"),
            _ => QueryParameter::Repeated(count),
        };
        prop_assert_eq!(select_query_parameter(target.as_bytes(), b"a"), expected);
    }
}
