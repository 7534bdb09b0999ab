//! `api-key`: making API keys, and the entries that a policy holds in their place.
//!
//! The form of a key is the core's. A key is shown once, by `new`; what is read is never repeated.

use std::fmt::Write as _;
use std::path::Path;

use countersign::api_key::{KeyForm, is_key_prefix, make_key, read_key};
use countersign::claims::Scopes;
use countersign::jose::sha256;
use countersign::limits;
use countersign::time::NANOS_PER_SECOND;

use crate::api_key_args::{EntryArgs, NewArgs};
use crate::fault::{Answer, Fault, Outcome};
use crate::input;
use crate::json::{Object, array, string};
use crate::output::{Output, WARN, note};

/// Makes a key.
pub(crate) fn new(args: &NewArgs, out: &mut Output) -> Outcome {
    if !is_key_prefix(&args.prefix) {
        return Err(Fault::new("--prefix wants at most 32 letters, digits, `-`, `.`, `_` and `~`")
            .next("write --prefix acme_live_"));
    }
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|_| Fault::new("the system has no random bytes"))?;
    let key = make_key(&args.prefix, &random).unwrap_or_default();
    let entry = entry(&args.entry, key.as_bytes())?;
    if out.is_json() {
        out.line(&Object::new().text("key", &key).raw("entry", &entry).finish());
        return Ok(Answer::Yes);
    }
    note(WARN, "api-key:", "the key is not shown again; the entry for the policy does not hold it");
    out.fact("key", &key);
    out.fact("entry", &entry);
    Ok(Answer::Yes)
}

/// Writes the entry of a key on standard input.
pub(crate) fn hash(args: &EntryArgs, out: &mut Output) -> Outcome {
    let text = input::read(Path::new("-"), "an API key")?;
    let text = input::without_line_end(&text);
    let read = read_key(text, &KeyForm::default()).map_err(|slip| {
        Fault::new(format!("standard input: {slip}"))
            .next("put the key alone on one line, as in: countersign api-key hash < key.txt")
    })?;
    if read.trimmed {
        note(WARN, "warning:", "white space around the key is left out");
    }
    out.line(&entry(args, read.key)?);
    Ok(Answer::Yes)
}

/// One entry of `api_key.keys`, as compact JSON.
fn entry(args: &EntryArgs, key: &[u8]) -> Result<String, Fault> {
    let digest = hex(&sha256(key));
    let id = args.id.clone().unwrap_or_else(|| format!("key-{}", digest.get(..ID_DIGITS).unwrap_or_default()));
    if id.is_empty() || !id.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(Fault::new("--id wants printable ASCII").next("write --id billing-prod"));
    }
    let mut object = Object::new().text("id", &id).text("sha256", &digest);
    if let Some(text) = args.scopes.as_deref().filter(|text| !text.is_empty()) {
        if Scopes::parse(text).is_none() {
            return Err(Fault::new("--scopes wants scopes with single spaces between (RFC 6749 section 3.3)")
                .next("write --scopes 'invoices:read invoices:write'"));
        }
        object = object.raw("scopes", &array(text.split(' ').map(string)));
    }
    if let Some(environment) = &args.environment {
        if environment.is_empty() {
            return Err(Fault::new("--environment wants a name").next("write --environment prod"));
        }
        object = object.text("environment", environment);
    }
    let [not_before, expires] = times(args)?;
    for (name, seconds) in [("not_before", not_before), ("expires", expires)] {
        if let Some(seconds) = seconds {
            object = object.raw(name, &seconds.to_string());
        }
    }
    Ok(object.finish())
}

/// From when and until when the key is good.
fn times(args: &EntryArgs) -> Result<[Option<i64>; 2], Fault> {
    let now = input::now(args.now.as_deref())?.nanos().div_euclid(NANOS_PER_SECOND);
    let expires = match args.expires_in {
        Some(distance) => {
            let seconds = now.saturating_add(i128::from(distance));
            Some(i64::try_from(seconds).map_err(|_| too_far())?)
        }
        None => args.expires,
    };
    let times = [args.not_before, expires];
    if times.iter().flatten().any(|seconds| !(0..=limits::NUMERIC_DATE_MAX_SECONDS).contains(seconds)) {
        return Err(too_far());
    }
    if let [Some(not_before), Some(expires)] = times
        && expires <= not_before
    {
        return Err(Fault::new("the key would never be good: it expires before it begins"));
    }
    if expires.is_some_and(|expires| i128::from(expires) <= now) {
        note(WARN, "warning:", "the key has expired already");
    }
    Ok(times)
}

fn too_far() -> Fault {
    Fault::new("a time wants to be in the years 1970 to 9999").next("write --expires-in 7776000 for 90 days")
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Digits of the digest in an id that nobody chose.
const ID_DIGITS: usize = 8;
