//! The places of one listener: how many clients it serves at once, and which of them must leave when
//! another one needs a place.
//!
//! Each listener has a share of the descriptors that the process may open, so that clients of one
//! cannot take those of another. A client that stays silent must not keep others out either: while
//! all places are taken, a new client gets the place of one that has not logged in, first of those
//! that have sent nothing, and the oldest of them. A client that has logged in keeps its place; how
//! many places one user may have would be another limit.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use proxy_proto_tokio::proxy_proto::Limits;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// How many connections one listener may have at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// Connections that wait for their header.
    pub(crate) pending: usize,
    /// Connections that are served.
    pub(crate) served: usize,
}

impl Share {
    /// The share of one of this many listeners. Only those with `haproxy = true` have connections
    /// that wait for a header.
    pub(crate) fn of_one_in(listeners: usize, haproxy: bool) -> Self {
        let share = descriptors().checked_div(listeners).unwrap_or_default();
        let pending = if haproxy { share / 2 } else { 0 };
        let served = share.saturating_sub(pending).saturating_sub(RESERVED);
        Self {
            pending: pending.min(Limits::DEFAULT_PENDING),
            served: served.clamp(1, MAX_SERVED),
        }
    }
}

/// The places of one listener.
#[derive(Debug)]
pub(crate) struct Places {
    total: usize,
    free: Arc<Semaphore>,
    arrived: AtomicU64,
    /// The clients that have not logged in, in the order in which they lose their places.
    before_login: Mutex<BTreeMap<Rank, Arc<Notify>>>,
}

/// A client's place, free again once this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    /// `None` for a client that has logged in.
    rank: Option<Rank>,
    lost: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

/// The lowest is the first to lose its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    has_spoken: bool,
    arrived: u64,
}

impl Places {
    pub(crate) fn new(total: usize) -> Arc<Self> {
        Arc::new(Self {
            total,
            free: Arc::new(Semaphore::new(total)),
            arrived: AtomicU64::new(0),
            before_login: Mutex::default(),
        })
    }

    /// A place for a new client: a free one, or that of a client that loses it. `None` if all of them
    /// have logged in.
    pub(crate) async fn take(self: &Arc<Self>) -> Option<Place> {
        let free = Arc::clone(&self.free);
        let permit = match Arc::clone(&free).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let (_, lost) = self.lock().pop_first()?;
                lost.notify_one();
                // That client waits for nothing else from now on, so it leaves at once. Until it has,
                // its descriptor is still in use.
                free.acquire_owned().await.ok()?
            }
        };
        let rank = Rank {
            has_spoken: false,
            arrived: self.arrived.fetch_add(1, Ordering::Relaxed),
        };
        let lost = Arc::new(Notify::new());
        self.lock().insert(rank, Arc::clone(&lost));
        Some(Place {
            places: Arc::clone(self),
            rank: Some(rank),
            lost,
            _permit: permit,
        })
    }

    /// How many clients are served.
    pub(crate) fn taken(&self) -> usize {
        self.total.saturating_sub(self.free.available_permits())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Rank, Arc<Notify>>> {
        let locked = self.before_login.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The client has sent something.
    pub(crate) fn has_spoken(&mut self) {
        let Some(rank) = &mut self.rank else {
            return;
        };
        let mut clients = self.places.lock();
        // A client that is not there has just lost its place.
        if let Some(lost) = clients.remove(rank) {
            rank.has_spoken = true;
            clients.insert(*rank, lost);
        }
    }

    /// The client has logged in.
    pub(crate) fn has_logged_in(&mut self) {
        if let Some(rank) = self.rank.take() {
            self.places.lock().remove(&rank);
        }
    }

    /// Returns if another client needs the place, once.
    pub(crate) fn lost(&self) -> impl Future<Output = ()> + use<> {
        let lost = Arc::clone(&self.lost);
        async move { lost.notified().await }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.has_logged_in();
    }
}

/// How many files and sockets the process may open.
#[cfg(unix)]
fn descriptors() -> usize {
    use rustix::process::{Resource, getrlimit};

    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
fn descriptors() -> usize {
    usize::MAX
}

/// Descriptors that each listener leaves to everything else: itself, standard output, the runtime,
/// a connection that was accepted but has no place yet.
const RESERVED: usize = 32;

/// The maximum for one listener, however many descriptors there may be: a matter of memory.
const MAX_SERVED: usize = 20_000;
