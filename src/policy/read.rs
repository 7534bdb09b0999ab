//! Reads members by their type, and says of each fault where it is, what was found, what is allowed.
//!
//! Reading goes on behind a fault, so that one report tells of all of them in document order; a value
//! that could not be read comes back as `None` and nothing is ever made of it.

use super::kind::{Kind, Words};
use super::members::{Member, Object};
use super::place::Place;
use super::report::{Code, Report, Severity};
use super::suggest::nearest;
use crate::json::{Elements, Text, Value};

/// The state of one load.
pub(super) struct Reader<'r> {
    refs: &'r [(&'r str, &'r [u8])],
    report: Report,
    keys: u64,
}

impl<'r> Reader<'r> {
    pub(super) fn new(refs: &'r [(&'r str, &'r [u8])]) -> Self {
        Reader { refs, report: Report::default(), keys: 0 }
    }

    pub(super) fn into_report(self) -> Report {
        self.report
    }

    pub(super) fn has_errors(&self) -> bool {
        self.report.has_errors()
    }

    /// The bytes that the host passed beside the document, by name.
    pub(super) fn refs(&self) -> &'r [(&'r str, &'r [u8])] {
        self.refs
    }

    /// A number for a key of the document, from 1; stores number on behind the last.
    pub(super) fn key_number(&mut self) -> u64 {
        self.keys += 1;
        self.keys
    }

    /// Notes an error at `place`.
    pub(super) fn refuse(&mut self, place: &Place<'_, '_>, code: Code, text: impl Into<String>) {
        self.refuse_at(place.pointer(), code, text);
    }

    /// Notes an error at a place that is known by its pointer alone.
    pub(super) fn refuse_at(&mut self, pointer: String, code: Code, text: impl Into<String>) {
        self.report.push(Severity::Error, code, pointer, text.into());
    }

    /// Notes a warning.
    pub(super) fn warn(&mut self, pointer: String, code: Code, text: impl Into<String>) {
        self.report.push(Severity::Warning, code, pointer, text.into());
    }

    /// Notes that the value at `place` is not of the type of a member.
    pub(super) fn refuse_type(&mut self, place: &Place<'_, '_>, kind: &Kind) {
        let text = format!("found {}; allowed: {}", place.found(), kind.allowed());
        self.refuse(place, Code::TypeWrong, text);
    }

    /// Notes that the value at `place` is of the right type, but not allowed.
    pub(super) fn refuse_value(&mut self, place: &Place<'_, '_>, kind: &Kind) {
        let text = format!("found {}; allowed: {}", place.found(), kind.allowed());
        self.refuse(place, Code::ValueRefused, text);
    }

    /// Walks over the members of an object in document order.
    ///
    /// A missing member is told before anything else; unknown and unsupported ones never reach `each`.
    pub(super) fn object<'a>(
        &mut self,
        place: &Place<'_, 'a>,
        object: &'static Object,
        mut each: impl FnMut(&mut Self, &'static Member, &Place<'_, 'a>),
    ) {
        let Some(members) = place.value.as_object() else {
            return self.refuse_type(place, &Kind::Object(object));
        };
        for member in object.required().filter(|member| place.value.member(member.name).is_none()) {
            let text = format!("`{}` is missing: {}", member.name, member.kind.allowed());
            self.refuse(place, Code::MemberMissing, text);
        }
        for (name, value) in members {
            let inner = place.member(name, value);
            match object.members().find(|member| name.is(member.name)) {
                None => {
                    let allowed: Vec<&str> = object.members().map(|member| member.name).collect();
                    self.refuse_unknown(&inner, name, &allowed);
                }
                Some(Member { name, kind: Kind::Unsupported, .. }) => {
                    self.refuse(&inner, Code::NotSupported, format!("`{name}` is not yet supported"));
                }
                Some(member) => each(self, member, &inner.known_as(member)),
            }
        }
    }

    /// Notes a member that is not one of `allowed`. Its value stays untold: the name may be a slip for a secret one.
    pub(super) fn refuse_unknown(&mut self, place: &Place<'_, '_>, name: Text<'_>, allowed: &[&str]) {
        let text = match nearest(&name.to_owned_string(), allowed.iter().copied()) {
            Some(meant) => format!("unknown member; did you mean `{meant}`?"),
            None => format!("unknown member; allowed: {}", allowed.join(", ")),
        };
        self.refuse(place, Code::MemberUnknown, text);
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, place: &Place<'_, '_>, member: &Member) -> Option<bool> {
        let found = place.value.as_bool();
        if found.is_none() {
            self.refuse_type(place, &member.kind);
        }
        found
    }

    /// An integer within the bounds that the table has for the member.
    pub(super) fn integer(&mut self, place: &Place<'_, '_>, member: &Member) -> Option<u32> {
        let Kind::Integer { min, max } = member.kind else { return None };
        if place.value.as_number().is_none() {
            self.refuse_type(place, &member.kind);
            return None;
        }
        let found = place.value.as_i64().and_then(|number| u32::try_from(number).ok());
        let found = found.filter(|number| (min..=max).contains(number));
        if found.is_none() {
            self.refuse_value(place, &member.kind);
        }
        found
    }

    /// One of the few words or numbers that the table has for the member; `choices` stand in its order.
    pub(super) fn choice<T: Copy>(&mut self, place: &Place<'_, '_>, member: &Member, choices: &[T]) -> Option<T> {
        let index = match member.kind {
            Kind::Word(words) => self.word_among(place, words),
            Kind::Numbers(numbers) => self.number_among(place, member, numbers),
            _ => None,
        };
        choices.get(index?).copied()
    }

    fn number_among(&mut self, place: &Place<'_, '_>, member: &Member, numbers: &[&str]) -> Option<usize> {
        let Some(found) = place.value.as_number() else {
            self.refuse_type(place, &member.kind);
            return None;
        };
        let index = numbers.iter().position(|number| crate::json::numbers_equal(found, number));
        if index.is_none() {
            self.refuse_value(place, &member.kind);
        }
        index
    }

    /// The place of one of `words`.
    pub(super) fn word_among(&mut self, place: &Place<'_, '_>, words: Words) -> Option<usize> {
        let Some(text) = place.value.as_text() else {
            let text = format!("found {}; allowed: {}", place.found(), words.listed());
            self.refuse(place, Code::TypeWrong, text);
            return None;
        };
        let index = words.0.iter().position(|word| text.is(word));
        if index.is_none() {
            let meant = nearest(&text.to_owned_string(), words.0.iter().copied());
            let meant = meant.map_or_else(String::new, |meant| format!("; did you mean \"{meant}\"?"));
            let text = format!("found {}; allowed: {}{meant}", place.found(), words.listed());
            self.refuse(place, Code::ValueRefused, text);
        }
        index
    }

    /// A string that `accept` makes something of.
    pub(super) fn text<T>(
        &mut self,
        place: &Place<'_, '_>,
        kind: &Kind,
        accept: impl FnOnce(String) -> Option<T>,
    ) -> Option<T> {
        let Some(text) = place.value.as_text() else {
            self.refuse_type(place, kind);
            return None;
        };
        let accepted = accept(text.to_owned_string());
        if accepted.is_none() {
            self.refuse_value(place, kind);
        }
        accepted
    }

    /// The elements of a list that needs at least one.
    pub(super) fn list<'a>(&mut self, place: &Place<'_, 'a>, kind: &Kind) -> Option<Elements<'a>> {
        let Some(elements) = place.value.as_array() else {
            self.refuse_type(place, kind);
            return None;
        };
        if elements.clone().next().is_none() {
            let text = format!("found an empty list; allowed: {}", kind.allowed());
            self.refuse(place, Code::ValueRefused, text);
            return None;
        }
        Some(elements)
    }

    /// A list of one or more strings, each of which `accept` makes something of.
    pub(super) fn texts<T>(
        &mut self,
        place: &Place<'_, '_>,
        kind: &Kind,
        accept: impl Fn(String) -> Option<T>,
    ) -> Option<Vec<T>> {
        let elements = self.list(place, kind)?;
        self.each_text(place, kind, elements, accept)
    }

    /// The elements of a list, all of them strings.
    pub(super) fn each_text<T>(
        &mut self,
        place: &Place<'_, '_>,
        kind: &Kind,
        elements: Elements<'_>,
        accept: impl Fn(String) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut accepted = Some(Vec::new());
        for (index, value) in elements.enumerate() {
            let one = self.text(&place.element(index, value), kind, &accept);
            accepted = accepted.zip(one).map(|(mut all, one)| {
                all.push(one);
                all
            });
        }
        accepted
    }

    /// What `{"ref": "name"}` stands for, if the value is that; a name that was not passed is noted.
    pub(super) fn reference(&mut self, place: &Place<'_, '_>) -> Reference<'r> {
        let Some(name) = reference_name(place.value) else { return Reference::Other };
        if let Some((_, bytes)) = self.refs.iter().find(|(known, _)| name.is(known)) {
            return Reference::Bytes(bytes);
        }
        let known: Vec<&str> = self.refs.iter().map(|(name, _)| *name).collect();
        let known =
            if known.is_empty() { "none were passed".into() } else { format!("there are: {}", known.join(", ")) };
        // Whoever wrote a user called `ref` has written a hash here.
        let name = name.to_owned_string();
        let is_name =
            name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        let name = if is_name { format!("{name:?}") } else { format!("that is {} bytes long", name.len()) };
        let text = format!("no bytes were passed under the name {name}; {known}");
        self.refuse(place, Code::RefUnknown, text);
        Reference::Unknown
    }
}

/// What a value says of bytes that stand beside the document.
pub(super) enum Reference<'r> {
    /// Nothing: it is of another form.
    Other,
    /// A name that the host did not pass.
    Unknown,
    Bytes(&'r [u8]),
}

/// The name in an object that is `{"ref": "name"}` and nothing else.
fn reference_name(value: Value<'_>) -> Option<Text<'_>> {
    let mut members = value.as_object()?;
    let (name, value) = members.next()?;
    if !name.is("ref") || members.next().is_some() {
        return None;
    }
    value.as_text()
}
