//! The connections that wait for their header, in a readiness loop.
//!
//! Everything that is decided is the core's: the gate's of each connection, and for all of them the
//! table's. What is here is what only a readiness loop has: when to look at a socket.
//!
//! A socket is looked at until that would block, so that the next byte raises an event again. There
//! is one exception. While the header is optional and only a part of a signature has arrived, nothing
//! may be consumed, so looking never would block. The next byte then raises an event with epoll and
//! kqueue, but not where mio renews its interest in a socket only after a call that would block. So
//! such a socket is looked at again after [`Gate::LOOK_AGAIN`], with or without an event.

use core::{ops::Range, time::Duration};
use std::{io, sync::Arc, time::Instant};

use mio::Token;
use proxy_proto::{
    Accepted, Counters, Dropped, Entry, Gate, Inserted, Limits, OwnedEndpoint, Pending, Policy,
    Step,
    io::{AcceptError, AcceptErrorKind, Outcome},
};

use crate::socket::Socket;

/// Connections that wait for their header, for a loop around a [`Poll`](mio::Poll).
///
/// One for each listener, or one for several with the same policy. It owns no `Poll` and reads no
/// clock: every method that needs the time has `now` as a parameter.
///
/// In the caller's loop:
///
/// 1. For each connection that a listener accepts: [`begin`](Self::begin). If it has to wait, register
///    it for `READABLE` under the token returned.
/// 2. For each event with one of these [`tokens`](Self::tokens): [`drive`](Self::drive).
/// 3. Once per turn: [`expire`](Self::expire), until it returns nothing. Wait in `Poll::poll` no longer
///    than until [`next_deadline`](Self::next_deadline).
///
/// Any of the three can finish a connection. If it is accepted, you get the same stream back, its payload
/// unread, with a [`ConnectionInfo`](proxy_proto::ConnectionInfo). If it is refused, the
/// [`AcceptError`] holds the stream, the peer and the reason. Dropping `Handshakes` closes all
/// connections that are still waiting.
///
/// # Tokens
///
/// The caller reserves a range: [`tokens`](Self::tokens), from the first one given to
/// [`new`](Self::new), one for each [place](Limits::pending). A token belongs to a connection until that
/// is finished, then to another one. An event of the first, left in a batch, does no harm: the second is
/// looked at once more than necessary.
///
/// # Readiness
///
/// mio's events are edge-triggered: there is one when bytes arrive, not while they are there. So that no
/// wake-up is lost:
///
/// - **Finished by [`begin`](Self::begin):** the stream was never registered. Registering it raises an
///   event for what has already arrived.
/// - **Finished by [`drive`](Self::drive) or [`expire`](Self::expire):** the stream is still registered,
///   under a token that is no longer its own. If it is kept, call `Registry::reregister` with another
///   one, or `deregister`. The payload may have arrived with the header, and its event is then spent:
///   **treat the stream as readable at once**, and wait for an event only after a read that would
///   block. With epoll and kqueue, `reregister` also raises an event for bytes that are there.
/// - A stream that is dropped needs neither: closing it removes it from the selector.
///
/// # Memory
///
/// A connection that waits takes 200 bytes on 64-bit targets, and up to twice that when the tables,
/// which grow by doubling, have just grown. It has no buffer: only a split header is buffered, as much
/// of it as has arrived. A connection whose header is whole when it is accepted takes no place.
///
/// # Examples
///
/// See the [crate's documentation](crate), and the example `echo`.
#[derive(Debug)]
pub struct Handshakes<S> {
    policy: Arc<Policy>,
    pending: Pending<S>,
    counters: Counters,
    first: usize,
    /// When the first connection was accepted, from which the times inside count.
    epoch: Option<Instant>,
}

/// The answer to a connection that has just been accepted from a listener.
///
/// Exhaustive, so that a caller cannot overlook an answer.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "callers must handle each answer")]
pub enum Begun<'a, S> {
    /// It is accepted or refused. It was not registered anywhere.
    Finished(Outcome<S>),
    /// It has to wait.
    #[non_exhaustive]
    Pending {
        /// What to register it under.
        token: Token,
        /// What to register, for `READABLE`. If that fails, call [`Handshakes::remove`].
        stream: &'a mut S,
        /// An older connection, which gave up its place: see
        /// [`WhenFull`](proxy_proto::WhenFull). It is still registered.
        dropped: Option<AcceptError<S>>,
    },
}

/// What a look at a socket showed.
enum Look {
    Done(Result<Accepted, AcceptErrorKind>),
    /// Nothing more has arrived.
    WouldBlock,
    /// A part of a signature, which is left in the socket.
    Undecided,
}

impl<S: Socket> Handshakes<S> {
    /// No connection yet, under this policy and these limits, with a range of tokens from `first` on.
    #[must_use]
    pub const fn new(policy: Arc<Policy>, limits: Limits, first: Token) -> Self {
        Self {
            policy,
            pending: Pending::new(limits),
            counters: Counters::new(),
            first: first.0,
            epoch: None,
        }
    }

    /// Begins with a connection that was accepted: admits or refuses the peer, and looks once for the
    /// header. Its deadline is [`Policy::timeout`] after `now`, for the whole header.
    ///
    /// `peer` is the address that accept(2) returned; that of a UNIX socket is passed by reference.
    ///
    /// # Readiness
    ///
    /// Registers nothing. See [`Handshakes`](Self#readiness) for what to register.
    pub fn begin(
        &mut self,
        stream: S,
        peer: impl Into<OwnedEndpoint>,
        now: Instant,
    ) -> Begun<'_, S> {
        let peer = peer.into();
        let mut gate = match Gate::open(&self.policy, peer.clone()) {
            Entry::Refused(refusal) => {
                return Begun::Finished(self.finish(stream, peer, Err(refusal.into())));
            }
            Entry::Direct(accepted) => {
                return Begun::Finished(self.finish(stream, peer, Ok(accepted)));
            }
            Entry::Read(gate) => gate,
        };
        let now = self.since_epoch(now);
        if let Look::Done(result) = look(&stream, &mut gate) {
            return Begun::Finished(self.finish(stream, peer, result));
        }
        match self.pending.insert(stream, gate, now) {
            Inserted::Placed {
                key,
                stream,
                dropped,
                ..
            } => Begun::Pending {
                token: token(self.first, key),
                stream,
                dropped: dropped.map(|dropped| refuse(dropped, &mut self.counters)),
            },
            Inserted::Refused(dropped) => Begun::Finished(Err(refuse(dropped, &mut self.counters))),
        }
    }

    /// Continues with the connection of this token, which has become readable: `None` if it still has
    /// to wait, or if no connection has this token.
    ///
    /// A header that is whole when this is called counts as in time: the deadline is for
    /// [`expire`](Self::expire) to enforce.
    ///
    /// # Readiness
    ///
    /// Consumes what there is of the header, so that the next byte raises an event. What
    /// [the outcome](Self#readiness) requires is up to the caller.
    pub fn drive(&mut self, token: Token, now: Instant) -> Option<Outcome<S>> {
        let now = self.since_epoch(now);
        self.go_on(token.0.checked_sub(self.first)?, now)
    }

    /// Ends a connection whose time is up, or continues with one that has to be looked at again without
    /// an event. Call it once per turn of the loop, until it returns `None`.
    ///
    /// # Readiness
    ///
    /// As for [`drive`](Self::drive).
    pub fn expire(&mut self, now: Instant) -> Option<Outcome<S>> {
        let now = self.since_epoch(now);
        while let Some(key) = self.pending.next_look(now) {
            if let Some(outcome) = self.go_on(key, now) {
                return Some(outcome);
            }
        }
        let dropped = self.pending.expire(now)?;
        Some(Err(refuse(dropped, &mut self.counters)))
    }

    /// When [`expire`](Self::expire) has to be called next, if ever: how long `Poll::poll` may wait.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        self.epoch?.checked_add(self.pending.next_deadline()?)
    }

    /// Removes a connection without an outcome, and does not count it: because it could not be
    /// registered, or because the server ends.
    ///
    /// # Readiness
    ///
    /// A stream that was registered still is.
    pub fn remove(&mut self, token: Token) -> Option<S> {
        let (stream, _) = self.pending.remove(token.0.checked_sub(self.first)?)?;
        Some(stream)
    }

    /// Replaces the policy, for the connections that begin from now on. Those that have begun keep
    /// theirs.
    pub fn set_policy(&mut self, policy: Arc<Policy>) {
        self.policy = policy;
    }

    /// The policy for connections that begin now.
    #[must_use]
    pub const fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        self.pending.limits()
    }

    /// The tokens of these connections: see [there](Self#tokens).
    #[must_use]
    pub const fn tokens(&self) -> Range<Token> {
        Token(self.first)..token(self.first, self.limits().pending())
    }

    /// Whether the listener should accept another connection: not if all places are taken and
    /// [`WhenFull::StopAccepting`](proxy_proto::WhenFull::StopAccepting) is set.
    ///
    /// # Readiness
    ///
    /// A listener that was not accepted from until that would block raises no event for those that
    /// wait in its queue: once a place is free, accept without one.
    #[must_use]
    pub fn accepts(&self) -> bool {
        self.pending.accepts()
    }

    /// How many connections wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether no connection waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// The outcomes of all connections so far. Those that are still waiting are not counted yet.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    fn go_on(&mut self, key: usize, now: Duration) -> Option<Outcome<S>> {
        let (stream, gate) = self.pending.get_mut(key)?;
        match look(stream, gate) {
            Look::Done(result) => {
                let (stream, gate) = self.pending.remove(key)?;
                Some(self.finish(stream, gate.peer_addr().into(), result))
            }
            Look::WouldBlock => None,
            Look::Undecided => {
                self.pending.look_again(key, now);
                None
            }
        }
    }

    fn finish(
        &mut self,
        stream: S,
        peer: OwnedEndpoint,
        result: Result<Accepted, AcceptErrorKind>,
    ) -> Outcome<S> {
        let info = result.and_then(|accepted| Ok(accepted.info(stream.local_endpoint()?)));
        let outcome = match info {
            Ok(info) => Ok((stream, info)),
            Err(kind) => Err(AcceptError::new(stream, peer, kind)),
        };
        self.counters.record(&outcome);
        outcome
    }

    /// The time since the first connection.
    fn since_epoch(&mut self, now: Instant) -> Duration {
        now.saturating_duration_since(*self.epoch.get_or_insert(now))
    }
}

/// Looks at a socket until there is nothing more to see.
fn look(stream: &impl Socket, gate: &mut Gate) -> Look {
    loop {
        return match stream.advance(gate) {
            Ok(Step::NeedMore { consume: 0, .. }) => Look::Undecided,
            Ok(Step::NeedMore { .. }) => continue,
            Ok(Step::Accepted(accepted)) => Look::Done(Ok(accepted)),
            Ok(Step::Refused(refusal)) => Look::Done(Err(refusal.into())),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Look::WouldBlock,
            Err(error) => Look::Done(Err(error.into())),
        };
    }
}

fn refuse<S>(dropped: Dropped<S>, counters: &mut Counters) -> AcceptError<S> {
    counters.record_refused(&dropped.refusal);
    let peer = dropped.gate.peer_addr().into();
    AcceptError::new(dropped.stream, peer, dropped.refusal.into())
}

const fn token(first: usize, key: usize) -> Token {
    Token(first.saturating_add(key))
}
