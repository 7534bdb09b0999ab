//! JSON read as events: members by their path, everything unwanted passed over without being kept.
//!
//! Elements of an array have the path of the array, names are in lower case with `_` for `-`: an entry of a HAR file has
//! `log.entries.request.url`, a field of a log `response.headers.www_authenticate`.

use std::fmt;

use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Who reads the events.
pub(super) trait Reader {
    /// Whether to look at what stands at this path, or below it.
    fn wants(&self, path: &str) -> bool;
    /// A string, or a truth value as its word.
    fn text(&mut self, path: &str, text: &str);
    /// A number.
    fn number(&mut self, path: &str, number: f64);
    /// The end of an object.
    fn end(&mut self, path: &str);
}

/// Reads one JSON value.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D, reader: &mut impl Reader) -> Result<(), D::Error> {
    Events { reader, path: &mut String::with_capacity(64), depth: 0 }.deserialize(from)
}

struct Events<'a, R> {
    reader: &'a mut R,
    path: &'a mut String,
    depth: usize,
}

impl<'de, R: Reader> DeserializeSeed<'de> for Events<'_, R> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        if self.depth > DEPTH {
            return IgnoredAny::deserialize(from).map(|_| ());
        }
        from.deserialize_any(self)
    }
}

impl<'de, R: Reader> Visitor<'de> for Events<'_, R> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.reader.text(self.path, if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.reader.text(self.path, text);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.reader.number(self.path, number);
        Ok(())
    }

    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "moments and statuses are far below 2^53")]
    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.reader.number(self.path, number as f64);
        Ok(())
    }

    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "as above")]
    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.reader.number(self.path, number as f64);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let Events { reader, path, depth } = self;
        while elements.next_element_seed(Events { reader, path, depth: depth + 1 })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let Events { reader, path, depth } = self;
        let length = path.len();
        while members.next_key_seed(Name(path))?.is_some() {
            if reader.wants(path) {
                members.next_value_seed(Events { reader, path, depth: depth + 1 })?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
            path.truncate(length);
        }
        reader.end(path);
        Ok(())
    }
}

/// Adds the name of a member to the path.
struct Name<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        self.0
            .extend(name.chars().map(|character| if character == '-' { '_' } else { character.to_ascii_lowercase() }));
        Ok(())
    }
}

/// Wanted paths are short; below them nothing is looked at.
const DEPTH: usize = 8;
