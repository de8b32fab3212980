//! A login-server of the fleet, and its log.

use core::{
    error::Error,
    net::{Ipv4Addr, SocketAddrV4},
};
use std::{
    io::{self, BufRead, BufReader},
    process::{ChildStdout, ExitStatus},
    thread::{self, JoinHandle},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time,
};

use crate::{PATIENCE, login_server::LoginServer, poll};

/// A running login-server.
pub(crate) struct Backend {
    server: LoginServer,
    log: JoinHandle<io::Result<Vec<String>>>,
    counters: UnboundedReceiver<String>,
}

/// What a login-server leaves behind.
pub(crate) struct Record {
    /// Its log, without the lines that it began with.
    pub(crate) lines: Vec<String>,
    /// What it had counted just before it was ended.
    pub(crate) logins: u32,
    /// Connections of health checks, which have a LOCAL header.
    pub(crate) checks: u32,
    pub(crate) status: ExitStatus,
}

impl Backend {
    /// Starts one on each of three loopback addresses.
    pub(crate) fn start_all() -> Result<[Self; 3], Box<dyn Error>> {
        Ok([Self::start(11)?, Self::start(12)?, Self::start(13)?])
    }

    fn start(host: u8) -> Result<Self, Box<dyn Error>> {
        // HAProxy connects from 127.0.0.1.
        let settings = "haproxy_trusted_networks = \"127.0.0.1\"";
        let (server, log) = LoginServer::start(Ipv4Addr::new(127, 0, 0, host), settings)?;
        let (sender, counters) = unbounded_channel();
        Ok(Self {
            server,
            log: thread::spawn(move || read(log, &sender)),
            counters,
        })
    }

    pub(crate) const fn address(&self) -> SocketAddrV4 {
        self.server.address
    }

    /// Has it log its counters, then ends it by this signal.
    pub(crate) async fn end(mut self, signal: Signal) -> Result<Record, Box<dyn Error>> {
        let process = Pid::from_child(&self.server.child);
        kill_process(process, Signal::USR1)?;
        let counters = time::timeout(PATIENCE, self.counters.recv()).await?;
        let counters = counters.ok_or("login-server ended by itself")?;
        kill_process(process, signal)?;
        let status = poll::until("the end of a login-server", async || {
            Ok(self.server.child.try_wait()?)
        })
        .await?;
        let lines = self.log.join().map_err(|_| "the log was not read")??;
        Ok(Record {
            lines,
            logins: count(&counters, "logins")?,
            checks: count(&counters, "proxy_proto.local")?,
            status,
        })
    }
}

/// Reads the log to its end. Passes the counters on.
fn read(
    mut log: BufReader<ChildStdout>,
    counters: &UnboundedSender<String>,
) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        log.read_line(&mut line)?;
        if line.pop() != Some('\n') {
            // The end. A backend that is killed may leave a part of a line.
            return Ok(lines);
        }
        if line.starts_with("imap-login: Counters: ") {
            // Fails if the run has failed.
            let _ = counters.send(line);
        } else if !line.starts_with("imap-login: Try: ") {
            lines.push(line);
        }
    }
}

/// One of the counters; those that are zero are not logged.
fn count(counters: &str, name: &str) -> Result<u32, Box<dyn Error>> {
    let field = |field: &str| {
        let (field, count) = field.split_once('=')?;
        (field == name).then(|| count.parse())
    };
    Ok(counters.split(", ").find_map(field).unwrap_or(Ok(0))?)
}
