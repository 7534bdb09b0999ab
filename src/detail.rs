//! The private detail of a denial: what a person needs to find the fault, and no caller may hear.
//!
//! A reason answers the caller; several faults share one where telling them apart would help an
//! attacker (REQ-PRIVACY-05). The detail tells them apart for the host's log alone: a closed set of words,
//! so that nothing of a credential can stand in it.

use crate::words::words;

words! {
    /// What exactly was wrong with credentials; for logs, never for the caller.
    Detail {
        CredentialsEmpty = 1, "credentials_empty", "Nothing stands behind the name of the scheme.";
        SpaceStray = 2, "space_stray", "More than one space stands behind the scheme, which the strict mode refuses.";
        SpaceInside = 3, "space_inside", "White space stands inside the credentials.";
        NewlineInside = 4, "newline_inside", "A line break stands inside the credentials or behind them: they were wrapped, or read from a file with its end of line.";
        NewlineEncoded = 5, "newline_encoded", "An end of line was encoded with the password, as `echo` without -n adds one.";
        ControlCharacter = 6, "control_character", "A control character stands in the credentials.";
        NonAscii = 7, "non_ascii", "A byte outside ASCII stands where none may.";
        PercentEncoded = 8, "percent_encoded", "Percent escapes were left in the credentials.";
        Base64Invalid = 9, "base64_invalid", "The credentials are not base64 (RFC 4648 section 4).";
        Base64UrlSafe = 10, "base64_url_safe", "The credentials are in the URL-safe alphabet of base64, which Basic does not take.";
        PaddingMissing = 11, "padding_missing", "The padding of the base64 is missing, which the strict mode refuses.";
        Base64Twice = 12, "base64_twice", "The credentials were encoded twice.";
        ColonMissing = 13, "colon_missing", "No colon parts the user name from the password; perhaps they were not encoded at all.";
        NotUtf8 = 14, "not_utf8", "The user name or the password is not UTF-8, which the challenge asks for; perhaps it is Latin-1.";
        UserEmpty = 15, "user_empty", "The user name is empty.";
        PasswordEmpty = 16, "password_empty", "The password is empty.";
        UserUnknown = 17, "user_unknown", "There is no such user.";
        PasswordWrong = 18, "password_wrong", "The user is there and the password is another.";
        PrefixMissing = 19, "prefix_missing", "The key does not begin with the prefix of this API's keys.";
        ChecksumWrong = 20, "checksum_wrong", "The check digits do not fit: the key was mistyped or cut.";
        KeyRepeated = 21, "key_repeated", "The key's header field was sent twice.";
        KeyRevoked = 22, "key_revoked", "The key was revoked.";
        KeyNotYetValid = 23, "key_not_yet_valid", "The key's time has not come.";
        KeyExpired = 24, "key_expired", "The key's time is over.";
        CookieRepeated = 25, "cookie_repeated", "The session's cookie was sent twice: one may have been planted by a sibling site.";
        CrossSite = 26, "cross_site", "The browser says that another site sent the request.";
        OriginRefused = 27, "origin_refused", "The Origin is not on the policy's list.";
        ProofMissing = 28, "proof_missing", "Neither Sec-Fetch-Site, nor Origin, nor the policy's CSRF field was sent.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_told_apart() {
        for (place, detail) in Detail::ALL.iter().enumerate() {
            assert_eq!(Detail::from_number(detail.number()), Some(*detail));
            assert_eq!(usize::try_from(detail.number()), Ok(place + 1), "appended, never reused");
            assert_eq!(Detail::ALL.iter().filter(|other| other.name() == detail.name()).count(), 1);
        }
        assert_eq!(Detail::from_number(0), None);
    }
}
