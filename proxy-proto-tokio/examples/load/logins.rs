//! Many good clients, which must leave nothing behind.

use core::error::Error;

use crate::{Load, clients::log_in, goals::Row, pace::at_once, server::Server};

pub(crate) async fn run(server: &Server, load: &Load) -> Result<Vec<Row>, Box<dyn Error>> {
    let (address, process) = (server.address, server.process);
    let share = load.logins / SHARES;
    let descriptors = process.descriptors()?;
    let mut memory = Vec::new();
    for _ in 0..SHARES {
        at_once(share, move |number| log_in(address, number)).await?;
        process.await_descriptors(descriptors).await?;
        memory.push(process.memory()?);
    }
    let (first, most) = memory.first().zip(memory.iter().max()).ok_or("no share")?;
    Ok(vec![Row {
        what: format!(
            "Descriptors and resident memory of the server after each {share} of {} logins",
            load.logins
        ),
        goal: format!("as at first, and at most {GROWTH} KiB more"),
        measured: format!("{descriptors}, and {first} to {most} KiB"),
        is_met: most - first <= GROWTH,
    }])
}

/// The run is divided into this many. The first warms the server up.
const SHARES: u32 = 10;

/// Kibibytes that memory may grow by. A leak of 8 bytes for each of 200,000 connections would exceed it.
const GROWTH: u32 = 1024;
