//! What the document says of routes: its own terms, and the profiles that replace them.

use super::challenge::{is_writable, read_challenge};
use super::compiled::{ChallengeParams, Describe, Route};
use super::kind::Kind;
use super::members::{Member, PROFILE};
use super::place::Place;
use super::read::Reader;
use super::report::Code;
use super::rules::read_rules;
use super::scopes::read_scopes;
use crate::claims::{Rule, ScopeList};

/// What was read of the document's own terms or of a profile; `None` is what it does not set.
#[derive(Default)]
pub(super) struct RouteDraft {
    realm: Option<String>,
    scopes: Option<ScopeList>,
    optional: Option<bool>,
    describe: Option<Describe>,
    access: Option<Vec<Rule>>,
    max_age: Option<u32>,
    challenge: Option<ChallengeParams>,
}

impl RouteDraft {
    /// Reads one of the members that a profile may set.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, member: &'static Member, place: &Place<'_, '_>) {
        match member.name {
            "realm" => self.realm = reader.text(place, &member.kind, |text| is_realm(&text).then_some(text)),
            "scopes" => self.scopes = read_scopes(reader, place),
            "optional" => self.optional = reader.boolean(place, member),
            "describe" => {
                self.describe = reader.choice(place, member, &[Describe::Full, Describe::Code, Describe::None]);
            }
            "access" => self.access = read_rules(reader, place),
            "max_age" => self.max_age = reader.integer(place, member),
            "challenge" => self.challenge = read_challenge(reader, place),
            _ => {}
        }
    }

    /// The document's own route.
    pub(super) fn finish(self) -> Option<Route> {
        Some(Route {
            name: String::new(),
            realm: self.realm?,
            scopes: self.scopes.unwrap_or_default(),
            optional: self.optional.unwrap_or_default(),
            describe: self.describe.unwrap_or_default(),
            access: None,
            max_age: None,
            challenge: self.challenge.unwrap_or_default(),
        })
    }

    /// The route of a profile: what it sets replaces what the document says.
    pub(super) fn finish_over(self, name: String, document: &Route) -> Route {
        Route {
            name,
            realm: self.realm.unwrap_or_else(|| document.realm.clone()),
            scopes: self.scopes.unwrap_or_else(|| document.scopes.clone()),
            optional: self.optional.unwrap_or(document.optional),
            describe: self.describe.unwrap_or(document.describe),
            access: self.access,
            max_age: self.max_age.map(u64::from),
            challenge: self.challenge.unwrap_or_else(|| document.challenge.clone()),
        }
    }
}

/// The profiles, in document order.
pub(super) fn read_profiles(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Vec<(String, RouteDraft)> {
    let Some(members) = place.value.as_object() else {
        reader.refuse_type(place, &Kind::Profiles);
        return Vec::new();
    };
    let mut profiles = Vec::new();
    for (name, value) in members {
        let inner = place.member(name, value);
        let name = name.to_owned_string();
        if name.is_empty() {
            reader.refuse(&inner, Code::ValueRefused, "a profile needs a name, by which a request can ask for it");
        }
        let mut draft = RouteDraft::default();
        reader.object(&inner, &PROFILE, |reader, member, place| draft.read(reader, member, place));
        profiles.push((name, draft));
    }
    profiles
}

/// Printable ASCII, one character or more: what every client reads alike between quotes.
fn is_realm(text: &str) -> bool {
    !text.is_empty() && is_writable(text) && !text.contains('\t')
}
