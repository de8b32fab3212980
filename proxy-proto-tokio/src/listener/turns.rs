//! What happens when a listener is polled: one thing at a time, and not too much at once.

use std::{
    io,
    task::{Context, Poll, ready},
    time::Duration,
};

use proxy_proto::{
    Entry, Gate, OwnedEndpoint,
    io::{AcceptError, is_transient},
};
use tokio::task::coop::poll_proceed;

use crate::{
    lazy::LazySocket,
    listen::Listen,
    listener::{
        ProxyListener,
        delivery::{Delivered, Delivery},
        doubt::Doubt,
    },
};

/// What happens at a listener, one thing at a time.
enum Turn<T> {
    /// A connection that is ready to serve.
    Done(T),
    /// Something was done, and there may be more to do.
    Busy,
    /// There is nothing to do until the task is woken.
    Idle,
}

impl<L: Listen, D: Delivery> ProxyListener<L, D> {
    /// Takes turns until a connection is ready to serve, or there is nothing to do.
    pub(super) fn poll_turns(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Delivered<L::Socket, D>>> {
        for _ in 0..TURNS {
            match self.turn(cx)? {
                Turn::Done(connection) => return Poll::Ready(Ok(connection)),
                Turn::Busy => {}
                Turn::Idle => {
                    self.sleep(cx);
                    return Poll::Pending;
                }
            }
        }
        // Now it is the turn of other tasks.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Closes one connection whose time is up, goes on with one that has become readable, and accepts
    /// one: each in turn, so that no kind of peer can hold up another.
    fn turn(&mut self, cx: &mut Context<'_>) -> io::Result<Turn<Delivered<L::Socket, D>>> {
        let mut is_idle = true;
        // Without a connection that waits, there is nothing that the clock is needed for.
        if self.handshakes.len() > 0 {
            let now = self.handshakes.now();
            if self.handshakes.expire(now, &mut self.reporter) {
                is_idle = false;
            }
            if let Some(key) = self.handshakes.next_ready(now, cx) {
                is_idle = false;
                if let Some(connection) = self.handshakes.go_on(key, &mut self.reporter) {
                    return Ok(Turn::Done(connection));
                }
            }
        }
        if let Poll::Ready((socket, peer)) = self.poll_listen(cx)? {
            is_idle = false;
            if let Some(connection) = self.begin(socket, peer) {
                return Ok(Turn::Done(connection));
            }
        }
        Ok(if is_idle { Turn::Idle } else { Turn::Busy })
    }

    /// Polls the listening socket, unless nothing may be accepted now.
    fn poll_listen(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(LazySocket<L::Socket>, OwnedEndpoint)>> {
        let Some(listen) = &self.listen else {
            return Poll::Pending;
        };
        if self.pause.is_on(|| self.handshakes.now()) {
            return Poll::Pending;
        }
        if !self.handshakes.accepts() {
            if !self.is_stopped {
                self.is_stopped = true;
                self.reporter.accept_stopped();
            }
            return Poll::Pending;
        }
        self.is_stopped = false;
        match poll_accept::<L, D>(listen, &mut self.doubt, cx) {
            Poll::Ready(Err(error)) if is_transient(&error) => {
                let pause = self.pause.begin(self.handshakes.now());
                self.reporter.accept_failed(&error, pause);
                Poll::Pending
            }
            Poll::Ready(Ok(accepted)) => {
                self.pause.end();
                Poll::Ready(Ok(accepted))
            }
            other => other,
        }
    }

    /// Begins with a connection that was accepted.
    fn begin(
        &mut self,
        socket: LazySocket<L::Socket>,
        peer: OwnedEndpoint,
    ) -> Option<Delivered<L::Socket, D>> {
        let reporter = &mut self.reporter;
        match Gate::open(&self.policy, peer.clone()) {
            Entry::Read(gate) => self.handshakes.begin(socket, gate, reporter),
            Entry::Direct(accepted) => {
                let unread = D::Unread::default();
                self.handshakes
                    .deliver(socket, unread, peer.endpoint(), accepted, reporter)
            }
            Entry::Refused(refusal) => {
                self.doubt.raise();
                reporter.refused(AcceptError::new(socket, peer, refusal.into()));
                None
            }
        }
    }

    /// Reports an error of the listening socket that `accept` returns, where the caller cannot.
    #[cfg(any(feature = "axum", feature = "tonic"))]
    pub(crate) fn report_failure(&mut self, error: &io::Error, pause: Duration) {
        self.reporter.accept_failed(error, pause);
    }

    /// Closes the listening socket, for a caller that would otherwise poll a failed one forever.
    #[cfg(feature = "tonic")]
    pub(crate) fn close(&mut self) {
        self.listen = None;
    }

    #[cfg(feature = "tonic")]
    pub(crate) const fn is_closed(&self) -> bool {
        self.listen.is_none()
    }

    /// Has the task woken when the next time comes.
    fn sleep(&mut self, cx: &mut Context<'_>) {
        let times = [self.handshakes.next_time(), self.pause.until()];
        if let Some(at) = times.into_iter().flatten().min() {
            self.sleep_until(at, cx);
        }
    }

    /// Has the task woken when this time comes, or earlier.
    pub(super) fn sleep_until(&mut self, at: Duration, cx: &mut Context<'_>) {
        let Some(at) = self.handshakes.instant(at) else {
            return;
        };
        if self.timer.poll(at, cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }
}

/// The next connection, accepted without tokio where that is better.
fn poll_accept<L: Listen, D: Delivery>(
    listen: &L,
    doubt: &mut Doubt,
    cx: &mut Context<'_>,
) -> Poll<io::Result<(LazySocket<L::Socket>, OwnedEndpoint)>> {
    if D::IS_LAZY || doubt.is_raised() {
        let coop = ready!(poll_proceed(cx));
        if let Some((socket, peer)) = listen.accept_std()? {
            coop.made_progress();
            doubt.lower();
            return Poll::Ready(Ok((LazySocket::from_std(socket), peer)));
        }
    }
    let accepted = listen.poll_accept(cx);
    accepted.map_ok(|(socket, peer)| (LazySocket::new(socket), peer))
}

/// How much is done in one poll: as many connections at most are accepted.
const TURNS: usize = 64;
