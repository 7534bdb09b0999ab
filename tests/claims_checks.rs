//! What a verified token's claims are held to, in tables of payload and outcome.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use countersign::Reason;
use countersign::claims::{
    ClaimPath, IssuerName, Registered, Reject, Rule, Scalar, ScopeArrays, ScopeList, Scopes, TemplateFault, Test,
    check_access, check_audience, check_binding, check_claims, check_max_age, check_reject, check_required,
    check_scopes, check_text_claims, check_times,
};
use countersign::json::{Document, Duplicates, Value};
use countersign::time::{NANOS_PER_SECOND, Wall};

const NOW: &str = "1700000000";

/// Reads `payload` and asks `check` about it.
fn ask<T>(payload: &str, check: impl FnOnce(&Registered<'_>) -> T) -> T {
    let document = Document::parse(payload.as_bytes(), Duplicates::Refuse).unwrap();
    check(&Registered::read(document.root()).unwrap())
}

fn times(payload: &str, now: &str, leeway: i128) -> Result<(), Reason> {
    ask(payload, |claims| check_times(claims, Wall::parse(now).unwrap(), leeway * NANOS_PER_SECOND))
}

#[test]
fn exp_equal_to_now_is_expired() {
    // REQ-JWT-05, REQ-JWT-07, REQ-JWT-10, REQ-ATJWT-06: leeway, exp, outcome at 1700000000.
    for (leeway, exp, outcome) in [
        (0, "1700000001", Ok(())),
        (0, "1700000000", Err(Reason::TokenExpired)),
        (0, "1699999999", Err(Reason::TokenExpired)),
        (0, "1700000000.000000001", Ok(())),
        (0, "1700000000.0000000000000000000000001", Ok(())),
        (0, "1.7e9", Err(Reason::TokenExpired)),
        (0, "1.700000001e9", Ok(())),
        (0, "17000000000e-1", Err(Reason::TokenExpired)),
        (30, "1699999971", Ok(())),
        (30, "1699999970", Err(Reason::TokenExpired)),
        (30, "1699999970.000000001", Ok(())),
        (30, "1699999969.999999999", Err(Reason::TokenExpired)),
        (0, "0", Err(Reason::TokenExpired)),
        (0, "-1", Err(Reason::TokenExpired)),
        (0, "253402300799", Ok(())),
    ] {
        assert_eq!(times(&format!("{{\"exp\":{exp}}}"), NOW, leeway), outcome, "{leeway} {exp}");
    }
    assert_eq!(times(r#"{"exp":1700000000.5}"#, "1700000000.499999999", 0), Ok(()));
    assert_eq!(times(r#"{"exp":1700000000.5}"#, "1700000000.5", 0), Err(Reason::TokenExpired));
}

#[test]
fn nbf_and_iat_are_good_from_their_moment_on() {
    // REQ-JWT-06, REQ-JWT-08, REQ-JWT-10.
    for name in ["nbf", "iat"] {
        for (leeway, date, outcome) in [
            (0, "1700000000", Ok(())),
            (0, "1700000000.000000001", Err(Reason::TokenNotYetValid)),
            (0, "1700000000.0000000000001", Err(Reason::TokenNotYetValid)),
            (0, "1700000001", Err(Reason::TokenNotYetValid)),
            (30, "1700000030", Ok(())),
            (30, "1700000030.5", Err(Reason::TokenNotYetValid)),
            (30, "1700000031", Err(Reason::TokenNotYetValid)),
            (0, "-5", Ok(())),
        ] {
            assert_eq!(times(&format!("{{\"{name}\":{date}}}"), NOW, leeway), outcome, "{name} {leeway} {date}");
        }
    }
}

#[test]
fn a_date_of_the_wrong_form_is_rejected() {
    // REQ-JWT-04, REQ-JWT-18: also where another date would fail first by value.
    for name in ["exp", "nbf", "iat"] {
        for date in ["\"1700000000\"", "true", "null", "[]", "{}", "1e999", "-1e999", "253402300800", "-253402300800"] {
            let payload = format!("{{\"{name}\":{date}}}");
            assert_eq!(times(&payload, NOW, 0), Err(Reason::ClaimRejected), "{payload}");
        }
    }
    assert_eq!(times(r#"{"exp":1,"iat":"x"}"#, NOW, 0), Err(Reason::ClaimRejected), "types come before values");
    assert_eq!(times(r#"{"exp":1,"nbf":1800000000}"#, NOW, 0), Err(Reason::TokenExpired), "exp comes before nbf");
    assert_eq!(times("{}", NOW, 0), Ok(()));
}

#[test]
fn the_greatest_age_needs_iat() {
    // REQ-JWT-19.
    let age = |payload: &str| {
        ask(payload, |claims| check_max_age(claims, Wall::parse(NOW).unwrap(), 30 * NANOS_PER_SECOND, 60))
    };
    assert_eq!(age(r#"{"iat":1699999910}"#), Ok(()), "90 seconds ago is not more than 60 and 30");
    assert_eq!(age(r#"{"iat":1699999909.999999999}"#), Err(Reason::ClaimRejected));
    assert_eq!(age(r#"{"iat":1699999910.0000000000001}"#), Ok(()));
    assert_eq!(age("{}"), Err(Reason::ClaimMissing));
    assert_eq!(age(r#"{"iat":"x"}"#), Err(Reason::ClaimRejected));
}

#[test]
fn one_audience_of_the_accepted_ones_is_enough() {
    // REQ-JWT-11 to REQ-JWT-14, REQ-ATJWT-04, REQ-BCP-13.
    let accepted = ["api://a".to_owned(), "api://b".to_owned()];
    for (payload, checked, unchecked) in [
        (r#"{"aud":"api://a"}"#, Ok(()), Ok(())),
        (r#"{"aud":["api://b"]}"#, Ok(()), Ok(())),
        (r#"{"aud":["x","api:\/\/b"]}"#, Ok(()), Ok(())),
        (r#"{"aud":"x"}"#, Err(Reason::AudienceMismatch), Ok(())),
        (r#"{"aud":""}"#, Err(Reason::AudienceMismatch), Ok(())),
        (r#"{"aud":[]}"#, Err(Reason::AudienceMismatch), Ok(())),
        (r#"{"aud":"api://A"}"#, Err(Reason::AudienceMismatch), Ok(())),
        (r#"{"aud":"api://a/"}"#, Err(Reason::AudienceMismatch), Ok(())),
        (r#"{"aud":"api://a api://b"}"#, Err(Reason::AudienceMismatch), Ok(())),
        (r#"{"aud":[["api://a"]]}"#, Err(Reason::ClaimRejected), Err(Reason::ClaimRejected)),
        (r#"{"aud":["api://a",1]}"#, Err(Reason::ClaimRejected), Err(Reason::ClaimRejected)),
        (r#"{"aud":null}"#, Err(Reason::ClaimRejected), Err(Reason::ClaimRejected)),
        (r#"{"aud":{"api://a":1}}"#, Err(Reason::ClaimRejected), Err(Reason::ClaimRejected)),
        ("{}", Err(Reason::AudienceMismatch), Ok(())),
    ] {
        assert_eq!(ask(payload, |claims| check_audience(claims.aud, Some(&accepted))), checked, "{payload}");
        assert_eq!(ask(payload, |claims| check_audience(claims.aud, None)), unchecked, "{payload}");
    }
}

#[test]
fn scopes_are_matched_by_whole_word() {
    // REQ-SCOPE-01 to REQ-SCOPE-05, REQ-SCOPE-09, REQ-SCOPE-11.
    let (short, wrong) = (Err(Reason::InsufficientScope), Err(Reason::ClaimRejected));
    for (payload, needed, outcome) in [
        (r#"{"scope":"read write"}"#, "write read", Ok(())),
        (r#"{"scope":"read  write "}"#, "write", Ok(())),
        (r#"{"scope":"re\u0061d\u0020write"}"#, "read write", Ok(())),
        (r#"{"scope":"re\u0061d\u0020write"}"#, "rea", short),
        (r#"{"scope":"re\u0061dx read\u0020"}"#, "read", Ok(())),
        (r#"{"scope":"read"}"#, "read:all", short),
        (r#"{"scope":"admin"}"#, "min", short),
        (r#"{"scope":"Read"}"#, "read", short),
        (r#"{"scope":"read\twrite"}"#, "read", short),
        (r#"{"scope":["read","write x"]}"#, "read", Ok(())),
        (r#"{"scope":["read","write x"]}"#, "write", short),
        (r#"{"scope":[]}"#, "read", short),
        (r#"{"scope":""}"#, "read", short),
        (r#"{"scope":"a\"b read"}"#, "read", Ok(())),
        (r#"{"scp":"read"}"#, "read", Ok(())),
        (r#"{"scp":["read"]}"#, "read", Ok(())),
        (r#"{"scp":"read","scope":"write"}"#, "read", short),
        (r#"{"scp":"read","scope":"write"}"#, "write", Ok(())),
        ("{}", "read", short),
        ("{}", "", Ok(())),
        (r#"{"scope":"x"}"#, "", Ok(())),
        (r#"{"scope":1}"#, "", wrong),
        (r#"{"scope":null,"scp":"read"}"#, "read", wrong),
        (r#"{"scope":["read",1]}"#, "read", wrong),
        (r#"{"scope":{}}"#, "", wrong),
        (r#"{"scope":"read","scp":1}"#, "read", Ok(())),
    ] {
        assert_eq!(scopes(payload, needed, ScopeArrays::Accepted), outcome, "{payload} {needed}");
    }
    assert_eq!(scopes(r#"{"scope":["read"]}"#, "", ScopeArrays::Refused), wrong, "REQ-SCOPE-03");
    assert_eq!(scopes(r#"{"scope":"read"}"#, "read", ScopeArrays::Refused), Ok(()));
    assert_eq!(scopes(r#"{"scp":["read"]}"#, "read", ScopeArrays::Refused), Ok(()), "not a claim of that profile");
}

fn scopes(payload: &str, needed: &str, arrays: ScopeArrays) -> Result<(), Reason> {
    let names = ["scope".to_owned(), "scp".to_owned()];
    ask(payload, |claims| check_scopes(claims, &names, arrays, Scopes::parse(needed).unwrap()))
}

#[test]
fn needed_scopes_are_writable() {
    // REQ-BEARER-15.
    for (text, good) in [
        ("", true),
        ("a", true),
        ("a b!#[]~", true),
        (" ", false),
        ("a ", false),
        (" a", false),
        ("a  b", false),
        ("a\tb", false),
        ("a\"", false),
        ("a\\", false),
        ("é", false),
        ("\u{7f}", false),
    ] {
        assert_eq!(Scopes::parse(text).is_some(), good, "{text:?}");
        assert_eq!(ScopeList::parse(text).is_some(), good, "{text:?}");
    }
    let mut list = ScopeList::default();
    assert!(list.push("a") && list.push("b") && !list.push("") && !list.push("c d"));
    assert_eq!((list.as_str(), list.scopes().words().count()), ("a b", 2));
}

fn rule(path: &str, test: Test) -> Rule {
    Rule { path: ClaimPath::parse(path).unwrap(), test }
}

fn text(value: &str) -> Scalar {
    Scalar::String(value.into())
}

#[test]
fn rules_compare_by_type_and_value() {
    // REQ-SCOPE-06, REQ-ATJWT-12.
    let number = |value: &str| Scalar::Number(value.into());
    for (path, test, payload, fits) in [
        ("azp", Test::OneOf(vec![text("web")]), r#"{"azp":"web"}"#, true),
        ("azp", Test::OneOf(vec![text("web"), text("ios")]), r#"{"azp":"i\u006fs"}"#, true),
        ("azp", Test::OneOf(vec![text("web")]), r#"{"azp":"Web"}"#, false),
        ("azp", Test::OneOf(vec![text("web")]), r#"{"azp":["ios","web"]}"#, true),
        ("azp", Test::OneOf(vec![text("web")]), r#"{"azp":[["web"]]}"#, false),
        ("azp", Test::OneOf(vec![text("web")]), r#"{"azp":[]}"#, false),
        ("azp", Test::OneOf(vec![text("web")]), r#"{"azp":null}"#, false),
        ("azp", Test::OneOf(vec![text("web")]), "{}", false),
        ("azp", Test::Contains(vec![text("web")]), r#"{"azp":"web"}"#, false),
        ("azp", Test::Contains(vec![text("x"), text("web")]), r#"{"azp":["a","web"]}"#, true),
        ("n", Test::OneOf(vec![number("1")]), r#"{"n":1.0}"#, true),
        ("n", Test::OneOf(vec![number("9007199254740993")]), r#"{"n":9007199254740992}"#, false),
        ("n", Test::OneOf(vec![number("1")]), r#"{"n":"1"}"#, false),
        ("n", Test::OneOf(vec![number("1")]), r#"{"n":true}"#, false),
        ("n", Test::OneOf(vec![Scalar::Boolean(true)]), r#"{"n":true}"#, true),
        ("n", Test::OneOf(vec![Scalar::Boolean(true)]), r#"{"n":false}"#, false),
        ("n", Test::OneOf(vec![Scalar::Boolean(true)]), r#"{"n":"true"}"#, false),
        ("/r/roles", Test::Contains(vec![text("admin")]), r#"{"r":{"roles":["admin"]}}"#, true),
        ("/r/roles/1", Test::OneOf(vec![text("b")]), r#"{"r":{"roles":["a","b"]}}"#, true),
        ("/a~1b/c~0d", Test::OneOf(vec![text("x")]), r#"{"a/b":{"c~d":"x"}}"#, true),
        ("a.b", Test::OneOf(vec![text("x")]), r#"{"a.b":"x"}"#, true),
        ("a.b", Test::OneOf(vec![text("x")]), r#"{"a":{"b":"x"}}"#, false),
        ("iss", Test::OneOf(vec![text("me")]), r#"{"iss":"me"}"#, true),
    ] {
        let rules = [rule(path, test)];
        let expected = |reason| if fits { Ok(()) } else { Err(reason) };
        assert_eq!(ask(payload, |c| check_claims(c, &rules)), expected(Reason::ClaimRejected), "{path} {payload}");
        assert_eq!(ask(payload, |c| check_access(c, &rules)), expected(Reason::AccessDenied), "REQ-SCOPE-12");
    }
    assert_eq!(ask("{}", |claims| check_claims(claims, &[])), Ok(()));
}

#[test]
fn a_rejected_kind_is_told_by_the_configured_value() {
    // REQ-ATJWT-13, REQ-ATJWT-14.
    for (value, reason) in [
        ("refresh", Reason::RefreshTokenGiven),
        ("Refresh", Reason::RefreshTokenGiven),
        ("offline_REFRESH_id", Reason::RefreshTokenGiven),
        ("id", Reason::IdTokenGiven),
        ("ID", Reason::IdTokenGiven),
        ("id_token", Reason::IdTokenGiven),
        ("IdToken", Reason::IdTokenGiven),
        ("Logout", Reason::TokenTypeMismatch),
        ("", Reason::TokenTypeMismatch),
    ] {
        let rules = [Reject(rule("typ", Test::OneOf(vec![text("Other"), text(value)])))];
        let payload = format!("{{\"typ\":\"{value}\"}}");
        assert_eq!(ask(&payload, |claims| check_reject(claims, &rules)), Err(reason), "{value}");
    }
    let rules = [
        Reject(rule("token_use", Test::OneOf(vec![text("refresh")]))),
        Reject(rule("n", Test::OneOf(vec![Scalar::Number("1".into())]))),
    ];
    for (payload, outcome) in [
        ("{}", Ok(())),
        (r#"{"token_use":"access"}"#, Ok(())),
        (r#"{"token_use":"Refresh"}"#, Ok(())),
        (r#"{"token_use":["access","refresh"]}"#, Err(Reason::RefreshTokenGiven)),
        (r#"{"n":1e0}"#, Err(Reason::TokenTypeMismatch)),
        (r#"{"n":1,"token_use":"refresh"}"#, Err(Reason::RefreshTokenGiven)),
    ] {
        assert_eq!(ask(payload, |claims| check_reject(claims, &rules)), outcome, "{payload}");
    }
}

#[test]
fn a_bound_token_needs_its_key() {
    // REQ-MTLS-01 to REQ-MTLS-03, REQ-MTLS-08, REQ-MTLS-10.
    let mine = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";
    let other = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg3";
    let bound = format!(r#"{{"cnf":{{"x5t#S256":"{mine}"}}}}"#);
    let both = format!(r#"{{"cnf":{{"x5t#S256":"{mine}","jkt":"x"}}}}"#);
    let padded = format!("{mine}=");
    let bound_padded = format!(r#"{{"cnf":{{"x5t#S256":"{padded}"}}}}"#);
    for (payload, certificate, outcome) in [
        ("{}", None, Ok(())),
        ("{}", Some(mine), Ok(())),
        (bound.as_str(), Some(mine), Ok(())),
        (bound.as_str(), Some(other), Err(Reason::CertificateMismatch)),
        (bound.as_str(), Some(""), Err(Reason::CertificateMismatch)),
        (bound.as_str(), Some(&mine[..42]), Err(Reason::CertificateMismatch)),
        (bound.as_str(), None, Err(Reason::CertificateMissing)),
        (bound_padded.as_str(), Some(padded.as_str()), Err(Reason::CertificateMismatch)),
        (r#"{"cnf":{"x5t#S256":""}}"#, Some(""), Err(Reason::CertificateMismatch)),
        (both.as_str(), Some(mine), Err(Reason::DpopDowngrade)),
        (r#"{"cnf":{"jkt":"x"}}"#, None, Err(Reason::DpopDowngrade)),
        (r#"{"cnf":{"jkt":1}}"#, None, Err(Reason::ClaimRejected)),
        (r#"{"cnf":{"jkt":"x","x5t#S256":null}}"#, None, Err(Reason::ClaimRejected)),
        (r#"{"cnf":{"x5t#S256":["a"]}}"#, Some(mine), Err(Reason::ClaimRejected)),
        (r#"{"cnf":null}"#, None, Err(Reason::ClaimRejected)),
        (r#"{"cnf":"x"}"#, None, Err(Reason::ClaimRejected)),
        (r#"{"cnf":{}}"#, None, Ok(())),
        (r#"{"cnf":{"kid":"x","jwk":{}}}"#, None, Ok(())),
    ] {
        assert_eq!(ask(payload, |claims| check_binding(claims.cnf, certificate)), outcome, "{payload} {certificate:?}");
    }
}

#[test]
fn required_claims_are_there_whatever_their_value() {
    // REQ-JWT-23, REQ-ATJWT-07.
    let required = ["exp", "/org/id", "nulled"].map(|path| ClaimPath::parse(path).unwrap());
    let missing = Err(Reason::ClaimMissing);
    for (payload, outcome) in [
        (r#"{"exp":1,"org":{"id":0},"nulled":null}"#, Ok(())),
        (r#"{"org":{"id":0},"nulled":null}"#, missing),
        (r#"{"exp":1,"org":{},"nulled":null}"#, missing),
        (r#"{"exp":1,"org":{"id":0}}"#, missing),
    ] {
        assert_eq!(ask(payload, |claims| check_required(claims, &required)), outcome, "{payload}");
    }
}

#[test]
fn sub_and_jti_are_text() {
    // REQ-JWT-18.
    for (payload, outcome) in [
        ("{}", Ok(())),
        (r#"{"sub":"","jti":"x"}"#, Ok(())),
        (r#"{"sub":1}"#, Err(Reason::ClaimRejected)),
        (r#"{"jti":null}"#, Err(Reason::ClaimRejected)),
        (r#"{"sub":["x"]}"#, Err(Reason::ClaimRejected)),
    ] {
        assert_eq!(ask(payload, check_text_claims), outcome, "{payload}");
    }
}

#[test]
fn an_issuer_is_its_text_or_its_template() {
    // REQ-JWT-14, REQ-JWT-15.
    let template = |tenants: Option<Vec<String>>| match IssuerName::parse("https://l/{tid}/v2").unwrap() {
        IssuerName::Template { prefix, claim, suffix, .. } => IssuerName::Template { prefix, claim, suffix, tenants },
        IssuerName::Exact(_) => panic!("a template"),
    };
    let (any, listed) = (template(None), template(Some(vec!["a".into()])));
    let exact = IssuerName::parse("https://l/a").unwrap();
    for (payload, by_exact, by_any, by_listed) in [
        (r#"{"iss":"https://l/a"}"#, true, false, false),
        (r#"{"iss":"https:\/\/l\/a"}"#, true, false, false),
        (r#"{"iss":"https://l/a/"}"#, false, false, false),
        (r#"{"iss":"https://L/a"}"#, false, false, false),
        (r#"{"iss":"https://l/a/v2","tid":"a"}"#, false, true, true),
        (r#"{"iss":"https://l/b/v2","tid":"b"}"#, false, true, false),
        (r#"{"iss":"https://l/a/v2","tid":"b"}"#, false, false, false),
        (r#"{"iss":"https://l/a/v2"}"#, false, false, false),
        (r#"{"iss":"https://l//v2","tid":""}"#, false, false, false),
        (r#"{"iss":"https://l/x/y/v2","tid":"x/y"}"#, false, false, false),
        (r#"{"iss":"https://l/é/v2","tid":"é"}"#, false, false, false),
        (r#"{"iss":"https://l/A.b_c-1/v2","tid":"A.b_c-1"}"#, false, true, false),
        (r#"{"iss":"https://l/1/v2","tid":1}"#, false, false, false),
        (r#"{"iss":"https://l/{tid}/v2"}"#, false, false, false),
    ] {
        let matched = |name: &IssuerName| {
            ask(payload, |claims| {
                name.matches(claims.iss.and_then(|iss: Value<'_>| iss.as_text()).unwrap(), claims.root())
            })
        };
        assert_eq!((matched(&exact), matched(&any), matched(&listed)), (by_exact, by_any, by_listed), "{payload}");
    }
    for (text, fault) in [("a{b", TemplateFault::Brace), ("{a}{b}", TemplateFault::Twice), ("{}", TemplateFault::Brace)]
    {
        assert_eq!(IssuerName::parse(text), Err(fault), "{text}");
    }
}
