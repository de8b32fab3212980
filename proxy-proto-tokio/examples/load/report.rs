//! The table, and what it was measured on.

use core::{error::Error, time::Duration};
use std::{fmt::Write, fs, path::Path, thread};

use proxy_proto_tokio::proxy_proto::Limits;
use rustix::process::{Resource, getrlimit};

use crate::Load;

/// One figure, and its goal.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) goal: String,
    pub(crate) measured: String,
    pub(crate) is_met: bool,
}

/// The figures as a document.
pub(crate) fn report(load: &Load, rows: &[Row]) -> Result<String, Box<dyn Error>> {
    let Load {
        rate,
        seconds,
        rounds,
        ..
    } = load;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let (tokio, kernel) = (locked_version("tokio")?, kernel.trim_end());
    let cores = thread::available_parallelism()?;
    let descriptors = getrlimit(Resource::Nofile).current;
    let descriptors = descriptors.map_or("any number of".to_owned(), |limit| limit.to_string());
    let places = Limits::DEFAULT_PENDING;
    let mut text = format!(
        "# Under load\n\n\
         What silent, slow and untrusted peers cost a login-server, measured from outside: the example `load` \
         wrote this, and its first comment says how to repeat it. With tokio {tokio} on Linux {kernel}; server and \
         clients share {cores} cores, so latencies include the clients' own work. Logins start at {rate} a second for \
         {seconds} s, whether or not earlier ones have finished, and their latency counts from when they were \
         due. Where two figures are compared, both are medians of {rounds} rounds.\n\n\
         Each process may open {descriptors} descriptors. The server lets at most half of that many connections \
         wait for their header, and at most {places}; if more have to, it closes the one that has been silent \
         longest.\n\n\
         | | goal | measured | met |\n|---|---|---|---|\n"
    );
    for Row {
        what,
        goal,
        measured,
        is_met,
    } in rows
    {
        let met = if *is_met { "yes" } else { "**no**" };
        writeln!(text, "| {what} | {goal} | {measured} | {met} |")?;
    }
    Ok(text)
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// The version of a library that this program and the server were built with, from the `Cargo.lock`
/// of the workspace or the package.
fn locked_version(library: &str) -> Result<String, Box<dyn Error>> {
    let directories = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let lock = directories
        .map(|directory| directory.join("Cargo.lock"))
        .find_map(|file| fs::read_to_string(file).ok())
        .ok_or("no Cargo.lock")?;
    let entry = format!("name = \"{library}\"\nversion = \"");
    let version = lock
        .split_once(&entry)
        .and_then(|(_, rest)| rest.split_once('"'));
    Ok(version.ok_or("no version in Cargo.lock")?.0.to_owned())
}
