//! The names in a policy that options refer to: issuers and profiles.

use std::path::{Path, PathBuf};

use countersign::json::{Document, Duplicates};

use crate::fault::Fault;
use crate::input;

/// The names in a policy that options may refer to.
pub(crate) struct Known {
    issuers: Vec<String>,
    profiles: Vec<String>,
}

impl Known {
    /// Reads them from a document that was loaded already.
    pub(crate) fn read(policy: &[u8]) -> Known {
        let mut known = Known { issuers: Vec::new(), profiles: Vec::new() };
        let Ok(document) = Document::parse(policy, Duplicates::Refuse) else { return known };
        let issuers = document.root().pointer("/bearer/issuers").and_then(|list| list.as_array());
        for issuer in issuers.into_iter().flatten() {
            known
                .issuers
                .extend(issuer.member("issuer").and_then(|name| name.as_text()).map(|name| name.to_owned_string()));
        }
        let profiles = document.root().member("profiles").and_then(|profiles| profiles.as_object());
        known.profiles.extend(profiles.into_iter().flatten().map(|(name, _)| name.to_owned_string()));
        known
    }

    /// Refuses a profile that is none of the policy's.
    pub(crate) fn check_profile(&self, profile: Option<&str>) -> Result<(), Fault> {
        let Some(profile) = profile.filter(|profile| self.profiles.iter().all(|known| known != profile)) else {
            return Ok(());
        };
        let allowed = if self.profiles.is_empty() { "it has none".to_owned() } else { self.profiles.join(", ") };
        Err(Fault::new(format!("the policy has no profile `{}`; its profiles: {allowed}", input::shown(profile))))
    }

    /// Splits `ISSUER=FILE`; a file alone is for the only issuer.
    pub(crate) fn split_keys(&self, argument: &str) -> Result<(String, PathBuf), Fault> {
        let named = self.issuers.iter().filter_map(|issuer| {
            let file = argument.strip_prefix(issuer.as_str())?.strip_prefix('=')?;
            Some((issuer.clone(), PathBuf::from(file)))
        });
        if let Some(longest) = named.max_by_key(|(issuer, _)| issuer.len()) {
            return Ok(longest);
        }
        match (self.issuers.as_slice(), argument.split_once('=')) {
            ([only], None) => Ok((only.clone(), PathBuf::from(argument))),
            ([only], Some(_)) if Path::new(argument).exists() => Ok((only.clone(), PathBuf::from(argument))),
            (issuers, Some(_)) => {
                Err(Fault::new("--keys names an issuer that the policy does not have").next(one_of(issuers)))
            }
            (issuers, None) => {
                Err(Fault::new("--keys needs an issuer, as the policy has several").next(one_of(issuers)))
            }
        }
    }
}

fn one_of(issuers: &[String]) -> String {
    let options: Vec<String> = issuers.iter().map(|issuer| format!("--keys '{issuer}=FILE'")).collect();
    format!("write {}", options.join(" or "))
}
