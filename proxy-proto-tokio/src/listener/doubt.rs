//! When connections are accepted without tokio.
//!
//! tokio registers a socket with the runtime as it accepts it, and assumes that it is ready: the first
//! look of the listener, and the first read and write of the service, need not wait for an event. A peer
//! that is not trusted has then cost two calls of epoll_ctl(2) and an allocation, all for nothing.
//!
//! The opposite is possible on Linux: accept4(2) without tokio, and a registration once the peer has been
//! admitted and its header read. But tokio assumes nothing of a socket that is registered so, and its
//! service has to wait for an event of the runtime, which is polled after other tasks: tokio 1.54 has
//! begun to assume readiness because such waits were as long as 100 ms on a busy server.
//!
//! So for [`Untouched`](super::Untouched), which yields a socket of tokio, both are done. Connections are
//! accepted by tokio until a peer is refused that is not trusted, and for the next few without it. Good
//! connections pay nothing for that while there is no flood; in a flood, nearly all peers that are refused
//! cost no more than accept4(2) and close(2). [`Buffered`](super::Buffered) yields a
//! [`LazySocket`](crate::LazySocket), which needs no tokio, nor an event before it has to wait: there, all
//! are accepted without it, for one accept4(2) more each time that none is left. tokio has no budget of its
//! own for those calls, so they are counted.

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
