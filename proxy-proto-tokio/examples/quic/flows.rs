//! Which balancer each client is reached through: what a service over UDP must remember if it sends
//! more than one answer to each datagram. No I/O and no clock.
//!
//! A balancer gives each client a socket of its own, and recognizes what it sends back to a client by
//! that socket. So one entry is kept for each client: the address of that socket, and when the client
//! was last heard from. Whatever else of a header the service needs later belongs in it too.
//!
//! - **Bound.** At most `max` entries, each of some 150 bytes. Anyone can invent clients, even through
//!   an honest balancer, because the source address of a datagram can be forged; without a bound, anyone
//!   could fill the memory.
//! - **Eviction.** In a full table, a new entry replaces the one whose client has been silent the longest.
//!   A flood of invented clients does that too: `rate` of them a second evict a client that has been
//!   silent for `max / rate` seconds. It loses what is sent to it until it sends again: every datagram
//!   has a header, so its next one restores the entry. A protocol that repeats what was lost, as QUIC
//!   does, continues from there. Refusing new clients instead would let the same flood keep everyone
//!   out.
//! - **Expiry.** An entry is not used once its client has been silent for `idle`, which must be shorter
//!   than the balancer's own timeout: after that, the balancer may give the socket to another client. It
//!   should be at least as long as the idle timeout of the protocol.
//! - **Change.** The last datagram of a client decides. If the client comes through another balancer, or
//!   through another socket of the same one, it is answered there from then on. A client that moves to
//!   another address is another client here; only QUIC knows that it is the same connection.

use std::{
    hash::RandomState,
    net::SocketAddr,
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use lru::LruCache;

#[derive(Debug)]
pub(crate) struct Flows {
    /// The client that was last heard from comes first. What is sent to a client does not change the
    /// order, so that the last ones are also those that expire first. The keys are chosen by others,
    /// which the standard library's hasher is made for.
    by_client: LruCache<SocketAddr, Flow, RandomState>,
    idle: Duration,
}

#[derive(Debug)]
struct Flow {
    balancer: SocketAddr,
    heard: Instant,
}

impl Flows {
    pub(crate) fn new(max: NonZeroUsize, idle: Duration) -> Self {
        Self {
            by_client: LruCache::with_hasher(max, RandomState::new()),
            idle,
        }
    }

    /// A datagram of this client has come from this socket of a balancer. `now` is never earlier than in
    /// the call before.
    pub(crate) fn heard(&mut self, client: SocketAddr, balancer: SocketAddr, now: Instant) {
        while self
            .by_client
            .peek_lru()
            .is_some_and(|(_, flow)| flow.is_over(now, self.idle))
        {
            self.by_client.pop_lru();
        }
        let heard = now;
        self.by_client.put(client, Flow { balancer, heard });
    }

    /// Where to send what is for this client; `None` if that is not known, or no longer valid.
    pub(crate) fn balancer_of(&self, client: SocketAddr, now: Instant) -> Option<SocketAddr> {
        let flow = self.by_client.peek(&client)?;
        (!flow.is_over(now, self.idle)).then_some(flow.balancer)
    }

    /// How many clients it remembers, at most the maximum.
    pub(crate) fn len(&self) -> usize {
        self.by_client.len()
    }
}

impl Flow {
    fn is_over(&self, now: Instant, idle: Duration) -> bool {
        now.saturating_duration_since(self.heard) >= idle
    }
}
