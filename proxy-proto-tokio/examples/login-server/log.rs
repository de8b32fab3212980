//! One line per event, through one queue, which never holds up the service.

mod event;
mod queue;

use core::time::Duration;
use std::{io, sync::Arc};

use proxy_proto_tokio::proxy_proto::ConnectionInfo;
use tokio::time;

pub(crate) use self::event::Event;
use self::queue::Queue;

/// Where the lines go. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Log(Arc<Queue>);

impl Log {
    /// Starts a log whose lines are passed to `write`, in a thread of its own.
    pub(crate) fn start(
        write: impl FnMut(&str) -> io::Result<()> + Send + 'static,
    ) -> io::Result<Self> {
        Queue::start(write).map(Self)
    }

    /// Logs the event, or drops it if too many lines wait to be written.
    ///
    /// Clients decide how often they are refused. So that they cannot displace other lines, refusals may
    /// fill only half of the room, and they are not urgent.
    pub(crate) fn write(&self, event: &Event<'_>) {
        let (max_waiting, is_urgent) = match event {
            Event::Aborted { .. } => (MAX_WAITING / 2, false),
            _ => (MAX_WAITING, true),
        };
        drop(self.0.add(line(event), max_waiting, is_urgent));
    }

    /// Logs a login, and returns once its line is written: while the log keeps up, there is a line for
    /// each login that is acknowledged.
    ///
    /// If the log is stalled, it returns once the line is dropped, or after [`PATIENCE`], and the line
    /// may be written later. The choice here is that users can log in without a line. A service that
    /// must not let that happen would reply `NO [UNAVAILABLE]` instead.
    pub(crate) async fn write_login(&self, user: &[u8], info: &ConnectionInfo, listener: &str) {
        let line = line(&Event::Login {
            user,
            info,
            listener,
        });
        let written = self.0.add(line, MAX_WAITING, true);
        let _ = time::timeout(PATIENCE, written).await;
    }

    /// Returns once all lines so far are written, or after [`PATIENCE`].
    pub(crate) async fn flush(&self) {
        let written = self.0.add(String::new(), usize::MAX, true);
        let _ = time::timeout(PATIENCE, written).await;
    }
}

fn line(event: &Event<'_>) -> String {
    format!("imap-login: {event}\n")
}

/// How many lines wait at most.
const MAX_WAITING: usize = 1024;

/// The time for a line to be written.
const PATIENCE: Duration = Duration::from_secs(1);
