//! The types of the document's members, and what each allows in words.

use super::members::Object;

/// The type of a member; `schema.rs` says the same in JSON Schema.
#[derive(Debug)]
pub(super) enum Kind {
    AnyText,
    SomeText,
    Realm,
    IssuerName,
    HttpsUrl,
    Boolean,
    Integer {
        min: u32,
        max: u32,
    },
    /// One of a few integers, as JSON text.
    Numbers(&'static [&'static str]),
    Word(Words),
    Schemes,
    Scopes,
    Source,
    FieldName,
    /// A header field that no page of another site can send.
    TellingField,
    ParameterName,
    CookieName,
    Sources,
    Names,
    Path,
    Paths,
    Audience,
    Tenants,
    Algorithms,
    MediaType,
    Typ,
    KeySet,
    Rules,
    Challenge,
    Profiles,
    Issuers,
    Object(&'static Object),
    /// The other kind, or null for none.
    Nullable(&'static Kind),
    Users,
    Htpasswd,
    PasswordHash,
    KeyScheme,
    KeyPrefix,
    ApiKeys,
    KeyId,
    KeyDigest,
    /// Seconds since 1970.
    Moment,
    Origin,
    Origins,
    /// Known, and refused by name until a later version supports it.
    Unsupported,
}

/// The words that a member takes; their places are what the loader compares.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(pub(super) &'static [&'static str]);

/// The challenges that `schemes` may name, in their default order.
pub(super) const SCHEMES: Words = Words(&["bearer", "dpop", "digest", "basic", "api_key"]);

impl Kind {
    /// What is allowed, as it stands behind "allowed:" in a text.
    pub(super) fn allowed(&self) -> String {
        match self {
            Kind::AnyText => "a string".into(),
            Kind::SomeText => "a string, one character or more".into(),
            Kind::Realm => "a string of printable ASCII, one character or more".into(),
            Kind::IssuerName => "a string, one character or more, with at most one {name} in it".into(),
            Kind::HttpsUrl => "an https URL without user information and fragment".into(),
            Kind::Boolean => "true or false".into(),
            Kind::Integer { min, max } => format!("an integer from {min} to {max}"),
            Kind::Numbers(numbers) => numbers.join(" or "),
            Kind::Word(words) => words.listed(),
            Kind::Schemes => format!("a list of one or more of {}", SCHEMES.listed()),
            Kind::Scopes => "a string of scopes with single spaces between, or a list of them".into(),
            Kind::Source => SOURCE.into(),
            Kind::FieldName => "the name of a header field that HTTP has no use for of its own, such as \"X-API-Key\"".into(),
            Kind::TellingField => {
                "the name of a header field that browsers neither send of themselves nor let every page set, such as \"X-CSRF-Token\"".into()
            }
            Kind::ParameterName => "the name of a query parameter".into(),
            Kind::CookieName => "the name of a cookie".into(),
            Kind::Sources => format!("a list of one or more of {SOURCE}"),
            Kind::Names => "a list of one or more names of claims".into(),
            Kind::Path => "a claim's name or a JSON Pointer".into(),
            Kind::Paths => "a list of claims, by name or JSON Pointer".into(),
            Kind::Audience => "a string, a list of one or more strings, or false to switch the check off".into(),
            Kind::Tenants => {
                "\"any\" or a list of one or more names made of letters, digits, \".\", \"_\" and \"-\"".into()
            }
            Kind::Algorithms => "a list of one or more names of signature algorithms, such as \"RS256\"".into(),
            Kind::MediaType => "a media type without parameters, such as \"at+jwt\"".into(),
            Kind::Typ => "a list of one or more media types, null for an absent one".into(),
            Kind::KeySet => "a JWK Set, or {\"ref\": \"<name>\"}".into(),
            Kind::Rules => {
                "an object of rules: a claim's name or JSON Pointer, and a value, a list of values or {\"contains\": value}"
                    .into()
            }
            Kind::Challenge => "an object of parameter names and texts".into(),
            Kind::Profiles => "an object of named profiles".into(),
            Kind::Issuers => "a list of one or more issuers".into(),
            Kind::Object(object) => {
                let names: Vec<&str> = object.members().map(|member| member.name).collect();
                format!("an object with {}", names.join(", "))
            }
            Kind::Nullable(kind) => format!("{}, or null for none", kind.allowed()),
            Kind::Users => "an object of user names and hashes, or {\"ref\": \"<name>\"}".into(),
            Kind::Htpasswd => "the text of an htpasswd file, or {\"ref\": \"<name>\"}".into(),
            Kind::PasswordHash => "a hash made by bcrypt, argon2id or PBKDF2".into(),
            Kind::KeyScheme => "the name of a scheme other than Basic, Digest, DPoP, Negotiate and NTLM that does not begin with Bearer".into(),
            Kind::KeyPrefix => "a string of 1 to 32 visible ASCII characters".into(),
            Kind::ApiKeys => "a list of keys, or {\"ref\": \"<name>\"}".into(),
            Kind::KeyId => "a string of 1 to 128 printable ASCII characters".into(),
            Kind::KeyDigest => "a SHA-256 as 64 hexadecimal digits".into(),
            Kind::Moment => "an integer of seconds since 1970, up to the year 9999".into(),
            Kind::Origin | Kind::Origins => "a list of origins as browsers write them, such as \"https://app.example.com\"".into(),
            Kind::Unsupported => "nothing yet".into(),
        }
    }
}

impl Words {
    /// The words in quotes.
    pub(super) fn listed(self) -> String {
        let quoted: Vec<String> = self.0.iter().map(|word| format!("\"{word}\"")).collect();
        quoted.join(", ")
    }
}

const SOURCE: &str =
    "\"header\", {\"header\": \"<field name>\"}, {\"cookie\": \"<name>\"} or {\"query\": \"<parameter name>\"}";
