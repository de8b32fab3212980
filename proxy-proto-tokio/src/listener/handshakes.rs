//! The handshakes of one listener.
//!
//! A connection is looked at once in place, before anything is set up for it: its header has usually
//! arrived. Only one that must wait gets a place in the core's table, a waker and a deadline. Any other
//! has armed no timer, and allocated only what it keeps: `tests/allocations.rs` counts that.
//!
//! That first look bypasses tokio's own record of readiness. Since tokio 1.54 the socket would be
//! tried at once anyway; before that, every connection would have to wait for an event.

use std::{
    io,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use proxy_proto::{
    Accepted, Dropped, Endpoint, Gate, Inserted, Limits, OwnedEndpoint, Pending,
    io::{AcceptError, AcceptErrorKind},
};
use tokio::time::Instant;

use crate::{
    event::Reporter,
    lazy::LazySocket,
    listener::delivery::{Delivered, Delivery, Look},
    ready::ReadyQueue,
    socket::Socket,
};

/// The connections of one listener that wait for their header.
pub(super) struct Handshakes<S, D: Delivery> {
    pending: Pending<Waiting<S, D>>,
    ready: Arc<ReadyQueue>,
    /// The local address of all connections, if it is the same for all.
    local: Option<OwnedEndpoint>,
    /// What a delivery reads into.
    scratch: Vec<u8>,
    /// The moment from which the times here count.
    epoch: Instant,
}

struct Waiting<S, D: Delivery> {
    stream: S,
    unread: D::Unread,
    /// Its own; none before it has its key.
    waker: Option<Waker>,
}

impl<S: Socket, D: Delivery> Handshakes<S, D> {
    pub(super) fn new(limits: Limits, local: Option<OwnedEndpoint>) -> Self {
        Self {
            pending: Pending::new(limits),
            ready: Arc::default(),
            local,
            scratch: Vec::new(),
            epoch: Instant::now(),
        }
    }

    /// The same, without a connection, for another delivery or other limits.
    pub(super) fn empty<E: Delivery>(&self, limits: Limits) -> Handshakes<S, E> {
        Handshakes::new(limits, self.local.clone())
    }

    /// Begins with a connection that has been admitted. Refusals are reported.
    pub(super) fn begin(
        &mut self,
        socket: LazySocket<S>,
        mut gate: Gate,
        reporter: &mut Reporter,
    ) -> Option<Delivered<S, D>> {
        let mut unread = D::Unread::default();
        let kind = loop {
            let look = socket
                .fd()
                .and_then(|fd| D::look(fd, &mut gate, &mut unread, &mut self.scratch));
            match look {
                Ok(Look::Accepted(accepted)) => {
                    return self.deliver(socket, unread, gate.peer_addr(), accepted, reporter);
                }
                Ok(Look::More) => {}
                Ok(Look::Undecided) => return self.wait(socket, unread, gate, reporter),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return self.wait(socket, unread, gate, reporter);
                }
                Ok(Look::Refused(refusal)) => break AcceptErrorKind::from(refusal),
                Err(error) => break error.into(),
            }
        };
        reporter.refused(AcceptError::new(socket, gate.peer_addr().into(), kind));
        None
    }

    /// Gives a connection whose header has not arrived a place.
    fn wait(
        &mut self,
        socket: LazySocket<S>,
        unread: D::Unread,
        gate: Gate,
        reporter: &mut Reporter,
    ) -> Option<Delivered<S, D>> {
        let stream = match socket.into_registered() {
            Ok(stream) => stream,
            Err(error) => {
                let peer = gate.peer_addr().into();
                reporter.refused(AcceptError::new((), peer, error.into()));
                return None;
            }
        };
        let waiting = Waiting {
            stream,
            unread,
            waker: None,
        };
        let now = self.now();
        match self.pending.insert(waiting, gate, now) {
            Inserted::Placed {
                key,
                stream: waiting,
                dropped,
                ..
            } => {
                waiting.waker = Some(self.ready.waker(key));
                if let Some(dropped) = dropped {
                    reporter.refused(error(dropped));
                }
                self.go_on(key, reporter)
            }
            Inserted::Refused(dropped) => {
                reporter.refused(error(dropped));
                None
            }
        }
    }

    /// Goes on with one connection that has become readable, or has to be looked at again.
    pub(super) fn go_on(&mut self, key: usize, reporter: &mut Reporter) -> Option<Delivered<S, D>> {
        let (waiting, gate) = self.pending.get_mut(key)?;
        let result = match waiting.poll(gate, &mut self.scratch) {
            Poll::Ready(Ok(Look::Accepted(accepted))) => Ok(accepted),
            Poll::Ready(Ok(Look::Refused(refusal))) => Err(AcceptErrorKind::from(refusal)),
            Poll::Ready(Err(error)) => Err(error.into()),
            Poll::Ready(Ok(Look::Undecided)) => {
                self.pending.look_again(key, self.epoch.elapsed());
                return None;
            }
            Poll::Ready(Ok(Look::More)) | Poll::Pending => return None,
        };
        let (waiting, gate) = self.pending.remove(key)?;
        let (peer, socket) = (gate.peer_addr(), LazySocket::new(waiting.stream));
        match result {
            Ok(accepted) => self.deliver(socket, waiting.unread, peer, accepted, reporter),
            Err(kind) => {
                reporter.refused(AcceptError::new(socket, peer.into(), kind));
                None
            }
        }
    }

    /// Closes a connection whose time is up, if there is one.
    pub(super) fn expire(&mut self, now: Duration, reporter: &mut Reporter) -> bool {
        let expired = self.pending.expire(now);
        expired
            .map(|dropped| reporter.refused(error(dropped)))
            .is_some()
    }

    /// Closes all connections, without a report: that is the owner's will.
    pub(super) fn close(&mut self) {
        self.pending = Pending::new(*self.pending.limits());
    }

    /// The key of a connection to [continue](Self::go_on) with. If no connection is ready, the task of
    /// `cx` is woken once one is.
    pub(super) fn next_ready(&mut self, now: Duration, cx: &Context<'_>) -> Option<usize> {
        if let Some(key) = self.pending.next_look(now) {
            return Some(key);
        }
        self.ready.pop(cx)
    }

    /// When there is something to do, whether or not a connection wakes.
    pub(super) fn next_time(&self) -> Option<Duration> {
        self.pending.next_deadline()
    }

    /// The time, in the terms of all times here.
    pub(super) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// A time here, on the clock.
    pub(super) fn instant(&self, time: Duration) -> Option<Instant> {
        self.epoch.checked_add(time)
    }

    pub(super) fn accepts(&self) -> bool {
        self.pending.accepts()
    }

    pub(super) const fn limits(&self) -> &Limits {
        self.pending.limits()
    }

    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    /// Finishes with a connection.
    pub(super) fn deliver(
        &self,
        socket: LazySocket<S>,
        unread: D::Unread,
        peer: Endpoint<'_>,
        accepted: Accepted,
        reporter: &mut Reporter,
    ) -> Option<Delivered<S, D>> {
        let local = match &self.local {
            Some(local) => Ok(local.clone()),
            None => socket.local_endpoint(),
        };
        let delivered = local.and_then(|local| Ok((D::deliver(socket, unread)?, local)));
        match delivered {
            Ok((stream, local)) => {
                let info = accepted.info(local);
                reporter.accepted(&info);
                Some((stream, info))
            }
            Err(error) => {
                reporter.refused(AcceptError::new((), peer.into(), error.into()));
                None
            }
        }
    }
}

impl<S: Socket, D: Delivery> Waiting<S, D> {
    /// Looks until there is an answer, or nothing more to see.
    fn poll(&mut self, gate: &mut Gate, scratch: &mut Vec<u8>) -> Poll<io::Result<Look>> {
        let waker = self.waker.as_ref().unwrap_or(Waker::noop());
        let mut cx = Context::from_waker(waker);
        let unread = &mut self.unread;
        loop {
            let stream = &self.stream;
            let look = || D::look(stream.as_fd(), gate, unread, scratch);
            match stream.poll_look(&mut cx, look) {
                Poll::Ready(Ok(Look::More)) => {}
                look => return look,
            }
        }
    }
}

fn error<S, D: Delivery>(dropped: Dropped<Waiting<S, D>>) -> AcceptError<S> {
    let peer = dropped.gate.peer_addr().into();
    AcceptError::new(dropped.stream.stream, peer, dropped.refusal.into())
}
