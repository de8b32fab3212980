//! When connections are accepted without tokio.
//!
//! tokio registers a socket with the runtime as it accepts it, and since version 1.54 assumes that it is
//! ready: the first look of the listener, and the first read and write of the service, need not wait for
//! an event. A peer that is not trusted has then cost two calls of epoll_ctl(2) and an allocation in vain.
//!
//! The alternative is accept4(2) without tokio, and a registration once the peer has been admitted and
//! its header read. It was tried for all connections, and is not better: tokio assumes nothing of a
//! socket that is registered so. Its service waits for an event that is there already, which costs an
//! epoll_wait(2) for each connection, and on a busy server the time until the runtime looks for events.
//!
//! So [`Untouched`](super::Untouched), which yields a socket of tokio, uses both. Connections are accepted
//! by tokio until a peer is refused because it is not trusted, and the next few without it. Good
//! connections pay nothing while there is no flood; in a flood, a peer that is refused costs accept4(2) and
//! close(2), and the good ones among them that wait.
//!
//! [`Buffered`](super::Buffered) yields a [`LazySocket`](crate::LazySocket), which is not registered before
//! it has to wait. It accepts all connections without tokio; each time that none is left, one accept4(2)
//! more shows it.
//!
//! Both ways use the budget that tokio gives a task, so that a busy listener lets others run.
//! `benches/ACCEPT.md` has the figures. Only Linux has both calls in this form; elsewhere, and on UNIX
//! sockets, whose peers are all trusted or none, tokio accepts.

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
