//! What the host has revoked: token ids, sessions, and everything of a subject before a moment.
//!
//! Looked up without locks, in lists that are swapped whole. Adding copies a short list of what is new;
//! it goes into the long one when it has grown to about its square root. Hashes are not keyed: what
//! stands in the lists is the host's choice, and nobody can fill them but the host.

use core::hash::BuildHasherDefault;
use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use crate::json::Text;
use crate::time::{NumericDate, Wall};

type Hasher = BuildHasherDefault<DefaultHasher>;

/// The lists, and those that readers may still hold.
#[derive(Default)]
pub(crate) struct Revoked {
    lists: ArcSwap<Lists>,
    /// Spares nearly every check the load of the lists.
    is_any: AtomicBool,
    /// Replaced lists: readers never free one.
    retired: Mutex<Vec<Arc<Lists>>>,
}

/// What is revoked at one moment.
#[derive(Clone, Default)]
struct Lists {
    ids: Names,
    sessions: Names,
    subjects: Arc<HashMap<String, i128, Hasher>>,
}

/// A set of names that can be added to without copying all of it.
#[derive(Clone, Default)]
struct Names {
    old: Arc<HashSet<String, Hasher>>,
    new: HashSet<String, Hasher>,
}

/// The claims that revocation looks at.
pub(crate) struct TokenNames<'a> {
    pub(crate) id: Option<Text<'a>>,
    pub(crate) session: Option<Text<'a>>,
    pub(crate) subject: Option<Text<'a>>,
    pub(crate) issued_at: Option<NumericDate>,
}

impl Revoked {
    /// Whether anything is revoked at all.
    #[inline]
    pub(crate) fn is_any(&self) -> bool {
        self.is_any.load(Ordering::Acquire)
    }

    /// Whether a token with these claims is revoked. One without `iat` counts as issued before any moment.
    pub(crate) fn covers(&self, token: &TokenNames<'_>) -> bool {
        let lists = self.lists.load();
        let is_issued_before = |moment: i128| token.issued_at.is_none_or(|issued| issued.is_before(moment));
        token.id.is_some_and(|id| lists.ids.contains(id))
            || token.session.is_some_and(|session| lists.sessions.contains(session))
            || token.subject.and_then(|subject| lists.moment_of(subject)).is_some_and(is_issued_before)
    }

    pub(super) fn set_ids(&self, ids: impl Iterator<Item = String>) {
        self.change(|lists| lists.ids = Names::of(ids));
    }

    pub(super) fn add_ids(&self, ids: impl Iterator<Item = String>) {
        self.change(|lists| lists.ids.add(ids));
    }

    pub(super) fn set_sessions(&self, ids: impl Iterator<Item = String>) {
        self.change(|lists| lists.sessions = Names::of(ids));
    }

    pub(super) fn add_sessions(&self, ids: impl Iterator<Item = String>) {
        self.change(|lists| lists.sessions.add(ids));
    }

    pub(super) fn set_subjects(&self, subjects: impl Iterator<Item = (String, Wall)>) {
        self.change(|lists| {
            lists.subjects = Arc::default();
            lists.raise(subjects);
        });
    }

    pub(super) fn add_subjects(&self, subjects: impl Iterator<Item = (String, Wall)>) {
        self.change(|lists| lists.raise(subjects));
    }

    /// How many ids, sessions and subjects there are.
    pub(super) fn counts(&self) -> [usize; 3] {
        let lists = self.lists.load();
        [lists.ids.len(), lists.sessions.len(), lists.subjects.len()]
    }

    /// Swaps changed lists in; one writer at a time, so that no change is lost.
    fn change(&self, change: impl FnOnce(&mut Lists)) {
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lists = Lists::clone(&self.lists.load());
        change(&mut lists);
        let is_any = lists.ids.len() + lists.sessions.len() + lists.subjects.len() > 0;
        retired.push(self.lists.swap(Arc::new(lists)));
        self.is_any.store(is_any, Ordering::Release);
        retired.retain(|lists| Arc::strong_count(lists) > 1);
    }
}

impl Lists {
    fn moment_of(&self, subject: Text<'_>) -> Option<i128> {
        match subject.as_str() {
            Some(subject) => self.subjects.get(subject).copied(),
            None => self.subjects.iter().find(|(known, _)| subject.is(known)).map(|(_, moment)| *moment),
        }
    }

    /// A later moment goes before an earlier one, whatever the order in which they came.
    fn raise(&mut self, subjects: impl Iterator<Item = (String, Wall)>) {
        let known = Arc::make_mut(&mut self.subjects);
        for (subject, moment) in subjects {
            let place = known.entry(subject).or_insert(i128::MIN);
            *place = moment.nanos().max(*place);
        }
    }
}

impl Names {
    fn of(names: impl Iterator<Item = String>) -> Self {
        Names { old: Arc::new(names.collect()), new: HashSet::default() }
    }

    fn add(&mut self, names: impl Iterator<Item = String>) {
        self.new.extend(names.filter(|name| !self.old.contains(name)));
        if self.new.len() > self.old.len().isqrt().max(MERGE_AT) {
            let mut all = HashSet::clone(&self.old);
            all.extend(self.new.drain());
            self.old = Arc::new(all);
        }
    }

    fn len(&self) -> usize {
        self.old.len() + self.new.len()
    }

    fn contains(&self, name: Text<'_>) -> bool {
        match name.as_str() {
            Some(name) => self.old.contains(name) || self.new.contains(name),
            None => self.old.iter().chain(&self.new).any(|known| name.is(known)),
        }
    }
}

/// Below this many new names a merge costs more than it saves.
const MERGE_AT: usize = 64;
