//! The events that a listener reports besides the connections that it yields.

use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use proxy_proto::{
    ConnectionInfo, Counters, Endpoint, OwnedEndpoint,
    io::{AcceptError, AcceptErrorKind},
};

/// Something that a listener has survived: see [`ProxyListener::on_event`](crate::ProxyListener::on_event).
#[derive(Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The address of the listener.
    pub listener: Endpoint<'a>,
    /// What happened.
    pub kind: EventKind<'a>,
}

/// What happened at a listener.
#[derive(Debug)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// A connection was refused or failed. It is closed.
    #[non_exhaustive]
    Refused {
        /// The peer, as accept(2) returned it.
        peer: Endpoint<'a>,
        /// Why.
        reason: &'a AcceptErrorKind,
    },
    /// accept(2) failed for a reason that passes, such as a shortage of descriptors. The listener tries
    /// again after a pause.
    #[non_exhaustive]
    AcceptFailed {
        /// The error.
        error: &'a io::Error,
        /// The pause; zero if the error is final and the listener ends, as it does for tonic.
        pause: Duration,
    },
    /// All places are taken, so no more connections are accepted until one is free. See
    /// [`WhenFull::StopAccepting`](proxy_proto::WhenFull::StopAccepting).
    AcceptStopped,
}

impl EventKind<'_> {
    /// A label for metrics and logs: that of the [reason](AcceptErrorKind::name), `accept_failed` or
    /// `accept_stopped`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Refused { reason, .. } => reason.name(),
            Self::AcceptFailed { .. } => "accept_failed",
            Self::AcceptStopped => "accept_stopped",
        }
    }

    /// Whether this is what a TCP health check looks like: not worth a line in a log.
    #[must_use]
    pub const fn is_probe(&self) -> bool {
        matches!(self, Self::Refused { reason: AcceptErrorKind::Refused(refusal), .. } if refusal.is_probe())
    }
}

impl fmt::Display for EventKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { reason, .. } => reason.fmt(f),
            Self::AcceptFailed { error, .. } => write!(f, "cannot accept: {error}"),
            Self::AcceptStopped => f.write_str("no more connections are accepted for now"),
        }
    }
}

/// The owner's function for events.
pub(crate) type Hook = Box<dyn FnMut(&Event<'_>) + Send>;

/// Counters that a listener writes, and its handles read.
///
/// The lock is held to add one, or to copy the numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedCounters(Arc<Mutex<Counters>>);

impl SharedCounters {
    pub(crate) fn snapshot(&self) -> Counters {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, record: impl FnOnce(&mut Counters)) {
        record(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Counts, logs and reports the outcomes of connections.
pub(crate) struct Reporter {
    pub(crate) listener: OwnedEndpoint,
    pub(crate) counters: SharedCounters,
    pub(crate) hook: Option<Hook>,
    #[cfg(feature = "tracing")]
    log: crate::log::Log,
}

impl Reporter {
    pub(crate) fn new(listener: OwnedEndpoint) -> Self {
        Self {
            listener,
            counters: SharedCounters::default(),
            hook: None,
            #[cfg(feature = "tracing")]
            log: crate::log::Log::default(),
        }
    }

    pub(crate) fn accepted(&self, info: &ConnectionInfo) {
        self.counters.record(|it| it.record_accepted(info));
    }

    /// Closes the connection, then reports that.
    pub(crate) fn refused<S>(&mut self, error: AcceptError<S>) {
        let peer = OwnedEndpoint::from(error.peer_addr());
        let (stream, reason) = error.into_parts();
        drop(stream);
        self.counters.record(|it| match &reason {
            AcceptErrorKind::Refused(refusal) => it.record_refused(refusal),
            _ => it.record_io_error(),
        });
        self.report(EventKind::Refused {
            peer: peer.endpoint(),
            reason: &reason,
        });
    }

    pub(crate) fn accept_failed(&mut self, error: &io::Error, pause: Duration) {
        self.counters.record(Counters::record_accept_failed);
        self.report(EventKind::AcceptFailed { error, pause });
    }

    pub(crate) fn accept_stopped(&mut self) {
        self.counters.record(Counters::record_accept_stopped);
        self.report(EventKind::AcceptStopped);
    }

    fn report(&mut self, kind: EventKind<'_>) {
        let listener = self.listener.endpoint();
        let event = Event { listener, kind };
        #[cfg(feature = "tracing")]
        self.log.event(&event);
        if let Some(hook) = &mut self.hook {
            hook(&event);
        }
    }
}
