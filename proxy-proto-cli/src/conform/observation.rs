//! What happened on one connection.

use std::{net::SocketAddr, time::Duration};

use super::observer::Shown;

/// Everything that was seen on one connection.
#[derive(Clone, Debug)]
pub(crate) struct Observation {
    /// The address of this end, which is the client if there is no header.
    pub(crate) own: SocketAddr,
    pub(crate) events: Vec<Event>,
    /// Whether the answer is that of a connection that is served.
    pub(crate) is_served: bool,
    /// Whether the answer is that of a connection that is refused.
    pub(crate) is_refused: bool,
    /// The client that the receiver shows.
    pub(crate) shown: Option<Shown>,
    /// The line of the log about the crash of a process, if this case causes one.
    pub(crate) crash: Option<String>,
}

/// Something that happened, and how long after the connection was made.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) at: Duration,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Sent(Vec<u8>),
    Received(Vec<u8>),
    /// By the receiver.
    Closed,
    /// By the receiver, which had not read everything.
    Reset,
    /// The receiver had neither served the connection nor closed it, and this end gave up.
    GaveUp,
}

/// What the receiver did, as far as it matters to a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    Served(Option<Shown>),
    /// It closed the connection without serving it.
    Refused {
        /// Time since the last bytes were sent.
        after: Duration,
        /// Time since the connection was made.
        at: Duration,
    },
    /// It sent something that is known neither from connections that are served nor from others.
    Answered,
    /// It did nothing until the wait was over.
    Open,
}

impl Observation {
    pub(crate) fn reaction(&self) -> Reaction {
        if self.is_served {
            return Reaction::Served(self.shown);
        }
        if !self.is_refused && !self.answer().is_empty() {
            return Reaction::Answered;
        }
        match self.events.last() {
            Some(Event {
                at,
                what: What::Closed | What::Reset,
            }) => Reaction::Refused {
                after: at.saturating_sub(self.last_sent()),
                at: *at,
            },
            _ => Reaction::Open,
        }
    }

    /// What the receiver sent.
    pub(crate) fn answer(&self) -> Vec<u8> {
        let parts = self.events.iter().filter_map(|event| match &event.what {
            What::Received(bytes) => Some(bytes.as_slice()),
            _ => None,
        });
        parts.collect::<Vec<_>>().concat()
    }

    fn last_sent(&self) -> Duration {
        let sent = self.events.iter().rev();
        sent.filter(|event| matches!(event.what, What::Sent(_)))
            .map(|event| event.at)
            .next()
            .unwrap_or_default()
    }
}
