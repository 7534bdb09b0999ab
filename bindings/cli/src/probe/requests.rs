//! The requests of a probe, in their order: one row each, and no others are ever sent.
//!
//! None has a body or an unsafe method. What stands in `Authorization` is made up, malformed, or the token that was
//! given; nothing of it can be mistaken for an attack.

use super::credentials::Credentials;

/// A method that a probe may use (RFC 9110 section 9.2.1: all safe).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Options,
}

impl Method {
    /// As it is sent.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Options => "OPTIONS",
        }
    }
}

/// What a request is good for when answers are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No credentials.
    Without,
    /// Credentials of a scheme that nobody knows.
    Unknown,
    /// An `Authorization` that is not of the form.
    Malformed,
    /// A token in the right form that nobody issued.
    BadToken,
    /// What a browser sends ahead of a request with `Authorization`.
    Preflight,
    /// The real token.
    Token,
    /// The real token where it must not count.
    Misused,
    /// A token in the query.
    Query,
}

/// One request.
pub(crate) struct Plan {
    /// Stable.
    pub(crate) id: &'static str,
    /// In words.
    pub(crate) sends: &'static str,
    pub(crate) kind: Kind,
    /// `None`: that of `--method`.
    pub(crate) method: Option<Method>,
    /// Whether it comes from a page of `--origin`.
    pub(crate) cross_origin: bool,
    /// The `Authorization` lines; `None` if the request is not sent without a token.
    pub(crate) authorization: fn(&Credentials) -> Option<Vec<String>>,
}

const fn plan(
    id: &'static str,
    kind: Kind,
    authorization: fn(&Credentials) -> Option<Vec<String>>,
    sends: &'static str,
) -> Plan {
    Plan { id, sends, kind, method: None, cross_origin: false, authorization }
}

fn one(line: impl Into<String>) -> Vec<String> {
    vec![line.into()]
}

/// Every request, in the order sent.
pub(crate) static REQUESTS: [Plan; 19] = [
    plan("none", Kind::Without, |_| Some(Vec::new()), "no credentials"),
    Plan { method: Some(Method::Head), ..plan("head", Kind::Without, |_| Some(Vec::new()), "the same by HEAD") },
    Plan {
        method: Some(Method::Options),
        cross_origin: true,
        ..plan("preflight", Kind::Preflight, |_| Some(Vec::new()), "a CORS preflight that asks for `Authorization`")
    },
    Plan {
        cross_origin: true,
        ..plan("cross_origin", Kind::Without, |_| Some(Vec::new()), "no credentials, from a page of another origin")
    },
    plan(
        "unknown_scheme",
        Kind::Unknown,
        |made| Some(one(format!("Countersign-Probe {}", made.garbage))),
        "a scheme that nobody knows",
    ),
    plan("no_token", Kind::Malformed, |_| Some(one("Bearer")), "`Bearer` with no token behind it"),
    plan(
        "colon",
        Kind::Malformed,
        |made| Some(one(format!("Bearer: {}", made.garbage))),
        "`Bearer:` and a made-up token",
    ),
    plan(
        "quoted",
        Kind::Malformed,
        |made| Some(one(format!("Bearer \"{}\"", made.garbage))),
        "a made-up token in quotes",
    ),
    plan(
        "scheme_twice",
        Kind::Malformed,
        |made| Some(one(format!("Bearer Bearer {}", made.garbage))),
        "the scheme twice before a made-up token",
    ),
    plan("scheme_missing", Kind::Malformed, |made| Some(one(made.expired.clone())), "a made-up JWT without a scheme"),
    plan(
        "header_twice",
        Kind::Malformed,
        |made| Some(vec![format!("Bearer {}", made.garbage), format!("Bearer {}", made.garbage)]),
        "two `Authorization` lines with made-up tokens",
    ),
    plan(
        "garbage",
        Kind::BadToken,
        |made| Some(one(format!("Bearer {}", made.garbage))),
        "a made-up token that is no JWT",
    ),
    plan(
        "expired",
        Kind::BadToken,
        |made| Some(one(format!("Bearer {}", made.expired))),
        "a made-up JWT that has expired, with a made-up signature",
    ),
    plan("token", Kind::Token, |made| Some(one(format!("Bearer {}", made.token.as_deref()?))), "the real token"),
    plan(
        "token_lower_case",
        Kind::Token,
        |made| Some(one(format!("bearer {}", made.token.as_deref()?))),
        "the real token behind `bearer`",
    ),
    plan(
        "token_changed",
        Kind::Misused,
        |made| Some(one(format!("Bearer {}", made.changed.as_deref()?))),
        "the real token with one character of its signature changed",
    ),
    plan(
        "token_other_scheme",
        Kind::Misused,
        |made| Some(one(format!("Countersign-Probe {}", made.token.as_deref()?))),
        "the real token behind a scheme that nobody knows",
    ),
    plan(
        "query_token",
        Kind::Query,
        |made| made.in_query.then(Vec::new),
        "a token in the query and none in `Authorization` (with `--query-token`)",
    ),
    plan("none_again", Kind::Without, |_| Some(Vec::new()), "no credentials once more"),
];

/// The origin of the page that nobody has, unless `--origin` names one (RFC 6761 section 6.4).
pub(crate) const NOBODYS_ORIGIN: &str = "https://countersign-probe.invalid";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_once_and_methods_are_safe() {
        for (index, plan) in REQUESTS.iter().enumerate() {
            assert!(REQUESTS.iter().skip(index + 1).all(|other| other.id != plan.id), "{}", plan.id);
        }
        let without = Credentials::new(None, false);
        let sent = REQUESTS.iter().filter(|plan| (plan.authorization)(&without).is_some()).count();
        assert_eq!(sent, 14);
        let with = Credentials::new(Some("e30.e30.c2lnbmF0dXJl".to_owned()), true);
        assert!(REQUESTS.iter().all(|plan| (plan.authorization)(&with).is_some()));
    }
}
