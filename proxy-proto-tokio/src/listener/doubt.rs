//! When connections are accepted without tokio.
//!
//! tokio registers a socket with the runtime as it accepts it, and since version 1.54 assumes that it is
//! ready: the first look of the listener, and the first read and write of the service, need not wait for
//! an event. For a peer that is then refused, two calls of epoll_ctl(2) and an allocation were in vain.
//!
//! The alternative is accept4(2) without tokio, and a registration once the peer has been admitted and
//! its header read. It was tried for all connections, and is not better: tokio assumes nothing of a
//! socket that is registered so. Its service waits for an event that is there already, which costs an
//! epoll_wait(2) for each connection, and on a busy server the time until the runtime looks for events.
//!
//! So [`Untouched`](super::Untouched), which yields a socket of tokio, uses both. Connections are accepted
//! by tokio until a peer is refused because it is not trusted, and the next few without it. While there is
//! no flood, good connections pay nothing. In a flood, a peer that is refused costs only accept4(2) and
//! close(2), and the good connections in between pay for it with that wait.
//!
//! [`Buffered`](super::Buffered) yields a [`LazySocket`](crate::LazySocket), which is not registered before
//! it has to wait. It accepts all connections without tokio, at the cost of one accept4(2) each time that
//! it looks at an empty queue.
//!
//! Both ways use the budget that tokio gives a task, so that a busy listener lets others run.
//! `benches/ACCEPT.md` has the figures. All this is for TCP on Linux. Elsewhere, and on UNIX sockets, whose
//! peers are either all trusted or all refused, tokio accepts every connection.

/// Whether the next peer is likely to be refused because it is not trusted.
#[derive(Debug, Default)]
pub(super) struct Doubt(u8);

impl Doubt {
    /// A peer was refused because it is not trusted.
    pub(super) const fn raise(&mut self) {
        self.0 = Self::CONNECTIONS;
    }

    /// A connection has arrived.
    pub(super) const fn lower(&mut self) {
        self.0 = self.0.saturating_sub(1);
    }

    pub(super) const fn is_raised(&self) -> bool {
        self.0 > 0
    }

    /// How many connections one peer raises doubt about: few, so that a rare stray peer costs the others
    /// nothing; enough that a flood mixed with good connections is still recognized.
    const CONNECTIONS: u8 = 8;
}
