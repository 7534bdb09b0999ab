//! `bearer.issuers`: whose tokens are accepted, and on what terms.
//!
//! Each issuer is read as a draft in document order; the rules over several members are looked at when
//! the whole document has been read.

use std::sync::Arc;

use super::algorithms::read_algorithms;
use super::compiled::{Discovery, Issuer, KeyTiming};
use super::keys::read_key_set;
use super::kind::Kind;
use super::members::{DISCOVERY, ISSUER, TIMING};
use super::place::Place;
use super::read::Reader;
use super::report::Code;
use super::rules::{read_paths, read_rules};
use crate::claims::{ClaimPath, IssuerName, RFC9068_REQUIRED, Reject, Rule, TypRule, is_tenant};
use crate::http::{Url, is_http_token, is_https_url};
use crate::jose::{Algorithm, AlgorithmSet, KeySet, media_type};

/// What was read of one issuer; `None` is a member that is absent or was refused.
#[derive(Default)]
pub(super) struct IssuerDraft {
    pub(super) name: Option<(String, IssuerName)>,
    tenants: Option<Names>,
    audience: Option<Names>,
    algorithms: Option<AlgorithmSet>,
    keys: Option<Arc<KeySet>>,
    jwks_uri: Option<String>,
    discovery: Option<Discovery>,
    timing: Option<KeyTiming>,
    typ: Option<TypRule>,
    required: Option<Vec<ClaimPath>>,
    claims: Option<Vec<Rule>>,
    access: Option<Vec<Rule>>,
    reject: Option<Vec<Rule>>,
    max_age: Option<u32>,
}

/// Names that are looked for, or the word that lets any of them pass.
enum Names {
    Any,
    Listed(Vec<String>),
}

impl Names {
    fn listed(self) -> Option<Vec<String>> {
        match self {
            Names::Any => None,
            Names::Listed(names) => Some(names),
        }
    }
}

/// A list of one or more issuers.
pub(super) fn read_issuers(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Vec<IssuerDraft> {
    let Some(elements) = reader.list(place, &Kind::Issuers) else { return Vec::new() };
    elements.enumerate().map(|(index, value)| read_issuer(reader, &place.element(index, value))).collect()
}

fn read_issuer(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> IssuerDraft {
    let mut draft = IssuerDraft::default();
    reader.object(place, &ISSUER, |reader, member, place| match member.name {
        "issuer" => draft.name = reader.text(place, &member.kind, read_name),
        "tenants" => draft.tenants = read_tenants(reader, place),
        "audience" => draft.audience = read_audience(reader, place),
        "algorithms" => draft.algorithms = read_algorithms(reader, place),
        "jwks" => draft.keys = read_key_set(reader, place),
        "jwks_uri" => draft.jwks_uri = reader.text(place, &member.kind, |text| is_https_url(&text).then_some(text)),
        "discovery" => draft.discovery = Some(read_discovery(reader, place)),
        "keys" => draft.timing = Some(read_timing(reader, place)),
        "typ" => draft.typ = read_typ(reader, place),
        "required" => draft.required = read_paths(reader, place),
        "claims" => draft.claims = read_rules(reader, place),
        "access" => draft.access = read_rules(reader, place),
        "reject" => draft.reject = read_rules(reader, place),
        "max_age" => draft.max_age = reader.integer(place, member),
        _ => {}
    });
    draft
}

fn read_name(text: String) -> Option<(String, IssuerName)> {
    let name = IssuerName::parse(&text).ok().filter(|_| !text.is_empty())?;
    Some((text, name))
}

/// `"any"`, or the names.
fn read_tenants(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Names> {
    let kind = &Kind::Tenants;
    if place.value.as_text().is_some() {
        return reader.text(place, kind, |text| (text == "any").then_some(Names::Any));
    }
    reader.texts(place, kind, |text| is_tenant(text.bytes()).then_some(text)).map(Names::Listed)
}

/// One name, several, or `false`.
fn read_audience(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Names> {
    let kind = &Kind::Audience;
    let name = |text: String| (!text.is_empty()).then_some(text);
    match place.value.as_bool() {
        Some(false) => return Some(Names::Any),
        Some(true) => {
            reader.refuse_value(place, kind);
            return None;
        }
        None => {}
    }
    if place.value.as_text().is_some() {
        return reader.text(place, kind, name).map(|text| Names::Listed(vec![text]));
    }
    reader.texts(place, kind, name).map(Names::Listed)
}

fn read_typ(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<TypRule> {
    let mut rule = TypRule::default();
    let mut whole = true;
    for (index, value) in reader.list(place, &Kind::Typ)?.enumerate() {
        if value.is_null() {
            rule.absent = true;
            continue;
        }
        let name = reader.text(&place.element(index, value), &Kind::MediaType, |text| read_media_type(&text));
        whole &= name.is_some();
        rule.accepted.extend(name);
    }
    whole.then_some(rule)
}

/// A subtype, or a type and a subtype, in the one spelling that a header is read in; parameters are never part of it.
fn read_media_type(text: &str) -> Option<String> {
    let mut parts = text.split('/');
    let is_media_type = parts.clone().count() <= 2 && parts.all(|part| is_http_token(part.as_bytes()));
    String::from_utf8(media_type(text)).ok().filter(|_| is_media_type)
}

fn read_timing(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> KeyTiming {
    let mut timing = KeyTiming::default();
    reader.object(place, &TIMING, |reader, member, place| match member.name {
        "ttl" => timing.ttl = reader.integer(place, member).unwrap_or(timing.ttl),
        "cooldown" => timing.cooldown = reader.integer(place, member).unwrap_or(timing.cooldown),
        "stale" => timing.stale = reader.integer(place, member).unwrap_or(timing.stale),
        "prefetch" => timing.prefetch = reader.boolean(place, member).unwrap_or(timing.prefetch),
        _ => {}
    });
    timing
}

fn read_discovery(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Discovery {
    let mut discovery = Discovery::default();
    reader.object(place, &DISCOVERY, |reader, member, place| match member.name {
        "http_loopback" => discovery.http_loopback = reader.boolean(place, member).unwrap_or_default(),
        "other_host" => discovery.other_host = reader.boolean(place, member).unwrap_or_default(),
        _ => {}
    });
    discovery
}

impl Default for KeyTiming {
    fn default() -> Self {
        KeyTiming { ttl: 600, cooldown: 30, stale: 86_400, prefetch: false }
    }
}

impl IssuerDraft {
    /// Looks at the rules over several members and fills in the defaults. `pointer` leads to the issuer.
    pub(super) fn finish(self, reader: &mut Reader<'_>, pointer: &str) -> Option<Issuer> {
        let (configured, name) = self.name?;
        let name = name_with_tenants(reader, pointer, name, self.tenants)?;
        let discovery = self.discovery.unwrap_or_default();
        let is_discovered = self.keys.is_none() && self.jwks_uri.is_none();
        if is_discovered {
            check_discoverable(reader, pointer, &configured, &name, discovery)?;
        }
        let is_symmetric = self.algorithms.is_some_and(|list| list.iter().any(Algorithm::is_symmetric));
        if is_symmetric && (self.jwks_uri.is_some() || is_discovered) {
            let text = "HS* goes with keys in the document alone: a secret never comes from `jwks_uri` or discovery";
            reader.refuse_at(format!("{pointer}/algorithms"), Code::Contradiction, text);
            return None;
        }
        warn_of_idle_keys(reader, pointer, self.keys.as_deref(), is_symmetric);
        let typ = self.typ.unwrap_or_else(default_typ);
        let rfc9068 = typ.is_rfc9068();
        let mut required = self.required.unwrap_or_else(|| vec![ClaimPath::Name("exp".into())]);
        if rfc9068 {
            let profile: Vec<_> = RFC9068_REQUIRED.iter().map(|name| ClaimPath::Name((*name).to_owned())).collect();
            required.retain(|path| !profile.contains(path));
            required.splice(0..0, profile);
        }
        Some(Issuer {
            configured,
            name,
            audience: self.audience?.listed(),
            algorithms: self.algorithms,
            keys: self.keys,
            jwks_uri: self.jwks_uri,
            discovery,
            timing: self.timing.unwrap_or_default(),
            typ,
            rfc9068,
            required,
            claims: self.claims.unwrap_or_default(),
            access: self.access.unwrap_or_default(),
            reject: self.reject.unwrap_or_default().into_iter().map(Reject).collect(),
            max_age: self.max_age.map(u64::from),
        })
    }
}

/// Whether metadata can be asked for: the issuer's name is their address (RFC 8414 section 2, REQ-ROTATION-03).
fn check_discoverable(
    reader: &mut Reader<'_>,
    pointer: &str,
    configured: &str,
    name: &IssuerName,
    discovery: Discovery,
) -> Option<()> {
    if !name.is_exact() {
        let text = "an issuer with {name} needs `jwks` or `jwks_uri`: one set of keys serves all its tenants";
        reader.refuse_at(pointer.into(), Code::MemberMissing, text);
        return None;
    }
    let is_tried_out = |url: &Url<'_>| discovery.http_loopback && url.is_loopback();
    let found = Url::parse(configured).filter(|url| !url.has_query && (url.is_https || is_tried_out(url)));
    if found.is_none() {
        let text = "keys are found by discovery, since neither `jwks` nor `jwks_uri` is there; that needs an issuer that \
                    is an https URL without query and fragment";
        reader.refuse_at(pointer.into(), Code::MemberMissing, text);
    }
    found.map(|_| ())
}

/// HS* counts only if the list names it (REQ-JWK-27), so that other secrets in the set are never used.
fn warn_of_idle_keys(reader: &mut Reader<'_>, pointer: &str, keys: Option<&KeySet>, is_symmetric: bool) {
    let idle = keys.is_some_and(|keys| keys.keys().iter().any(|key| key.is_usable() && key.is_symmetric()));
    if idle && !is_symmetric {
        let text = "symmetric keys are in the set, but `algorithms` names no HS*, so that no token can use them";
        reader.warn(format!("{pointer}/jwks"), Code::KeyIdle, text);
    }
}

fn default_typ() -> TypRule {
    TypRule { accepted: vec!["jwt".into(), "at+jwt".into()], absent: true }
}

fn name_with_tenants(
    reader: &mut Reader<'_>,
    pointer: &str,
    name: IssuerName,
    configured: Option<Names>,
) -> Option<IssuerName> {
    match (name, configured) {
        (IssuerName::Template { prefix, claim, suffix, .. }, Some(tenants)) => {
            Some(IssuerName::Template { prefix, claim, suffix, tenants: tenants.listed() })
        }
        (IssuerName::Template { .. }, None) => {
            let text =
                format!("`tenants` is missing, which an issuer with {{name}} needs: {}", Kind::Tenants.allowed());
            reader.refuse_at(pointer.into(), Code::MemberMissing, text);
            None
        }
        (IssuerName::Exact(_), Some(_)) => {
            let text = "`tenants` is for an issuer with {name} in it, and this one has none";
            reader.refuse_at(format!("{pointer}/tenants"), Code::Contradiction, text);
            None
        }
        (name @ IssuerName::Exact(_), None) => Some(name),
    }
}
