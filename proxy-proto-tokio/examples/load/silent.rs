//! Silent connections, with good clients beside them.

use core::{error::Error, time::Duration};
use std::{io, time::Instant};

use tokio::{task::JoinSet, time};

use crate::{
    LATE, Load, PATIENCE,
    clients::{Network, await_close, connect, log_in},
    goals::Row,
    pace::{median, p99_at_rate},
    report::{milliseconds, seconds},
    server::Server,
};

/// Good clients alone, then beside silent connections, which then reach their deadline.
struct Round {
    alone: Duration,
    beside: Duration,
    /// Silent connections open at once.
    open: u32,
    /// Kibibytes of resident memory that they cost.
    memory: u32,
    /// How long each was open.
    times: Vec<Duration>,
}

pub(crate) async fn run(server: &Server, load: &Load) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rounds = Vec::new();
    for _ in 0..load.rounds {
        rounds.push(round(server, load).await?);
    }
    let alone = median(rounds.iter().map(|round| round.alone));
    let beside = median(rounds.iter().map(|round| round.beside));
    let ratio = beside.div_duration_f64(alone);
    // Later rounds use the memory of the first one again.
    let Round { open, memory, .. } = rounds.first().ok_or("no round")?;
    let each = f64::from(*memory) / f64::from(*open);
    let deadline = Duration::from_secs(load.deadline.into());
    let times = rounds.iter().flat_map(|round| round.times.iter().copied());
    let (early, timed_out): (Vec<_>, Vec<_>) = times.partition(|time| *time < deadline);
    let (first, last) = (timed_out.iter().min(), timed_out.iter().max());
    let (first, last) = first
        .zip(last)
        .ok_or("no connection is left at the deadline")?;
    Ok(vec![
        Row {
            what: format!(
                "p99 of a login beside {} silent connections, and alone",
                load.silent
            ),
            goal: "at most twice as long".to_owned(),
            measured: format!(
                "{} and {}: {ratio:.2}",
                milliseconds(beside),
                milliseconds(alone)
            ),
            is_met: ratio <= 2.0,
        },
        Row {
            what: format!("Resident memory for each of {open} silent connections"),
            goal: "at most 4 KiB".to_owned(),
            measured: format!("{each:.2} KiB"),
            is_met: each <= 4.0,
        },
        Row {
            what: format!(
                "All {} closed, {} sooner to make room",
                load.silent * load.rounds,
                early.len()
            ),
            goal: format!("at {} s", load.deadline),
            measured: format!("{} to {}", seconds(*first), seconds(*last)),
            is_met: *last <= deadline + LATE,
        },
    ])
}

async fn round(server: &Server, load: &Load) -> Result<Round, Box<dyn Error>> {
    let (address, process) = (server.address, server.process);
    let descriptors = process.descriptors()?;
    let alone = p99_at_rate(load, move |number| log_in(address, number)).await?;
    process.await_descriptors(descriptors).await?;

    let memory = process.memory()?;
    let started = Instant::now();
    let mut silent = JoinSet::new();
    for number in 0..load.silent {
        // Before the server can know of it.
        let opened = Instant::now();
        let mut stream = connect(address, Network::SLOW, number).await?;
        silent.spawn(async move {
            await_close(&mut stream).await?;
            Ok::<_, io::Error>(opened.elapsed())
        });
    }
    // It is served after those before it in the listen queue.
    log_in(address, 0).await?;
    let memory = process.memory()?.saturating_sub(memory);
    let open = process.descriptors()?.saturating_sub(descriptors);

    let beside = p99_at_rate(load, move |number| log_in(address, number)).await?;
    let deadline = Duration::from_secs(load.deadline.into());
    if started.elapsed() >= deadline {
        return Err("the deadline came before the last login: choose a longer one".into());
    }
    let mut times = Vec::new();
    while !silent.is_empty() {
        let closed = time::timeout(deadline + PATIENCE, silent.join_next()).await;
        let Ok(Some(time)) = closed else {
            return Err(format!("{} silent connections are still open", silent.len()).into());
        };
        times.push(time??);
    }
    process.await_descriptors(descriptors).await?;
    Ok(Round {
        alone,
        beside,
        open: u32::try_from(open)?.min(load.silent),
        memory,
        times,
    })
}
