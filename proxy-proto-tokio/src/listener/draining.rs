//! A listener that has stopped accepting.

use std::{
    fmt,
    future::poll_fn,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    listen::Listen,
    listener::{
        ProxyListener,
        delivery::{Delivered, Delivery},
    },
};

/// The connections that waited for their header when their listener was
/// [shut down](ProxyListener::graceful_shutdown). The socket is closed.
///
/// Dropping it closes those that still wait.
///
/// A connection that finishes here has not been served at all. Answer its first request before closing
/// idle connections, as the example `hyper` does.
///
/// # Examples
///
/// ```no_run
/// use std::{io, time::Duration};
///
/// use proxy_proto_tokio::ProxyListener;
///
/// # fn serve<T>(_: T) {}
/// # async fn until(mut listener: ProxyListener, stop: impl Future<Output = ()>) -> io::Result<()> {
/// # let mut stop = std::pin::pin!(stop);
/// loop {
///     tokio::select! {
///         accepted = listener.accept() => serve(accepted?),
///         () = &mut stop => break,
///     }
/// }
/// let mut last = listener.graceful_shutdown(Duration::from_secs(5));
/// while let Some(accepted) = last.next().await {
///     serve(accepted);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "connections that wait are closed when it is dropped"]
pub struct Draining<L: Listen, D: Delivery> {
    listener: ProxyListener<L, D>,
    until: Duration,
}

impl<L: Listen, D: Delivery> Draining<L, D> {
    pub(super) const fn new(listener: ProxyListener<L, D>, until: Duration) -> Self {
        Self { listener, until }
    }

    /// The next connection that has finished; `None` if none waits any more, or the time is up.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Delivered<L::Socket, D>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Polls for the next connection: [`next`](Self::next) without a future.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Delivered<L::Socket, D>>> {
        let listener = &mut self.listener;
        // Only a listening socket has errors.
        if let Poll::Ready(Ok(connection)) = listener.poll_turns(cx) {
            return Poll::Ready(Some(connection));
        }
        if listener.handshakes.now() >= self.until {
            listener.handshakes.close();
        }
        if listener.pending() == 0 {
            return Poll::Ready(None);
        }
        listener.sleep_until(self.until, cx);
        Poll::Pending
    }

    /// How many connections still wait for their header.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.listener.pending()
    }
}

impl<L: Listen, D: Delivery> fmt::Debug for Draining<L, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.listener.fmt(f)
    }
}
