//! Waiting, with a limit that even a slow machine does not reach.

use core::{fmt::Display, panic::Location, time::Duration};

use tokio::time::{self, Instant};

/// The future's output; panics with a description of the wait if it takes too long.
#[track_caller]
pub(crate) fn within<T>(what: &str, future: impl Future<Output = T>) -> impl Future<Output = T> {
    let caller = Location::caller();
    async move {
        match time::timeout(DEADLINE, future).await {
            Ok(output) => output,
            Err(_) => panic!("{what}: not within {DEADLINE:?}, at {caller}"),
        }
    }
}

/// The result of `attempt` once it succeeds; panics with its last error if it does not in time.
pub(crate) async fn eventually<T, E: Display>(
    what: &str,
    mut attempt: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let started = Instant::now();
    loop {
        match attempt().await {
            Ok(output) => return output,
            Err(error) if started.elapsed() >= DEADLINE => panic!("{what}: {error}"),
            Err(_) => time::sleep(PAUSE).await,
        }
    }
}

const DEADLINE: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(10);
