//! A flood from peers that are not trusted, with good clients beside them.

use core::{
    error::Error,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::{sync::Arc, time::Instant};

use tokio::task::JoinSet;

use crate::{
    Load,
    clients::{be_refused, log_in},
    goals::Row,
    pace::{WIDTH, at_once, median, p99_at_rate},
    report::milliseconds,
    server::Server,
};

pub(crate) async fn run(server: &Server, load: &Load) -> Result<Vec<Row>, Box<dyn Error>> {
    let (address, process) = (server.address, server.process);
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    // They take turns, so that both see the same machine.
    for _ in 0..load.rounds {
        let before = process.cpu_time()?;
        at_once(load.flood, move |number| log_in(address, number)).await?;
        let between = process.cpu_time()?;
        at_once(load.flood, move |number| be_refused(address, number)).await?;
        accepted.push(between - before);
        refused.push(process.cpu_time()? - between);
    }
    let [accepted, refused] = [accepted, refused]
        .map(|times| median(times.into_iter()).as_secs_f64() * 1e6 / f64::from(load.flood));

    let count = Arc::new(AtomicU32::new(0));
    let mut peers = JoinSet::new();
    for _ in 0..WIDTH {
        let count = Arc::clone(&count);
        peers.spawn(async move {
            loop {
                let number = count.fetch_add(1, Ordering::Relaxed);
                if let Err(error) = be_refused(address, number).await {
                    return error;
                }
            }
        });
    }
    let started = Instant::now();
    let p99 = p99_at_rate(load, move |number| log_in(address, number)).await?;
    let rate = f64::from(count.load(Ordering::Relaxed)) / started.elapsed().as_secs_f64();
    if let Some(failed) = peers.try_join_next() {
        return Err(failed?.into());
    }

    let ratio = refused / accepted;
    Ok(vec![
        Row {
            what: "CPU time of the server for an untrusted peer and for a login".to_owned(),
            goal: "less than half".to_owned(),
            measured: format!("{refused:.1} and {accepted:.1} µs: {ratio:.2} of it"),
            is_met: ratio < 0.5,
        },
        Row {
            what: format!("p99 of a login while {rate:.0} untrusted peers a second are refused"),
            goal: "less than 50 ms".to_owned(),
            measured: milliseconds(p99),
            is_met: p99 < Duration::from_millis(50),
        },
    ])
}
