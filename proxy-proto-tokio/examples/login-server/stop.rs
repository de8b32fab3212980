//! Shutdown: requested by a signal, passed on to every task.

use std::io;

use tokio::{
    signal,
    sync::watch::{self, Receiver, Sender},
};

/// Triggers every [`Stop`] of one service.
#[derive(Debug)]
pub(crate) struct Stopper(Sender<bool>);

/// What a task waits on until the service shuts down. It also shows that the task is there.
#[derive(Clone, Debug)]
pub(crate) struct Stop(Receiver<bool>);

impl Stopper {
    pub(crate) fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Returns once no task has a [`Stop`] any more.
    pub(crate) async fn all_gone(&self) {
        self.0.closed().await;
    }
}

impl Stop {
    /// Returns once the service shuts down.
    pub(crate) async fn requested(&mut self) {
        // An error means that the stopper is gone, and the service with it.
        let _ = self.0.wait_for(|&stopped| stopped).await;
    }
}

/// Waits for Ctrl-C or SIGTERM, including one that arrives before the first poll.
#[cfg(unix)]
pub(crate) fn signalled() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn signalled() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if signal::ctrl_c().await.is_err() {
            core::future::pending::<()>().await;
        }
    })
}
