//! The operations `verify_jws`, `load_keys` and `decode`.

use super::answer::Answer;
use super::case::{Case, CaseFault};
use crate::jose::{self, Algorithm, AlgorithmRule, KeySet, ListedKey, Origin};
use crate::reason::Reason;

pub(super) fn verify_jws(case: &Case<'_>) -> Result<String, CaseFault> {
    case.only(&["op", "id", "token", "jwks", "jwks_text", "algorithms"])?;
    let (id, token) = (case.text("id")?, case.text("token")?);
    let jwks = case.document("jwks", "jwks_text")?;
    // A name that is not known here can be listed; no token gets through by it.
    let rule = case.texts("algorithms")?.map_or(AlgorithmRule::KeysDecideAll, |names| {
        AlgorithmRule::Listed(names.iter().filter_map(|name| Algorithm::from_name(name)).collect())
    });
    let mut answer = Answer::to(&id);
    let Ok(keys) = KeySet::load(jwks.as_bytes(), Origin::Inline) else {
        write_verdict(&mut answer, Err(Reason::JwksInvalid), None, None);
        return Ok(answer.finish());
    };
    let verdict = jose::verify_jws(token.as_bytes(), &keys, rule);
    let payload = token.split('.').nth(1).filter(|_| verdict.outcome.is_ok());
    write_verdict(&mut answer, verdict.outcome, verdict.header.as_deref(), payload);
    Ok(answer.finish())
}

fn write_verdict(
    answer: &mut Answer,
    outcome: Result<&ListedKey, Reason>,
    header: Option<&str>,
    payload: Option<&str>,
) {
    answer.raw("valid", if outcome.is_ok() { "true" } else { "false" });
    answer.text("reason", outcome.err().unwrap_or(Reason::Ok).name());
    answer.text_or_null("key_id", outcome.ok().and_then(ListedKey::kid));
    answer.raw("header", header.unwrap_or("null"));
    answer.text_or_null("payload", payload);
}

pub(super) fn load_keys(case: &Case<'_>) -> Result<String, CaseFault> {
    case.only(&["op", "id", "jwks", "jwks_text"])?;
    let id = case.text("id")?;
    let jwks = case.document("jwks", "jwks_text")?;
    let mut answer = Answer::to(&id);
    match KeySet::load(jwks.as_bytes(), Origin::Inline) {
        Err(fault) => answer.error(Reason::JwksInvalid, &fault.to_string(), None),
        Ok(keys) => answer.list("keys", keys.keys(), |answer, key| {
            answer.object(|answer| {
                answer.text_or_null("kid", key.kid());
                answer.text_or_null("kty", key.kty());
                answer.text_or_null("alg", key.alg());
                answer.text_or_null("thumbprint", key.thumbprint());
                answer.raw("usable", if key.is_usable() { "true" } else { "false" });
                answer.text("reason", key.reason().name());
            });
        }),
    }
    Ok(answer.finish())
}

pub(super) fn decode(case: &Case<'_>) -> Result<String, CaseFault> {
    case.only(&["op", "id", "token"])?;
    let (id, token) = (case.text("id")?, case.text("token")?);
    let decoded = jose::decode_unverified(token.as_bytes());
    let mut answer = Answer::to(&id);
    answer.raw("header", decoded.header.as_deref().unwrap_or("null"));
    answer.raw("claims", decoded.claims.as_deref().unwrap_or("null"));
    answer.text("reason", decoded.reason.name());
    Ok(answer.finish())
}
