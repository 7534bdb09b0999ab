//! The one table of members: name, type, default, and what a profile may override.
//!
//! The loader's check for unknown and missing members, its texts of what is allowed, the JSON Schema
//! and the table in the docs all come from here. There is no second list.

use super::kind::{Kind, Words};
use crate::limits;

/// One member of an object of the document.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether the object is refused without it.
    pub(super) required: bool,
    /// The default as JSON text; empty if there is none.
    pub(super) default: &'static str,
    /// What it does, for the docs and the schema.
    pub(super) meaning: &'static str,
    /// Whether its value may hold a secret, which then no text repeats.
    pub(super) secret: bool,
    /// Whether a profile may set it.
    pub(super) profile: bool,
}

impl Member {
    const fn new(name: &'static str, kind: Kind, meaning: &'static str) -> Self {
        Member { name, kind, required: false, default: "", meaning, secret: false, profile: false }
    }

    const fn required(self) -> Self {
        Member { required: true, ..self }
    }

    const fn default(self, default: &'static str) -> Self {
        Member { default, ..self }
    }

    const fn secret(self) -> Self {
        Member { secret: true, ..self }
    }

    const fn profile(self) -> Self {
        Member { profile: true, ..self }
    }
}

/// An object of the document and the members that it may have.
#[derive(Debug)]
pub(super) struct Object {
    /// What it is called in texts, and its name among the schema's definitions.
    pub(super) name: &'static str,
    tables: &'static [&'static [Member]],
    /// A profile takes from the tables what it may override, and needs none of it.
    is_profile: bool,
}

impl Object {
    /// The members that the object may have.
    pub(super) fn members(&self) -> impl Iterator<Item = &'static Member> + use<> {
        let is_profile = self.is_profile;
        self.tables.iter().flat_map(|table| table.iter()).filter(move |member| !is_profile || member.profile)
    }

    /// Those that it must have.
    pub(super) fn required(&self) -> impl Iterator<Item = &'static Member> + use<> {
        let is_profile = self.is_profile;
        self.members().filter(move |member| member.required && !is_profile)
    }
}

pub(super) static POLICY: Object = Object { name: "policy", tables: &[POLICY_MEMBERS], is_profile: false };
pub(super) static PROFILE: Object =
    Object { name: "profile", tables: &[POLICY_MEMBERS, BEARER_MEMBERS, ISSUER_MEMBERS], is_profile: true };
pub(super) static BEARER: Object = Object { name: "bearer", tables: &[BEARER_MEMBERS], is_profile: false };
pub(super) static ISSUER: Object = Object { name: "issuer", tables: &[ISSUER_MEMBERS], is_profile: false };
pub(super) static TIMING: Object = Object { name: "keys", tables: &[TIMING_MEMBERS], is_profile: false };
pub(super) static REMEMBER: Object = Object { name: "remember", tables: &[REMEMBER_MEMBERS], is_profile: false };
pub(super) static DISCOVERY: Object = Object { name: "discovery", tables: &[DISCOVERY_MEMBERS], is_profile: false };
pub(super) static BASIC: Object = Object { name: "basic", tables: &[BASIC_MEMBERS], is_profile: false };
pub(super) static USER: Object = Object { name: "user", tables: &[USER_MEMBERS], is_profile: false };
pub(super) static API_KEY: Object = Object { name: "api_key", tables: &[API_KEY_MEMBERS], is_profile: false };
pub(super) static STORED_KEY: Object = Object { name: "stored_key", tables: &[STORED_KEY_MEMBERS], is_profile: false };
pub(super) static SESSION: Object = Object { name: "session", tables: &[SESSION_MEMBERS], is_profile: false };
pub(super) static CSRF: Object = Object { name: "csrf", tables: &[CSRF_MEMBERS], is_profile: false };

/// Every object below the document itself.
pub(super) static PARTS: [&Object; 12] =
    [&PROFILE, &BEARER, &ISSUER, &TIMING, &REMEMBER, &DISCOVERY, &BASIC, &USER, &API_KEY, &STORED_KEY, &SESSION, &CSRF];

const POLICY_MEMBERS: &[Member] = &[
    Member::new("$schema", Kind::AnyText, "Ignored, so that an editor can find this schema."),
    Member::new("realm", Kind::Realm, "The protection space named in every challenge (RFC 9110 section 11.5).")
        .required()
        .profile(),
    Member::new(
        "schemes",
        Kind::Schemes,
        "The challenges offered, in order; a section left out is accepted, not offered.",
    ),
    Member::new("scopes", Kind::Scopes, "Scopes that every request needs; the request may replace them.")
        .default("[]")
        .profile(),
    Member::new("optional", Kind::Boolean, "Whether a request without any credentials is let through.")
        .default("false")
        .profile(),
    Member::new("profiles", Kind::Profiles, "Named variants for routes; the request names one.").default("{}"),
    Member::new(
        "leeway",
        Kind::Integer { min: 0, max: limits::LEEWAY_MAX_SECONDS },
        "Clock skew in seconds allowed on exp, nbf and iat.",
    )
    .default("30"),
    Member::new("malformed_status", Kind::Numbers(&["401", "400"]), "The status of every malformed credential.")
        .default("401"),
    Member::new(
        "whitespace",
        Kind::Word(Words(&["lenient", "strict"])),
        "Whether more than one space behind the scheme is refused.",
    )
    .default("\"lenient\""),
    Member::new(
        "transport",
        Kind::Word(Words(&["any", "tls"])),
        "Whether a request whose target is not https is refused.",
    )
    .default("\"any\""),
    Member::new(
        "preflight",
        Kind::Word(Words(&["allow", "check"])),
        "Whether a CORS preflight, which has no credentials by design, is let through.",
    )
    .default("\"allow\""),
    Member::new("cors", Kind::Boolean, "Whether denials expose WWW-Authenticate to scripts.").default("false"),
    Member::new(
        "describe",
        Kind::Word(Words(&["full", "code", "none"])),
        "How much a challenge tells: error and text, the error alone, or scheme and realm alone.",
    )
    .default("\"full\"")
    .profile(),
    Member::new(
        "remember",
        Kind::Object(&REMEMBER),
        "Remembered verdicts; off without it. Worth it where the same token, of any but the HS algorithms, comes back \
         many times: each time then costs about a microsecond instead of a signature check.",
    ),
    Member::new("bearer", Kind::Object(&BEARER), "Bearer tokens (RFC 6750)."),
    Member::new("basic", Kind::Object(&BASIC), "User names and passwords (RFC 7617).").secret(),
    Member::new("api_key", Kind::Object(&API_KEY), "API keys.").secret(),
    Member::new("session", Kind::Object(&SESSION), "What a cookie credential needs beside the token."),
    Member::new("digest", Kind::Unsupported, "Digest (RFC 7616).").secret(),
    Member::new("dpop", Kind::Unsupported, "Tokens bound to a key (RFC 9449)."),
];

const BEARER_MEMBERS: &[Member] = &[
    Member::new("issuers", Kind::Issuers, "Whose tokens are accepted.").required(),
    Member::new("sources", Kind::Sources, "Where a token may stand.").default("[\"header\"]"),
    Member::new(
        "max_token_bytes",
        Kind::Integer { min: MIN_TOKEN_BYTES, max: MAX_TOKEN_BYTES },
        "A longer token is refused before it is decoded.",
    )
    .default("8192"),
    Member::new("scope_claims", Kind::Names, "Where granted scopes stand; the first one present counts.")
        .default("[\"scope\", \"scp\"]"),
    Member::new(
        "challenge",
        Kind::Challenge,
        "More parameters of the challenge: scope, resource_metadata (RFC 9728), any other.",
    )
    .default("{}")
    .profile(),
];

const ISSUER_MEMBERS: &[Member] = &[
    Member::new(
        "issuer",
        Kind::IssuerName,
        "Compared with iss code point by code point; one {name} stands for the value of that claim.",
    )
    .required(),
    Member::new("tenants", Kind::Tenants, "Values allowed for {name}."),
    Member::new("audience", Kind::Audience, "Accepted if aud holds one of them; false switches the check off.")
        .required(),
    Member::new(
        "algorithms",
        Kind::Algorithms,
        "The accepted algorithms; without a list what the keys say, asymmetric ones alone.",
    ),
    Member::new("jwks", Kind::KeySet, "Keys in the document (RFC 7517 section 5).").secret(),
    Member::new("jwks_uri", Kind::HttpsUrl, "Where the host fetches the keys."),
    Member::new("discovery", Kind::Object(&DISCOVERY), "What is allowed of the metadata that name the keys.")
        .default("{}"),
    Member::new("keys", Kind::Object(&TIMING), "When keys are fetched.").default("{}"),
    Member::new(
        "typ",
        Kind::Typ,
        "Header typ accepted; null stands for an absent one; [\"at+jwt\"] alone turns on the RFC 9068 checks.",
    )
    .default("[\"JWT\", \"at+jwt\", null]"),
    Member::new("required", Kind::Paths, "Claims that must be there.").default("[\"exp\"]"),
    Member::new("claims", Kind::Rules, "Rules that make the token fit, by name or JSON Pointer.").default("{}"),
    Member::new("access", Kind::Rules, "Rules on what the caller may do.").default("{}").profile(),
    Member::new("reject", Kind::Rules, "Claims that mark the wrong kind of token.").default("{}"),
    Member::new(
        "max_age",
        Kind::Integer { min: 0, max: u32::MAX },
        "Greatest age in seconds since iat, which is then required.",
    )
    .profile(),
];

const BASIC_MEMBERS: &[Member] = &[
    Member::new("users", Kind::Users, "Hashes of passwords by user name, bcrypt, argon2id or PBKDF2.").secret(),
    Member::new("htpasswd", Kind::Htpasswd, "The same as the text of an htpasswd file.").secret(),
];

const USER_MEMBERS: &[Member] = &[
    Member::new("hash", Kind::PasswordHash, "The hash of the password.").required().secret(),
    Member::new("scopes", Kind::Scopes, "The scopes that the user has.").default("[]"),
];

const API_KEY_MEMBERS: &[Member] = &[
    Member::new("header", Kind::Nullable(&Kind::FieldName), "The header field that a key may stand in.")
        .default("\"X-API-Key\""),
    Member::new("scheme", Kind::Nullable(&Kind::KeyScheme), "The scheme in Authorization that a key may stand behind.")
        .default("\"Api-Key\""),
    Member::new(
        "query",
        Kind::Nullable(&Kind::ParameterName),
        "The query parameter that a key may stand in; addresses end up in logs.",
    )
    .default("null"),
    Member::new("prefix", Kind::Nullable(&Kind::KeyPrefix), "What every key begins with; another is not looked up.")
        .default("null"),
    Member::new(
        "checksum",
        Kind::Boolean,
        "Whether a key ends in the check digits that `countersign api-key new` writes.",
    )
    .default("false"),
    Member::new("environment", Kind::Nullable(&Kind::SomeText), "The environment whose keys are accepted.")
        .default("null"),
    Member::new("keys", Kind::ApiKeys, "The keys, each by its hash.").required().secret(),
];

const STORED_KEY_MEMBERS: &[Member] = &[
    Member::new("id", Kind::KeyId, "Who the key is, in logs and as the subject.").required(),
    Member::new("sha256", Kind::KeyDigest, "The SHA-256 of the whole key, in hexadecimal.").required().secret(),
    Member::new("scopes", Kind::Scopes, "The scopes that the key has.").default("[]"),
    Member::new("environment", Kind::Nullable(&Kind::SomeText), "The environment that the key is for.").default("null"),
    Member::new("not_before", Kind::Nullable(&Kind::Moment), "The second since 1970 from which the key is good.")
        .default("null"),
    Member::new("expires", Kind::Nullable(&Kind::Moment), "The second since 1970 from which it no longer is.")
        .default("null"),
    Member::new("revoked", Kind::Boolean, "Whether the key was withdrawn.").default("false"),
];

const SESSION_MEMBERS: &[Member] = &[
    Member::new("csrf", Kind::Object(&CSRF), "What shows that a page of ours sent the request."),
    Member::new("origins", Kind::Origins, "Origins whose requests with the cookie pass.").default("[]"),
];

const CSRF_MEMBERS: &[Member] =
    &[Member::new("header", Kind::TellingField, "A header field that only a page of ours sends.").required()];

const TIMING_MEMBERS: &[Member] = &[
    Member::new("ttl", Kind::Integer { min: 1, max: u32::MAX }, "Seconds that a set is fresh.").default("600"),
    Member::new("cooldown", Kind::Integer { min: 1, max: u32::MAX }, "Seconds between fetches, failures included.")
        .default("30"),
    Member::new(
        "stale",
        Kind::Integer { min: 0, max: u32::MAX },
        "Seconds that the last good set serves while fetching fails.",
    )
    .default("86400"),
    Member::new("prefetch", Kind::Boolean, "Whether keys are fetched ahead of the first token.").default("false"),
];

const REMEMBER_MEMBERS: &[Member] = &[Member::new(
    "entries",
    Kind::Integer { min: 1, max: MAX_ENTRIES },
    "How many verdicts are kept, at up to a few kilobytes each: about as many as tokens are in use at a time.",
)
.required()];

const DISCOVERY_MEMBERS: &[Member] = &[
    Member::new("http_loopback", Kind::Boolean, "Whether metadata and keys may be read over http from loopback.")
        .default("false"),
    Member::new("other_host", Kind::Boolean, "Whether the metadata's jwks_uri may be on another host than the issuer.")
        .default("false"),
];

/// Held to the limits by a test: a constant cannot convert them.
const MIN_TOKEN_BYTES: u32 = 64;
const MAX_TOKEN_BYTES: u32 = 65_536;
const MAX_ENTRIES: u32 = 1_048_576;

/// The rules of the loader that the JSON Schema cannot say.
pub(super) const BEYOND_SCHEMA: &[&str] = &[
    "no member name stands twice at any depth, but for the inside of a jwks",
    "schemes names only sections that are there",
    "ES512 needs a build with the backend that has it",
    "an inline jwks has at least one usable key",
    "HS algorithms stand beside an inline jwks alone",
    "an issuer with neither jwks nor jwks_uri is an https URL without query and fragment, or http on loopback where discovery allows it",
    "a {\"ref\": \"name\"} names bytes that the host passes beside the document",
    "no two issuers have one name",
    "a source stands in the list once, header names compared without case",
    "a cookie source and the section session stand together, and a cookie whose name begins with neither __Host- nor __Secure- needs transport tls",
    "hashes of passwords are of a kind and a cost that are accepted, and names in an htpasswd stand there once",
    "ids and hashes of API keys stand in the list once, and keys have a place to stand in that no bearer token has",
    "a parameter of a challenge stands there once, and its rule holds for its name in any case",
    "hosts, ports and escapes of URLs are well formed",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_the_table_are_those_of_the_limits() {
        assert_eq!(usize::try_from(MIN_TOKEN_BYTES), Ok(limits::TOKEN_BYTES_MIN));
        assert_eq!(usize::try_from(MAX_TOKEN_BYTES), Ok(limits::TOKEN_BYTES_MAX));
        assert_eq!(usize::try_from(MAX_ENTRIES), Ok(limits::REMEMBERED_MAX));
        let bytes = BEARER.members().find(|member| member.name == "max_token_bytes").unwrap();
        assert_eq!(bytes.default, limits::TOKEN_BYTES_DEFAULT.to_string());
    }

    #[test]
    fn a_profile_sets_what_the_document_says_and_nothing_else() {
        let names: Vec<&str> = PROFILE.members().map(|member| member.name).collect();
        assert_eq!(names, ["realm", "scopes", "optional", "describe", "challenge", "access", "max_age"]);
        assert_eq!(PROFILE.required().count(), 0);
    }

    #[test]
    fn no_name_stands_twice_in_one_object() {
        for object in PARTS.into_iter().chain([&POLICY]) {
            let mut names: Vec<&str> = object.members().map(|member| member.name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", object.name);
        }
    }
}
