//! Revocation
//!
//! Token ids (jti), sessions (sid) and everything of a subject before a moment. What is said here counts for the
//! next check of every thread, in this process. Texts are copied; a call that fails changes nothing.

use super::boundary::{borrow, call};
use super::status::{Failure, countersign_status};
use super::store::countersign_store;
use super::types::{countersign_str, list};
use crate::store::KeyStore;
use crate::time::Wall;

/// A subject, and the moment before which its tokens are revoked. Frozen.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct countersign_revoked_subject {
    /// The sub of the tokens, of whatever issuer.
    pub subject: countersign_str,
    /// Seconds since 1970, above zero. A token whose iat is earlier is revoked, and one that has none.
    pub before_seconds: i64,
}

/// Puts these token ids (jti) in place of the revoked ones. They are copied. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_set_revoked(
    store: *mut countersign_store,
    ids: *const countersign_str,
    id_count: usize,
) -> countersign_status {
    // SAFETY: as the header says.
    unsafe { with_texts(store, ids, id_count, |store, ids| store.set_revoked(ids)) }
}

/// Revokes these token ids (jti) too. They are copied. Any thread; cheap however many there are already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_revoke_ids(
    store: *mut countersign_store,
    ids: *const countersign_str,
    id_count: usize,
) -> countersign_status {
    // SAFETY: as the header says.
    unsafe { with_texts(store, ids, id_count, |store, ids| store.revoke_ids(ids)) }
}

/// Puts these session ids (sid, OpenID Connect Front-Channel Logout 1.0 section 3) in place of the revoked ones.
/// They are copied. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_set_revoked_sessions(
    store: *mut countersign_store,
    sessions: *const countersign_str,
    session_count: usize,
) -> countersign_status {
    // SAFETY: as the header says.
    unsafe { with_texts(store, sessions, session_count, |store, sessions| store.set_revoked_sessions(sessions)) }
}

/// Revokes these session ids (sid) too. They are copied. Any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_revoke_sessions(
    store: *mut countersign_store,
    sessions: *const countersign_str,
    session_count: usize,
) -> countersign_status {
    // SAFETY: as the header says.
    unsafe { with_texts(store, sessions, session_count, |store, sessions| store.revoke_sessions(sessions)) }
}

/// Puts these subjects in place of the revoked ones; of a subject that stands twice the later moment counts. They are
/// copied. Any thread.
///
/// COUNTERSIGN_ARGUMENT_INVALID for a moment of zero or less, which is that of a clock that was not set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_set_revoked_subjects(
    store: *mut countersign_store,
    subjects: *const countersign_revoked_subject,
    subject_count: usize,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store.cast_const()) }?;
        // SAFETY: the caller vouches for the list.
        let subjects = unsafe { list(subjects, subject_count) }?;
        let pairs = subjects.iter().map(|row| {
            // SAFETY: the caller vouches for the text.
            let subject = unsafe { row.subject.text() }?.ok_or(Failure::NULL)?;
            Ok((subject, moment(row.before_seconds)?))
        });
        let pairs = pairs.collect::<Result<Vec<(&str, Wall)>, Failure>>()?;
        store.inner.set_revoked_subjects(pairs);
        Ok(())
    })
}

/// Revokes every token of this subject, of whatever issuer, that was issued (iat) before this moment or does not say
/// when. An earlier moment than the one that is there changes nothing. Any thread.
///
/// COUNTERSIGN_ARGUMENT_INVALID for a moment of zero or less, which is that of a clock that was not set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn countersign_store_revoke_subject_before(
    store: *mut countersign_store,
    subject: countersign_str,
    before_seconds: i64,
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store.cast_const()) }?;
        // SAFETY: the caller vouches for the text.
        let subject = unsafe { subject.text() }?.ok_or(Failure::NULL)?;
        store.inner.revoke_subject_before(subject, moment(before_seconds)?);
        Ok(())
    })
}

/// A moment that revokes something: one before 1970 would revoke nothing, and look as if it did.
fn moment(seconds: i64) -> Result<Wall, Failure> {
    Wall::from_timespec(seconds, 0).filter(|moment| moment.is_set()).ok_or(Failure::INVALID)
}

/// # Safety
/// `store` is NULL or living, `texts` a list whose texts do not change during the call.
unsafe fn with_texts(
    store: *mut countersign_store,
    texts: *const countersign_str,
    count: usize,
    then: impl FnOnce(&KeyStore, Vec<&str>),
) -> countersign_status {
    call(|| {
        // SAFETY: NULL or a living store.
        let store = unsafe { borrow(store.cast_const()) }?;
        // SAFETY: the caller vouches for the list.
        let texts = unsafe { list(texts, count) }?;
        // SAFETY: the caller vouches for each text.
        let texts = texts.iter().map(|text| unsafe { text.text() }?.ok_or(Failure::NULL));
        then(&store.inner, texts.collect::<Result<Vec<&str>, Failure>>()?);
        Ok(())
    })
}
