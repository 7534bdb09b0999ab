//! What a host says of revoked tokens: whole lists, or what comes on top.

use super::KeyStore;
use crate::time::Wall;

impl KeyStore {
    /// Puts these token ids (`jti`) in place of the revoked ones.
    pub fn set_revoked<I: IntoIterator<Item = S>, S: Into<String>>(&self, ids: I) {
        self.revoked.set_ids(ids.into_iter().map(Into::into));
    }

    /// Revokes these token ids (`jti`) too.
    pub fn revoke_ids<I: IntoIterator<Item = S>, S: Into<String>>(&self, ids: I) {
        self.revoked.add_ids(ids.into_iter().map(Into::into));
    }

    /// Puts these session ids (`sid`, OpenID Connect Front-Channel Logout 1.0 section 3) in place of the revoked ones.
    pub fn set_revoked_sessions<I: IntoIterator<Item = S>, S: Into<String>>(&self, ids: I) {
        self.revoked.set_sessions(ids.into_iter().map(Into::into));
    }

    /// Revokes these session ids (`sid`) too.
    pub fn revoke_sessions<I: IntoIterator<Item = S>, S: Into<String>>(&self, ids: I) {
        self.revoked.add_sessions(ids.into_iter().map(Into::into));
    }

    /// Puts these subjects in place of the revoked ones, each with the moment before which its tokens are revoked.
    pub fn set_revoked_subjects<I: IntoIterator<Item = (S, Wall)>, S: Into<String>>(&self, subjects: I) {
        self.revoked.set_subjects(subjects.into_iter().map(|(subject, before)| (subject.into(), before)));
    }

    /// Revokes every token of this subject (`sub`), of whatever issuer, that was issued (`iat`) before this moment or
    /// does not say when. A later moment for the same subject replaces an earlier one.
    pub fn revoke_subject_before(&self, subject: impl Into<String>, before: Wall) {
        self.revoked.add_subjects(core::iter::once((subject.into(), before)));
    }
}
