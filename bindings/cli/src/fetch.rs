//! The loop that feeds a key store: tickets out, answers in (REQ-ROTATION-20).
//!
//! What any host does, in its smallest form: one ticket after the other, by a client that blocks. A server
//! runs the same loop on a thread of its own, whenever [`KeyStore::due_at`] has come. [`crate::get`] keeps
//! to the bounds of a ticket; what an answer is good for is the store's to say.

use std::time::{Duration, Instant};

use countersign::time::Now;
use countersign::{Done, Fetch, FetchKind, KeyStore, KeysRefused, Outcome};

use crate::args::FetchArgs;
use crate::fault::Fault;
use crate::get::{Answer, Client};
use crate::get_fault::GetFault;
use crate::json::Object;
use crate::output::{FAINT, WARN, note, printable};

/// Fetches by these options, and tells of it if asked to.
pub(crate) struct Fetcher {
    client: Client,
    timeout: Duration,
    verbose: bool,
}

/// One fetch and what came of it.
pub(crate) struct Attempt {
    pub(crate) url: String,
    pub(crate) kind: FetchKind,
    pub(crate) answer: Result<Answer, GetFault>,
    /// Why the store did not take the answer.
    pub(crate) refused: Option<KeysRefused>,
    took: Duration,
}

impl Fetcher {
    /// A fetcher with the authorities and the timeout of the options.
    pub(crate) fn new(options: &FetchArgs) -> Result<Fetcher, Fault> {
        Ok(Fetcher {
            client: Client::new(options.cacert.as_deref())?,
            timeout: Duration::from_secs(options.timeout),
            verbose: options.verbose,
        })
    }

    /// Fetches what `store` has due, until it has no more tickets; `clock` reads both clocks.
    pub(crate) fn fetch_due(&self, store: &KeyStore, clock: &dyn Fn() -> Now) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        // What falls due again meanwhile, because a server failed slowly, waits for the next round.
        for _ in 0..store.issuers().count().saturating_mul(TICKETS_A_SOURCE) {
            let Some(ticket) = store.next_fetch(clock()) else { break };
            attempts.push(self.fetch_one(store, &ticket, clock));
        }
        attempts
    }

    fn fetch_one(&self, store: &KeyStore, ticket: &Fetch, clock: &dyn Fn() -> Now) -> Attempt {
        let left = Duration::from_nanos(ticket.deadline.saturating_sub(clock().monotonic));
        let etag = ticket.etag.as_deref();
        let mut attempt = self.get(ticket.kind, ticket.reason.word(), &ticket.url, etag, ticket.max_bytes, left);
        let outcome = match &attempt.answer {
            Ok(Answer { status: 304, max_age, .. }) => Outcome::NotModified { max_age: *max_age },
            Ok(answer) => Outcome::Body { bytes: &answer.bytes, etag: answer.etag.as_deref(), max_age: answer.max_age },
            Err(fault) => Outcome::Failed(&fault.cause),
        };
        let done = store.fetch_done(ticket.ticket, outcome, clock());
        self.trace(|| match &done {
            Ok(done) => done_words(done).to_owned(),
            Err(refused) => format!("refused: {refused}"),
        });
        attempt.refused = done.err();
        attempt
    }

    /// Gets one thing within the bounds; `why` is for the trace alone.
    pub(crate) fn get(
        &self,
        kind: FetchKind,
        why: &str,
        url: &str,
        etag: Option<&str>,
        max_bytes: usize,
        left: Duration,
    ) -> Attempt {
        self.trace(|| format!("{} {url} ({why})", kind.word()));
        let started = Instant::now();
        let answer = self.client.get(url, etag, max_bytes, left.min(self.timeout));
        let attempt = Attempt { url: url.to_owned(), kind, answer, refused: None, took: started.elapsed() };
        self.trace(|| attempt.describe());
        attempt
    }

    fn trace(&self, line: impl FnOnce() -> String) {
        if self.verbose {
            note(FAINT, "fetch:", &printable(&line()));
        }
    }
}

impl Attempt {
    /// The URL and why nothing came of it; `None` if something did.
    pub(crate) fn failure(&self) -> Option<String> {
        let cause = match (&self.answer, &self.refused) {
            (Err(fault), _) if self.took >= WORTH_TELLING => {
                format!("{} (after {:.1} s)", fault.cause, self.took.as_secs_f64())
            }
            (Err(fault), _) => fault.cause.clone(),
            (Ok(answer), Some(refused)) => format!("{refused}{}", answer.media_type_note()),
            (Ok(_), None) => return None,
        };
        Some(format!("{}: {cause}", self.url))
    }

    /// The fetch for programs.
    pub(crate) fn to_json(&self) -> String {
        let number = |number: Option<u64>| number.map_or_else(|| "null".to_owned(), |number| number.to_string());
        let answer = self.answer.as_ref().ok();
        let status = self.answer.as_ref().map_or_else(|fault| fault.status, |answer| Some(answer.status));
        let bytes = answer.and_then(|answer| answer.bytes.len().try_into().ok());
        Object::new()
            .text("url", &self.url)
            .text("kind", self.kind.word())
            .raw("status", &number(status.map(u64::from)))
            .raw("bytes", &number(bytes))
            .raw("seconds", &format!("{:.3}", self.took.as_secs_f64()))
            .raw("max_age", &number(answer.and_then(|answer| answer.max_age)))
            .text_or_null("etag", answer.and_then(|answer| answer.etag.as_deref()))
            .text_or_null("other_media_type", answer.and_then(|answer| answer.other_media_type.as_deref()))
            .text_or_null("failure", self.failure().as_deref())
            .finish()
    }

    /// The answer for a person.
    pub(crate) fn describe(&self) -> String {
        let seconds = self.took.as_secs_f64();
        match &self.answer {
            Ok(answer) => {
                let max_age = answer.max_age.map(|max_age| format!(", max-age {max_age}")).unwrap_or_default();
                let etag = answer.etag.as_deref().map(|etag| format!(", ETag {etag}")).unwrap_or_default();
                let other = answer.other_media_type.as_deref();
                let other = other.map(|name| format!(", Content-Type {name}")).unwrap_or_default();
                format!("{}, {} bytes in {seconds:.3} s{max_age}{etag}{other}", answer.status, answer.bytes.len())
            }
            Err(fault) => format!("failed after {seconds:.3} s: {}", fault.cause),
        }
    }
}

/// Says on standard error what failed, with the next step of the first that knows one.
pub(crate) fn warn_of_failures(attempts: &[Attempt]) {
    for failure in attempts.iter().filter_map(Attempt::failure) {
        note(WARN, "warning:", &printable(&failure));
    }
    if let Some(next) = next_step(attempts) {
        note(WARN, "next:", next);
    }
}

/// What helps, where a fetch failed for a cause with a remedy.
pub(crate) fn next_step(attempts: &[Attempt]) -> Option<&'static str> {
    attempts.iter().find_map(|attempt| attempt.answer.as_ref().err()?.next)
}

/// At least the 16 random bytes that a store wants.
pub(crate) fn entropy() -> Result<[u8; 16], Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Fault::new(format!("no random bytes from the system: {error}")))?;
    Ok(bytes)
}

fn done_words(done: &Done) -> &'static str {
    match done {
        Done::Loaded(_) => "the set is in place",
        Done::Renewed => "the set that is there lives on",
        Done::Located => "the metadata tell where the set is",
        Done::Noted => "noted",
        Done::Late => "too late for the ticket",
        _ => "nothing changed",
    }
}

/// A failure that takes longer may have its cause in the time.
const WORTH_TELLING: Duration = Duration::from_secs(1);
/// Three addresses for metadata, and the set.
const TICKETS_A_SOURCE: usize = 4;

#[cfg(test)]
#[path = "../tests/cli/server.rs"]
mod server;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use countersign::Policy;
    use countersign::time::Wall;

    use super::server::{Server, ok, response};
    use super::*;

    const JWKS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    const SECOND: u64 = 1_000_000_000;

    fn store_of(issuer: &str) -> KeyStore {
        let policy = format!(
            r#"{{"realm":"a","bearer":{{"issuers":[{{"issuer":"{issuer}","audience":"a","keys":{{"prefetch":true,"cooldown":1}},"discovery":{{"http_loopback":true}}}}]}}}}"#
        );
        Policy::load(policy.as_bytes(), &[]).unwrap().0.key_store(&entropy().unwrap())
    }

    fn fetcher() -> Fetcher {
        Fetcher::new(&FetchArgs { cacert: None, timeout: 1, verbose: false }).unwrap()
    }

    fn at(second: u64) -> Now {
        Now::new(Wall::from_timespec(1_700_000_000, 0).unwrap(), second * SECOND)
    }

    #[test]
    fn req_rotation_25_a_set_that_has_not_changed_is_not_sent_again() {
        let server = Server::http(|asked| match asked.path {
            "/keys" if asked.head.contains("\r\nif-none-match: \"v1\"\r\n") => response(304, "", ""),
            "/keys" => response(200, "ETag: \"v1\"\r\nCache-Control: max-age=100\r\n", JWKS),
            _ => ok(&format!(r#"{{"issuer":"{0}","jwks_uri":"{0}/keys"}}"#, asked.origin)),
        });
        let (store, fetcher) = (store_of(&server.origin), fetcher());
        assert_eq!(fetcher.fetch_due(&store, &|| at(1)).len(), 2);
        assert!(fetcher.fetch_due(&store, &|| at(70)).is_empty(), "nothing is due before three quarters of its life");
        let refreshed = fetcher.fetch_due(&store, &|| at(95));
        let [Attempt { answer: Ok(Answer { status: 304, .. }), refused: None, .. }] = refreshed.as_slice() else {
            panic!("{:?}", server.heads());
        };
        assert_eq!((store.generation(&server.origin), server.paths().len()), (Some(1), 3));
        assert!(store.due_at() > at(95).monotonic, "it lives on");
    }

    #[test]
    fn time_that_runs_away_ends_tickets_and_the_loop() {
        let server = Server::http(|_| response(500, "", ""));
        // Five seconds a look: what failed is due again before the loop would end.
        let second = Cell::new(0);
        let clock = || {
            second.set(second.get() + 5);
            at(second.get())
        };
        let attempts = fetcher().fetch_due(&store_of(&server.origin), &clock);
        assert_eq!(attempts.len(), TICKETS_A_SOURCE);
        assert!(attempts.iter().all(|attempt| attempt.failure().is_some_and(|text| text.ends_with(": timeout"))));
        assert!(server.heads().is_empty(), "nothing is asked for at the deadline of its ticket");
    }
}
