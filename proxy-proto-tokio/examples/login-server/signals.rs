//! The signals that the service obeys.

use std::io;

#[cfg(unix)]
use tokio::signal::unix;

/// What a signal requests.
pub(crate) enum Signal {
    /// SIGHUP. Not on Windows.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no such signal"))]
    Reload,
    /// SIGUSR1. Not on Windows.
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no such signal"))]
    LogCounters,
    /// SIGTERM, or SIGINT: Ctrl-C.
    Stop,
}

/// Catches the signals from the moment it is made.
#[cfg(unix)]
pub(crate) struct Signals {
    hangup: unix::Signal,
    user: unix::Signal,
    interrupt: unix::Signal,
    terminate: unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
        use unix::{SignalKind, signal};

        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            user: signal(SignalKind::user_defined1())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The next one. Some of the same kind that arrive close together may count as one.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.hangup.recv() => Signal::Reload,
            _ = self.user.recv() => Signal::LogCounters,
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.terminate.recv() => Signal::Stop,
        }
    }
}

#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for Ctrl-C.
    pub(crate) async fn next(&mut self) -> Signal {
        if tokio::signal::ctrl_c().await.is_err() {
            core::future::pending::<()>().await;
        }
        Signal::Stop
    }
}
