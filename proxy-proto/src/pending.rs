//! The connections that are waiting for their header.
//!
//! A table that an adapter owns, one for each listener. It knows no socket and no clock: the type
//! of the streams is the adapter's, and times count from whatever moment the adapter chooses.
//!
//! Under one policy all connections have the same timeout, so their deadlines are a queue, not a
//! heap. A new policy may have another timeout; a new deadline is then inserted where it belongs. A
//! connection that leaves is not searched for in the queues: a stale entry is dropped when it
//! reaches the front, or when more than half of the entries are stale.

use alloc::collections::{BTreeMap, VecDeque};
use core::time::Duration;

use ipnet::IpNet;
use slab::Slab;

use crate::{
    address::Endpoint,
    gate::Gate,
    limits::{Limits, WhenFull},
    refusal::Refusal,
};

/// The connections of one listener that are waiting for their header, with their deadlines and
/// places.
///
/// For adapters: `S` is their type of stream. Each connection has a key, which may be reused once
/// the connection has left.
#[derive(Debug)]
pub struct Pending<S> {
    limits: Limits,
    slots: Slab<Slot<S>>,
    /// Each deadline with its place, in order. Entries of connections that have left keep their
    /// deadline; without it, the order could not be searched.
    deadlines: VecDeque<(Duration, Place)>,
    /// In the order of arrival; some have sent bytes since.
    silent: VecDeque<Place>,
    /// When to look again at sockets that may report nothing, in order.
    looks: VecDeque<(Duration, Place)>,
    sources: BTreeMap<Source, usize>,
    arrived: u64,
}

#[derive(Debug)]
struct Slot<S> {
    stream: S,
    gate: Gate,
    arrived: u64,
    /// When it is to be looked at again, if it is.
    look_at: Option<Duration>,
}

/// A slot, and the number of the arrival that was put into it.
#[derive(Clone, Copy, Debug)]
struct Place {
    key: usize,
    arrived: u64,
}

/// The network that a peer comes from; `None` for all UNIX sockets.
type Source = Option<IpNet>;

/// What [`Pending::insert`] did.
///
/// Exhaustive, so that an adapter cannot overlook an answer.
#[derive(Debug)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "adapters must handle each answer")]
pub enum Inserted<'a, S> {
    /// The connection got a place.
    #[non_exhaustive]
    Placed {
        /// Its key.
        key: usize,
        /// The connection itself.
        stream: &'a mut S,
        /// An older connection, which gave up its place.
        dropped: Option<Dropped<S>>,
    },
    /// The connection did not get a place.
    Refused(Dropped<S>),
}

/// A connection that did not get a place, gave up its own, or ran out of time.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "a connection, and why it ends")]
pub struct Dropped<S> {
    /// The connection: dropping it closes it.
    pub stream: S,
    /// Its gate, which has the address of the peer.
    pub gate: Gate,
    /// Why it ends.
    pub refusal: Refusal,
}

impl<S> Pending<S> {
    /// An empty table with these limits.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self {
            limits,
            slots: Slab::new(),
            deadlines: VecDeque::new(),
            silent: VecDeque::new(),
            looks: VecDeque::new(),
            sources: BTreeMap::new(),
            arrived: 0,
        }
    }

    /// Gives a connection a place, for which an older one may have to give up its own. The time for
    /// the header counts from `accepted_at`.
    ///
    /// The connection that is dropped has the refusal [`Refusal::LimitReached`] or
    /// [`Refusal::SourceLimitReached`].
    pub fn insert(&mut self, stream: S, gate: Gate, accepted_at: Duration) -> Inserted<'_, S> {
        let source = source(gate.peer_addr());
        let of_source = self.sources.get(&source).copied().unwrap_or_default();
        if self
            .limits
            .per_source()
            .is_some_and(|limit| of_source >= limit)
        {
            return Inserted::refused(stream, gate, Refusal::SourceLimitReached);
        }
        let mut dropped = None;
        if self.is_full() {
            if self.limits.when_full() == WhenFull::DropOldestSilent {
                dropped = self.drop_oldest_silent();
            }
            if dropped.is_none() {
                return Inserted::refused(stream, gate, Refusal::LimitReached);
            }
        }
        if self.limits.per_source().is_some() {
            let count = self.sources.entry(source).or_default();
            *count = count.saturating_add(1);
        }
        self.arrived = self.arrived.wrapping_add(1);
        let vacant = self.slots.vacant_entry();
        let place = Place {
            key: vacant.key(),
            arrived: self.arrived,
        };
        let deadline = accepted_at.saturating_add(gate.timeout());
        let at = self
            .deadlines
            .partition_point(|(other, _)| *other <= deadline);
        self.deadlines.insert(at, (deadline, place));
        if gate.received() == 0 {
            self.silent.push_back(place);
        }
        let look_at = gate
            .is_undecided()
            .then(|| accepted_at.saturating_add(Gate::LOOK_AGAIN));
        self.looks.extend(look_at.map(|at| (at, place)));
        let slot = vacant.insert(Slot {
            stream,
            gate,
            arrived: self.arrived,
            look_at,
        });
        Inserted::Placed {
            key: place.key,
            stream: &mut slot.stream,
            dropped,
        }
    }

    /// A connection and its gate.
    pub fn get_mut(&mut self, key: usize) -> Option<(&mut S, &mut Gate)> {
        let slot = self.slots.get_mut(key)?;
        Some((&mut slot.stream, &mut slot.gate))
    }

    /// All connections with their keys, in no particular order: what poll(2) is called with.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &S)> {
        self.slots.iter().map(|(key, slot)| (key, &slot.stream))
    }

    /// Removes a connection.
    pub fn remove(&mut self, key: usize) -> Option<(S, Gate)> {
        let slot = self.slots.try_remove(key)?;
        if self.limits.per_source().is_some() {
            let source = source(slot.gate.peer_addr());
            if let Some(count) = self.sources.get_mut(&source) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.sources.remove(&source);
                }
            }
        }
        self.trim();
        Some((slot.stream, slot.gate))
    }

    /// Schedules another look at a connection, [`Gate::LOOK_AGAIN`] from `now`, unless one is already
    /// scheduled: for a connection whose gate returned `NeedMore` and consumed nothing. For one that was
    /// inserted in that state it is scheduled already.
    pub fn look_again(&mut self, key: usize, now: Duration) {
        let Some(slot) = self.slots.get_mut(key) else {
            return;
        };
        if slot.look_at.is_none() {
            let at = now.saturating_add(Gate::LOOK_AGAIN);
            slot.look_at = Some(at);
            let arrived = slot.arrived;
            self.looks.push_back((at, Place { key, arrived }));
        }
    }

    /// The key of a connection to look at again, if one is due. Call it until it returns `None`.
    pub fn next_look(&mut self, now: Duration) -> Option<usize> {
        while let Some((at, place)) = self.looks.front().copied() {
            if at > now {
                break;
            }
            self.looks.pop_front();
            if let Some(slot) = self.slots.get_mut(place.key) {
                if slot.arrived == place.arrived {
                    slot.look_at = None;
                    return Some(place.key);
                }
            }
        }
        None
    }

    /// The next time at which [`expire`](Self::expire) or [`next_look`](Self::next_look) has something
    /// to return, counted like the times given to [`insert`](Self::insert).
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        // Stale places at the front have been trimmed.
        let [deadline, look] = [&self.deadlines, &self.looks].map(|queue| queue.front());
        deadline.into_iter().chain(look).map(|(at, _)| *at).min()
    }

    /// Removes a connection whose time is up, if there is one. Call it until it returns `None`.
    pub fn expire(&mut self, now: Duration) -> Option<Dropped<S>> {
        let (deadline, place) = *self.deadlines.front()?;
        if deadline > now {
            return None;
        }
        let (stream, gate) = self.remove(place.key)?;
        let refusal = gate.timed_out();
        Some(Dropped {
            stream,
            gate,
            refusal,
        })
    }

    /// Whether all places are taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.slots.len() >= self.limits.pending()
    }

    /// Whether a listener should accept another connection: not if all places are taken and
    /// [`WhenFull::StopAccepting`] is set.
    #[must_use]
    pub fn accepts(&self) -> bool {
        !(self.is_full() && self.limits.when_full() == WhenFull::StopAccepting)
    }

    /// How many connections are waiting.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether no connection is waiting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    fn drop_oldest_silent(&mut self) -> Option<Dropped<S>> {
        while let Some(place) = self.silent.pop_front() {
            let slot = self.slot(&place);
            if slot.is_some_and(|slot| slot.gate.received() == 0) {
                let (stream, gate) = self.remove(place.key)?;
                let refusal = Refusal::LimitReached;
                return Some(Dropped {
                    stream,
                    gate,
                    refusal,
                });
            }
        }
        None
    }

    /// Drops stale entries, so that the first deadline is that of a connection, and no queue
    /// grows beyond twice the number of connections and some slack. Called when a connection
    /// leaves, because that is what makes entries stale.
    fn trim(&mut self) {
        const SLACK: usize = 64;
        let slots = &self.slots;
        let is_live = |place: &Place| {
            let slot = slots.get(place.key);
            slot.is_some_and(|slot| slot.arrived == place.arrived)
        };
        let most = slots.len().saturating_mul(2).saturating_add(SLACK);
        trim_queue(&mut self.deadlines, most, |(_, place)| is_live(place));
        trim_queue(&mut self.looks, most, |(_, place)| is_live(place));
        trim_queue(&mut self.silent, most, is_live);
    }

    fn slot(&self, place: &Place) -> Option<&Slot<S>> {
        let slot = self.slots.get(place.key)?;
        (slot.arrived == place.arrived).then_some(slot)
    }
}

impl<S> Inserted<'_, S> {
    const fn refused(stream: S, gate: Gate, refusal: Refusal) -> Self {
        Self::Refused(Dropped {
            stream,
            gate,
            refusal,
        })
    }
}

/// Drops stale items at the front, and all stale items if there are more than `most` items.
fn trim_queue<T>(queue: &mut VecDeque<T>, most: usize, is_live: impl Fn(&T) -> bool) {
    while queue.front().is_some_and(|item| !is_live(item)) {
        queue.pop_front();
    }
    if queue.len() > most {
        queue.retain(is_live);
    }
}

/// The network whose peers share their places.
fn source(peer: Endpoint<'_>) -> Source {
    const V4_LEN: u8 = 32;
    const V6_LEN: u8 = 64;
    let ip = peer.to_canonical().ip()?;
    let len = if ip.is_ipv4() { V4_LEN } else { V6_LEN };
    IpNet::new(ip, len).ok().map(|network| network.trunc())
}
