//! What comes of a document that loads: defaults, profiles, names, and that no member is forgotten.

use super::compiled::{Compiled, Describe, Issuer};
use super::members::{BEARER, ISSUER, Object, POLICY, PROFILE, TIMING};
use super::{Code, Policy};
use crate::claims::{ClaimPath, IssuerName};
use crate::json::{Document, Duplicates};
use crate::limits;

const ISSUER_TEXT: &str = r#""issuer":"https://l","audience":"a","jwks_uri":"https://l/k""#;

fn policy_text(top: &str, bearer: &str, issuer: &str) -> String {
    format!(r#"{{"realm":"api","bearer":{{"issuers":[{{{ISSUER_TEXT}{issuer}}}]{bearer}}}{top}}}"#)
}

fn load(text: &str) -> Policy {
    Policy::load(text.as_bytes(), &[]).unwrap_or_else(|report| panic!("{text}: {report}")).0
}

fn issuer(text: &str) -> Issuer {
    let policy = load(&policy_text("", "", text));
    let compiled = std::sync::Arc::try_unwrap(policy.0).unwrap();
    compiled.bearer.unwrap().issuers.into_first()
}

/// The members of an object with the defaults that the table has for them, as JSON text.
fn defaults(object: &'static Object) -> String {
    let written = object.members().filter(|member| !member.default.is_empty());
    let members: Vec<String> = written.map(|member| format!(",\"{}\":{}", member.name, member.default)).collect();
    members.concat()
}

#[test]
fn the_defaults_of_the_table_are_those_of_the_loader() {
    let timing = format!(",\"keys\":{{{}}}", defaults(&TIMING).trim_start_matches(','));
    let issuer = defaults(&ISSUER).replace(",\"keys\":{}", &timing);
    assert!(issuer.contains("\"ttl\":600"));
    let explicit = load(&policy_text(&defaults(&POLICY), &defaults(&BEARER), &issuer));
    let implicit = load(&policy_text("", "", ""));
    assert_eq!(format!("{:?}", explicit.compiled()), format!("{:?}", implicit.compiled()));
}

#[test]
fn the_defaults_are_those_of_the_document() {
    let policy = load(&policy_text("", "", ""));
    let Compiled { leeway_nanos, malformed_status, cors, bearer, routes, .. } = policy.compiled();
    let bearer = bearer.as_ref().unwrap();
    assert_eq!((*leeway_nanos, *malformed_status, *cors), (30_000_000_000, 401, false));
    assert_eq!((bearer.max_token_bytes, &bearer.scope_claims[..]), (8192, &["scope".to_owned(), "scp".into()][..]));
    assert!(bearer.sources.authorization && bearer.sources.headers.is_empty() && bearer.sources.queries.is_empty());
    assert_eq!((routes.len(), routes[0].realm.as_str(), routes[0].optional), (1, "api", false));
    let issuer = &bearer.issuers[0];
    assert_eq!((issuer.timing.ttl, issuer.timing.cooldown, issuer.timing.stale), (600, 30, 86_400));
    assert_eq!(issuer.typ.accepted, ["jwt", "at+jwt"]);
    assert!(issuer.typ.absent && !issuer.rfc9068 && issuer.algorithms.is_none() && issuer.max_age.is_none());
    assert_eq!(issuer.required, [ClaimPath::Name("exp".into())], "REQ-JWT-09");
}

#[test]
fn every_member_of_the_table_is_read() {
    // A value of no member's type: one that the loader forgot would pass unseen.
    let misfit = r#":[{"misfit":[]}]"#;
    for (object, prefix) in
        [(&POLICY, ""), (&BEARER, "/bearer"), (&ISSUER, "/bearer/issuers/0"), (&TIMING, "/bearer/issuers/0/keys")]
    {
        for member in object.members() {
            let text = format!("\"{}\"{misfit}", member.name);
            let document = match prefix {
                "" => format!("{{{text}}}"),
                "/bearer" => format!("{{\"bearer\":{{{text}}}}}"),
                "/bearer/issuers/0" => format!("{{\"bearer\":{{\"issuers\":[{{{text}}}]}}}}"),
                _ => format!("{{\"bearer\":{{\"issuers\":[{{\"keys\":{{{text}}}}}]}}}}"),
            };
            assert_refused_at(&document, &format!("{prefix}/{}", member.name));
        }
    }
    for member in PROFILE.members() {
        let document = format!("{{\"profiles\":{{\"p\":{{\"{}\"{misfit}}}}}}}", member.name);
        assert_refused_at(&document, &format!("/profiles/p/{}", member.name));
    }
}

fn assert_refused_at(document: &str, pointer: &str) {
    let report = Policy::load(document.as_bytes(), &[]).unwrap_err();
    let hit = report.entries().iter().any(|entry| entry.pointer.starts_with(pointer));
    assert!(hit, "{document}: {report}");
}

#[test]
fn a_profile_replaces_what_it_sets_and_keeps_the_rest() {
    let top = r#","scopes":"read","optional":true,"describe":"code","profiles":{
        "all":{"realm":"r","scopes":"","optional":false,"describe":"none","access":{"role":"admin"},"max_age":5,
               "challenge":{"acr_values":"gold"}},
        "none":{},
        "no-rules":{"access":{}}}"#;
    let policy = load(&policy_text(top, r#","challenge":{"scope":"all","b":"2","a":"1"}"#, r#","max_age":9"#));
    let compiled = policy.compiled();
    let all = compiled.select_route(Some("all")).unwrap();
    assert_eq!(
        (all.realm.as_str(), all.scopes.is_empty(), all.optional, all.describe),
        ("r", true, false, Describe::None)
    );
    assert_eq!((all.access.as_ref().map(Vec::len), all.max_age), (Some(1), Some(5)));
    assert_eq!((all.challenge.scope.as_deref(), all.challenge.acr_values.as_deref()), (None, Some("gold")));
    let none = compiled.select_route(Some("none")).unwrap();
    assert_eq!(
        (none.realm.as_str(), none.scopes.as_str(), none.optional, none.describe),
        ("api", "read", true, Describe::Code)
    );
    assert_eq!((&none.access, none.max_age), (&None, None), "the issuers' own count");
    let others = [("a".to_owned(), "1".to_owned()), ("b".into(), "2".into())];
    assert_eq!((none.challenge.scope.as_deref(), &none.challenge.others[..]), (Some("all"), &others[..]));
    let no_rules = compiled.select_route(Some("no-rules")).unwrap();
    assert_eq!(no_rules.access.as_deref(), Some(&[][..]), "an empty object takes the issuers' rules away");
    assert!(compiled.select_route(Some("other")).is_none() && compiled.select_route(Some("")).is_none());
    assert_eq!(compiled.select_route(None).unwrap().name, "");
}

#[test]
fn req_atjwt_07_the_profile_asks_for_its_claims() {
    let strict = issuer(r#","typ":["application/AT+JWT"],"required":["sub","tenant"]"#);
    let names: Vec<&ClaimPath> = strict.required.iter().collect();
    let expected = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti", "tenant"];
    assert!(strict.rfc9068);
    assert_eq!(names, expected.map(|name| ClaimPath::Name(name.into())).iter().collect::<Vec<_>>());
    assert!(!issuer(r#","typ":["at+jwt","JWT"]"#).rfc9068 && !issuer(r#","typ":["at+jwt",null]"#).rfc9068);
    assert!(issuer(r#","required":[]"#).required.is_empty());
}

#[test]
fn an_exact_issuer_goes_before_a_template() {
    let template = r#"{"issuer":"https://l/{t}","tenants":"any","audience":"a","jwks_uri":"https://l/k"}"#;
    let exact = template.replace("{t}", "one").replace("\"tenants\":\"any\",", "");
    let policy = load(&format!(r#"{{"realm":"a","bearer":{{"issuers":[{template},{exact}]}}}}"#));
    for (payload, expected) in [
        (r#"{"iss":"https://l/one","t":"one"}"#, Some(1)),
        (r#"{"iss":"https://l/two","t":"two"}"#, Some(0)),
        (r#"{"iss":"https://l/two","t":"one"}"#, None),
        (r#"{"iss":"https://l/two"}"#, None),
    ] {
        let document = Document::parse(payload.as_bytes(), Duplicates::Refuse).unwrap();
        let iss = document.root().member("iss").unwrap().as_text().unwrap();
        let found = policy
            .compiled()
            .bearer
            .as_ref()
            .unwrap()
            .issuers
            .select(iss, document.root(), &mut Vec::new())
            .map(|(index, _)| index);
        assert_eq!(found, expected, "{payload}");
    }
}

#[test]
fn a_template_keeps_its_configured_name() {
    let text =
        policy_text("", "", "").replace("\"issuer\":\"https://l\"", r#""issuer":"https://l/{t}/v2","tenants":["x"]"#);
    let policy = load(&text);
    let issuer = &policy.compiled().bearer.as_ref().unwrap().issuers[0];
    assert_eq!(issuer.configured, "https://l/{t}/v2");
    let (prefix, claim, suffix) = ("https://l/".to_owned(), "t".to_owned(), "/v2".to_owned());
    assert_eq!(issuer.name, IssuerName::Template { prefix, claim, suffix, tenants: Some(vec!["x".into()]) });
}

#[test]
fn a_challenge_that_loads_can_be_written() {
    let many: Vec<String> = (0..limits::AUTH_PARAMS).map(|index| format!("\"p{index}\":\"x\"")).collect();
    let text = policy_text("", &format!(",\"challenge\":{{{}}}", many.join(",")), "");
    let report = Policy::load(text.as_bytes(), &[]).unwrap_err();
    assert_eq!(
        report.first_error().map(|entry| (entry.code, entry.pointer.as_str())),
        Some((Code::ValueRefused, "/bearer/challenge"))
    );
}
