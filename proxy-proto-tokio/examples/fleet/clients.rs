//! The clients: each has an address of its own, and logs in several times before another one takes its place.

use core::{
    error::Error,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};
use std::io;

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::watch,
    task::JoinSet,
    time::{self, Instant},
};

use crate::{Load, PATIENCE, connect};

/// One connection of a client.
pub(crate) struct Attempt {
    pub(crate) client: SocketAddrV4,
    /// No two attempts have the same.
    pub(crate) user: String,
    /// Before it connected.
    pub(crate) started: Instant,
    /// `None` if the connection was closed before the login was acknowledged.
    pub(crate) session: Option<Session>,
}

/// What follows an acknowledged login.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    pub(crate) since: Instant,
    /// Whether it lasted until the client logged out.
    pub(crate) is_whole: bool,
}

/// Logs in at a fixed rate, and counts the logins that were acknowledged in `progress`.
///
/// A client whose login is not acknowledged tries again, as a mail client would. No client starts a
/// login before its last session has ended.
pub(crate) async fn run(
    front: SocketAddrV4,
    load: Load,
    progress: watch::Sender<u32>,
) -> Result<Vec<Attempt>, Box<dyn Error>> {
    let start = Instant::now();
    let places = load.logins.div_ceil(ROUNDS);
    // Half of the time between two logins of a client.
    let session = Duration::from_secs(1) * places / load.rate / 2;
    let mut tasks = JoinSet::new();
    for place in 0..places {
        let progress = progress.clone();
        tasks.spawn(async move {
            let mut attempts = Vec::new();
            for (round, number) in (0..ROUNDS).zip((place..load.logins).step_by(step(places))) {
                time::sleep_until(start + Duration::from_secs(1) * number / load.rate).await;
                // A tenth of the places has a new client in each round.
                let generation = (round + place % LOGINS) / LOGINS;
                let source = address(generation * places + place);
                for trial in 0_u32.. {
                    let user = format!("u{number}.{trial}");
                    let attempt = log_in(front, source, user, load, session, &progress);
                    let attempt = time::timeout(PATIENCE, attempt)
                        .await
                        .map_err(|_| io::Error::other("a client was not served in time"))??;
                    let has_logged_in = attempt.session.is_some();
                    attempts.push(attempt);
                    if has_logged_in {
                        break;
                    }
                    if trial == MAX_TRIALS {
                        return Err(io::Error::other("a client cannot log in"));
                    }
                }
            }
            Ok(attempts)
        });
    }
    let mut attempts = Vec::new();
    while let Some(task) = tasks.join_next().await {
        attempts.extend(task??);
    }
    attempts.sort_unstable_by_key(|attempt| attempt.started);
    Ok(attempts)
}

async fn log_in(
    front: SocketAddrV4,
    source: Ipv4Addr,
    user: String,
    load: Load,
    session: Duration,
    progress: &watch::Sender<u32>,
) -> io::Result<Attempt> {
    let started = Instant::now();
    let stream = connect::connect(front, source).await?;
    let SocketAddr::V4(client) = stream.local_addr()? else {
        return Err(io::Error::other("not an address of IPv4"));
    };
    let mut attempt = Attempt {
        client,
        user,
        started,
        session: None,
    };
    let mut stream = BufReader::new(stream);
    if !has_line(&mut stream, "* OK ").await {
        return Ok(attempt);
    }
    time::sleep(Duration::from_millis(load.distance.into())).await;
    let login = format!("1 LOGIN {} secret\r\n", attempt.user);
    // Fails if the connection has been closed, which reading shows as well.
    let _ = stream.write_all(login.as_bytes()).await;
    if !has_line(&mut stream, "1 OK ").await {
        return Ok(attempt);
    }
    let since = Instant::now();
    progress.send_modify(|logins| *logins += 1);
    time::sleep(session).await;
    let _ = stream.write_all(b"2 LOGOUT\r\n").await;
    let is_whole = has_line(&mut stream, "2 OK ").await;
    attempt.session = Some(Session { since, is_whole });
    Ok(attempt)
}

/// Reads up to a line that starts like this. Whether it arrived before the connection was closed.
async fn has_line(stream: &mut BufReader<TcpStream>, start: &str) -> bool {
    let mut line = String::new();
    while matches!(stream.read_line(&mut line).await, Ok(1..)) {
        if line.starts_with(start) && line.ends_with('\n') {
            return true;
        }
        line.clear();
    }
    false
}

/// The address of a client.
fn address(client: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(FIRST) + client)
}

fn step(places: u32) -> usize {
    usize::try_from(places).unwrap_or(usize::MAX)
}

/// Logins in each place, one after another.
const ROUNDS: u32 = 50;

/// Logins of a client before another one has its place.
pub(crate) const LOGINS: u32 = 10;

/// The address of the first client: none of those that the servers have.
const FIRST: Ipv4Addr = Ipv4Addr::new(127, 16, 0, 0);

/// Logins that are tried again at most this often.
const MAX_TRIALS: u32 = 5;
