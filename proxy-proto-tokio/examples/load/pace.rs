//! When clients start: at a fixed rate, or as fast as the server allows.

use core::{error::Error, time::Duration};
use std::{io, thread, time::Instant};

use hdrhistogram::Histogram;
use tokio::task::{self, JoinSet};

use crate::Load;

/// Starts clients at a fixed rate, whether or not earlier ones have finished, and returns the 99th
/// percentile of their latencies. Latency counts from the moment at which a client was due: if it
/// starts late, it has waited too.
pub(crate) async fn p99_at_rate<F>(
    load: &Load,
    client: impl Fn(u32) -> F + Send + 'static,
) -> Result<Duration, Box<dyn Error>>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let (rate, clients) = (load.rate, load.rate * load.seconds);
    // On a thread of its own: timers of tokio are a millisecond apart.
    let start = task::spawn_blocking(move || {
        let start = Instant::now();
        let mut started = JoinSet::new();
        for number in 0..clients {
            let due = start + Duration::from_secs(1) * number / rate;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let client = client(number);
            started.spawn(async move { client.await.map(|()| due.elapsed()) });
        }
        started
    });
    let mut started = start.await?;
    let mut latencies = Histogram::<u64>::new(3)?;
    while let Some(latency) = started.join_next().await {
        latencies.record(latency??.as_micros().try_into()?)?;
    }
    Ok(Duration::from_micros(latencies.value_at_quantile(0.99)))
}

/// Runs this many clients, [`WIDTH`] at a time.
pub(crate) async fn at_once<F>(
    count: u32,
    client: impl Fn(u32) -> F + Clone + Send + Sync + 'static,
) -> Result<(), Box<dyn Error>>
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut workers = JoinSet::new();
    for first in (0..count).take(WIDTH) {
        let client = client.clone();
        workers.spawn(async move {
            for number in (first..count).step_by(WIDTH) {
                client(number).await?;
            }
            Ok::<_, io::Error>(())
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker??;
    }
    Ok(())
}

/// The median of what the rounds measured.
pub(crate) fn median(rounds: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = rounds.collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Clients at a time, where they start as fast as the server allows.
pub(crate) const WIDTH: usize = 64;
