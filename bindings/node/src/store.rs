//! The live keys behind a verifier: tickets for the fetches of JavaScript, pushed sets, revocation.

use countersign::time::{Now, Wall};
use countersign::{Done, Exported, KeysRefused, Outcome};
use napi::bindgen_prelude::{BigInt, Buffer};
use napi::{Error, Result, Status};
use napi_derive::napi;

use crate::verifier::NativeVerifier;

/// One request to make.
#[napi(object, object_from_js = false)]
pub struct Ticket {
    /// Its number.
    pub number: BigInt,
    /// `metadata` or `key_set`.
    pub kind: &'static str,
    /// Why, as `first_use`.
    pub reason: &'static str,
    /// The issuer as the policy names it.
    pub issuer: String,
    /// Where.
    pub url: String,
    /// For If-None-Match.
    pub etag: Option<String>,
    /// On the monotonic clock.
    pub deadline: BigInt,
    /// A longer body is a failure.
    pub max_bytes: u32,
}

/// A subject whose tokens from before a moment are revoked.
#[napi(object)]
pub struct RevokedSubject {
    /// The `sub`.
    pub subject: String,
    /// Seconds since 1970 in digits.
    pub before: String,
}

/// A set as `export_keys` gives it.
#[napi(object, object_from_js = false)]
pub struct ExportedKeys {
    /// The bytes of the JWK Set.
    pub text: Buffer,
    /// Its entity tag.
    pub etag: Option<String>,
    /// When it was fetched, in nanoseconds since 1970.
    pub fetched_at: Option<BigInt>,
}

#[napi]
impl NativeVerifier {
    /// The monotonic nanosecond at which `next_fetch` has something; negative while there is nothing to do.
    #[napi]
    pub fn due_at(&self) -> Result<i64> {
        Ok(i64::try_from(self.loaded()?.store().due_at()).unwrap_or(-1))
    }

    /// The next ticket.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn next_fetch(&self, wall: String, monotonic: BigInt) -> Result<Option<Ticket>> {
        let fetch = self.loaded()?.store().next_fetch(now(&wall, &monotonic)?);
        Ok(fetch.map(|fetch| Ticket {
            number: fetch.ticket.into(),
            kind: fetch.kind.word(),
            reason: fetch.reason.word(),
            issuer: fetch.issuer,
            url: fetch.url,
            etag: fetch.etag,
            deadline: fetch.deadline.into(),
            max_bytes: u32::try_from(fetch.max_bytes).unwrap_or(u32::MAX),
        }))
    }

    /// Closes a ticket with a body; gives the word of what came of it, `refused` among them.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn fetch_body(
        &self,
        ticket: BigInt,
        bytes: &[u8],
        etag: Option<String>,
        max_age: Option<BigInt>,
        wall: String,
        monotonic: BigInt,
    ) -> Result<&'static str> {
        let max_age = max_age.map(|age| whole(&age)).transpose()?;
        self.done(&ticket, Outcome::Body { bytes, etag: etag.as_deref(), max_age }, &wall, &monotonic)
    }

    /// Closes a ticket that was answered with 304.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn fetch_not_modified(
        &self,
        ticket: BigInt,
        max_age: Option<BigInt>,
        wall: String,
        monotonic: BigInt,
    ) -> Result<&'static str> {
        let max_age = max_age.map(|age| whole(&age)).transpose()?;
        self.done(&ticket, Outcome::NotModified { max_age }, &wall, &monotonic)
    }

    /// Closes a ticket that failed, or, without a word for the operator, that was given up.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn fetch_failed(
        &self,
        ticket: BigInt,
        word: Option<String>,
        wall: String,
        monotonic: BigInt,
    ) -> Result<&'static str> {
        self.done(&ticket, word.as_deref().map_or(Outcome::Abandoned, Outcome::Failed), &wall, &monotonic)
    }

    fn done(&self, ticket: &BigInt, outcome: Outcome<'_>, wall: &str, monotonic: &BigInt) -> Result<&'static str> {
        let done = self.loaded()?.store().fetch_done(whole(ticket)?, outcome, now(wall, monotonic)?);
        Ok(done.as_ref().map_or("refused", Done::word))
    }

    /// Pushes a set that was fetched just now, or, with the three times, at an earlier one. Gives `taken`, or the
    /// word and the text of why it was not.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn set_keys(
        &self,
        issuer: String,
        text: &[u8],
        fetched_at: Option<String>,
        wall: Option<String>,
        monotonic: Option<BigInt>,
    ) -> Result<Vec<String>> {
        let store = self.loaded()?.store();
        let pushed = match (fetched_at, wall, monotonic) {
            (Some(at), Some(wall), Some(monotonic)) => {
                store.set_keys_fetched(&issuer, text, time(&at)?, now(&wall, &monotonic)?)
            }
            _ => store.set_keys(&issuer, text),
        };
        Ok(pushed.map_or_else(|fault| refused(&fault), |_| vec!["taken".to_owned()]))
    }

    /// The set of this issuer that was loaded last.
    ///
    /// # Errors
    /// If the policy was refused.
    #[napi]
    pub fn export_keys(&self, issuer: String) -> Result<Option<ExportedKeys>> {
        let exported = self.loaded()?.store().export(&issuer);
        Ok(exported.map(|keys| ExportedKeys {
            text: keys.text.into(),
            etag: keys.etag,
            fetched_at: keys.fetched_at.map(|at| at.nanos().into()),
        }))
    }

    /// Takes a set as `export_keys` gave it. Gives what `set_keys` gives.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn import_keys(
        &self,
        issuer: String,
        text: &[u8],
        etag: Option<String>,
        fetched_at: Option<String>,
        wall: String,
        monotonic: BigInt,
    ) -> Result<Vec<String>> {
        let fetched_at = fetched_at.map(|at| time(&at)).transpose()?;
        let keys = Exported::new(text.to_vec(), etag, fetched_at);
        let taken = self.loaded()?.store().import(&issuer, &keys, now(&wall, &monotonic)?);
        Ok(taken.map_or_else(|fault| refused(&fault), |_| vec!["taken".to_owned()]))
    }

    /// How many sets this issuer has had; nothing for an unknown one.
    ///
    /// # Errors
    /// If the policy was refused.
    #[napi]
    pub fn generation(&self, issuer: String) -> Result<Option<BigInt>> {
        Ok(self.loaded()?.store().generation(&issuer).map(Into::into))
    }

    /// Whether a fetch for this issuer is under way.
    ///
    /// # Errors
    /// If the policy was refused.
    #[napi]
    pub fn is_fetching(&self, issuer: String) -> Result<bool> {
        Ok(self.loaded()?.store().is_fetching(&issuer))
    }

    /// The status of every source as one JSON object.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn status(&self, wall: String, monotonic: BigInt) -> Result<String> {
        let mut text = Vec::new();
        self.loaded()?.store().write_status(now(&wall, &monotonic)?, &mut text);
        String::from_utf8(text).map_err(|_| Error::new(Status::GenericFailure, "the status is not UTF-8"))
    }

    /// The decisions by reason and the metrics of the keys in Prometheus' text format.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn metrics(&self, wall: String, monotonic: BigInt) -> Result<String> {
        let mut text = Vec::new();
        countersign::metrics::write_prometheus(&self.counters, &mut text);
        self.loaded()?.store().write_prometheus(now(&wall, &monotonic)?, &mut text);
        String::from_utf8(text).map_err(|_| Error::new(Status::GenericFailure, "a name of the policy is not UTF-8"))
    }

    /// Revokes these too.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn revoke(
        &self,
        ids: Option<Vec<String>>,
        sessions: Option<Vec<String>>,
        subjects: Option<Vec<RevokedSubject>>,
    ) -> Result<()> {
        let subjects = subjects.map(read_subjects).transpose()?;
        let store = self.loaded()?.store();
        store.revoke_ids(ids.into_iter().flatten());
        store.revoke_sessions(sessions.into_iter().flatten());
        for (subject, before) in subjects.into_iter().flatten() {
            store.revoke_subject_before(subject, before);
        }
        Ok(())
    }

    /// Takes each list that is given in place of the present one.
    ///
    /// # Errors
    /// For a time that is none.
    #[napi]
    pub fn set_revoked(
        &self,
        ids: Option<Vec<String>>,
        sessions: Option<Vec<String>>,
        subjects: Option<Vec<RevokedSubject>>,
    ) -> Result<()> {
        let subjects = subjects.map(read_subjects).transpose()?;
        let store = self.loaded()?.store();
        if let Some(ids) = ids {
            store.set_revoked(ids);
        }
        if let Some(sessions) = sessions {
            store.set_revoked_sessions(sessions);
        }
        if let Some(subjects) = subjects {
            store.set_revoked_subjects(subjects);
        }
        Ok(())
    }
}

fn refused(fault: &KeysRefused) -> Vec<String> {
    let word = match fault {
        KeysRefused::IssuerUnknown => "issuer_unknown",
        KeysRefused::Older => "older",
        _ => "refused",
    };
    vec![word.to_owned(), fault.to_string()]
}

fn read_subjects(subjects: Vec<RevokedSubject>) -> Result<Vec<(String, Wall)>> {
    subjects.into_iter().map(|subject| Ok((subject.subject, time(&subject.before)?))).collect()
}

/// A time as seconds in digits, with at most nine behind a point.
fn time(text: &str) -> Result<Wall> {
    Wall::parse(text).ok_or_else(|| Error::new(Status::InvalidArg, "no time in seconds"))
}

fn now(wall: &str, monotonic: &BigInt) -> Result<Now> {
    Ok(Now::new(time(wall)?, whole(monotonic)?))
}

fn whole(number: &BigInt) -> Result<u64> {
    let (negative, number, lossless) = number.get_u64();
    if negative || !lossless { Err(Error::new(Status::InvalidArg, "no number of 64 bits")) } else { Ok(number) }
}
