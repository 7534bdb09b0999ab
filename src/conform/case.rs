//! Reads cases: known members only, each of its type, no name twice.

use base64::Engine as _;

use crate::json::Value;
use crate::time::Wall;

/// Why a line is no case, for the answer's `message`.
pub(super) struct CaseFault(pub(super) String);

/// One object of a case.
pub(super) struct Case<'a> {
    value: Value<'a>,
    what: &'static str,
}

impl<'a> Case<'a> {
    pub(super) fn new(value: Value<'a>, what: &'static str) -> Result<Self, CaseFault> {
        if value.as_object().is_none() {
            return Err(CaseFault(format!("{what} is no object")));
        }
        if value.has_repeated_name() {
            return Err(CaseFault(format!("{what} has a member twice")));
        }
        Ok(Case { value, what })
    }

    /// Refuses every member that is not in `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), CaseFault> {
        let mut members = self.value.as_object().into_iter().flatten();
        match members.find(|(name, _)| !known.iter().any(|known| name.is(known))) {
            Some((name, _)) => Err(self.fault(&name.to_owned_string(), "is not known")),
            None => Ok(()),
        }
    }

    pub(super) fn member(&self, name: &str) -> Option<Value<'a>> {
        self.value.member(name)
    }

    pub(super) fn required(&self, name: &str) -> Result<Value<'a>, CaseFault> {
        self.member(name).ok_or_else(|| self.fault(name, "is missing"))
    }

    pub(super) fn text(&self, name: &str) -> Result<String, CaseFault> {
        text(self.required(name)?).ok_or_else(|| self.fault(name, "is no string"))
    }

    pub(super) fn optional_text(&self, name: &str) -> Result<Option<String>, CaseFault> {
        self.member(name).map(|_| self.text(name)).transpose()
    }

    /// As [`Case::optional_text`], but `null` reads as absent.
    pub(super) fn nullable_text(&self, name: &str) -> Result<Option<String>, CaseFault> {
        if self.member(name).is_some_and(|value| value.is_null()) { Ok(None) } else { self.optional_text(name) }
    }

    pub(super) fn list(&self, name: &str) -> Result<Vec<Value<'a>>, CaseFault> {
        let list = self.required(name)?.as_array();
        list.map(Iterator::collect).ok_or_else(|| self.fault(name, "is no list"))
    }

    pub(super) fn optional_list(&self, name: &str) -> Result<Option<Vec<Value<'a>>>, CaseFault> {
        self.member(name).map(|_| self.list(name)).transpose()
    }

    pub(super) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, CaseFault> {
        let texts = |values: Vec<Value<'_>>| {
            values
                .into_iter()
                .map(text)
                .collect::<Option<Vec<_>>>()
                .ok_or_else(|| self.fault(name, "holds more than strings"))
        };
        self.optional_list(name)?.map(texts).transpose()
    }

    /// The raw text of the member `json`, or the string in `raw_text`: exactly one of the two.
    pub(super) fn document(&self, json: &str, raw_text: &str) -> Result<String, CaseFault> {
        match (self.member(json), self.optional_text(raw_text)?) {
            (Some(value), None) => Ok(value.raw().to_owned()),
            (None, Some(text)) => Ok(text),
            _ => Err(self.fault(json, "is needed, or its raw text, and not both")),
        }
    }

    /// The text of the policy document, which may be broken only as raw text.
    pub(super) fn policy(&self) -> Result<String, CaseFault> {
        if self.member("policy").is_some_and(|policy| policy.as_object().is_none()) {
            return Err(self.fault("policy", "is no object"));
        }
        self.document("policy", "policy_text")
    }

    /// A moment in seconds since 1970.
    pub(super) fn time(&self, name: &str) -> Result<Wall, CaseFault> {
        let time = self.required(name)?.as_number().and_then(Wall::parse);
        time.ok_or_else(|| self.fault(name, "is no time in seconds"))
    }

    /// The object of a member; `None` if it is absent.
    pub(super) fn optional_object(&self, name: &str, what: &'static str) -> Result<Option<Case<'a>>, CaseFault> {
        self.member(name).map(|value| Case::new(value, what)).transpose()
    }

    /// A whole number as far as `T` holds it; `None` if the member is absent.
    pub(super) fn optional_whole<T: core::str::FromStr>(&self, name: &str) -> Result<Option<T>, CaseFault> {
        // A number with a point or an exponent is no whole one for `T` either.
        let read = |value: Value<'_>| value.as_number().and_then(|number| number.parse().ok());
        self.member(name)
            .map(|value| read(value).ok_or_else(|| self.fault(name, "is no whole number of its range")))
            .transpose()
    }

    /// A truth; false if the member is absent.
    pub(super) fn truth(&self, name: &str) -> Result<bool, CaseFault> {
        match self.member(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| self.fault(name, "is neither true nor false")),
        }
    }

    pub(super) fn fault(&self, name: &str, what: &str) -> CaseFault {
        CaseFault(format!("{}: the member {name:?} {what}", self.what))
    }
}

pub(super) fn text(value: Value<'_>) -> Option<String> {
    value.as_text().map(|text| text.to_owned_string())
}

/// The UTF-8 of a string, or the raw bytes of `{"b64":"..."}`.
pub(super) fn bytes(value: Value<'_>, what: &'static str) -> Result<Vec<u8>, CaseFault> {
    if let Some(text) = text(value) {
        return Ok(text.into_bytes());
    }
    let object = Case::new(value, what)?;
    object.only(&["b64"])?;
    base64_bytes(&object.text("b64")?).ok_or_else(|| object.fault("b64", "is no base64"))
}

pub(super) fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

pub(super) fn base64_text(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
