//! What a server sends behind the head of its answer to HEAD, where nothing may stand (RFC 9110 section 9.3.2).
//!
//! The client reads no body there, so this looks into its buffer when it lets the connection go, and waits a moment
//! for what is still on its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// Counts what is left over on the connections that pass through it.
#[derive(Debug, Default)]
pub(crate) struct Tap {
    left: Arc<AtomicUsize>,
    waits: bool,
}

impl Tap {
    /// A tap that waits for bytes on their way, if `waits`.
    pub(crate) fn new(waits: bool) -> Tap {
        Tap { left: Arc::default(), waits }
    }

    /// The number of bytes left over, once the connection is closed.
    pub(crate) fn left(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.left)
    }
}

impl<In: Transport> Connector<In> for Tap {
    type Out = Tapped<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Tapped<In>>, Error> {
        Ok(chained.map(|inner| Tapped { inner, left: Arc::clone(&self.left), waits: self.waits }))
    }
}

/// A connection that is looked into at its end.
#[derive(Debug)]
pub(crate) struct Tapped<In: Transport> {
    inner: In,
    left: Arc<AtomicUsize>,
    waits: bool,
}

impl<In: Transport> Transport for Tapped<In> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        // One request a connection: what follows on it belongs to nobody.
        false
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl<In: Transport> Drop for Tapped<In> {
    fn drop(&mut self) {
        if !self.waits {
            return;
        }
        if self.inner.buffers().input().is_empty() {
            let timeout = NextTimeout { after: MOMENT.into(), ..NextTimeout::default() };
            // Nothing more within the moment, or the end of the connection, is what should be.
            let _ = self.inner.await_input(timeout);
        }
        self.left.store(self.inner.buffers().input().len(), Ordering::Release);
    }
}

/// A body is sent with its head; this is for one in a packet of its own.
const MOMENT: Duration = Duration::from_millis(200);
