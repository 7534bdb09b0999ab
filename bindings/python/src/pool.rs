//! Decisions of the core, used again by the thread that dropped them, so that their memory stays warm.

use core::cell::RefCell;

use countersign::Decision;

/// More than a thread has in its hands at once; what is over is freed.
const KEPT: usize = 16;

thread_local! {
    #[expect(clippy::vec_box, reason = "a decision is moved between threads and objects by its address")]
    static POOL: RefCell<Vec<Box<Decision>>> = const { RefCell::new(Vec::new()) };
}

/// A decision of this thread's pool; goes to the pool of the thread that drops it.
pub(crate) struct Pooled(Option<Box<Decision>>);

impl Pooled {
    pub(crate) fn take() -> Self {
        let warm = POOL.try_with(|pool| pool.borrow_mut().pop()).ok().flatten();
        Pooled(Some(warm.unwrap_or_default()))
    }

    /// The decision; `None` never, as only a drop takes it out.
    pub(crate) fn get(&self) -> Option<&Decision> {
        self.0.as_deref()
    }

    pub(crate) fn get_mut(&mut self) -> Option<&mut Decision> {
        self.0.as_deref_mut()
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        let Some(mut decision) = self.0.take() else { return };
        decision.reset();
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < KEPT {
                pool.push(decision);
            }
        });
    }
}
