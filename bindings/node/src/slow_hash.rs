//! The slow hash of a password, on the threads of libuv's pool.

use countersign::{HashAnswer, SlowHash};
use napi::bindgen_prelude::{AsyncTask, Env};
use napi::{Result, Task};
use napi_derive::napi;

/// What came of a slow hash, for the verifier that asked for it.
#[napi]
pub struct Answer(pub(crate) HashAnswer);

/// The work on its way to the pool.
pub struct Work(SlowHash);

impl Work {
    pub(crate) fn start(work: SlowHash) -> AsyncTask<Work> {
        AsyncTask::new(Work(work))
    }
}

impl Task for Work {
    type Output = HashAnswer;
    type JsValue = Answer;

    fn compute(&mut self) -> Result<HashAnswer> {
        Ok(self.0.run())
    }

    fn resolve(&mut self, _env: Env, answer: HashAnswer) -> Result<Answer> {
        Ok(Answer(answer))
    }
}
