//! The fields of one record while they are gathered from JSON, in buffers that are used again.

use super::record::{Logged, Record};

/// A text that is cut at a bound.
#[derive(Default)]
pub(super) struct Text(Vec<u8>);

impl Text {
    /// Takes `text` in place of what was there.
    pub(super) fn set(&mut self, text: &str) {
        self.0.clear();
        self.0.extend(text.bytes().take(TEXT_BYTES));
    }

    pub(super) fn set_if_empty(&mut self, text: &str) {
        if self.0.is_empty() && text != "-" {
            self.set(text);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What was read of a record so far.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a record")]
pub(super) struct Fields {
    pub(super) millis: Option<i64>,
    took: Option<i64>,
    status: u16,
    pub(super) method: Text,
    pub(super) host: Text,
    pub(super) target: Text,
    pub(super) client: Text,
    pub(super) agent: Text,
    pub(super) user: Text,
    pub(super) reason: Text,
    challenges: Vec<Text>,
    challenge_count: usize,
    /// Whether the log shows the fields of requests, of responses, or has a place for the challenge alone.
    pub(super) has_request_headers: bool,
    pub(super) has_response_headers: bool,
    has_credentials: bool,
    pub(super) cached: bool,
}

impl Fields {
    /// Forgets the record.
    pub(super) fn clear(&mut self) {
        for text in [
            &mut self.method,
            &mut self.host,
            &mut self.target,
            &mut self.client,
            &mut self.agent,
            &mut self.user,
            &mut self.reason,
        ] {
            text.0.clear();
        }
        (self.millis, self.took, self.status, self.challenge_count) = (None, None, 0, 0);
        (self.has_request_headers, self.has_response_headers) = (false, false);
        (self.has_credentials, self.cached) = (false, false);
    }

    /// Gives the record if it has a status and a target; whether it had.
    pub(super) fn give(&self, place: u64, sink: &mut dyn FnMut(&Record<'_>)) -> bool {
        if self.target.is_empty() || !(100..=999).contains(&self.status) {
            return false;
        }
        let mut lines: [&[u8]; CHALLENGES] = [b""; CHALLENGES];
        for (line, text) in lines.iter_mut().zip(&self.challenges) {
            *line = &text.0;
        }
        let lines = lines.get(..self.challenge_count).unwrap_or_default();
        sink(&Record {
            place,
            millis: self.millis,
            took: self.took,
            client: &self.client.0,
            agent: &self.agent.0,
            user: &self.user.0,
            method: &self.method.0,
            host: &self.host.0,
            target: &self.target.0,
            status: self.status,
            challenges: if self.has_response_headers { Logged::Yes(lines) } else { Logged::No },
            credentials: match (self.has_credentials, self.has_request_headers) {
                (true, _) => Logged::Yes(true),
                (false, true) => Logged::Yes(false),
                (false, false) => Logged::No,
            },
            cached: self.cached,
            reason: &self.reason.0,
        });
        true
    }

    /// Takes a status; what is none becomes 0.
    pub(super) fn set_status(&mut self, status: f64) {
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it fits")]
        let status = if (100.0..1000.0).contains(&status) { status as u16 } else { 0 };
        self.status = status;
    }

    pub(super) fn has_status(&self) -> bool {
        self.status != 0
    }

    /// Takes a duration in milliseconds.
    pub(super) fn set_took(&mut self, took: f64) {
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "it fits")]
        let took = (0.0..1e9).contains(&took).then_some(took as i64);
        self.took = took;
    }

    /// Takes a field line of the request.
    pub(super) fn request_header(&mut self, name: &str, value: &str) {
        self.has_request_headers = true;
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("authorization") || is("proxy-authorization") || is("cookie") {
            self.has_credentials |= !matches!(value, "" | "-");
        } else if is("user-agent") {
            self.agent.set(value);
        }
    }

    /// Takes a field line of the response.
    pub(super) fn response_header(&mut self, name: &str, value: &str) {
        self.has_response_headers = true;
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("www-authenticate") || is("proxy-authenticate") {
            self.challenge(value);
        } else if is("age") {
            self.cached |= value.trim().parse::<u64>().is_ok_and(|age| age > 0);
        } else if is("x-cache")
            || is("cf-cache-status")
            || is("x-cache-status")
            || is("cache-status")
            || is("x-vercel-cache")
        {
            self.cache_status(value);
        }
    }

    /// Takes what a cache says of itself; `HIT`, `Hit from cloudfront`, `TCP_HIT`, and `ExampleCache; hit` of RFC 9211.
    pub(super) fn cache_status(&mut self, value: &str) {
        self.cached |= value
            .split(|character: char| !character.is_ascii_alphabetic())
            .any(|word| word.eq_ignore_ascii_case("hit") || word.eq_ignore_ascii_case("stale"));
    }

    /// Takes the value of a challenge field; an empty one says that there was none.
    pub(super) fn challenge(&mut self, value: &str) {
        self.has_response_headers = true;
        if matches!(value, "" | "-") || self.challenge_count >= CHALLENGES {
            return;
        }
        if self.challenges.len() <= self.challenge_count {
            self.challenges.push(Text::default());
        }
        if let Some(text) = self.challenges.get_mut(self.challenge_count) {
            text.set(value);
        }
        self.challenge_count += 1;
    }

    /// Takes the word of a log for credentials.
    pub(super) fn credentials(&mut self, value: &str) {
        self.has_request_headers = true;
        self.has_credentials |= !matches!(value, "" | "-" | "false");
    }
}

/// Longer than any URL that is served and any challenge that is read.
const TEXT_BYTES: usize = 16 << 10;
/// Field lines of challenges looked at in one response.
const CHALLENGES: usize = 8;
