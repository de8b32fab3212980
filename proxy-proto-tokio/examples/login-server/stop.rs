//! Shutdown, passed on to every task.

use tokio::sync::watch::{self, Receiver, Sender};

/// Triggers every [`Stop`] of one service.
#[derive(Debug)]
pub(crate) struct Stopper(Sender<bool>);

/// What a task waits on until the service shuts down. Until it is dropped, the task
/// counts as running.
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
