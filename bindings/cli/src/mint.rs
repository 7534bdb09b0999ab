//! `mint`: a key, a policy and a token that go together, for trying things out.
//!
//! Nothing here is for production: nobody is asked who the subject is. The policy is loaded by the
//! core before anything is written, so what comes out works.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use countersign::base64url;
use countersign::jose::Algorithm;
use countersign::policy::Policy;
use countersign::time::NANOS_PER_SECOND;

use crate::args::MintArgs;
use crate::dates;
use crate::fault::{Answer, Fault, Outcome};
use crate::input;
use crate::json::{Object, array, string};
use crate::keys;
use crate::output::{Output, TITLE, WARN, note, pretty};
use crate::signing_key::{SigningKey, random_id};

/// Makes what was asked for.
pub(crate) fn run(args: &MintArgs, out: &mut Output) -> Outcome {
    if args.out_dir.is_none() && !(args.key.is_some() && args.show_token) {
        let next = "write --out-dir DIR; or --key FILE --show-token to print one more token of a key made before";
        return Err(Fault::new("mint has to know where the key and the token go").next(next));
    }
    let algorithm = args.alg.as_deref().map(keys::check_algorithm).transpose()?;
    let key = match &args.key {
        Some(path) => SigningKey::read(&input::read(path, "a private key")?, algorithm, &input::name_of(path))?,
        None => SigningKey::generate(algorithm.unwrap_or(Algorithm::Es256))?,
    };
    let jwk = public_jwk(&key, args)?;
    let now = input::now(args.now.as_deref())?.nanos().div_euclid(NANOS_PER_SECOND);
    let expires = now + i128::from(args.expires_in);
    let token = sign(&key, &header(&key, &jwk.kid, args), &claims(args, now, expires)?)?;
    let policy = policy(&key, &jwk.text, args)?;
    let files = match &args.out_dir {
        Some(folder) => write_files(folder, &files(&key, &jwk.text, &policy, &token, args)?, args.force)?,
        None => Vec::new(),
    };
    if out.is_json() {
        let names = files.iter().map(|(path, _)| string(&path.display().to_string()));
        let object = Object::new()
            .text("alg", key.algorithm.name())
            .text("kid", &jwk.kid)
            .raw("exp", &expires.to_string())
            .raw("files", &array(names));
        out.line(&if args.show_token { object.text("token", &token) } else { object }.finish());
        return Ok(Answer::Yes);
    }
    tell(args, &key, expires, &files, out);
    if args.show_token {
        out.line(&token);
    }
    Ok(Answer::Yes)
}

/// A public key, named.
struct NamedJwk {
    kid: String,
    text: String,
}

fn public_jwk(key: &SigningKey, args: &MintArgs) -> Result<NamedJwk, Fault> {
    let public = key.public()?;
    let alg = Some(key.algorithm.name());
    let kid = args.kid.clone().or_else(|| keys::thumbprint(&public.to_jwk(None, alg))).unwrap_or_default();
    Ok(NamedJwk { text: public.to_jwk(Some(&kid), alg), kid })
}

fn header(key: &SigningKey, kid: &str, args: &MintArgs) -> String {
    if let Some(raw) = &args.raw_header {
        return raw.clone();
    }
    let object = Object::new().text("alg", key.algorithm.name());
    let object = if args.typ.is_empty() { object } else { object.text("typ", &args.typ) };
    object.text("kid", kid).finish()
}

/// The claims of RFC 9068 section 2.2, then what was asked for; `NAME=` leaves one out.
fn claims(args: &MintArgs, now: i128, expires: i128) -> Result<String, Fault> {
    if let Some(raw) = &args.raw_claims {
        return Ok(raw.clone());
    }
    let mut claims = vec![
        ("iss".to_owned(), string(&args.issuer)),
        ("sub".to_owned(), string(&args.subject)),
        ("aud".to_owned(), string(&args.audience)),
        ("exp".to_owned(), expires.to_string()),
        ("iat".to_owned(), now.to_string()),
        ("jti".to_owned(), string(&random_id()?)),
        ("client_id".to_owned(), string("countersign-mint")),
    ];
    claims.extend(args.scope.iter().map(|scope| ("scope".to_owned(), string(scope))));
    for claim in &args.claims {
        let (name, json) = input::pair("--claim", claim, "'role=\"admin\"'")?;
        if json.is_empty() {
            claims.retain(|(known, _)| known != name);
            continue;
        }
        let document = input::parse_json(json.as_bytes(), &format!("--claim {name}")).map_err(|fault| {
            fault.next(format!("a value is JSON: text stands in quotes, as in --claim '{name}=\"text\"'"))
        })?;
        let json = document.root().raw().to_owned();
        match claims.iter_mut().find(|(known, _)| known == name) {
            Some((_, value)) => *value = json,
            None => claims.push((name.to_owned(), json)),
        }
    }
    Ok(claims.iter().fold(Object::new(), |object, (name, json)| object.raw(name, json)).finish())
}

/// A compact JWS (RFC 7515 section 7.1) over whatever the two texts are.
fn sign(key: &SigningKey, header: &str, claims: &str) -> Result<String, Fault> {
    let mut token = Vec::new();
    base64url::encode(header.as_bytes(), &mut token);
    token.push(b'.');
    base64url::encode(claims.as_bytes(), &mut token);
    let signature = key.sign(&token)?;
    token.push(b'.');
    base64url::encode(&signature, &mut token);
    Ok(String::from_utf8_lossy(&token).into_owned())
}

/// A policy that takes the token, with its key in it; loaded once to be sure.
fn policy(key: &SigningKey, jwk: &str, args: &MintArgs) -> Result<String, Fault> {
    let issuer = Object::new()
        .text("issuer", &args.issuer)
        .text("audience", &args.audience)
        .raw("algorithms", &array([string(key.algorithm.name())]))
        .raw("jwks", &Object::new().raw("keys", &array([jwk])).finish())
        .finish();
    let bearer = Object::new().raw("issuers", &array([issuer])).finish();
    let text = Object::new().text("realm", "example").raw("bearer", &bearer).finish();
    match Policy::load(text.as_bytes(), &[]) {
        Ok(_) => Ok(pretty(input::parse_json(text.as_bytes(), "the policy")?.root()) + "\n"),
        Err(report) => Err(Fault::new(format!("no policy can be made of these names: {report}"))
            .next("choose another --issuer, --audience or --kid")),
    }
}

/// What a file is called, holds, and is for; `private` ones are for the owner's eyes.
struct NewFile {
    name: &'static str,
    text: String,
    meaning: &'static str,
    private: bool,
}

fn files(key: &SigningKey, jwk: &str, policy: &str, token: &str, args: &MintArgs) -> Result<Vec<NewFile>, Fault> {
    let mut files = Vec::new();
    let secret = key.is_secret();
    if args.key.is_none() {
        files.push(match key.to_pem()? {
            Some(text) => NewFile { name: "private.pem", text, meaning: "the private key", private: true },
            None => NewFile { name: "secret.jwk", text: format!("{jwk}\n"), meaning: "the secret", private: true },
        });
    }
    if !secret {
        let set = Object::new().raw("keys", &array([jwk])).finish();
        let text = pretty(input::parse_json(set.as_bytes(), "the set")?.root()) + "\n";
        files.push(NewFile { name: "jwks.json", text, meaning: "its public part as a JWK Set", private: false });
    }
    let meaning =
        if secret { "a policy that takes the token, secret included" } else { "a policy that takes the token" };
    files.push(NewFile { name: "policy.json", text: policy.to_owned(), meaning, private: secret });
    files.push(NewFile { name: "token.txt", text: format!("{token}\n"), meaning: "the token", private: true });
    Ok(files)
}

/// Writes all files or, if one is in the way, none.
fn write_files(folder: &Path, files: &[NewFile], force: bool) -> Result<Vec<(PathBuf, &'static str)>, Fault> {
    let failed = |path: &Path, error: &io::Error| Fault::new(format!("{}: {error}", path.display()));
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let mut written = Vec::new();
    for file in files {
        let path = folder.join(file.name);
        if path.exists() && !force {
            return Err(Fault::new(format!("{} is there already", path.display()))
                .next("choose another --out-dir, or replace what is there with --force"));
        }
        written.push((path, file.meaning));
    }
    for (file, (path, _)) in files.iter().zip(&written) {
        write_file(path, file).map_err(|error| failed(path, &error))?;
    }
    Ok(written)
}

fn write_file(path: &Path, file: &NewFile) -> io::Result<()> {
    if path.exists() {
        // Made anew, so that an old file's mode is not inherited.
        fs::remove_file(path)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if file.private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(file.text.as_bytes())
}

fn tell(args: &MintArgs, key: &SigningKey, expires: i128, files: &[(PathBuf, &'static str)], out: &mut Output) {
    let warning = format!("for trying things out only: nobody was asked who {} is", args.subject);
    note(WARN, "mint:", &crate::output::printable(&warning));
    let Some(folder) = &args.out_dir else { return };
    out.styled(TITLE, &format!("{} key and token", key.algorithm.name()));
    let width = files.iter().map(|(path, _)| path.display().to_string().len()).max().unwrap_or(0);
    for (path, meaning) in files {
        out.fact("wrote", &format!("{:<width$}  {meaning}", path.display().to_string()));
    }
    if let Ok(expires) = i64::try_from(expires)
        && args.raw_claims.is_none()
    {
        out.fact("expires", &dates::utc(expires));
    }
    let folder = folder.display();
    out.fact("next", &format!("countersign check --policy {folder}/policy.json - < {folder}/token.txt"));
}
