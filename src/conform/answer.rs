//! Writes answers: compact JSON, members in the order in which they are put.

use crate::json::Value;
use crate::reason::Reason;

/// One answer line under way.
pub(super) struct Answer(Vec<u8>);

impl Answer {
    pub(super) fn new() -> Self {
        Answer(vec![b'{'])
    }

    /// The answer to the case with this id.
    pub(super) fn to(id: &str) -> Self {
        let mut answer = Answer::new();
        answer.text("id", id);
        answer
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.string(value);
    }

    pub(super) fn text_or_null(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "null"),
        }
    }

    /// A member whose value is JSON already.
    pub(super) fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.0.extend_from_slice(json.as_bytes());
    }

    /// The text of a value as it was signed, white space outside strings removed.
    pub(super) fn value_or_null(&mut self, name: &str, value: Option<Value<'_>>) {
        self.name(name);
        match value {
            Some(value) => value.write_compact(&mut self.0),
            None => self.0.extend_from_slice(b"null"),
        }
    }

    /// A member whose value `write` puts together.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.name(name);
        self.items(items, &mut write);
    }

    pub(super) fn items<T>(&mut self, items: impl IntoIterator<Item = T>, write: &mut impl FnMut(&mut Self, T)) {
        self.0.push(b'[');
        for item in items {
            if self.0.last() != Some(&b'[') {
                self.0.push(b',');
            }
            write(self, item);
        }
        self.0.push(b']');
    }

    /// An object as a list item.
    pub(super) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.0.push(b'{');
        write(self);
        self.0.push(b'}');
    }

    pub(super) fn string(&mut self, value: &str) {
        // A Vec never fails to take bytes.
        let _ = serde_json::to_writer(&mut self.0, value);
    }

    pub(super) fn error(&mut self, reason: Reason, message: &str, pointer: Option<&str>) {
        self.name("error");
        self.object(|answer| {
            answer.text("reason", reason.name());
            answer.text("message", message);
            if let Some(pointer) = pointer {
                answer.text("pointer", pointer);
            }
        });
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push(b'}');
        // Only JSON of valid strings was put.
        String::from_utf8_lossy(&self.0).into_owned()
    }

    pub(super) fn name(&mut self, name: &str) {
        if !matches!(self.0.last(), Some(b'{')) {
            self.0.push(b',');
        }
        self.string(name);
        self.0.push(b':');
    }
}
