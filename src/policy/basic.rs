//! The section `basic`: users and the hashes of their passwords (RFC 7617).
//!
//! Either an object of users or the text of an htpasswd file, in the document or beside it. No text here
//! repeats a hash; user names stand in pointers, since an operator has to find the place.

use zeroize::Zeroizing;

use super::compiled::Basic;
use super::kind::Kind;
use super::members::{BASIC, USER};
use super::place::Place;
use super::read::{Reader, Reference};
use super::report::Code;
use super::scopes::read_scopes;
use crate::claims::ScopeList;
use crate::jose::{MacKey, sha256};
use crate::json::{Document, Duplicates};
use crate::secret::{PasswordHash, Users, read_htpasswd};

/// A user as the document has one.
type User = (String, PasswordHash, ScopeList);

/// What was read of the section.
#[derive(Default)]
pub(super) struct BasicDraft {
    users: Option<Vec<User>>,
    /// The digest of what the users were read from.
    secret: [u8; 32],
    sections: u8,
}

/// Reads the section.
pub(super) fn read_basic(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> BasicDraft {
    let mut draft = BasicDraft::default();
    reader.object(place, &BASIC, |reader, member, place| {
        draft.sections += 1;
        let users = if member.name == "users" { read_users(reader, place) } else { read_htpasswd_text(reader, place) };
        if let Some((users, secret)) = users {
            draft.users = Some(users);
            draft.secret = secret;
        }
    });
    let text = match draft.sections {
        1 => return draft,
        0 => "neither `users` nor `htpasswd` is there; one of them says who may pass",
        _ => "`users` and `htpasswd` stand beside each other; which of them counts nobody can tell",
    };
    if place.value.as_object().is_some() {
        let code = if draft.sections == 0 { Code::MemberMissing } else { Code::Contradiction };
        reader.refuse(place, code, text);
    }
    draft
}

impl BasicDraft {
    pub(super) fn finish(self, reader: &mut Reader<'_>, over_tls: bool) -> Option<Basic> {
        let users = self.users?;
        if !over_tls {
            let text = "passwords go over the wire as they are; say \"transport\": \"tls\" where requests name https";
            reader.warn("/basic".into(), Code::BasicWithoutTls, text);
        }
        let users = users.into_iter().map(|(name, hash, scopes)| (name, hash, scopes.as_str().to_owned()));
        // Both readers have refused a name that stands there twice.
        let users = Users::new(users.collect()).ok()?;
        Some(Basic { users, secret: self.secret, attempts: MacKey::new(&self.secret) })
    }
}

fn read_users(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<(Vec<User>, [u8; 32])> {
    match reader.reference(place) {
        Reference::Unknown => None,
        Reference::Other => {
            let secret = sha256(place.value.raw().as_bytes());
            read_members(reader, place).map(|users| (users, secret))
        }
        Reference::Bytes(bytes) => {
            let document = match Document::parse(bytes, Duplicates::Refuse) {
                Ok(document) => document,
                Err(fault) => {
                    reader.refuse(place, Code::ValueRefused, format!("the bytes are no JSON object of users: {fault}"));
                    return None;
                }
            };
            // Faults are told at the place of the reference: the pointers go on into the bytes that it names.
            read_members(reader, &place.in_place(document.root())).map(|users| (users, sha256(bytes)))
        }
    }
}

fn read_members(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Vec<User>> {
    let Some(members) = place.value.as_object() else {
        reader.refuse_type(place, &Kind::Users);
        return None;
    };
    let mut users = Some(Vec::new());
    let mut is_empty = true;
    for (name, value) in members {
        is_empty = false;
        let inner = place.member(name, value);
        let name = name.to_owned_string();
        if !is_user_name(&name) {
            let text = "a user name is one character or more, without a colon and without control characters (RFC 7617 section 2)";
            reader.refuse(&inner, Code::ValueRefused, text);
            users = None;
            continue;
        }
        let user = read_user(reader, &inner).map(|(hash, scopes)| (name, hash, scopes));
        users = users.zip(user).map(|(mut users, user)| {
            users.push(user);
            users
        });
    }
    if let Some(users) = &users {
        warn_of_differences(reader, place.pointer(), users.iter().map(|(_, hash, _)| hash));
    }
    if is_empty {
        reader.refuse(place, Code::ValueRefused, "found no user; allowed: one or more");
        return None;
    }
    users
}

/// A hash, or the long form.
fn read_user(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<(PasswordHash, ScopeList)> {
    if place.value.as_text().is_some() {
        return read_hash(reader, place).map(|hash| (hash, ScopeList::default()));
    }
    let (mut hash, mut scopes) = (None, Some(ScopeList::default()));
    if place.value.as_object().is_none() {
        let text = format!(
            "found {}; allowed: {}, or an object with hash and scopes",
            place.found(),
            Kind::PasswordHash.allowed()
        );
        reader.refuse(place, Code::TypeWrong, text);
        return None;
    }
    reader.object(place, &USER, |reader, member, place| match member.name {
        "hash" => hash = read_hash(reader, place),
        _ => scopes = read_scopes(reader, place),
    });
    hash.zip(scopes)
}

fn read_hash(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<PasswordHash> {
    let Some(text) = place.value.as_text() else {
        reader.refuse_type(place, &Kind::PasswordHash);
        return None;
    };
    match PasswordHash::parse(&Zeroizing::new(text.to_owned_string())) {
        Ok(hash) => {
            warn_of_cost(reader, place.pointer(), &hash);
            Some(hash)
        }
        Err(fault) => {
            reader.refuse(place, Code::ValueRefused, fault.to_string());
            None
        }
    }
}

fn read_htpasswd_text(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<(Vec<User>, [u8; 32])> {
    let read = match (reader.reference(place), place.value.as_text()) {
        (Reference::Unknown, _) => return None,
        (Reference::Bytes(bytes), _) => (read_htpasswd(bytes), sha256(bytes)),
        (Reference::Other, Some(text)) => {
            let text = Zeroizing::new(text.to_owned_string());
            (read_htpasswd(text.as_bytes()), sha256(text.as_bytes()))
        }
        (Reference::Other, None) => {
            reader.refuse_type(place, &Kind::Htpasswd);
            return None;
        }
    };
    match read {
        (Err(fault), _) => {
            reader.refuse(place, Code::ValueRefused, fault.to_string());
            None
        }
        (Ok(users), _) if users.is_empty() => {
            reader.refuse(place, Code::ValueRefused, "found no user; allowed: one or more");
            None
        }
        (Ok(users), secret) => {
            for (_, hash) in &users {
                warn_of_cost(reader, place.pointer(), hash);
            }
            warn_of_differences(reader, place.pointer(), users.iter().map(|(_, hash)| hash));
            Some((users.into_iter().map(|(name, hash)| (name, hash, ScopeList::default())).collect(), secret))
        }
    }
}

fn warn_of_cost(reader: &mut Reader<'_>, pointer: String, hash: &PasswordHash) {
    let cost = hash.cost();
    if let Some(better) = cost.recommended_instead() {
        reader.warn(pointer, Code::HashWeak, format!("{cost} is cheap to guess; recommended: {better}"));
    }
}

/// An unknown user waits as long as one of the known ones does; a user whose hash alone takes longer or shorter than the
/// others' is told from the unknown by that (REQ-BASIC-08).
fn warn_of_differences<'h>(reader: &mut Reader<'_>, pointer: String, hashes: impl Iterator<Item = &'h PasswordHash>) {
    let mut costs = hashes.map(PasswordHash::cost);
    if let Some(first) = costs.next()
        && let Some(other) = costs.find(|cost| *cost != first)
    {
        let text = format!(
            "the hashes take differently long ({first}; {other}), so a denial's time can tell who is a user; recommended: one kind and cost"
        );
        reader.warn(pointer, Code::HashCostsDiffer, text);
    }
}

/// A colon ends a user name, and control characters may not stand in one (RFC 7617 section 2).
fn is_user_name(name: &str) -> bool {
    !name.is_empty() && !name.bytes().any(|byte| byte == b':' || byte < b' ' || byte == 0x7F)
}
