//! The Python front: converts types, owns handles and maps errors (docs/ARCHITECTURE.md).
//!
//! Everything that decides is in the core; the package `countersign` re-exports what stands here and adds the
//! parts that need Python alone: middlewares and the loops that fetch keys.

mod case;
mod catalogue;
mod challenge;
mod claims;
mod client;
mod clock;
mod decision;
mod errors;
mod explain;
mod http;
mod interpreter;
mod jose;
mod pace;
mod policy;
mod pool;
mod request;
mod store;
mod verifier;

use pyo3::prelude::*;
use pyo3::types::PyModule;

/// The extension module; its names are private to the package.
///
/// No process global of it needs the interpreter's lock, so a free-threaded interpreter need not take one.
#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use crate::case::{are_scopes, read_json};
    #[pymodule_export]
    use crate::catalogue::{attributes, backend, details, reasons, schemes};
    #[pymodule_export]
    use crate::challenge::{Challenge, Credentials, build_challenge, parse_challenges, parse_credentials};
    #[pymodule_export]
    use crate::client::{
        Abilities, Reading, ReadingWarning, Sent, Step, client_words, may_send_to, next_step, read_challenges,
        token_fresh,
    };
    #[pymodule_export]
    use crate::decision::{Decision, HashAnswer, Need, SlowHash};
    #[pymodule_export]
    use crate::explain::{Finding, explain_exchange};
    #[pymodule_export]
    use crate::http::cache_control_max_age;
    #[pymodule_export]
    use crate::jose::{KeySet, ListedKey, UnverifiedToken, VerifiedJws, decode_unverified};
    #[pymodule_export]
    use crate::policy::Policy;
    #[pymodule_export]
    use crate::store::{Exported, Fetch, KeyStore, Outcome};
    #[pymodule_export]
    use crate::verifier::Verifier;

    #[pymodule_init]
    fn init(module: &super::Bound<'_, super::PyModule>) -> super::PyResult<()> {
        crate::interpreter::refuse_sub_interpreter(module.py())?;
        crate::clock::start(module.py())
    }
}
