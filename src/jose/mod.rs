//! Compact JWS, JWK Sets, algorithms and signatures (RFC 7515, 7517, 7518, 7638, 8037).
//!
//! The way of a token: [`CompactJws::parse`], [`HeaderMemory::read`], [`decode_signature`],
//! [`JoseHeader::check_members`], [`AlgorithmRule::select`], [`KeySet::select`],
//! [`Candidates::verify_signature`]. Nothing in the token's header ever supplies a key.
//!
//! ```
//! use countersign::jose::{AlgorithmRule, KeySet, Origin, verify_jws};
//!
//! // RFC 8037 appendix A.4.
//! let keys = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
//! let keys = KeySet::load(keys, Origin::Inline)?;
//! let token = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
//!               hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
//! assert!(verify_jws(token, &keys, AlgorithmRule::KeysDecide).outcome.is_ok());
//! # Ok::<(), countersign::jose::KeySetFault>(())
//! ```

mod algorithm;
mod backend;
mod compact;
mod header;
mod jwk;
mod jws;
mod key;
mod key_set;
mod media_type;
mod part;
mod thumbprint;

pub use crate::constant_time::constant_time_equal;
pub use algorithm::{Algorithm, AlgorithmName, AlgorithmRule, AlgorithmSet, KeyType};
pub(crate) use backend::MacKey;
pub use backend::{BACKEND_NAME, sha256};
pub use compact::CompactJws;
pub use header::{HeaderMemory, HeaderType, JoseHeader};
pub use jwk::{Origin, SecretRefs};
pub use jws::{DecodedToken, JwsVerdict, SignatureMemory, decode_signature, decode_unverified, verify_jws};
pub use key_set::{Candidates, KeySet, KeySetFault, KeySetFaultKind, ListedKey};
pub use media_type::media_type;
