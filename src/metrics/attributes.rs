//! What a decision says of itself on a span of a trace: the names in one table, from which every front has them.
//!
//! Each name ends in what a `Decision` answers to, by which the fronts find the value. No attribute names a user, a client, a token
//! or a key, and none can be switched on: what a host knows of its users, it adds itself.

/// An attribute of a span, as OpenTelemetry calls what has a name and a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name, `countersign.` and a member of the decision.
    pub name: &'static str,
    /// The type of the value: `boolean`, `int` or `string`.
    pub kind: &'static str,
    /// What it says, for people.
    pub help: &'static str,
}

/// Every attribute. One without a value, as the issuer of a request without a token, is left out of the span.
pub const ATTRIBUTES: [Attribute; 6] = [
    Attribute { name: "countersign.allowed", kind: "boolean", help: "Whether the request was let through." },
    Attribute {
        name: "countersign.authenticated",
        kind: "boolean",
        help: "Whether it was let through and its credential proved an identity.",
    },
    Attribute {
        name: "countersign.status",
        kind: "int",
        help: "The status of the decision: 200 for a request that was let through, whatever it was answered.",
    },
    Attribute { name: "countersign.reason", kind: "string", help: "Why, as the stable name of the reason." },
    Attribute {
        name: "countersign.scheme",
        kind: "string",
        help: "The scheme that was tried, also with malformed credentials; absent where none was recognised.",
    },
    Attribute {
        name: "countersign.issuer",
        kind: "string",
        help: "The issuer of the token, of those in the policy; absent until its signature held.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_conventions_and_stand_once() {
        for (at, attribute) in ATTRIBUTES.iter().enumerate() {
            assert!(ATTRIBUTES[..at].iter().all(|other| other.name != attribute.name));
            let member = attribute.name.strip_prefix("countersign.").unwrap();
            assert!(!member.is_empty() && member.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            assert!(["boolean", "int", "string"].contains(&attribute.kind) && attribute.help.ends_with('.'));
        }
    }
}
