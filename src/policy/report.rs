//! What loading a policy has to say: errors that refuse it, warnings that do not.
//!
//! Each entry names the place as a JSON Pointer (RFC 6901). Texts never hold the value of a secret
//! member, only its type and length.

use core::fmt;

use crate::words::words;

/// Whether an entry refuses the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The document was refused.
    Error,
    /// The document was loaded.
    Warning,
}

words! {
    /// What kind of thing an entry tells of; the words are stable.
    Code {
        Syntax = "syntax", "Not a JSON text, or one beyond a bound.";
        NameRepeated = "name_repeated", "A member name that stands twice in one object.";
        MemberMissing = "member_missing", "A required member is not there.";
        MemberUnknown = "member_unknown", "A member that no version knows.";
        TypeWrong = "type_wrong", "A value of the wrong JSON type.";
        ValueRefused = "value_refused", "A value of the right type that is not allowed.";
        NotSupported = "not_supported", "A member that is not yet supported.";
        RefUnknown = "ref_unknown", "A reference to bytes that the host did not pass.";
        Contradiction = "contradiction", "Members that do not go together.";
        LeewayHigh = "leeway_high", "A leeway over one minute.";
        NotOffered = "not_offered", "A section that is accepted, though no challenge offers it.";
        KeyUnusable = "key_unusable", "A key of an inline set that cannot be used.";
        KeyPrintable = "key_printable", "A symmetric key of printable characters alone.";
        KeyIdle = "key_idle", "Inline symmetric keys that no listed algorithm uses.";
        AlgorithmDeprecated = "algorithm_deprecated", "A deprecated name of an algorithm.";
        JwksInvalid = "jwks_invalid", "A key set that was not taken.";
        BasicWithoutTls = "basic_without_tls", "Passwords over what may be no TLS.";
        KeyInAddress = "key_in_address", "API keys in addresses, which end up in logs.";
        KeysEmpty = "keys_empty", "A list of API keys without a key.";
        KeyNeverGood = "key_never_good", "An API key that no time is good for.";
        HashWeak = "hash_weak", "A hash of a password below the recommended cost.";
        HashCostsDiffer = "hash_costs_differ", "Hashes of passwords that take differently long.";
        MetadataInvalid = "metadata_invalid", "Metadata of an issuer that were not taken.";
        ScopeOffline = "scope_offline", "`offline_access` asked for by a challenge.";
        OriginRepeated = "origin_repeated", "An origin that stands in its list twice.";
    }
}

/// One thing to say about one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whether it refuses the document.
    pub severity: Severity,
    /// What kind of thing it is.
    pub code: Code,
    /// Where, as a JSON Pointer; empty for the document as a whole.
    pub pointer: String,
    /// What was found and what is allowed, for people.
    pub text: String,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        let place = if self.pointer.is_empty() { "the document" } else { &self.pointer };
        write!(f, "{place}: {}", self.text)
    }
}

/// Everything that loading a document has to say: errors first, each kind in the order it was found.
///
/// ```
/// use countersign::policy::Policy;
///
/// let report = Policy::load(br#"{"realm": "api", "bearrer": {}}"#, &[]).unwrap_err();
/// assert_eq!(report.first_error().unwrap().pointer, "/bearrer");
/// assert!(report.to_string().contains("did you mean `bearer`?"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    entries: Vec<Entry>,
}

impl Report {
    /// The report of one error about a document as a whole.
    pub fn of_error(code: Code, text: String) -> Self {
        Report { entries: vec![Entry { severity: Severity::Error, code, pointer: String::new(), text }] }
    }

    /// The entries, the deciding error first.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The error that decides, if the document was refused.
    pub fn first_error(&self) -> Option<&Entry> {
        self.entries.first().filter(|entry| entry.severity == Severity::Error)
    }

    pub(super) fn has_errors(&self) -> bool {
        self.first_error().is_some()
    }

    pub(super) fn push(&mut self, severity: Severity, code: Code, pointer: String, text: String) {
        let entry = Entry { severity, code, pointer, text };
        let errors = self.entries.iter().take_while(|entry| entry.severity == Severity::Error).count();
        match severity {
            Severity::Error => self.entries.insert(errors, entry),
            Severity::Warning => self.entries.push(entry),
        }
    }
}

/// One line an entry.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.entries.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{entry}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}
