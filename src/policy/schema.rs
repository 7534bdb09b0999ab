//! The JSON Schema (draft 2020-12) of the document, made from the table of members.
//!
//! It is for editors and for those who write documents by program; the loader never looks at it. Rules
//! that it cannot say stand in its `$comment`. Allocates; never called while loading.

use super::kind::Kind;
use super::members::{BEYOND_SCHEMA, Member, Object, PARTS, POLICY};
use super::types::{object_rules, type_schema};

/// A JSON value to be written.
pub(super) enum Json {
    /// Written with quotes and escapes.
    Text(String),
    /// Written as it stands: a number, a literal, or a default from the table.
    Raw(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// The schema as it is committed: indented by two spaces, a line feed at the end.
///
/// ```
/// assert!(countersign::policy::schema().contains("https://json-schema.org/draft/2020-12/schema"));
/// ```
pub fn schema() -> String {
    let mut definitions = Vec::new();
    for object in PARTS {
        definitions.push((object.name.to_owned(), object_schema(object)));
    }
    let comment = format!("The loader also holds that {}.", BEYOND_SCHEMA.join("; "));
    let mut whole = vec![
        ("$schema".into(), text("https://json-schema.org/draft/2020-12/schema")),
        ("title".into(), text("countersign policy")),
        ("$comment".into(), Json::Text(comment)),
    ];
    if let Json::Object(members) = object_schema(&POLICY) {
        whole.extend(members);
    }
    whole.push(("$defs".into(), Json::Object(definitions)));
    let mut out = String::new();
    Json::Object(whole).write(&mut out, 0);
    out.push('\n');
    out
}

fn object_schema(object: &'static Object) -> Json {
    let properties = object
        .members()
        .filter(|member| !matches!(member.kind, Kind::Unsupported))
        .map(|member| (member.name.to_owned(), member_schema(member)))
        .collect();
    let mut members = vec![("type".into(), text("object")), ("properties".into(), Json::Object(properties))];
    let required: Vec<Json> = object.required().map(|member| text(member.name)).collect();
    if !required.is_empty() {
        members.push(("required".into(), Json::List(required)));
    }
    members.push(("additionalProperties".into(), raw("false")));
    members.extend(object_rules(object.name));
    Json::Object(members)
}

fn member_schema(member: &Member) -> Json {
    let mut members = vec![("description".into(), text(member.meaning))];
    members.extend(type_schema(&member.kind));
    if !member.default.is_empty() {
        members.push(("default".into(), raw(member.default)));
    }
    Json::Object(members)
}

pub(super) fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

pub(super) fn raw(raw: &(impl ToString + ?Sized)) -> Json {
    Json::Raw(raw.to_string())
}

impl Json {
    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Json::Text(text) => write_text(out, text),
            Json::Raw(raw) => out.push_str(raw),
            Json::List(items) => {
                write_inside(out, depth, ['[', ']'], items.iter(), Json::write);
            }
            Json::Object(members) => {
                write_inside(out, depth, ['{', '}'], members.iter(), |(name, value), out, depth| {
                    write_text(out, name);
                    out.push_str(": ");
                    value.write(out, depth);
                });
            }
        }
    }
}

fn write_inside<T>(
    out: &mut String,
    depth: usize,
    [open, close]: [char; 2],
    items: impl ExactSizeIterator<Item = T>,
    write: impl Fn(T, &mut String, usize),
) {
    out.push(open);
    let last = items.len();
    for (index, item) in items.enumerate() {
        out.push('\n');
        out.push_str(&"  ".repeat(depth + 1));
        write(item, out, depth + 1);
        if index + 1 < last {
            out.push(',');
        }
    }
    if last > 0 {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(close);
}

/// The table holds no control characters, so that two escapes are enough.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}
