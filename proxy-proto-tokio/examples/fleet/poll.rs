//! Waiting for other processes.

use core::{error::Error, time::Duration};
use std::time::Instant;

use tokio::time;

use crate::PATIENCE;

/// The first answer to the question that is not `None`.
pub(crate) async fn until<T>(
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if started.elapsed() > PATIENCE {
            return Err(format!("{what}: not within {PATIENCE:?}").into());
        }
        time::sleep(Duration::from_millis(10)).await;
    }
}
