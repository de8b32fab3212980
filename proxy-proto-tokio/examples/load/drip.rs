//! A header that arrives at one byte a second.

use core::{error::Error, time::Duration};
use std::time::Instant;

use tokio::{io::AsyncWriteExt, time};

use crate::{
    LATE, Load,
    clients::{HEADER, Network, await_close, connect},
    goals::Row,
    report::seconds,
    server::Server,
};

pub(crate) async fn run(server: &Server, load: &Load) -> Result<Vec<Row>, Box<dyn Error>> {
    let deadline = Duration::from_secs(load.deadline.into());
    let opened = Instant::now();
    let mut stream = connect(server.address, Network::SLOW, 0).await?;
    for (sent, byte) in (1..).zip(HEADER) {
        // Fails if the connection has just been closed.
        let _ = stream.write_u8(*byte).await;
        if let Ok(closed) = time::timeout(SECOND, await_close(&mut stream)).await {
            closed?;
            let time = opened.elapsed();
            return Ok(vec![Row {
                what: "A header at one byte a second, cut off".to_owned(),
                goal: format!("at {} s", load.deadline),
                measured: format!("{}, after {sent} bytes", seconds(time)),
                is_met: time >= deadline && time <= deadline + LATE,
            }]);
        }
    }
    Err("a header at one byte a second was accepted".into())
}

const SECOND: Duration = Duration::from_secs(1);
