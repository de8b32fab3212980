//! The time that something may take, and progress on standard error if it takes longer than a second.

use std::{future::Future, io, pin::pin, time::Duration};

use tokio::time::{Instant, timeout_at};

use crate::failure;

/// Started with a command, and shared by everything that it waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    limit: Option<Duration>,
}

impl Clock {
    pub(crate) fn start(limit: Option<Duration>) -> Self {
        Self {
            started: Instant::now(),
            limit,
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Waits for `future` without showing progress: for what the user controls, such as the end of
    /// standard input.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] if the time is up first.
    pub(crate) async fn within<T>(&self, future: impl Future<Output = T>) -> io::Result<T> {
        match self.deadline() {
            None => Ok(future.await),
            Some(deadline) => timeout_at(deadline, future)
                .await
                .map_err(|_| self.expired()),
        }
    }

    /// As [`wait`](Self::wait), for a future that can fail itself.
    pub(crate) async fn attempt<T>(
        &self,
        doing: String,
        future: impl Future<Output = io::Result<T>>,
    ) -> io::Result<T> {
        self.wait(doing, future).await.and_then(|outcome| outcome)
    }

    /// Waits for `future`, which does what `doing` says.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::TimedOut`] if the time is up first.
    pub(crate) async fn wait<T>(
        &self,
        doing: String,
        future: impl Future<Output = T>,
    ) -> io::Result<T> {
        const FIRST: Duration = Duration::from_secs(1);
        let mut future = pin!(future);
        let mut waited = FIRST;
        let began = Instant::now();
        let deadline = self.deadline();
        loop {
            let shown = began.checked_add(waited);
            let next = shown.into_iter().chain(deadline).min();
            let Some(next) = next else {
                return Ok(future.await);
            };
            if let Ok(output) = timeout_at(next, &mut future).await {
                return Ok(output);
            }
            if deadline == Some(next) {
                return Err(self.expired());
            }
            let seconds = waited.as_secs();
            failure::note(&format!("{doing}: {seconds} s so far; Ctrl-C stops it"));
            waited = waited.saturating_mul(2);
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.limit.and_then(|limit| self.started.checked_add(limit))
    }

    fn expired(&self) -> io::Error {
        let seconds = self.limit.unwrap_or_default().as_secs_f64();
        io::Error::new(
            io::ErrorKind::TimedOut,
            format!("not done within {seconds} s"),
        )
    }
}
