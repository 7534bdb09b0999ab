//! The document as a whole: syntax, repeated names, members in document order, then the rules over
//! several members, and what comes of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::api_key::{ApiKeyDraft, read_api_key};
use super::basic::{BasicDraft, read_basic};
use super::compiled::{
    ApiKeyRule, Bearer, Compiled, CookieSource, Policy, Preflight, SchemeName, Session, Sources, Transport,
};
use super::issuers::{IssuerDraft, read_issuers};
use super::kind::{Kind, SCHEMES};
use super::members::{BEARER, POLICY, REMEMBER};
use super::place::Place;
use super::read::Reader;
use super::repeated::first_repeated;
use super::report::{Code, Report};
use super::route::{RouteDraft, read_profiles};
use super::select::Issuers;
use super::session::read_session;
use super::sources::{COOKIE_PREFIXES, read_sources};
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
    basic: Option<BasicDraft>,
    api_key: Option<ApiKeyDraft>,
    session: Option<Session>,
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
        "basic" => draft.basic = Some(read_basic(reader, place)),
        "api_key" => draft.api_key = Some(read_api_key(reader, place)),
        "session" => draft.session = Some(read_session(reader, place)),
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
        let present = self.present();
        if present.is_empty() {
            let text = "no kind of credentials is configured; the sections to choose from are: bearer, basic, api_key";
            reader.refuse_at(String::new(), Code::MemberMissing, text);
            return None;
        }
        let schemes = select_schemes(reader, self.schemes, &present);
        let leeway = self.leeway.unwrap_or(LEEWAY_DEFAULT_SECONDS);
        if leeway > limits::LEEWAY_WARN_SECONDS {
            let text = format!(
                "{leeway} s are a long time; clocks that are kept are within {} s",
                limits::LEEWAY_WARN_SECONDS
            );
            reader.warn("/leeway".into(), Code::LeewayHigh, text);
        }
        let bearer = self.bearer.map(|bearer| bearer.finish(reader));
        let has_basic = self.basic.is_some();
        let basic = self.basic.and_then(|basic| basic.finish(reader, self.transport == Transport::Tls));
        let has_keys = self.api_key.is_some();
        let api_key = self.api_key.and_then(|keys| keys.finish(reader));
        if has_basic != basic.is_some() || has_keys != api_key.is_some() {
            return None;
        }
        let sources = bearer.as_ref().map(|bearer| &bearer.sources);
        check_session(reader, sources, self.session.is_some(), self.transport);
        check_places(reader, sources, api_key.as_ref(), self.session.as_ref());
        let only_cookies = sources.is_some_and(Sources::are_cookies) && basic.is_none() && api_key.is_none();
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
            basic,
            api_key,
            session: self.session,
            only_cookies,
            routes,
        })
    }

    /// The schemes whose sections are there, in the default order.
    fn present(&self) -> Vec<SchemeName> {
        let sections = [
            (SchemeName::Bearer, self.bearer.is_some()),
            (SchemeName::Basic, self.basic.is_some()),
            (SchemeName::ApiKey, self.api_key.is_some()),
        ];
        sections.into_iter().filter(|(_, is_there)| *is_there).map(|(scheme, _)| scheme).collect()
    }
}

/// A cookie goes with every request that a browser sends, whoever made the page: it needs the section that tells
/// whose page it was, and TLS to keep it (REQ-COOKIE-06).
fn check_session(reader: &mut Reader<'_>, sources: Option<&Sources>, has_session: bool, transport: Transport) {
    let cookies = sources.map(|sources| sources.cookies.as_slice()).unwrap_or_default();
    if cookies.is_empty() && has_session {
        let text = "no source of `bearer` reads a cookie, so the section has no effect";
        reader.refuse_at("/session".into(), Code::Contradiction, text);
    }
    for CookieSource { place, name } in cookies {
        let source = format!("/bearer/sources/{place}");
        if !has_session {
            let text = "a cookie source needs the section `session`: browsers send cookies from every site";
            reader.refuse_at(source, Code::Contradiction, text);
        } else if transport == Transport::Any && !COOKIE_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            let text = "a session's cookie has the prefix __Host- or __Secure-, or `transport` is \"tls\" (RFC 6750 section 5.3)";
            reader.refuse_at(format!("{source}/cookie"), Code::Contradiction, text);
        }
    }
}

/// No place is read for two things.
fn check_places(
    reader: &mut Reader<'_>,
    sources: Option<&Sources>,
    keys: Option<&ApiKeyRule>,
    session: Option<&Session>,
) {
    if let Some(csrf) = session.and_then(|session| session.csrf_header.as_deref()) {
        let of_tokens =
            sources.is_some_and(|sources| sources.headers.iter().any(|name| name.eq_ignore_ascii_case(csrf)));
        let of_keys = keys.and_then(|keys| keys.header.as_deref()).is_some_and(|name| name.eq_ignore_ascii_case(csrf));
        if of_tokens || of_keys {
            let text = "a credential is read there, beside which a cookie does not count";
            reader.refuse_at("/session/csrf/header".into(), Code::Contradiction, text);
        }
    }
    let (Some(sources), Some(keys)) = (sources, keys) else { return };
    let text = "`bearer.sources` reads a token there";
    if keys.header.as_ref().is_some_and(|name| sources.headers.iter().any(|other| other.eq_ignore_ascii_case(name))) {
        reader.refuse_at("/api_key/header".into(), Code::Contradiction, text);
    }
    if keys.query.as_ref().is_some_and(|name| sources.queries.contains(name)) {
        reader.refuse_at("/api_key/query".into(), Code::Contradiction, text);
    }
}

/// The schemes that challenges are made for; one whose section is absent is refused.
fn select_schemes(reader: &mut Reader<'_>, named: Option<Vec<usize>>, present: &[SchemeName]) -> Vec<SchemeName> {
    let Some(named) = named else { return present.to_vec() };
    let mut schemes = Vec::new();
    for (place, index) in named.into_iter().enumerate() {
        let section = SCHEMES.0.get(index).copied().unwrap_or_default();
        if let Some(scheme) = present.iter().find(|scheme| section_of(**scheme) == section) {
            schemes.push(*scheme);
        } else {
            let text = format!("the document has no section `{section}`");
            reader.refuse_at(format!("/schemes/{place}"), Code::Contradiction, text);
        }
    }
    for scheme in present.iter().filter(|scheme| !schemes.contains(scheme)) {
        let text = "the section is accepted, but `schemes` does not offer it";
        reader.warn(format!("/{}", section_of(*scheme)), Code::NotOffered, text);
    }
    schemes
}

/// The section of a scheme, and its name in `schemes`.
const fn section_of(scheme: SchemeName) -> &'static str {
    match scheme {
        SchemeName::Bearer => "bearer",
        SchemeName::Dpop => "dpop",
        SchemeName::Digest => "digest",
        SchemeName::Basic => "basic",
        SchemeName::ApiKey => "api_key",
    }
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
