//! How many connections may wait for their header at once.

/// How many connections may wait for their header at once, and what happens when all places are
/// taken. A connection whose header has already arrived when it is accepted needs no place.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Limits, WhenFull};
///
/// let limits = Limits::new().with_pending(4096).with_per_source(64);
/// assert_eq!(limits.pending(), 4096);
/// assert_eq!(limits.per_source(), Some(64));
/// assert_eq!(limits.when_full(), WhenFull::DropOldestSilent);
///
/// // Always at least one place.
/// let limits = Limits::new().with_pending(0).with_per_source(0);
/// assert_eq!((limits.pending(), limits.per_source()), (1, Some(1)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pending: usize,
    per_source: Option<usize>,
    when_full: WhenFull,
}

/// What happens to a connection that needs a place when all are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenFull {
    /// The connection that has waited longest without sending a byte gives up its place. If all of
    /// them have sent something, the new one is refused. The default: a flood of silent peers
    /// cannot keep out a peer that sends its header.
    #[default]
    DropOldestSilent,
    /// The new connection is refused.
    RefuseNewest,
    /// No more connections are accepted until a place is free. New ones wait in the operating
    /// system's listen queue, including those that would send a header at once.
    StopAccepting,
}

impl Limits {
    /// The default number of places: 16,384.
    pub const DEFAULT_PENDING: usize = 16_384;

    /// 16,384 places, no limit per source, and [`WhenFull::DropOldestSilent`].
    #[must_use]
    pub const fn new() -> Self {
        Self {
            pending: Self::DEFAULT_PENDING,
            per_source: None,
            when_full: WhenFull::DropOldestSilent,
        }
    }

    /// Sets the number of places, at least 1.
    #[must_use]
    pub const fn with_pending(mut self, places: usize) -> Self {
        self.pending = if places == 0 { 1 } else { places };
        self
    }

    /// Sets how many places, at least 1, the peers of one source network may take together: an IPv4
    /// address, an IPv6 network of /64, or all peers of UNIX sockets. At that limit a new connection is
    /// refused.
    #[must_use]
    pub const fn with_per_source(mut self, places: usize) -> Self {
        self.per_source = Some(if places == 0 { 1 } else { places });
        self
    }

    /// Sets what happens when all places are taken.
    #[must_use]
    pub const fn with_when_full(mut self, when_full: WhenFull) -> Self {
        self.when_full = when_full;
        self
    }

    /// The number of places.
    #[must_use]
    pub const fn pending(&self) -> usize {
        self.pending
    }

    /// The number of places that one source network may occupy, if that is limited.
    #[must_use]
    pub const fn per_source(&self) -> Option<usize> {
        self.per_source
    }

    /// What happens when all places are taken.
    #[must_use]
    pub const fn when_full(&self) -> WhenFull {
        self.when_full
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}
