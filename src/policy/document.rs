//! The document as a whole: syntax, repeated names, members in document order, then the rules over
//! several members, and what comes of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::compiled::{Bearer, Compiled, Policy, Preflight, SchemeName, Sources, Transport};
use super::issuers::{IssuerDraft, read_issuers};
use super::kind::{Kind, SCHEMES};
use super::members::{BEARER, POLICY, REMEMBER};
use super::place::Place;
use super::read::Reader;
use super::repeated::first_repeated;
use super::report::{Code, Report};
use super::route::{RouteDraft, read_profiles};
use super::select::Issuers;
use super::sources::read_sources;
use crate::http::Whitespace;
use crate::json::{Document, Duplicates};
use crate::limits;
use crate::time::NANOS_PER_SECOND;

/// What was read of the document; `None` is a member that is absent or was refused.
#[derive(Default)]
struct PolicyDraft {
    route: RouteDraft,
    profiles: Vec<(String, RouteDraft)>,
    schemes: Option<Vec<usize>>,
    leeway: Option<u32>,
    malformed_status: Option<u16>,
    whitespace: Whitespace,
    transport: Transport,
    preflight: Preflight,
    cors: bool,
    remembered: Option<u32>,
    bearer: Option<BearerDraft>,
}

#[derive(Default)]
struct BearerDraft {
    issuers: Vec<IssuerDraft>,
    sources: Option<Sources>,
    max_token_bytes: Option<usize>,
    scope_claims: Option<Vec<String>>,
}

impl Policy {
    /// Reads, checks and compiles a document.
    ///
    /// `refs` are the bytes that `{"ref": "name"}` stands for, by name: for a whole `jwks` its JSON text,
    /// for the `k` of a symmetric key the secret itself, not its base64url. The report of a load that
    /// succeeds holds warnings alone.
    ///
    /// # Errors
    /// The report, with the deciding error first.
    pub fn load(json: &[u8], refs: &[(&str, &[u8])]) -> Result<(Policy, Report), Report> {
        let mut reader = Reader::new(refs);
        let policy = load(&mut reader, json);
        let has_errors = reader.has_errors();
        let report = reader.into_report();
        policy.filter(|_| !has_errors).map(|policy| (policy, report.clone())).ok_or(report)
    }
}

fn load(reader: &mut Reader<'_>, json: &[u8]) -> Option<Policy> {
    if json.len() > limits::POLICY_BYTES {
        let text = format!("found {} bytes; allowed: {}", json.len(), limits::POLICY_BYTES);
        reader.refuse_at(String::new(), Code::Syntax, text);
        return None;
    }
    let document = match Document::parse(json, Duplicates::Mark) {
        Ok(document) => document,
        Err(fault) => {
            reader.refuse_at(String::new(), Code::Syntax, fault.to_string());
            return None;
        }
    };
    let root = Place::root(document.root());
    if let Some(pointer) = first_repeated(&root) {
        reader.refuse_at(pointer, Code::NameRepeated, "the member stands here twice");
        return None;
    }
    let draft = read_policy(reader, &root);
    if reader.has_errors() { None } else { draft.finish(reader).map(|compiled| Policy(Arc::new(compiled))) }
}

fn read_policy(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> PolicyDraft {
    let mut draft = PolicyDraft::default();
    reader.object(place, &POLICY, |reader, member, place| match member.name {
        "$schema" => drop(reader.text(place, &member.kind, Some)),
        "schemes" => draft.schemes = read_schemes(reader, place),
        "profiles" => draft.profiles = read_profiles(reader, place),
        "leeway" => draft.leeway = reader.integer(place, member),
        "malformed_status" => draft.malformed_status = reader.choice(place, member, &[401, 400]),
        "whitespace" => {
            let choices = [Whitespace::Lenient, Whitespace::Strict];
            draft.whitespace = reader.choice(place, member, &choices).unwrap_or_default();
        }
        "transport" => {
            draft.transport = reader.choice(place, member, &[Transport::Any, Transport::Tls]).unwrap_or_default();
        }
        "preflight" => {
            draft.preflight = reader.choice(place, member, &[Preflight::Allow, Preflight::Check]).unwrap_or_default();
        }
        "cors" => draft.cors = reader.boolean(place, member).unwrap_or_default(),
        "remember" => draft.remembered = read_remember(reader, place),
        "bearer" => draft.bearer = Some(read_bearer(reader, place, &mut draft.route)),
        _ => draft.route.read(reader, member, place),
    });
    draft
}

fn read_remember(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<u32> {
    let mut entries = None;
    reader.object(place, &REMEMBER, |reader, member, place| entries = reader.integer(place, member));
    entries
}

fn read_bearer(reader: &mut Reader<'_>, place: &Place<'_, '_>, route: &mut RouteDraft) -> BearerDraft {
    let mut draft = BearerDraft::default();
    reader.object(place, &BEARER, |reader, member, place| match member.name {
        "issuers" => draft.issuers = read_issuers(reader, place),
        "sources" => draft.sources = read_sources(reader, place),
        "max_token_bytes" => {
            draft.max_token_bytes = reader.integer(place, member).and_then(|bytes| usize::try_from(bytes).ok());
        }
        "scope_claims" => {
            let name = |text: String| (!text.is_empty()).then_some(text);
            draft.scope_claims = reader.texts(place, &member.kind, name);
        }
        _ => route.read(reader, member, place),
    });
    draft
}

/// The places in [`SCHEMES`] of the schemes named, in their order.
fn read_schemes(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Vec<usize>> {
    let mut schemes = Vec::new();
    for (index, value) in reader.list(place, &Kind::Schemes)?.enumerate() {
        let place = place.element(index, value);
        let Some(scheme) = reader.word_among(&place, SCHEMES) else { continue };
        if schemes.contains(&scheme) {
            reader.refuse(&place, Code::ValueRefused, "the scheme stands in the list twice");
        }
        schemes.push(scheme);
    }
    Some(schemes)
}

impl PolicyDraft {
    /// Looks at the rules over several members and fills in the defaults.
    fn finish(self, reader: &mut Reader<'_>) -> Option<Compiled> {
        let Some(bearer) = self.bearer else {
            let text = "no kind of credentials is configured; the sections to choose from are: bearer";
            reader.refuse_at(String::new(), Code::MemberMissing, text);
            return None;
        };
        let schemes = select_schemes(reader, self.schemes);
        let leeway = self.leeway.unwrap_or(LEEWAY_DEFAULT_SECONDS);
        if leeway > limits::LEEWAY_WARN_SECONDS {
            let text = format!(
                "{leeway} s are a long time; clocks that are kept are within {} s",
                limits::LEEWAY_WARN_SECONDS
            );
            reader.warn("/leeway".into(), Code::LeewayHigh, text);
        }
        let bearer = bearer.finish(reader);
        let route = self.route.finish()?;
        let profiles = self.profiles.into_iter().map(|(name, draft)| draft.finish_over(name, &route));
        let routes = core::iter::once(route.clone()).chain(profiles).collect();
        Some(Compiled {
            identity: Arc::default(),
            schemes,
            leeway_nanos: i128::from(leeway) * NANOS_PER_SECOND,
            malformed_status: self.malformed_status.unwrap_or(401),
            whitespace: self.whitespace,
            transport: self.transport,
            preflight: self.preflight,
            cors: self.cors,
            remembered: self.remembered.and_then(|entries| usize::try_from(entries).ok()).unwrap_or(0),
            bearer,
            routes,
        })
    }
}

/// The schemes that challenges are made for; one whose section is absent is refused.
fn select_schemes(reader: &mut Reader<'_>, named: Option<Vec<usize>>) -> Vec<SchemeName> {
    let Some(named) = named else { return vec![SchemeName::Bearer] };
    let mut schemes = Vec::new();
    for (place, index) in named.into_iter().enumerate() {
        match SCHEMES.0.get(index).copied() {
            Some("bearer") => schemes.push(SchemeName::Bearer),
            other => {
                let text = format!("the document has no section `{}`", other.unwrap_or_default());
                reader.refuse_at(format!("/schemes/{place}"), Code::Contradiction, text);
            }
        }
    }
    if !schemes.contains(&SchemeName::Bearer) {
        reader.warn("/bearer".into(), Code::NotOffered, "the section is accepted, but `schemes` does not offer it");
    }
    schemes
}

impl BearerDraft {
    fn finish(self, reader: &mut Reader<'_>) -> Bearer {
        let mut issuers = Vec::new();
        let mut names: HashMap<String, usize> = HashMap::new();
        for (index, draft) in self.issuers.into_iter().enumerate() {
            let pointer = format!("/bearer/issuers/{index}");
            let name = draft.name.as_ref().map(|(configured, _)| configured.clone()).unwrap_or_default();
            if let Some(first) = names.get(&name) {
                let text = format!("the issuer stands in the list twice; the first is /bearer/issuers/{first}");
                reader.refuse_at(format!("{pointer}/issuer"), Code::Contradiction, text);
            }
            names.entry(name).or_insert(index);
            issuers.extend(draft.finish(reader, &pointer));
        }
        let authorization = Sources { authorization: true, ..Sources::default() };
        let scope_claims = || vec!["scope".to_owned(), "scp".to_owned()];
        Bearer {
            issuers: Issuers::new(issuers),
            sources: self.sources.unwrap_or(authorization),
            max_token_bytes: self.max_token_bytes.unwrap_or(limits::TOKEN_BYTES_DEFAULT),
            scope_claims: self.scope_claims.unwrap_or_else(scope_claims),
        }
    }
}

const LEEWAY_DEFAULT_SECONDS: u32 = 30;
