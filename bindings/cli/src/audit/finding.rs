//! Findings, gathered by kind and by where they belong: a million loops on one route are one finding with a count.

use std::collections::BTreeMap;

use super::kind::Kind;
use super::sketch::Sketch;

/// Where something stands in the logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The file, counted from 0 in the order given.
    pub(super) file: usize,
    /// Its line, or entry of a HAR file, counted from 1.
    pub(super) number: u64,
}

/// One occurrence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spotted {
    pub(super) kind: Kind,
    /// The group or the route it belongs to.
    pub(super) subject: Subject,
    pub(super) place: Place,
    pub(super) client: u64,
    /// The time it spans, in milliseconds.
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
    /// How much of it: requests of the loop, refusals before a storm, requests in the peak of a spike.
    pub(super) size: u64,
    /// Beside the size: calls of a storm, the usual count of a bucket.
    pub(super) beside: u64,
}

/// What a finding is about: a status over all routes, or an index into the groups or the routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Status(u16),
    Group(usize),
    Route(usize),
}

/// All occurrences of one kind at one subject.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) first: Spotted,
    /// The one with the greatest size.
    pub(super) worst: Spotted,
    pub(super) count: u64,
    pub(super) clients: Sketch,
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
}

/// Findings by kind and subject.
#[derive(Default)]
pub(super) struct Findings {
    found: BTreeMap<(Kind, Subject), Finding>,
    /// Of the file that is being read, and true only if that file tells credentials at all.
    pending: Vec<Spotted>,
    /// Occurrences that had no room.
    pub(super) left_out: u64,
}

impl Findings {
    /// Adds one occurrence.
    pub(super) fn add(&mut self, spotted: Spotted) {
        let key = (spotted.kind, spotted.subject);
        if !self.found.contains_key(&key) && self.found.len() >= FINDINGS {
            self.left_out += 1;
            return;
        }
        let finding = self.found.entry(key).or_insert_with(|| Finding {
            first: spotted,
            worst: spotted,
            count: 0,
            clients: Sketch::default(),
            from: None,
            to: None,
        });
        finding.count += 1;
        finding.clients.add(spotted.client);
        if spotted.size > finding.worst.size {
            finding.worst = spotted;
        }
        if spotted.place < finding.first.place {
            finding.first = spotted;
        }
        finding.from = [finding.from, spotted.from].into_iter().flatten().min();
        finding.to = [finding.to, spotted.to].into_iter().flatten().max();
    }

    /// Adds one that counts only if the file has credentials anywhere: many are written without them.
    pub(super) fn add_pending(&mut self, spotted: Spotted) {
        if self.pending.len() < PENDING {
            self.pending.push(spotted);
        } else {
            self.left_out += 1;
        }
    }

    /// Ends a file: what waited becomes found, or is forgotten.
    pub(super) fn settle(&mut self, has_credentials: bool) {
        for spotted in std::mem::take(&mut self.pending) {
            if has_credentials {
                self.add(spotted);
            }
        }
    }

    /// All of them: the gravest kinds first, within a kind the most frequent.
    pub(super) fn sorted(&self) -> Vec<&Finding> {
        let mut findings: Vec<&Finding> = self.found.values().collect();
        findings.sort_by_key(|finding| {
            (finding.first.kind.severity(), finding.first.kind, std::cmp::Reverse(finding.count))
        });
        findings
    }
}

/// So many kinds at so many subjects; no report has room for more.
const FINDINGS: usize = 4096;
const PENDING: usize = 65_536;
