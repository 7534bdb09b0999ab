//! What single clients do: loops of refusals, and refreshes that come in storms.
//!
//! Only clients that were refused or asked for a token lately are kept, and a bounded number of them.

use std::collections::HashMap;

use super::finding::{Place, Spotted, Subject};
use super::kind::Kind;

/// One request of a client, with what matters here.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) client: u64,
    pub(super) millis: i64,
    /// When it ended, if the log tells how long it took.
    pub(super) end: Option<i64>,
    pub(super) route: usize,
    pub(super) status: u16,
    pub(super) is_token_endpoint: bool,
    pub(super) place: Place,
}

/// The clients of late.
#[derive(Default)]
pub(super) struct Clients {
    known: HashMap<u64, Client>,
    steps_since_sweep: usize,
    /// Steps of clients for whom there was no room.
    pub(super) left_out: u64,
}

#[derive(Default)]
struct Client {
    last: i64,
    runs: Vec<Run>,
    refused: Option<Run>,
    refreshes: Option<Refreshes>,
    vain: Vain,
}

/// Refusals and calls for tokens in turn, with nothing that went well in between.
#[derive(Clone, Copy, Default)]
struct Vain {
    refusals: u64,
    calls: u64,
    last: i64,
}

/// Requests that follow each other closely.
#[derive(Clone, Copy)]
struct Run {
    route: usize,
    count: u64,
    from: i64,
    last: i64,
    place: Place,
}

/// Calls of the token endpoint that follow each other closely.
struct Refreshes {
    run: Run,
    /// Refusals right before the first.
    refused_before: u64,
    /// When the last calls ended, or would have after a short while.
    open_until: Vec<i64>,
    most_at_once: usize,
    /// The longest while in which they were of no use.
    vain: Vain,
}

impl Clients {
    /// Takes one request; what ends by it goes to `found`.
    pub(super) fn take(&mut self, step: Step, found: &mut impl FnMut(Spotted)) {
        let matters = step.status == 401 || step.is_token_endpoint;
        self.steps_since_sweep += 1;
        if matters && self.known.len() >= CLIENTS && !self.known.contains_key(&step.client) {
            if self.steps_since_sweep >= CLIENTS / 4 {
                self.sweep(step.millis, found);
            }
            if self.known.len() >= CLIENTS {
                self.left_out += 1;
                return;
            }
        }
        if matters {
            let client = self.known.entry(step.client).or_default();
            client.last = step.millis;
            if step.status == 401 {
                client.refuse(step, found);
            }
            if step.is_token_endpoint {
                client.refresh(step, found);
            }
        } else if step.status < 400
            && let Some(client) = self.known.get_mut(&step.client)
        {
            client.succeed(step, found);
        }
    }

    /// Ends everything.
    pub(super) fn finish(&mut self, found: &mut impl FnMut(Spotted)) {
        for (key, mut client) in self.known.drain() {
            client.finish(key, found);
        }
    }

    fn sweep(&mut self, now: i64, found: &mut impl FnMut(Spotted)) {
        self.steps_since_sweep = 0;
        self.known.retain(|key, client| {
            let is_recent = (now - client.last).abs() <= STORM_GAP;
            if !is_recent {
                client.finish(*key, found);
            }
            is_recent
        });
    }
}

impl Client {
    fn refuse(&mut self, step: Step, found: &mut impl FnMut(Spotted)) {
        self.vain.go_on(step.millis).refusals += 1;
        match &mut self.refused {
            Some(run) if run.is_followed_by(step.millis, STORM_GAP) => run.extend(step.millis),
            refused => *refused = Some(Run::begin(step)),
        }
        match self.runs.iter_mut().find(|run| run.route == step.route) {
            Some(run) if run.is_followed_by(step.millis, LOOP_GAP) => run.extend(step.millis),
            Some(run) => {
                run.tell(step.client, found);
                *run = Run::begin(step);
            }
            None => {
                if self.runs.len() >= RUNS
                    && let Some((oldest, _)) = self.runs.iter().enumerate().min_by_key(|(_, run)| run.last)
                {
                    self.runs.swap_remove(oldest).tell(step.client, found);
                }
                self.runs.push(Run::begin(step));
            }
        }
    }

    fn refresh(&mut self, step: Step, found: &mut impl FnMut(Spotted)) {
        self.vain.go_on(step.millis).calls += 1;
        match &mut self.refreshes {
            Some(refreshes) if refreshes.run.is_followed_by(step.millis, STORM_GAP) => {
                refreshes.run.extend(step.millis);
            }
            refreshes => {
                if let Some(refreshes) = refreshes.take() {
                    refreshes.tell(step.client, found);
                }
                let refused_before =
                    self.refused.filter(|run| run.is_followed_by(step.millis, STORM_GAP)).map_or(0, |run| run.count);
                *refreshes = Some(Refreshes {
                    run: Run::begin(step),
                    refused_before,
                    open_until: Vec::new(),
                    most_at_once: 0,
                    vain: Vain::default(),
                });
            }
        }
        let Some(refreshes) = &mut self.refreshes else { return };
        refreshes.open_until.retain(|end| *end > step.millis);
        if refreshes.open_until.len() < AT_ONCE_KEPT {
            refreshes.open_until.push(step.end.unwrap_or(step.millis + SHORT_WHILE).max(step.millis + 1));
        }
        refreshes.most_at_once = refreshes.most_at_once.max(refreshes.open_until.len());
        if self.vain.is_storm() && self.vain.calls > refreshes.vain.calls {
            refreshes.vain = self.vain;
        }
    }

    /// A success ends the loop of its route, and shows that the tokens were of use.
    fn succeed(&mut self, step: Step, found: &mut impl FnMut(Spotted)) {
        self.vain = Vain::default();
        if let Some(at) = self.runs.iter().position(|run| run.route == step.route) {
            self.runs.remove(at).tell(step.client, found);
        }
    }

    fn finish(&mut self, key: u64, found: &mut impl FnMut(Spotted)) {
        for run in self.runs.drain(..) {
            run.tell(key, found);
        }
        if let Some(refreshes) = self.refreshes.take() {
            refreshes.tell(key, found);
        }
    }
}

impl Run {
    fn begin(step: Step) -> Run {
        Run { route: step.route, count: 1, from: step.millis, last: step.millis, place: step.place }
    }

    /// Logs may be a little out of order, and exports have the newest line first.
    fn is_followed_by(&self, millis: i64, gap: i64) -> bool {
        self.from.saturating_sub(gap) <= millis && millis <= self.last.saturating_add(gap)
    }

    fn extend(&mut self, millis: i64) {
        self.count += 1;
        self.from = self.from.min(millis);
        self.last = self.last.max(millis);
    }

    fn tell(self, client: u64, found: &mut impl FnMut(Spotted)) {
        if self.count >= LOOP_COUNT {
            found(self.spotted(Kind::DenialLoop, client, self.count, 0));
        }
    }

    fn spotted(self, kind: Kind, client: u64, size: u64, beside: u64) -> Spotted {
        let subject = Subject::Route(self.route);
        Spotted { kind, subject, place: self.place, client, from: Some(self.from), to: Some(self.last), size, beside }
    }
}

impl Vain {
    /// The same while, or a new one.
    fn go_on(&mut self, millis: i64) -> &mut Vain {
        if (millis - self.last).abs() > STORM_GAP {
            *self = Vain::default();
        }
        self.last = millis;
        self
    }

    fn is_storm(self) -> bool {
        self.refusals >= STORM_REFUSALS && self.calls >= STORM_CALLS
    }
}

impl Refreshes {
    fn tell(self, client: u64, found: &mut impl FnMut(Spotted)) {
        if self.run.count >= STORM_CALLS && self.refused_before >= STORM_REFUSALS {
            found(self.run.spotted(Kind::RefreshStorm, client, self.run.count, self.refused_before));
        } else if self.vain.is_storm() {
            found(self.run.spotted(Kind::RefreshStorm, client, self.vain.calls, self.vain.refusals));
        } else if self.most_at_once >= AT_ONCE {
            let at_once = u64::try_from(self.most_at_once).unwrap_or(u64::MAX);
            found(self.run.spotted(Kind::RefreshParallel, client, at_once, self.run.count));
        }
    }
}

/// Refusals of one client and route so close to each other are one loop, from so many on.
const LOOP_GAP: i64 = 10_000;
const LOOP_COUNT: u64 = 5;
/// So many refusals, each within a minute of the one before, then or in turn so many calls of the token endpoint.
const STORM_GAP: i64 = 60_000;
const STORM_REFUSALS: u64 = 5;
const STORM_CALLS: u64 = 3;
/// Three refreshes open at once are no accident; without durations a call counts as open for a second.
const AT_ONCE: usize = 3;
const SHORT_WHILE: i64 = 1000;
const AT_ONCE_KEPT: usize = 64;
/// Routes in which one client can loop at a time.
const RUNS: usize = 16;
/// Clients kept at a time; those of the last minute of a busy API.
const CLIENTS: usize = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(steps: &[(i64, u16, bool)]) -> Vec<(Kind, u64, u64)> {
        let (mut clients, mut found) = (Clients::default(), Vec::new());
        let mut tell = |spotted: Spotted| found.push((spotted.kind, spotted.size, spotted.beside));
        for &(millis, status, is_token_endpoint) in steps {
            let route = usize::from(is_token_endpoint);
            let place = Place::default();
            clients.take(Step { client: 7, millis, end: None, route, status, is_token_endpoint, place }, &mut tell);
        }
        clients.finish(&mut tell);
        found
    }

    #[test]
    fn five_refusals_in_a_row_are_a_loop_and_four_are_none() {
        let run = |count: i64, gap| (0..count).map(|at| (at * gap, 401, false)).collect::<Vec<_>>();
        assert_eq!(steps(&run(4, 1000)), []);
        assert_eq!(steps(&run(5, 1000)), [(Kind::DenialLoop, 5, 0)]);
        assert_eq!(steps(&run(9, 10_000)), [(Kind::DenialLoop, 9, 0)]);
        assert_eq!(steps(&run(9, 10_001)), []);
        let newest_first: Vec<_> = run(50, 2000).into_iter().rev().collect();
        assert_eq!(steps(&newest_first), [(Kind::DenialLoop, 50, 0)]);
    }

    #[test]
    fn a_success_between_refusals_is_no_loop() {
        // Negotiate and NTLM are challenged at each connection.
        let steps_of =
            |status| (0..20).map(|at| (at * 1000, if at % 2 == 0 { 401 } else { status }, false)).collect::<Vec<_>>();
        assert_eq!(steps(&steps_of(200)), []);
        assert_eq!(steps(&steps_of(500)), [(Kind::DenialLoop, 10, 0)]);
    }

    #[test]
    fn refreshes_after_refusals_are_a_storm() {
        let mut storm: Vec<_> = (0..5).map(|at| (at, 401, false)).collect();
        storm.extend((0..3).map(|at| (100 + at, 200, true)));
        assert!(steps(&storm).contains(&(Kind::RefreshStorm, 3, 5)), "{:?}", steps(&storm));
        storm.pop();
        assert!(!steps(&storm).iter().any(|found| found.0 == Kind::RefreshStorm));
    }

    #[test]
    fn refreshes_and_refusals_in_turn_are_a_storm_unless_something_goes_well() {
        let turns = |count: i64, between: u16| {
            let turn = |at: i64| {
                [(at * 30_000, 401, false), (at * 30_000 + 500, 200, true), (at * 30_000 + 1000, between, false)]
            };
            (0..count).flat_map(turn).collect::<Vec<_>>()
        };
        assert_eq!(steps(&turns(5, 404)), [(Kind::RefreshStorm, 5, 5)]);
        assert_eq!(steps(&turns(4, 404)), []);
        let newest_first: Vec<_> = turns(20, 404).into_iter().rev().collect();
        assert_eq!(steps(&newest_first), [(Kind::RefreshStorm, 20, 19)]);
        // Many users behind one address, each of whom refreshes once.
        assert_eq!(steps(&turns(50, 200)), []);
        // A minute of peace ends it.
        let slow: Vec<_> =
            turns(20, 404).into_iter().map(|(at, status, is_token)| (at * 3, status, is_token)).collect();
        assert_eq!(steps(&slow), []);
    }

    #[test]
    fn three_refreshes_at_once_are_parallel_and_three_in_a_row_are_not() {
        assert_eq!(steps(&[(0, 200, true), (10, 200, true), (20, 200, true)]), [(Kind::RefreshParallel, 3, 3)]);
        assert_eq!(steps(&[(0, 200, true), (1000, 200, true), (2000, 200, true)]), []);
    }

    #[test]
    fn the_number_of_clients_has_a_bound() {
        let mut clients = Clients::default();
        let count = u64::try_from(CLIENTS).unwrap() * 3;
        for client in 0..count {
            let step = Step {
                client,
                millis: 0,
                end: None,
                route: 0,
                status: 401,
                is_token_endpoint: false,
                place: Place::default(),
            };
            clients.take(step, &mut |_| ());
        }
        assert_eq!((clients.known.len(), clients.left_out), (CLIENTS, count - u64::try_from(CLIENTS).unwrap()));
        // A minute later there is room again.
        let step = Step {
            client: count,
            millis: 60_001,
            end: None,
            route: 0,
            status: 401,
            is_token_endpoint: false,
            place: Place::default(),
        };
        clients.take(step, &mut |_| ());
        assert_eq!(clients.known.len(), 1);
    }
}
