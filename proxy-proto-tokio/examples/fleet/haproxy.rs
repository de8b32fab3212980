//! HAProxy as a process, and its runtime API.

use core::{
    error::Error,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
};
use std::{
    collections::HashMap,
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{self, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, UnixStream},
    process::{Child, Command},
    time,
};

use crate::{NAMES, PATIENCE, poll, statistics};

/// A running HAProxy, killed when dropped.
pub(crate) struct Haproxy {
    child: Child,
    directory: Directory,
    /// Bound without listening, so that the port is given to no one else. HAProxy, which sets
    /// `SO_REUSEPORT`, can bind it too.
    front: (TcpSocket, SocketAddrV4),
}

/// Which backend a client is sent to.
pub(crate) type StickTable = HashMap<Ipv4Addr, usize>;

/// What HAProxy leaves behind.
pub(crate) struct Balancer {
    /// The stick table at the end.
    pub(crate) table: StickTable,
    /// The name of the backend, for each connection.
    pub(crate) connections: HashMap<SocketAddrV4, String>,
    /// Connections to each backend that were tried again, and those that went to another one then.
    pub(crate) retries: [(u32, u32); 3],
}

/// Removed when dropped.
struct Directory(PathBuf);

impl Haproxy {
    /// Returns once every backend has passed a check.
    pub(crate) async fn start(
        config: &Path,
        backends: [SocketAddrV4; 3],
    ) -> Result<Self, Box<dyn Error>> {
        let directory = Directory(env::temp_dir().join(format!("fleet-{}", process::id())));
        fs::create_dir(&directory.0)?;
        let front = reserve()?;
        let log = File::create(directory.0.join(LOG))?;
        let [one, two, three] = backends.map(|backend| backend.to_string());
        let child = Command::new("haproxy")
            .arg("-db")
            .arg("-f")
            .arg(config)
            .env("STATS", directory.0.join(STATS))
            .env("FRONT", front.1.to_string())
            .env("ONE", one)
            .env("TWO", two)
            .env("THREE", three)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot start haproxy: {error}"))?;
        let mut haproxy = Self {
            child,
            directory,
            front,
        };
        poll::until("checks by HAProxy", async || {
            haproxy.has_checked_all().await
        })
        .await?;
        Ok(haproxy)
    }

    /// Where clients connect to.
    pub(crate) const fn front(&self) -> SocketAddrV4 {
        self.front.1
    }

    /// Sets the state of a backend: `ready`, `drain` or `maint`.
    pub(crate) async fn set_state(
        &self,
        backend: usize,
        state: &str,
    ) -> Result<(), Box<dyn Error>> {
        let command = format!("set server imap/{} state {state}", name(backend)?);
        let reply = self.command(&command).await?;
        if reply.trim().is_empty() {
            Ok(())
        } else {
            Err(format!("{command}: {reply}").into())
        }
    }

    /// Returns once no client is connected to this backend.
    pub(crate) async fn await_no_session(&self, backend: usize) -> Result<(), Box<dyn Error>> {
        poll::until("the end of all sessions", async || {
            let sessions = self.figure(backend, "scur").await?;
            Ok((sessions == 0).then_some(()))
        })
        .await
    }

    pub(crate) async fn table(&self) -> Result<StickTable, Box<dyn Error>> {
        let table = self.command("show table imap").await?;
        let lines = table.lines().filter(|line| line.starts_with("0x"));
        lines
            .map(|line| {
                let client = field(line, "key").and_then(|key| key.parse().ok());
                let server = field(line, "server_id").and_then(|id| id.parse::<usize>().ok());
                let place = server.and_then(|id| id.checked_sub(1));
                client.zip(place).ok_or_else(|| line.into())
            })
            .collect()
    }

    /// Ends it once all connections have ended.
    pub(crate) async fn end(mut self) -> Result<Balancer, Box<dyn Error>> {
        let table = self.table().await?;
        let mut retries = [(0, 0); 3];
        for (backend, (retried, redispatched)) in retries.iter_mut().enumerate() {
            *retried = self.figure(backend, "wretr").await?;
            *redispatched = self.figure(backend, "wredis").await?;
        }
        let process = self.child.id().and_then(|id| i32::try_from(id).ok());
        let process = process.and_then(Pid::from_raw).ok_or("no process")?;
        kill_process(process, Signal::USR1)?;
        time::timeout(PATIENCE, self.child.wait()).await??;
        let log = fs::read_to_string(self.directory.0.join(LOG))?;
        let connection = |line: &str| {
            let mut words = line.split(' ');
            let client = words.next()?.parse().ok()?;
            Some((client, words.next()?.to_owned()))
        };
        Ok(Balancer {
            table,
            connections: log.lines().filter_map(connection).collect(),
            retries,
        })
    }

    async fn has_checked_all(&mut self) -> Result<Option<()>, Box<dyn Error>> {
        if let Some(status) = self.child.try_wait()? {
            let log = fs::read_to_string(self.directory.0.join(LOG))?;
            return Err(format!("haproxy: {status}\n{log}").into());
        }
        // Until it listens, there is nothing to connect to.
        let statistics = self.command("show stat").await.unwrap_or_default();
        let is_checked =
            |name: &&str| statistics::field(&statistics, name, "check_status") == Some("L7OK");
        Ok(NAMES.iter().all(is_checked).then_some(()))
    }

    async fn figure(&self, backend: usize, column: &str) -> Result<u32, Box<dyn Error>> {
        let statistics = self.command("show stat").await?;
        let figure = statistics::field(&statistics, name(backend)?, column);
        Ok(figure.ok_or("no such figure")?.parse()?)
    }

    async fn command(&self, command: &str) -> Result<String, Box<dyn Error>> {
        let mut socket = UnixStream::connect(self.directory.0.join(STATS)).await?;
        socket.write_all(format!("{command}\n").as_bytes()).await?;
        let mut reply = String::new();
        socket.read_to_string(&mut reply).await?;
        Ok(reply)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A port of loopback that HAProxy can bind.
fn reserve() -> Result<(TcpSocket, SocketAddrV4), Box<dyn Error>> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0).into())?;
    match socket.local_addr()? {
        SocketAddr::V4(address) => Ok((socket, address)),
        SocketAddr::V6(_) => Err("not an address of IPv4".into()),
    }
}

/// `name=value` in a line of the stick table.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = line.split(' ').filter_map(|field| field.split_once('='));
    fields.find_map(|(field, value)| (field == name).then_some(value))
}

fn name(backend: usize) -> Result<&'static str, &'static str> {
    NAMES.get(backend).copied().ok_or("no such backend")
}

pub(crate) const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/fleet/haproxy.cfg");

const STATS: &str = "stats";
const LOG: &str = "log";
