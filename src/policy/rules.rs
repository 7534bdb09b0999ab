//! Rules over claims in the document: `claims`, `access` and `reject` have one form.

use super::kind::Kind;
use super::place::Place;
use super::read::Reader;
use super::report::Code;
use crate::claims::{ClaimPath, Rule, Scalar, Test};
use crate::json::{self, Value};

/// An object of rules; rules stand in document order.
pub(super) fn read_rules(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Vec<Rule>> {
    let Some(members) = place.value.as_object() else {
        reader.refuse_type(place, &Kind::Rules);
        return None;
    };
    let mut rules = Some(Vec::new());
    for (name, value) in members {
        let inner = place.member(name, value);
        let path = ClaimPath::parse(&name.to_owned_string());
        if path.is_none() {
            reader.refuse(&inner, Code::ValueRefused, format!("the rule's name is neither {PATH}"));
        }
        let rule = path.zip(read_test(reader, &inner)).map(|(path, test)| Rule { path, test });
        rules = rules.zip(rule).map(|(mut rules, rule)| {
            rules.push(rule);
            rules
        });
    }
    rules
}

/// A list of claims, by name or pointer.
pub(super) fn read_paths(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Vec<ClaimPath>> {
    let Some(elements) = place.value.as_array() else {
        reader.refuse_type(place, &Kind::Paths);
        return None;
    };
    reader.each_text(place, &Kind::Path, elements, |text| ClaimPath::parse(&text))
}

fn read_test(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Test> {
    let Some(members) = place.value.as_object() else {
        return read_scalars(reader, place, VALUES).map(Test::OneOf);
    };
    let mut test = None;
    if place.value.member("contains").is_none() {
        reader.refuse(place, Code::MemberMissing, format!("`contains` is missing: {SCALARS}"));
    }
    for (name, value) in members {
        let inner = place.member(name, value);
        if name.is("contains") {
            test = read_scalars(reader, &inner, SCALARS).map(Test::Contains);
        } else {
            reader.refuse_unknown(&inner, name, &["contains"]);
        }
    }
    test
}

/// One value, or a list of one or more.
fn read_scalars(reader: &mut Reader<'_>, place: &Place<'_, '_>, allowed: &str) -> Option<Vec<Scalar>> {
    let Some(elements) = place.value.as_array() else {
        return read_scalar(reader, place, allowed).map(|scalar| vec![scalar]);
    };
    let mut scalars = Some(Vec::new());
    let mut count = 0;
    for (index, value) in elements.enumerate() {
        let scalar = read_scalar(reader, &place.element(index, value), "a string, a number or a boolean");
        count += 1;
        scalars = scalars.zip(scalar).map(|(mut scalars, scalar)| {
            scalars.push(scalar);
            scalars
        });
    }
    if count == 0 {
        reader.refuse(place, Code::ValueRefused, format!("found an empty list; allowed: {allowed}"));
        return None;
    }
    scalars
}

fn read_scalar(reader: &mut Reader<'_>, place: &Place<'_, '_>, allowed: &str) -> Option<Scalar> {
    let scalar = scalar_of(place.value);
    if scalar.is_none() {
        reader.refuse(place, Code::TypeWrong, format!("found {}; allowed: {allowed}", place.found()));
    }
    scalar
}

fn scalar_of(value: Value<'_>) -> Option<Scalar> {
    Some(match value.kind() {
        json::Kind::String => Scalar::String(value.as_text()?.to_owned_string()),
        json::Kind::Number => Scalar::Number(value.as_number()?.to_owned()),
        json::Kind::Boolean => Scalar::Boolean(value.as_bool()?),
        _ => return None,
    })
}

const PATH: &str = "a claim's name nor a JSON Pointer (RFC 6901)";
const SCALARS: &str = "a string, a number, a boolean, or a list of one or more of them";
const VALUES: &str = "a string, a number, a boolean, a list of one or more of them, or {\"contains\": value}";
