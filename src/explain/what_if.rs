//! "Would pass if": for each reason the changes that may mend it, each held to the verifier before it is named.

use super::collect::shown;
use super::edit::{self, quoted};
use super::expected::{self, ExpectedIssuer, candidates};
use super::moment::date;
use super::trial::{Trial, bearer};
use super::view::View;
use crate::client::read_challenges;
use crate::jose::Algorithm;
use crate::limits;
use crate::reason::Reason;
use crate::time::{NANOS_PER_SECOND, Wall};

/// A check with one change, and the change in words behind "would pass if".
pub(super) type Change<'a> = (Trial<'a>, String);

/// The changes that may mend `reason`, the smallest first. None of them is proved yet.
pub(super) fn changes<'a>(trial: &Trial<'a>, reason: Reason, challenge: &str, view: &View<'_>) -> Vec<Change<'a>> {
    match reason {
        Reason::TokenExpired | Reason::TokenNotYetValid => times(trial, reason, view),
        Reason::IssuerMismatch => issuer(trial, view),
        Reason::AudienceMismatch => audience(trial, view),
        Reason::AlgNotAllowed => algorithm(trial, view),
        Reason::TokenTypeMismatch => kind(trial, view),
        Reason::ClaimMissing
        | Reason::ClaimRejected
        | Reason::IdTokenGiven
        | Reason::RefreshTokenGiven
        | Reason::AccessDenied => rules(trial, view),
        Reason::InsufficientScope => scopes(trial, challenge, view),
        Reason::TokenTooLarge => size(trial, view),
        Reason::InsecureTransport => with(trial, "it came over https", |trial| {
            let (_, rest) = trial.target.split_once("://")?;
            trial.target = format!("https://{rest}");
            Some(())
        }),
        Reason::TokenRevoked => with(trial, "the token were not revoked", |trial| {
            trial.revoked = false;
            Some(())
        }),
        Reason::CertificateMissing | Reason::CertificateMismatch => certificate(trial, view),
        reason if (1000..1300).contains(&reason.number()) || reason == Reason::JwsJsonGiven => {
            presented(trial, reason, view)
        }
        _ => Vec::new(),
    }
}

fn with<'a>(
    trial: &Trial<'a>,
    words: impl Into<String>,
    change: impl FnOnce(&mut Trial<'a>) -> Option<()>,
) -> Vec<Change<'a>> {
    let mut changed = trial.clone();
    change(&mut changed).map(|()| (changed, words.into())).into_iter().collect()
}

/// The token as it is meant, in the way that every policy reads.
fn presented<'a>(trial: &Trial<'a>, reason: Reason, view: &View<'_>) -> Vec<Change<'a>> {
    let Some(token) = &view.token else { return Vec::new() };
    let words = match reason {
        Reason::CredentialsMissing => "the token were sent in Authorization behind `Bearer`",
        Reason::SchemeUnsupported => "the scheme were `Bearer`",
        Reason::BearerSchemeMissing => "`Bearer` and a space stood in front of the token",
        Reason::AuthorizationRepeated => "Authorization were sent once",
        Reason::CredentialsMisplaced | Reason::MultipleTokenMethods => "the token stood in Authorization alone",
        _ => "Authorization were `Bearer`, one space and the bare token",
    };
    with(trial, words, |trial| {
        trial.authorization = Some(bearer(token.text()));
        if matches!(reason, Reason::CredentialsMisplaced | Reason::MultipleTokenMethods) {
            trial.target = trial.target.split('?').next().unwrap_or_default().to_owned();
        }
        Some(())
    })
}

/// A leeway, if one that is allowed does; else another time.
fn times<'a>(trial: &Trial<'a>, reason: Reason, view: &View<'_>) -> Vec<Change<'a>> {
    let Some(token) = &view.token else { return Vec::new() };
    let leeway = edit::read(&trial.policy, |policy| policy.member("leeway")?.as_i64()).unwrap_or(LEEWAY_DEFAULT);
    let leeway = i128::from(leeway);
    let now = trial.now.nanos();
    let (needed, moment, words) = if reason == Reason::TokenExpired {
        let Some(exp) = token.date("exp") else { return Vec::new() };
        // At exp and the leeway it is over: one more second than the whole ones between.
        let needed = (now - exp).div_euclid(NANOS_PER_SECOND) + 1;
        (needed, exp + leeway * NANOS_PER_SECOND - 1, "before")
    } else {
        let Some(first) = token.date("nbf").into_iter().chain(token.date("iat")).max() else { return Vec::new() };
        let needed = (first - now + NANOS_PER_SECOND - 1).div_euclid(NANOS_PER_SECOND);
        (needed, first - leeway * NANOS_PER_SECOND, "from")
    };
    let on = if words == "from" { " on" } else { "" };
    let at = date((moment + NANOS_PER_SECOND - 1).div_euclid(NANOS_PER_SECOND));
    let time = format!("it were checked {words} {at}{on}");
    let mut found = Vec::new();
    if needed <= i128::from(limits::LEEWAY_MAX_SECONDS)
        && let Some(policy) = edit::set(&trial.policy, "", "leeway", &needed.to_string())
    {
        let words = format!("the leeway were {needed} s (it is {leeway} s), or {time}");
        found.extend(with(trial, words, |trial| {
            trial.policy = policy;
            Some(())
        }));
    }
    found.extend(with(trial, time, |trial| {
        trial.now = Wall::from_nanos(moment);
        Some(())
    }));
    found
}

/// The policy's default (docs/POLICY.md).
const LEEWAY_DEFAULT: i64 = 30;

/// The issuers whose section may be changed.
fn judges(trial: &Trial<'_>, view: &View<'_>) -> Vec<ExpectedIssuer> {
    let iss = view.token.as_ref().and_then(|token| token.claim_text("iss")).unwrap_or_default();
    candidates(trial.policy.as_bytes(), &iss)
}

fn at_issuer(place: usize) -> String {
    format!("/bearer/issuers/{place}")
}

fn issuer<'a>(trial: &Trial<'a>, view: &View<'_>) -> Vec<Change<'a>> {
    let Some(iss) = view.token.as_ref().and_then(|token| token.claim_text("iss")) else { return Vec::new() };
    let change = |known: ExpectedIssuer| {
        with(trial, format!("the policy's issuer were `{}`", shown(&iss)), |trial| {
            trial.policy = edit::set(&trial.policy, &at_issuer(known.place), "issuer", &quoted(&iss))?;
            for (name, _) in trial.keys.iter_mut().filter(|(name, _)| *name == known.name) {
                iss.clone_into(name);
            }
            Some(())
        })
    };
    judges(trial, view).into_iter().flat_map(change).collect()
}

fn audience<'a>(trial: &Trial<'a>, view: &View<'_>) -> Vec<Change<'a>> {
    let named = view.token.as_ref().map(|token| token.names("aud")).unwrap_or_default();
    let Some(name) = named.first() else { return Vec::new() };
    let change = |known: ExpectedIssuer| {
        with(trial, format!("the policy's audience were `{}`", shown(name)), |trial| {
            trial.policy = edit::set(&trial.policy, &at_issuer(known.place), "audience", &quoted(name))?;
            Some(())
        })
    };
    judges(trial, view).into_iter().flat_map(change).collect()
}

/// An algorithm more on the list; nothing is proposed that would open a hole.
fn algorithm<'a>(trial: &Trial<'a>, view: &View<'_>) -> Vec<Change<'a>> {
    let name = view.token.as_ref().and_then(|token| token.header_text("alg")).unwrap_or_default();
    let Some(algorithm) = Algorithm::from_name(&name).filter(|algorithm| !algorithm.is_symmetric()) else {
        return Vec::new();
    };
    let change = |known: ExpectedIssuer| {
        with(trial, format!("the policy's algorithms had {}", algorithm.name()), |trial| {
            let list = format!("[\"{}\"]", algorithm.name());
            trial.policy = edit::set(&trial.policy, &at_issuer(known.place), "algorithms", &list)?;
            Some(())
        })
    };
    judges(trial, view).into_iter().flat_map(change).collect()
}

fn kind<'a>(trial: &Trial<'a>, view: &View<'_>) -> Vec<Change<'a>> {
    let Some(token) = &view.token else { return Vec::new() };
    let typ = token.header_text("typ");
    let words = match &typ {
        Some(typ) => format!("the policy's typ took `{}`", shown(typ)),
        None => "the policy's typ took tokens without one".to_owned(),
    };
    let list = typ.map_or_else(|| "[null]".to_owned(), |typ| format!("[{}]", quoted(&typ)));
    let change = |known: ExpectedIssuer| {
        with(trial, words.clone(), |trial| {
            trial.policy = edit::set(&trial.policy, &at_issuer(known.place), "typ", &list)?;
            Some(())
        })
    };
    judges(trial, view).into_iter().flat_map(change).collect()
}

/// One rule less, wherever rules stand.
fn rules<'a>(trial: &Trial<'a>, view: &View<'_>) -> Vec<Change<'a>> {
    let mut found = Vec::new();
    for known in judges(trial, view) {
        let parent = at_issuer(known.place);
        for name in ["max_age", "claims", "reject", "access", "typ"] {
            found.extend(with(trial, format!("the policy had no `{parent}/{name}`"), |trial| {
                trial.policy = edit::without(&trial.policy, &parent, name)?;
                Some(())
            }));
        }
        let required =
            edit::read(&trial.policy, |policy| policy.pointer(&parent)?.member("required").map(expected::texts));
        for claim in required.unwrap_or_else(|| vec!["exp".to_owned()]) {
            let left =
                edit::read(&trial.policy, |policy| policy.pointer(&parent)?.member("required").map(expected::texts));
            let left: Vec<String> =
                left.unwrap_or_default().iter().filter(|name| **name != claim).map(|name| quoted(name)).collect();
            let words = format!("the policy did not require `{}`", shown(&claim));
            found.extend(with(trial, words, |trial| {
                trial.policy = edit::set(&trial.policy, &parent, "required", &format!("[{}]", left.join(",")))?;
                Some(())
            }));
        }
    }
    for name in ["max_age", "access"] {
        found.extend(with(trial, format!("the policy had no `/{name}`"), |trial| {
            trial.policy = edit::without(&trial.policy, "", name)?;
            Some(())
        }));
        if let Some(profile) = trial.profile() {
            let parent = format!("/profiles/{}", profile.replace('~', "~0").replace('/', "~1"));
            found.extend(with(trial, format!("the profile had no `{name}`"), |trial| {
                trial.policy = edit::without(&trial.policy, &parent, name)?;
                Some(())
            }));
        }
    }
    found
}

/// The scopes that a challenge asks for.
pub(super) fn wanted_scopes(challenge: &str) -> Vec<String> {
    let read = read_challenges(&[challenge.as_bytes()]);
    let scope = read.challenges.iter().find_map(|challenge| challenge.param("scope")).unwrap_or_default();
    scope.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A token cannot be given a scope here; that nothing else is missing shows when only the granted ones are asked for.
fn scopes<'a>(trial: &Trial<'a>, challenge: &str, view: &View<'_>) -> Vec<Change<'a>> {
    let wanted = match &trial.scopes {
        Some(scopes) => scopes.split(' ').map(str::to_owned).collect(),
        None => wanted_scopes(challenge),
    };
    let granted: Vec<String> = ["scope", "scp"]
        .iter()
        .flat_map(|claim| view.token.as_ref().map(|token| token.words(claim)).unwrap_or_default())
        .collect();
    let missing: Vec<&str> = wanted.iter().filter(|word| !granted.contains(word)).map(String::as_str).collect();
    let names: Vec<String> = missing.iter().take(8).map(|name| format!("`{}`", shown(name))).collect();
    let words = match names.len() {
        0 => return Vec::new(),
        1 => format!("the token had the scope {}", names.concat()),
        _ => format!("the token had the scopes {}", names.join(", ")),
    };
    with(trial, words, |trial| {
        let left: Vec<&str> = wanted.iter().map(String::as_str).filter(|word| !missing.contains(word)).collect();
        trial.scopes = Some(left.join(" "));
        Some(())
    })
}

fn size<'a>(trial: &Trial<'a>, view: &View<'_>) -> Vec<Change<'a>> {
    let length = view.token.as_ref().map_or(0, |token| token.text().len());
    with(trial, format!("`bearer.max_token_bytes` were {length}"), |trial| {
        trial.policy = edit::set(&trial.policy, "/bearer", "max_token_bytes", &length.to_string())?;
        Some(())
    })
}

fn certificate<'a>(trial: &Trial<'a>, view: &View<'_>) -> Vec<Change<'a>> {
    let bound = view
        .token
        .as_ref()
        .and_then(|token| Some(token.claim("cnf")?.member("x5t#S256")?.as_text()?.to_owned_string()));
    with(trial, "the connection had the certificate that the token is bound to", |trial| {
        trial.certificate = Some(bound?);
        Some(())
    })
}
