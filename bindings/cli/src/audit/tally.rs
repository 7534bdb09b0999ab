//! What is counted of all records: routes, groups of refusals, and what single records show. Its memory has a bound.
//!
//! A record is read and forgotten here: names of routes, challenges and clients are redacted before anything is kept.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};

use super::clients::{Clients, Step};
use super::finding::{Findings, Place, Spotted, Subject};
use super::heard::{self, Heard};
use super::kind::Kind;
use super::record::{Logged, Record};
use super::route;
use super::series::{Level, Series};
use super::sketch::Sketch;
use super::spikes::{self, Spike};

/// The counts of all files so far.
pub(super) struct Tally {
    pub(super) routes: Vec<Route>,
    pub(super) groups: Vec<Group>,
    pub(super) findings: Findings,
    pub(super) clients: Clients,
    /// Requests by time; its buckets set the width of all others.
    pub(super) all: Series,
    pub(super) level: Level,
    pub(super) requests: u64,
    /// Records with a refusal and no time, which no plot shows.
    pub(super) timeless: u64,
    /// Records with a refusal and no client, of which no loop can be told.
    pub(super) clientless: u64,
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
    /// The spikes of each status over all routes.
    pub(super) marks: Vec<(u16, Spike)>,
    /// Of the file that is read: whether any request had credentials.
    has_credentials: bool,
    route_of: HashMap<Box<str>, usize>,
    group_of: HashMap<(u16, usize, Box<str>), usize>,
    token_endpoints: Vec<String>,
    hasher: RandomState,
    name: String,
}

/// One route and all its requests.
pub(super) struct Route {
    pub(super) name: String,
    pub(super) requests: u64,
    series: Series,
}

/// The refusals of one route with one status and one challenge.
pub(super) struct Group {
    pub(super) status: u16,
    pub(super) route: usize,
    pub(super) challenge: String,
    pub(super) count: u64,
    pub(super) clients: Sketch,
    pub(super) series: Series,
    pub(super) first: Place,
}

impl Tally {
    /// Nothing yet; calls of `token_endpoints` are calls for tokens, beside those of the usual names.
    pub(super) fn new(token_endpoints: &[String]) -> Tally {
        Tally {
            routes: vec![Route { name: OTHER_ROUTES.to_owned(), requests: 0, series: Series::default() }],
            groups: Vec::new(),
            findings: Findings::default(),
            clients: Clients::default(),
            all: Series::default(),
            level: Level::default(),
            requests: 0,
            timeless: 0,
            clientless: 0,
            from: None,
            to: None,
            marks: Vec::new(),
            has_credentials: false,
            route_of: HashMap::new(),
            group_of: HashMap::new(),
            token_endpoints: token_endpoints.to_vec(),
            hasher: RandomState::new(),
            name: String::new(),
        }
    }

    /// Counts one record of file number `file`.
    pub(super) fn take(&mut self, file: usize, record: &Record<'_>) {
        self.requests += 1;
        self.has_credentials |= record.credentials == Logged::Yes(true);
        if let Some(millis) = record.millis {
            self.from = Some(self.from.map_or(millis, |from| from.min(millis)));
            self.to = Some(self.to.map_or(millis, |to| to.max(millis)));
            self.all.add(millis, self.level);
            self.level = self.all.fitting();
            self.all.widen(self.level);
        }
        let route = self.route(record);
        let client = self.client(record);
        let place = Place { file, number: record.place };
        if record.is_refused() {
            self.refuse(record, route, client, place);
        }
        if let (Some(millis), Some(client)) = (record.millis, client) {
            let is_token_endpoint =
                record.method == b"POST" && route::is_token_endpoint(record.target, &self.token_endpoints);
            let end = record.took.map(|took| millis.saturating_add(took));
            let step = Step { client, millis, end, route, status: record.status, is_token_endpoint, place };
            self.clients.take(step, &mut |spotted| self.findings.add(spotted));
        }
    }

    /// Ends a file.
    pub(super) fn end_file(&mut self) {
        self.findings.settle(std::mem::take(&mut self.has_credentials));
    }

    /// Ends everything: what clients were doing, and the spikes.
    pub(super) fn finish(&mut self) {
        self.clients.finish(&mut |spotted| self.findings.add(spotted));
        for series in self.routes.iter_mut().map(|route| &mut route.series) {
            series.widen(self.level);
        }
        let mut of_status: BTreeMap<u16, Series> = BTreeMap::new();
        for group in &mut self.groups {
            group.series.widen(self.level);
            of_status.entry(group.status).or_default().merge(&group.series);
        }
        for (status, series) in &of_status {
            self.find_spikes(Subject::Status(*status), series, &self.all.clone());
        }
        for at in 0..self.groups.len() {
            let Some(group) = self.groups.get(at) else { continue };
            let Some(route) = self.routes.get(group.route) else { continue };
            self.find_spikes(Subject::Group(at), &group.series.clone(), &route.series.clone());
        }
    }

    fn find_spikes(&mut self, subject: Subject, refused: &Series, asked: &Series) {
        let width = self.level.seconds() * 1000;
        for spike in spikes::find(refused, asked, &self.all) {
            if let Subject::Status(status) = subject {
                self.marks.push((status, spike));
            }
            self.findings.add(Spotted {
                kind: Kind::DenialSpike,
                subject,
                place: Place::default(),
                client: 0,
                from: Some(spike.first * width),
                to: Some((spike.last + 1) * width),
                size: spike.peak.into(),
                beside: spike.usual.into(),
            });
        }
    }

    fn refuse(&mut self, record: &Record<'_>, route: usize, client: Option<u64>, place: Place) {
        let heard = heard::hear(record);
        let at = self.group(record.status, route, &heard, place);
        if let Some(group) = self.groups.get_mut(at) {
            group.count += 1;
            if let Some(client) = client {
                group.clients.add(client);
            }
            if let Some(millis) = record.millis {
                group.series.add(millis, self.level);
            }
        }
        self.timeless += u64::from(record.millis.is_none());
        self.clientless += u64::from(client.is_none());
        let subject = Subject::Group(at);
        let (from, to, client) = (record.millis, record.millis, client.unwrap_or(0));
        for (kind, is_sure) in shown(record, &heard).into_iter().flatten() {
            let spotted = Spotted { kind, subject, place, client, from, to, size: 1, beside: 0 };
            if is_sure { self.findings.add(spotted) } else { self.findings.add_pending(spotted) }
        }
    }

    fn route(&mut self, record: &Record<'_>) -> usize {
        route::write(&mut self.name, record.method, record.host, record.target);
        let at = match self.route_of.get(self.name.as_str()) {
            Some(at) => *at,
            None if self.routes.len() >= ROUTES => 0,
            None => {
                self.routes.push(Route { name: self.name.clone(), requests: 0, series: Series::default() });
                self.route_of.insert(self.name.as_str().into(), self.routes.len() - 1);
                self.routes.len() - 1
            }
        };
        if let Some(route) = self.routes.get_mut(at) {
            route.requests += 1;
            if let Some(millis) = record.millis {
                route.series.add(millis, self.level);
            }
        }
        at
    }

    fn group(&mut self, status: u16, route: usize, heard: &Heard, first: Place) -> usize {
        let is_full = self.groups.len() >= GROUPS;
        // Beyond the bound the route is given up, then the challenge: what is left is few.
        let known = |route, challenge: &str| self.group_of.get(&(status, route, challenge.into())).copied();
        let (route, challenge) = match known(route, &heard.name) {
            Some(at) => return at,
            None if is_full => (0, OTHER_CHALLENGES),
            None => (route, heard.name.as_str()),
        };
        if let Some(at) = known(route, challenge) {
            return at;
        }
        self.groups.push(Group {
            status,
            route,
            challenge: challenge.to_owned(),
            count: 0,
            clients: Sketch::default(),
            series: Series::default(),
            first,
        });
        self.group_of.insert((status, route, challenge.into()), self.groups.len() - 1);
        self.groups.len() - 1
    }

    /// A number for who asked; it is made anew with each run and leads back to nobody.
    fn client(&self, record: &Record<'_>) -> Option<u64> {
        let is_known = !matches!(record.client, b"" | b"-");
        is_known.then(|| self.hasher.hash_one((record.client, record.agent, record.user)))
    }
}

/// What one refusal shows by itself, and whether it holds even if the log leaves credentials out.
fn shown(record: &Record<'_>, heard: &Heard) -> [Option<(Kind, bool)>; 4] {
    let no_credentials = record.credentials == Logged::Yes(false);
    let is_denied = matches!(record.status, 401 | 407);
    let says_invalid = record.status == 403 && heard.error == Some("invalid_token");
    let says_scope = record.status == 401 && heard.error == Some("insufficient_scope");
    let is_preflight = record.method == b"OPTIONS" && record.status == 401;
    [
        match record.status {
            401 if heard.is_missing => Some((Kind::ChallengeMissing, true)),
            407 if heard.is_missing => Some((Kind::ProxyChallengeMissing, true)),
            _ => None,
        },
        record.cached.then_some((Kind::ResponseCached, true)).filter(|_| record.status != 503),
        match record.status {
            403 if says_invalid => Some((Kind::Status403For401, true)),
            403 if no_credentials => Some((Kind::Status403For401, false)),
            401 if is_preflight => Some((Kind::PreflightChallenged, true)),
            _ => None,
        },
        match heard.error {
            _ if says_scope => Some((Kind::Status401For403, true)),
            Some(_) if is_denied && no_credentials => Some((Kind::ErrorUnearned, false)),
            _ => None,
        },
    ]
}

/// What stands for all routes beyond the bound.
const OTHER_ROUTES: &str = "(other routes)";
const OTHER_CHALLENGES: &str = "(others)";
/// Routes and groups kept; a list of them takes about 8 KiB each.
const ROUTES: usize = 1024;
const GROUPS: usize = 1536;
