//! What a report says, whatever it is written in: rows with a bound, the rest summed.

use std::collections::BTreeMap;

use super::finding::{Finding, Place, Subject};
use super::kind::Kind;
use super::series::Level;
use super::source::Summary;
use super::tally::{Group, Tally};
use crate::dates;

impl Told {
    /// What it is about: `401 GET /v1/reports, challenge Bearer`.
    pub(super) fn subject(&self) -> String {
        let status = self.status.map(|status| format!("{status} ")).unwrap_or_default();
        let challenge = self.challenge.as_deref().map(|challenge| format!(", challenge {challenge}"));
        format!("{status}{}{}", self.route, challenge.unwrap_or_default())
    }
}

/// Everything that the writers need.
pub(super) struct Report<'a> {
    pub(super) tally: &'a Tally,
    pub(super) files: &'a [Summary],
    /// The refusals of each status, in the order of statuses.
    pub(super) statuses: BTreeMap<u16, u64>,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) rest: Rest,
    pub(super) challenges: Vec<(&'a str, u64)>,
    pub(super) findings: Vec<Told>,
    /// Findings beyond the bound.
    pub(super) findings_left_out: u64,
    pub(super) timeline: Timeline,
}

/// One group of refusals.
pub(super) struct Row<'a> {
    pub(super) group: &'a Group,
    pub(super) route: &'a str,
    /// All requests of the route.
    pub(super) requests: u64,
}

/// The groups that have no row.
#[derive(Default)]
pub(super) struct Rest {
    pub(super) groups: u64,
    pub(super) count: u64,
}

/// One finding in words.
pub(super) struct Told {
    pub(super) kind: Kind,
    pub(super) route: String,
    pub(super) status: Option<u16>,
    pub(super) challenge: Option<String>,
    pub(super) count: u64,
    /// Not told of a status over all routes.
    pub(super) clients: Option<u64>,
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
    /// One to look at; of a spike the time says more.
    pub(super) place: Option<Place>,
    pub(super) evidence: String,
}

/// Refusals by time and status.
pub(super) struct Timeline {
    pub(super) level: Level,
    /// Bucket, requests, and refusals in the order of [`STATUSES`].
    pub(super) buckets: Vec<(i64, u32, [u32; 4])>,
}

impl<'a> Report<'a> {
    /// The report of everything read, with `top` rows.
    pub(super) fn new(tally: &'a Tally, files: &'a [Summary], top: usize) -> Report<'a> {
        let mut groups: Vec<&Group> = tally.groups.iter().collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then(a.first.cmp(&b.first)));
        let (mut statuses, mut challenges) = (BTreeMap::new(), BTreeMap::new());
        for group in &groups {
            *statuses.entry(group.status).or_insert(0) += group.count;
            // 503 is no answer about credentials.
            if group.status != 503 {
                *challenges.entry(group.challenge.as_str()).or_insert(0) += group.count;
            }
        }
        let mut challenges: Vec<(&str, u64)> = challenges.into_iter().collect();
        challenges.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let rest = groups.get(top..).unwrap_or_default();
        let rest = Rest {
            groups: u64::try_from(rest.len()).unwrap_or(u64::MAX),
            count: rest.iter().map(|group| group.count).sum(),
        };
        let row = |group: &&'a Group| {
            let route = tally.routes.get(group.route);
            Row {
                group,
                route: route.map_or("", |route| &route.name),
                requests: route.map_or(0, |route| route.requests),
            }
        };
        let found = tally.findings.sorted();
        let left_out = found.len().saturating_sub(FINDINGS);
        Report {
            tally,
            files,
            statuses,
            rows: groups.iter().take(top).map(row).collect(),
            rest,
            challenges,
            findings: found.into_iter().take(FINDINGS).map(|finding| told(tally, finding)).collect(),
            findings_left_out: tally.findings.left_out + u64::try_from(left_out).unwrap_or(0),
            timeline: Timeline::new(tally),
        }
    }

    /// All refusals.
    pub(super) fn refused(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// The findings by kind, the gravest first.
    pub(super) fn by_kind(&self) -> impl Iterator<Item = &[Told]> {
        self.findings.chunk_by(|a, b| a.kind == b.kind)
    }

    /// Where something stands, for people: `access.log, line 17`.
    pub(super) fn place(&self, place: Place) -> String {
        let Some(file) = self.files.get(place.file) else { return String::new() };
        let unit = if file.format == "HAR" { "entry" } else { "line" };
        format!("{}, {unit} {}", file.name, place.number)
    }

    /// What had to be left out or could not be told, in sentences.
    pub(super) fn remarks(&self) -> Vec<String> {
        let tally = self.tally;
        let mut remarks = Vec::new();
        if !self.challenges.is_empty()
            && self.challenges.iter().all(|(challenge, _)| *challenge == super::heard::NOT_LOGGED)
        {
            remarks.push(
                "These logs do not tell challenges; log WWW-Authenticate (nginx: $sent_http_www_authenticate in a JSON \
                 log_format) to group by them."
                    .to_owned(),
            );
        }
        if tally.clientless > 0 {
            remarks.push(format!(
                "{} refusals have no client, so loops and storms among them stay unseen.",
                tally.clientless
            ));
        }
        if tally.timeless > 0 {
            remarks.push(format!("{} refusals have no time and stand in no plot.", tally.timeless));
        }
        if tally.clients.left_out > 0 {
            remarks.push(format!(
                "{} requests came from more clients at a time than are followed.",
                tally.clients.left_out
            ));
        }
        if self.findings_left_out > 0 {
            remarks.push(format!("{} findings are not listed.", self.findings_left_out));
        }
        remarks
    }
}

impl Timeline {
    fn new(tally: &Tally) -> Timeline {
        let mut buckets: BTreeMap<i64, (u32, [u32; 4])> =
            tally.all.counts().iter().map(|(bucket, count)| (*bucket, (*count, [0; 4]))).collect();
        for group in &tally.groups {
            let Some(at) = STATUSES.iter().position(|status| *status == group.status) else { continue };
            for (bucket, count) in group.series.counts() {
                let entry = buckets.entry(*bucket).or_default();
                if let Some(sum) = entry.1.get_mut(at) {
                    *sum = sum.saturating_add(*count);
                }
            }
        }
        let buckets = buckets.into_iter().map(|(bucket, (all, refused))| (bucket, all, refused)).collect();
        Timeline { level: tally.level, buckets }
    }
}

fn told(tally: &Tally, finding: &Finding) -> Told {
    let first = &finding.first;
    let route_at = |at: usize| tally.routes.get(at).map_or("", |route| route.name.as_str());
    let (status, route, group) = match first.subject {
        Subject::Status(status) => (Some(status), "(all routes)", None),
        Subject::Route(at) => (None, route_at(at), None),
        Subject::Group(at) => match tally.groups.get(at) {
            Some(group) => (Some(group.status), route_at(group.route), Some(group)),
            None => (None, "", None),
        },
    };
    Told {
        kind: first.kind,
        route: route.to_owned(),
        status,
        challenge: group.map(|group| group.challenge.clone()).filter(|challenge| challenge != super::heard::NOT_DUE),
        count: finding.count,
        clients: match first.kind {
            Kind::DenialSpike => group.map(|group| group.clients.count()),
            _ => Some(finding.clients.count()),
        },
        from: finding.from,
        to: finding.to,
        place: (first.kind != Kind::DenialSpike).then_some(finding.worst.place),
        evidence: evidence(tally, finding),
    }
}

fn evidence(tally: &Tally, finding: &Finding) -> String {
    let (count, worst) = (finding.count, &finding.worst);
    let span = match (worst.from, worst.to) {
        (Some(from), Some(to)) => seconds(to - from),
        _ => "an unknown time".to_owned(),
    };
    let clients = finding.clients.count();
    let clients = match (clients, finding.clients.is_estimate()) {
        (1, _) => "1 client".to_owned(),
        (_, true) => format!("about {clients} clients"),
        (_, false) => format!("{clients} clients"),
    };
    let times = |one: &str, many: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {many}") };
    match worst.kind {
        Kind::DenialLoop => {
            format!("{} of {clients}; the longest has {} refusals in {span}", times("loop", "loops"), worst.size)
        }
        Kind::RefreshStorm => format!(
            "{} of {clients}; the largest has {} refusals, then {} calls for tokens in {span}",
            times("storm", "storms"),
            worst.beside,
            worst.size
        ),
        Kind::RefreshParallel => {
            format!("{} of {clients}; up to {} calls for tokens open at once", times("episode", "episodes"), worst.size)
        }
        Kind::DenialSpike => format!(
            "{}; the highest has {} in {} where {} is usual, {}",
            times("spike", "spikes"),
            worst.size,
            seconds(tally.level.seconds() * 1000),
            worst.beside,
            worst.from.map_or_else(String::new, |from| format!("from {} for {span}", utc(from)))
        ),
        _ => format!("{} of {clients}", times("response", "responses")),
    }
}

/// A span in its fitting unit.
pub(super) fn seconds(millis: i64) -> String {
    let millis = millis.max(0);
    match millis {
        0..10_000 if millis % 1000 >= 100 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        0..120_000 => format!("{} s", millis / 1000),
        120_000..7_200_000 => format!("{} min", millis / 60_000),
        7_200_000..172_800_000 => format!("{} h", millis / 3_600_000),
        _ => format!("{} days", millis / 86_400_000),
    }
}

/// A moment in UTC to the second.
pub(super) fn utc(millis: i64) -> String {
    dates::utc(millis.div_euclid(1000))
}

/// The refusals that are grouped.
pub(super) const STATUSES: [u16; 4] = [401, 403, 407, 503];
/// Findings in one report.
const FINDINGS: usize = 100;
