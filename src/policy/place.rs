//! A value of the document together with the way to it, so that a fault can name its place.

use super::members::Member;
use crate::json::{Kind, Text, Value};

/// A value and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'p, 'a> {
    parent: Option<&'p Place<'p, 'a>>,
    step: Step<'a>,
    pub(super) value: Value<'a>,
    /// Whether the value, or one around it, may hold a secret.
    secret: bool,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Member(Text<'a>),
    Element(usize),
}

impl<'p, 'a> Place<'p, 'a> {
    /// The document as a whole.
    pub(super) const fn root(value: Value<'a>) -> Self {
        Place { parent: None, step: Step::Root, value, secret: false }
    }

    /// The member `name` of this object.
    pub(super) const fn member(&'p self, name: Text<'a>, value: Value<'a>) -> Self {
        Place { parent: Some(self), step: Step::Member(name), value, secret: self.secret }
    }

    /// An element of this array.
    pub(super) const fn element(&'p self, index: usize, value: Value<'a>) -> Self {
        Place { parent: Some(self), step: Step::Element(index), value, secret: self.secret }
    }

    /// The same place with a value that stands beside the document.
    pub(super) const fn in_place<'n>(&'n self, value: Value<'a>) -> Place<'n, 'a>
    where
        'p: 'n,
    {
        Place { parent: self.parent, step: self.step, value, secret: self.secret }
    }

    /// The same place, knowing which member stands there.
    pub(super) const fn known_as(self, member: &Member) -> Self {
        Place { secret: self.secret || member.secret, ..self }
    }

    /// The JSON Pointer to the value (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut pointer = self.parent.map(Place::pointer).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Member(name) => push_token(&mut pointer, &name.to_owned_string()),
            Step::Element(index) => push_token(&mut pointer, &index.to_string()),
        }
        pointer
    }

    /// Whether the way to the value is `path`, where the empty name is any element of a list.
    pub(super) fn is_at(&self, path: &[&str]) -> bool {
        match (self.step, path.split_last(), self.parent) {
            (Step::Root, rest, _) => rest.is_none(),
            (Step::Member(name), Some((last, rest)), Some(parent)) => name.is(last) && parent.is_at(rest),
            (Step::Element(_), Some((last, rest)), Some(parent)) => last.is_empty() && parent.is_at(rest),
            _ => false,
        }
    }

    /// What stands there, for a text: the value if it is short and no secret, else its type and length.
    pub(super) fn found(&self) -> String {
        let value = self.value;
        let raw = value.raw();
        match value.kind() {
            Kind::Null => "null".into(),
            Kind::Array => format!("a list of {}", value.as_array().map_or(0, Iterator::count)),
            Kind::Object => "an object".into(),
            Kind::Boolean if !self.secret => raw.into(),
            Kind::Boolean => "a boolean".into(),
            Kind::Number | Kind::String if !self.secret && raw.len() <= QUOTED_BYTES && !holds_password(value) => {
                raw.into()
            }
            Kind::Number => format!("a number of {} characters", raw.len()),
            Kind::String => format!("a string of {} bytes", value.as_text().map_or(0, |text| text.bytes().count())),
        }
    }
}

/// Appends one reference token: `~` is written `~0`, `/` is written `~1`.
pub(super) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for character in token.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// Whether a text may be a URL with user information (RFC 3986 section 3.2.1), which is refused and can hold a password.
fn holds_password(value: Value<'_>) -> bool {
    let text = value.as_text().map(|text| text.to_owned_string()).unwrap_or_default();
    text.split_once("://").is_some_and(|(_, rest)| rest.contains('@'))
}

/// A longer value is told by its length.
const QUOTED_BYTES: usize = 64;
