//! Each type of the table in JSON Schema, and the rules over several members that a schema can say.

use super::field_names::{BROWSERS, HTTPS_OWN, WEB_SOCKET};
use super::kind::{Kind, SCHEMES, Words};
use super::schema::{Json, raw, text};
use crate::jose::Algorithm;

type Members = Vec<(String, Json)>;

/// What a member of this type has to look like.
pub(super) fn type_schema(kind: &Kind) -> Members {
    match kind {
        Kind::AnyText => string(""),
        Kind::Realm => string("^[ -~]+$"),
        Kind::IssuerName => string("^(?!$)[^{}]*(\\{[^{}]+\\}[^{}]*)?$"),
        Kind::HttpsUrl => string(HTTPS_URL),
        Kind::FieldName => {
            let taken = reserved_names(&[WEB_SOCKET]);
            string(&format!("^({taken}|(?!{}){TOKEN}+)$", reserved_fields(&[HTTPS_OWN])))
        }
        Kind::TellingField => string(&format!("^(?!{}){TOKEN}+$", reserved_fields(&[HTTPS_OWN, BROWSERS]))),
        Kind::ParameterName | Kind::SomeText => string(ANY),
        Kind::CookieName => {
            string(&format!("^(__(Host|Secure)-{TOKEN}+|(?!__([Hh][Oo][Ss][Tt]|[Ss][Ee][Cc][Uu][Rr][Ee])-){TOKEN}+)$"))
        }
        Kind::Path => string(PATH),
        Kind::MediaType => string(&format!("^{TOKEN}+(/{TOKEN}+)?$")),
        Kind::Boolean => vec![member("type", text("boolean"))],
        Kind::Integer { min, max } => {
            vec![member("type", text("integer")), member("minimum", raw(min)), member("maximum", raw(max))]
        }
        Kind::Numbers(numbers) => vec![member("enum", Json::List(numbers.iter().map(|number| raw(*number)).collect()))],
        Kind::Word(words) => words_schema(*words),
        Kind::Schemes => {
            let mut list = list(1, words_schema(SCHEMES));
            list.push(member("uniqueItems", raw("true")));
            list
        }
        Kind::Scopes => any_of([string(&format!("^({SCOPE}( {SCOPE})*)?$")), list(0, string(&format!("^{SCOPE}$")))]),
        Kind::Source => source(),
        Kind::Sources => list(1, source()),
        Kind::Names => list(1, string(ANY)),
        Kind::Paths => list(0, string(PATH)),
        Kind::Audience => any_of([string(ANY), list(1, string(ANY)), vec![member("const", raw("false"))]]),
        Kind::Tenants => any_of([words_schema(Words(&["any"])), list(1, string("^[A-Za-z0-9._-]+$"))]),
        Kind::Algorithms => {
            any_of([list(1, algorithms(|name| !name.is_symmetric())), list(1, algorithms(Algorithm::is_symmetric))])
        }
        Kind::Typ => list(1, any_of([type_schema(&Kind::MediaType), vec![member("type", text("null"))]])),
        Kind::KeySet => {
            let set = vec![
                member("type", text("object")),
                member("properties", object([("keys", vec![member("type", text("array"))])])),
                member("required", Json::List(vec![text("keys")])),
            ];
            any_of([set, closed_object([("ref", string(""))])])
        }
        Kind::Rules => map(string(PATH), any_of([one_or_more(), closed_object([("contains", one_or_more())])])),
        Kind::Challenge => challenge(),
        Kind::Profiles => map(string(ANY), reference("profile")),
        Kind::Issuers => list(1, reference("issuer")),
        Kind::Object(object) => reference(object.name),
        Kind::Nullable(kind) => any_of([type_schema(kind), vec![member("type", text("null"))]]),
        Kind::Users => {
            let hash = any_of([type_schema(&Kind::PasswordHash), reference("user")]);
            let mut users = map(string("^[^:\\x00-\\x1f\\x7f]+$"), hash);
            users.push(member("minProperties", raw(&1)));
            any_of([users, closed_object([("ref", string(""))])])
        }
        Kind::Htpasswd => any_of([string(""), closed_object([("ref", string(""))])]),
        Kind::PasswordHash => string("^\\$(2[aby]|argon2id|pbkdf2-sha256|pbkdf2-sha512)\\$"),
        Kind::KeyScheme => {
            let reserved = reserved_names(&["basic", "digest", "dpop", "negotiate", "ntlm"]);
            string(&format!("^(?!({reserved})$|{}){TOKEN}+$", reserved_names(&["bearer"])))
        }
        Kind::KeyPrefix => string("^[!-~]{1,32}$"),
        Kind::ApiKeys => any_of([list(0, reference("stored_key")), closed_object([("ref", string(""))])]),
        Kind::KeyId => string("^[ -~]{1,128}$"),
        Kind::KeyDigest => string("^[0-9A-Fa-f]{64}$"),
        Kind::Moment => {
            let most = crate::limits::NUMERIC_DATE_MAX_SECONDS;
            vec![member("type", text("integer")), member("minimum", raw(&0)), member("maximum", raw(&most))]
        }
        Kind::Origin => string("^[a-z][a-z0-9+.-]*://[a-z0-9._:\\[\\]-]+$"),
        Kind::Origins => list(0, type_schema(&Kind::Origin)),
        Kind::Unsupported => Vec::new(),
    }
}

/// The rules over several members of an object.
pub(super) fn object_rules(name: &str) -> Members {
    let needs = |name: &str| vec![member("required", Json::List(vec![text(name)]))];
    let property = |name, schema: Members| vec![member("properties", object([(name, schema)]))];
    match name {
        "policy" => any_of([needs("bearer"), needs("basic"), needs("api_key")]),
        "basic" => one_of([needs("users"), needs("htpasswd")]),
        "issuer" => {
            let mut tenants = needs("tenants");
            tenants.extend(any_of([needs("jwks"), needs("jwks_uri")]));
            let mut rules = vec![member("if", Json::Object(property("issuer", string("\\{"))))];
            rules.push(member("then", Json::Object(tenants)));
            rules.push(member("else", Json::Object(property("tenants", vec![member("not", raw("{}"))]))));
            let asymmetric = list(1, algorithms(|name| !name.is_symmetric()));
            let without_secrets = vec![member("jwks_uri", Json::Object(property("algorithms", asymmetric)))];
            rules.push(member("dependentSchemas", Json::Object(without_secrets)));
            rules
        }
        _ => Vec::new(),
    }
}

fn challenge() -> Members {
    let names = format!("^(?!({})$){TOKEN}+$", reserved_names(&["realm", "error", "error_description"]));
    vec![
        member("type", text("object")),
        member("propertyNames", Json::Object(string(&names))),
        member(
            "properties",
            object([
                ("scope", string(&format!("^{SCOPE}( {SCOPE})*$"))),
                ("resource_metadata", string(HTTPS_URL)),
                ("error_uri", string("^[A-Za-z][A-Za-z0-9+.-]*:[!#-\\[\\]-~]+$")),
                ("max_age", string("^[0-9]+$")),
            ]),
        ),
        member("additionalProperties", Json::Object(string("^[\\t -~]*$"))),
    ]
}

fn source() -> Members {
    let header = closed_object([("header", type_schema(&Kind::FieldName))]);
    let query = closed_object([("query", type_schema(&Kind::ParameterName))]);
    let cookie = closed_object([("cookie", type_schema(&Kind::CookieName))]);
    any_of([vec![member("const", text("header"))], header, query, cookie])
}

/// A value of a rule, or a list of them.
fn one_or_more() -> Members {
    let scalar = || vec![member("type", Json::List(["string", "number", "boolean"].into_iter().map(text).collect()))];
    any_of([scalar(), list(1, scalar())])
}

fn member(name: &str, value: Json) -> (String, Json) {
    (name.to_owned(), value)
}

fn object<'n>(members: impl IntoIterator<Item = (&'n str, Members)>) -> Json {
    Json::Object(members.into_iter().map(|(name, schema)| member(name, Json::Object(schema))).collect())
}

/// An object with these members, all of them, and no others.
fn closed_object<const N: usize>(members: [(&str, Members); N]) -> Members {
    let names = members.iter().map(|(name, _)| text(name)).collect();
    vec![
        member("type", text("object")),
        member("properties", object(members)),
        member("required", Json::List(names)),
        member("additionalProperties", raw("false")),
    ]
}

fn map(names: Members, values: Members) -> Members {
    vec![
        member("type", text("object")),
        member("propertyNames", Json::Object(names)),
        member("additionalProperties", Json::Object(values)),
    ]
}

fn list(least: usize, items: Members) -> Members {
    let mut members = vec![member("type", text("array")), member("items", Json::Object(items))];
    if least > 0 {
        members.push(member("minItems", raw(&least)));
    }
    members
}

fn any_of<const N: usize>(schemas: [Members; N]) -> Members {
    vec![member("anyOf", Json::List(schemas.into_iter().map(Json::Object).collect()))]
}

fn one_of<const N: usize>(schemas: [Members; N]) -> Members {
    vec![member("oneOf", Json::List(schemas.into_iter().map(Json::Object).collect()))]
}

fn string(pattern: &str) -> Members {
    let mut members = vec![member("type", text("string"))];
    if !pattern.is_empty() {
        members.push(member("pattern", text(pattern)));
    }
    members
}

fn words_schema(words: Words) -> Members {
    vec![member("enum", Json::List(words.0.iter().map(|word| text(word)).collect()))]
}

fn algorithms(is_meant: impl Fn(Algorithm) -> bool) -> Members {
    let names =
        Algorithm::ALL.into_iter().filter(|algorithm| is_meant(*algorithm)).map(|algorithm| text(algorithm.name()));
    vec![member("enum", Json::List(names.collect()))]
}

fn reference(name: &str) -> Members {
    vec![member("$ref", Json::Text(format!("#/$defs/{name}")))]
}

/// A pattern for the names of fields on these lists, and for what begins with a family of them, which ends in a dash.
fn reserved_fields(lists: &[&[&str]]) -> String {
    let (families, names): (Vec<&str>, Vec<&str>) =
        lists.iter().copied().flatten().partition(|listed| listed.ends_with('-'));
    format!("(({})$|{})", reserved_names(&names), reserved_names(&families))
}

/// A pattern for these names in any case: schemas know no flag for that.
fn reserved_names(names: &[&str]) -> String {
    let any_case = |name: &&str| -> String {
        name.chars()
            .map(|letter| {
                if letter.is_ascii_alphabetic() {
                    format!("[{}{letter}]", letter.to_ascii_uppercase())
                } else {
                    letter.to_string()
                }
            })
            .collect()
    };
    names.iter().map(any_case).collect::<Vec<_>>().join("|")
}

/// One character or more.
const ANY: &str = "^[\\s\\S]+$";
const TOKEN: &str = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const SCOPE: &str = "[!#-\\[\\]-~]+";
const PATH: &str = "^([^/][\\s\\S]*|(/([^~/]|~[01])*)+)$";
const HTTPS_URL: &str = "^[Hh][Tt][Tt][Pp][Ss]://[A-Za-z0-9._:\\[\\]-]+([/?][A-Za-z0-9._~%!$&'()*+,;=:@/?-]*)?$";
