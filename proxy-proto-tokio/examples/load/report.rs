//! The table, and what it was measured on.

use core::{error::Error, time::Duration};

use proxy_proto_tokio::proxy_proto::Limits;

use crate::{
    Load,
    goals::{Row, write_table},
    machine,
};

/// The figures as a document.
pub(crate) fn report(load: &Load, rows: &[Row]) -> Result<String, Box<dyn Error>> {
    let Load {
        rate,
        seconds,
        rounds,
        ..
    } = load;
    let (tokio, kernel) = (machine::locked_version("tokio")?, machine::kernel()?);
    let (cores, descriptors) = (machine::cores()?, machine::descriptors());
    let places = Limits::DEFAULT_PENDING;
    let mut text = format!(
        "# Under load\n\n\
         What silent, slow and untrusted peers cost a login-server, measured from outside: the example `load` \
         wrote this, and its first comment says how to repeat it. With tokio {tokio} on Linux {kernel}; server and \
         clients share {cores}, so latencies include the clients' own work. Logins start at {rate} a second for \
         {seconds} s, whether or not earlier ones have finished, and their latency counts from when they were \
         due. Where two figures are compared, both are medians of {rounds} rounds.\n\n\
         Each process may open {descriptors} descriptors. The server lets at most half of that many connections \
         wait for their header, and at most {places}; if more have to, it closes the one that has been silent \
         longest.\n\n"
    );
    write_table(&mut text, rows)?;
    Ok(text)
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
