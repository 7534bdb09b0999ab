//! The issuer of a token, found at a cost that does not grow with the number of issuers.
//!
//! Exact names are found by their hash, templates one by one: a policy has few, each for many tenants.
//! The hash has no key: the names are the policy's, so nobody can make them collide from outside.

use core::hash::BuildHasherDefault;
use core::ops::Deref;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;

use super::compiled::Issuer;
use crate::json::{Text, Value};

/// The issuers of a policy, in its order.
#[derive(Debug, Default)]
pub(crate) struct Issuers {
    list: Vec<Issuer>,
    /// The places of exact names; empty while a look at each is cheaper.
    exact: HashMap<String, usize, BuildHasherDefault<DefaultHasher>>,
    templates: Vec<usize>,
}

impl Issuers {
    pub(crate) fn new(list: Vec<Issuer>) -> Self {
        let places = || list.iter().enumerate();
        let names = places().filter(|(_, issuer)| issuer.name.is_exact() && list.len() > FEW);
        let exact = names.map(|(place, issuer)| (issuer.configured.clone(), place)).collect();
        let templates = places().filter(|(_, issuer)| !issuer.name.is_exact()).map(|(place, _)| place).collect();
        Issuers { list, exact, templates }
    }

    /// The issuer of a token, by its unverified `iss`; its place in the list comes with it.
    ///
    /// An exact name goes before a template, whatever their order. `room` is memory for an `iss` with escapes.
    #[inline]
    pub(crate) fn select(&self, iss: Text<'_>, payload: Value<'_>, room: &mut Vec<u8>) -> Option<(usize, &Issuer)> {
        let exact = if self.list.len() <= FEW { self.look_at_each(iss, payload) } else { self.look_up(iss, room) };
        exact.or_else(|| {
            let places = self.templates.iter().filter_map(|&place| Some((place, self.list.get(place)?)));
            places.into_iter().find(|(_, issuer)| issuer.name.matches(iss, payload))
        })
    }

    #[cfg(test)]
    pub(super) fn into_first(mut self) -> Issuer {
        self.list.remove(0)
    }

    #[inline]
    fn look_at_each(&self, iss: Text<'_>, payload: Value<'_>) -> Option<(usize, &Issuer)> {
        let mut exact = self.list.iter().enumerate().filter(|(_, issuer)| issuer.name.is_exact());
        exact.find(|(_, issuer)| issuer.name.matches(iss, payload))
    }

    fn look_up(&self, iss: Text<'_>, room: &mut Vec<u8>) -> Option<(usize, &Issuer)> {
        let place = if let Some(plain) = iss.as_str() {
            self.exact.get(plain)
        } else {
            let start = room.len();
            iss.write(room);
            let plain = room.get(start..).and_then(|plain| core::str::from_utf8(plain).ok());
            let place = plain.and_then(|plain| self.exact.get(plain));
            room.truncate(start);
            place
        };
        place.and_then(|&place| Some((place, self.list.get(place)?)))
    }
}

impl Deref for Issuers {
    type Target = [Issuer];

    fn deref(&self) -> &[Issuer] {
        &self.list
    }
}

/// Up to here comparing every name takes less time than a hash.
const FEW: usize = 4;
