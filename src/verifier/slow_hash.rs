//! The slow hash of a password: work that the host runs where it may block, between two checks.
//!
//! A check never runs it: it denies with [`crate::Need::SlowHash`], the host takes the work, runs it on any thread,
//! and checks the same request again with the answer. An unknown user costs the same work.

use core::fmt;

use zeroize::Zeroize as _;

use super::Verifier;
use crate::policy::Policy;
use crate::request::Request;
use crate::result::{Decision, Need, PendingHash};
use crate::store::Proof;

/// A password to be hashed. Owns what it needs; wiped when dropped.
pub struct SlowHash {
    policy: Policy,
    hash: PendingHash,
    password: Vec<u8>,
}

/// What came of a [`SlowHash`]. Of use for the verifier and the credentials that asked for it, and for no others.
#[derive(Clone)]
pub struct HashAnswer {
    proof: Proof,
    outcome: Result<bool, HashFailed>,
}

/// The memory for the hash was not to be had: nothing was found out about the password.
#[derive(Clone, Copy)]
pub(super) struct HashFailed;

impl SlowHash {
    /// Hashes the password and compares: tens to hundreds of milliseconds, and the memory that the hash asks for.
    ///
    /// Runs on any thread. Whether the password was right is for [`Verifier::resume`] to say.
    pub fn run(&self) -> HashAnswer {
        let &PendingHash { place, is_user, proof, .. } = &self.hash;
        let basic = self.policy.compiled().basic.as_ref();
        let outcome = match basic.map(|basic| (&basic.users, basic.users.get(place))) {
            Some((_, Some(user))) if is_user => user.hash().verify(&self.password).map_err(|_| HashFailed),
            Some((users, Some(_))) => users.verify_dummy(place, &self.password).map(|()| false).map_err(|_| HashFailed),
            _ => Err(HashFailed),
        };
        HashAnswer { proof, outcome }
    }
}

impl HashAnswer {
    /// Whether the password was right, if the answer is about these credentials.
    pub(super) fn about(&self, proof: &Proof) -> Option<Result<bool, HashFailed>> {
        self.proof.is(proof).then_some(self.outcome)
    }
}

impl Drop for SlowHash {
    fn drop(&mut self) {
        self.password.zeroize();
    }
}

impl fmt::Debug for SlowHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlowHash")
    }
}

impl fmt::Debug for HashAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashAnswer")
    }
}

impl Verifier {
    /// Takes the work that a decision of this verifier asks for by [`Need::SlowHash`]; `None` if it asks for none, or
    /// it was taken, or the decision was saved and loaded since.
    ///
    /// The decision keeps denying, and no longer holds the password.
    pub fn slow_hash(&self, decision: &mut Decision) -> Option<SlowHash> {
        let (hash, password) = decision.memory.take_pending()?;
        Some(SlowHash { policy: self.policy.clone(), hash, password })
    }

    /// Checks a request again with what came of its [`SlowHash`]. Everything else is judged anew, the time among it.
    pub fn resume(&self, request: &Request<'_>, answer: &HashAnswer, decision: &mut Decision) {
        self.check_with(request, Some(answer), decision);
    }

    /// [`Verifier::check`] for hosts that may block: a slow hash is run at once, on this thread.
    pub fn check_blocking(&self, request: &Request<'_>, decision: &mut Decision) {
        self.check(request, decision);
        if decision.need() == Some(Need::SlowHash)
            && let Some(work) = self.slow_hash(decision)
        {
            self.resume(request, &work.run(), decision);
        }
    }
}
