//! An issuer's list of algorithms.
//!
//! Refuses `none`, every name that this build cannot compute, and symmetric beside asymmetric names: a
//! public key must never be taken for a secret (RFC 8725 section 3.1).

use super::kind::Kind;
use super::place::Place;
use super::read::Reader;
use super::report::Code;
use super::suggest::nearest;
use crate::jose::{Algorithm, AlgorithmSet};

/// A list of one or more names.
pub(super) fn read_algorithms(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<AlgorithmSet> {
    let mut listed = Some(Vec::new());
    for (index, value) in reader.list(place, &Kind::Algorithms)?.enumerate() {
        let algorithm = read_algorithm(reader, &place.element(index, value));
        listed = listed.zip(algorithm).map(|(mut listed, algorithm)| {
            listed.push(algorithm);
            listed
        });
    }
    let listed = listed?;
    let symmetric = listed.iter().filter(|algorithm| algorithm.is_symmetric()).count();
    if symmetric > 0 && symmetric < listed.len() {
        let text = "HS* stands beside asymmetric algorithms; an issuer uses either shared secrets or key pairs";
        reader.refuse(place, Code::Contradiction, text);
        return None;
    }
    Some(listed.into_iter().collect())
}

fn read_algorithm(reader: &mut Reader<'_>, place: &Place<'_, '_>) -> Option<Algorithm> {
    let Some(name) = place.value.as_text().map(|text| text.to_owned_string()) else {
        let text = format!("found {}; allowed: {}", place.found(), supported().join(", "));
        reader.refuse(place, Code::TypeWrong, text);
        return None;
    };
    let found = Algorithm::from_name(&name);
    if let Some(algorithm) = found.filter(|algorithm| algorithm.is_supported()) {
        if algorithm == Algorithm::EdDsa {
            let text = "`EdDSA` is deprecated; the name to use is `Ed25519` (RFC 9864), as soon as the issuer does";
            reader.warn(place.pointer(), Code::AlgorithmDeprecated, text);
        }
        return Some(algorithm);
    }
    let text = if found.is_some() {
        format!("`{name}` needs another cryptography backend; allowed: {}", supported().join(", "))
    } else if name.eq_ignore_ascii_case("none") {
        "`none` is no signature and is never accepted".into()
    } else {
        let meant =
            nearest(&name, supported()).map_or_else(String::new, |meant| format!("; did you mean \"{meant}\"?"));
        format!("found {}; allowed: {}{meant}", place.found(), supported().join(", "))
    };
    reader.refuse(place, Code::ValueRefused, text);
    None
}

/// The names that this build takes.
pub(super) fn supported() -> Vec<&'static str> {
    Algorithm::ALL.into_iter().filter(|algorithm| algorithm.is_supported()).map(Algorithm::name).collect()
}
