//! The API keys that are good at present, swapped whole while requests are checked.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};

use crate::secret::ApiKeys;

/// One table of keys. Readers never block and never free.
#[derive(Default)]
pub(crate) struct LiveKeys {
    present: ArcSwap<ApiKeys>,
    /// Replaced tables that readers may still hold.
    retired: Mutex<Vec<Arc<ApiKeys>>>,
}

impl LiveKeys {
    pub(super) fn new(keys: Arc<ApiKeys>) -> Self {
        LiveKeys { present: ArcSwap::new(keys), retired: Mutex::default() }
    }

    /// The table, held while a request is judged.
    #[inline]
    pub(crate) fn present(&self) -> Guard<Arc<ApiKeys>> {
        self.present.load()
    }

    /// Puts another table in place; requests under way finish with the old one.
    pub(crate) fn replace(&self, keys: ApiKeys) {
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        retired.push(self.present.swap(Arc::new(keys)));
        drop(retired);
        self.sweep();
    }

    /// Frees what no reader holds any more: a table of millions is freed by writers and by who asks for the status, and
    /// not by whichever request was the last to read it.
    pub(crate) fn sweep(&self) {
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        retired.retain(|table| Arc::strong_count(table) > 1);
    }
}
