//! `keys`: what is in a JWK Set and what is wrong with it, and JWK Sets made of PEM.

use std::path::Path;

use countersign::Reason;
use countersign::jose::{Algorithm, KeySet, KeySetFault, ListedKey, Origin};

use crate::args::{FromPemArgs, KeysArgs};
use crate::fault::{Answer, Fault, Outcome};
use crate::fetch::Attempt;
use crate::fetched_keys::{self, Source};
use crate::input;
use crate::json::{Object, array};
use crate::output::{BAD, FAINT, GOOD, Output, TITLE, WARN, note, paint, pretty, printable};
use crate::pem;
use crate::public_key::PublicKey;

/// Lists the keys of a set.
pub(crate) fn list(args: &KeysArgs, out: &mut Output) -> Outcome {
    let source = source(args)?;
    let text = &source.text;
    let origin = if args.fetched || source.is_fetched() { Origin::Pushed } else { Origin::Inline };
    let set = KeySet::load(text, origin).map_err(|fault| {
        let note = source.fetches.last().and_then(|last| Some(last.answer.as_ref().ok()?.media_type_note()));
        let fault = fault_text(&source.name, text, &fault) + &note.unwrap_or_default();
        let fault = Fault::new(fault).reason(Reason::JwksInvalid);
        if text.starts_with(b"-----BEGIN") {
            return fault.next("this is PEM: `countersign keys from-pem FILE` makes a JWK Set of it");
        }
        if source.is_fetched() && args.issuer.is_none() {
            return fault.next("if this is the name of an issuer, `countersign keys --issuer URL` finds its keys");
        }
        fault.next("a JWK Set is an object like {\"keys\": [{\"kty\": \"EC\", ...}]}")
    })?;
    if out.is_json() {
        let keys = set.keys().iter().map(key_json);
        let mut object = Object::new().raw("keys", &array(keys));
        if source.is_fetched() {
            object = object.raw("fetches", &array(source.fetches.iter().map(Attempt::to_json)));
        }
        out.line(&object.finish());
    } else {
        source.tell();
        write_list(&set, out);
    }
    Ok(Answer::from_bool(set.has_usable_key()))
}

/// Makes a set of the public keys in PEM files.
pub(crate) fn from_pem(args: &FromPemArgs, out: &mut Output) -> Outcome {
    if let Some(alg) = &args.alg {
        check_algorithm(alg)?;
    }
    let mut jwks = Vec::new();
    for path in &args.files {
        let name = input::name_of(path);
        let text = input::read(path, "a PEM file")?;
        for key in read_public_keys(&text, &name)? {
            jwks.push(name_key(&key, args, &name)?);
        }
    }
    if jwks.len() > 1 && (args.kid.is_some() || args.jwk) {
        let text = format!("--kid and --jwk are for one key, and these files hold {}", jwks.len());
        return Err(Fault::new(text).next("leave them out, or name one file at a time"));
    }
    let set = Object::new().raw("keys", &array(&jwks)).finish();
    let text = if args.jwk { jwks.concat() } else { set.clone() };
    match input::parse_json(text.as_bytes(), "the keys") {
        Ok(document) if !out.is_json() => out.line(&pretty(document.root())),
        _ => out.line(&text),
    }
    Ok(warn_of_unusable(&set))
}

/// A file, a URL or an issuer.
fn source(args: &KeysArgs) -> Result<Source, Fault> {
    let path = args.file.as_deref().unwrap_or(Path::new("-"));
    if let Some(issuer) = &args.issuer {
        return fetched_keys::from_issuer(issuer, &args.fetching);
    }
    match path.to_str().filter(|name| fetched_keys::is_url(name)) {
        Some(url) => fetched_keys::from_url(url, &args.fetching),
        None => Ok(Source::file(input::name_of(path), input::read(path, "a JWK Set")?)),
    }
}

/// What is wrong with a set as a whole, with the line where there is one.
pub(crate) fn fault_text(name: &str, text: &[u8], fault: &KeySetFault) -> String {
    let (line, column) = input::line_and_column(text, fault.offset);
    let fault = fault.to_string();
    let what = fault.split(" at byte ").next().unwrap_or_default();
    format!("{name}:{line}:{column}: {what}")
}

/// The algorithm with this name.
pub(crate) fn check_algorithm(name: &str) -> Result<Algorithm, Fault> {
    Algorithm::from_name(name).filter(|algorithm| algorithm.is_supported()).ok_or_else(|| {
        let names = Algorithm::ALL.into_iter().filter(|algorithm| algorithm.is_supported()).map(Algorithm::name);
        Fault::new(format!("--alg does not take `{}`", input::shown(name)))
            .next(format!("choose among {}", names.collect::<Vec<_>>().join(", ")))
    })
}

/// The thumbprint that the core finds for a JWK.
pub(crate) fn thumbprint(jwk: &str) -> Option<String> {
    let set = KeySet::load(Object::new().raw("keys", &array([jwk])).finish().as_bytes(), Origin::Inline).ok()?;
    set.keys().first()?.thumbprint().map(str::to_owned)
}

fn read_public_keys(text: &[u8], name: &str) -> Result<Vec<PublicKey>, Fault> {
    let blocks = pem::read_blocks(text, name)?;
    if let Some(block) = blocks.iter().find(|block| pem::is_private(&block.label)) {
        return Err(pem::refuse_private(&block.label, name));
    }
    if blocks.is_empty() {
        let next = "DER becomes PEM with `openssl pkey -pubin -inform DER -in FILE`, an OpenSSH key with \
                    `ssh-keygen -e -m PKCS8 -f FILE`";
        return Err(Fault::new(format!("{name}: no PEM block (-----BEGIN ...-----)")).next(next));
    }
    let keys = blocks.iter().map(|block| {
        let key = match block.label.as_str() {
            "PUBLIC KEY" => PublicKey::from_spki(&block.der),
            "RSA PUBLIC KEY" => PublicKey::from_pkcs1(&block.der),
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => PublicKey::from_certificate(&block.der),
            other => Err(format!("a PEM block that is no public key ({other})")),
        };
        key.map_err(|what| {
            Fault::new(format!("{name}: {what}")).next("PUBLIC KEY, RSA PUBLIC KEY and CERTIFICATE blocks are taken")
        })
    });
    keys.collect()
}

fn name_key(key: &PublicKey, args: &FromPemArgs, name: &str) -> Result<String, Fault> {
    let alg = args.alg.as_deref();
    if matches!(key, PublicKey::Rsa { use_pss: true, .. }) && alg.is_none_or(|alg| !alg.starts_with("PS")) {
        let text = format!("{name}: an RSASSA-PSS key, which is for PS256, PS384 or PS512 alone");
        return Err(Fault::new(text).next("say which with --alg"));
    }
    let kid = args.kid.clone().or_else(|| thumbprint(&key.to_jwk(None, alg)));
    Ok(key.to_jwk(kid.as_deref(), alg))
}

/// A set that no verifier would take keys from is still written, but not in silence.
fn warn_of_unusable(set: &str) -> Answer {
    let Ok(set) = KeySet::load(set.as_bytes(), Origin::Pushed) else { return Answer::No };
    let mut answer = Answer::Yes;
    for key in set.keys().iter().filter(|key| !key.is_usable()) {
        let reason = key.reason();
        let kid = printable(key.kid().unwrap_or("-"));
        note(WARN, "warning:", &format!("{kid} cannot be used: {}: {}", reason.name(), reason.next_step()));
        answer = Answer::No;
    }
    answer
}

fn key_json(key: &ListedKey) -> String {
    Object::new()
        .text_or_null("kid", key.kid())
        .text_or_null("kty", key.kty())
        .text_or_null("alg", key.alg())
        .text_or_null("thumbprint", key.thumbprint())
        .boolean("usable", key.is_usable())
        .text("reason", key.reason().name())
        .finish()
}

fn write_list(set: &KeySet, out: &mut Output) {
    for (index, key) in set.keys().iter().enumerate() {
        let [kid, kty, alg] = [key.kid(), key.kty(), key.alg()].map(|name| printable(name.unwrap_or("-")));
        let verdict = if key.is_usable() { paint(GOOD, "usable") } else { paint(BAD, key.reason().name()) };
        out.line(&format!("{} {} {verdict}", paint(FAINT, &format!("{:>3}", index + 1)), paint(TITLE, &kid)));
        out.line(&format!("    kty {kty}, alg {alg}, thumbprint {}", key.thumbprint().unwrap_or("-")));
        if !key.is_usable() {
            out.line(&format!("    {}", key.reason().next_step()));
        }
        if key.has_printable_secret() {
            out.styled(WARN, "    the secret is of printable characters alone, as a password would be");
        }
    }
    let usable = set.keys().iter().filter(|key| key.is_usable()).count();
    out.gap();
    let style = if usable > 0 { GOOD } else { BAD };
    out.styled(style, &format!("{usable} of {} keys can verify", set.keys().len()));
}
