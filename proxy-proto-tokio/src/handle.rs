//! A listener, seen from elsewhere.

use std::sync::Arc;

use proxy_proto::{Counters, Policy};
use tokio::sync::watch;

use crate::event::SharedCounters;

/// What the rest of a program may do with a listener that runs elsewhere. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ListenerHandle {
    pub(crate) policy: watch::Sender<Arc<Policy>>,
    pub(crate) counters: SharedCounters,
}

impl ListenerHandle {
    /// Replaces the policy, for the connections accepted from now on. Those that wait keep theirs.
    ///
    /// The listener is not locked: it notices by a flag that there is a new policy.
    pub fn set_policy(&self, policy: Arc<Policy>) {
        self.policy.send_replace(policy);
    }

    /// The policy for connections accepted from now on.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy.borrow())
    }

    /// What became of all connections so far. Those that wait are not counted yet.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters.snapshot()
    }
}
