//! What accepting with a header costs a server, beside a bare accept and read of the same bytes.
//!
//! A client on a thread of its own opens connections, each with header and payload in one segment;
//! the server reads the payload and closes. Measured is the CPU time of the server's thread alone, in
//! rounds in which all contestants take turns. Writes `ACCEPT.md`.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that fails has no result"
)]

mod blocking;
mod mio_loop;
mod tokio_tasks;

use std::{
    collections::VecDeque,
    fmt::Write as _,
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use proxy_proto::Policy;
use rustix::time::{ClockId, clock_gettime};

/// Accepts this many connections and reads the payload of each.
type Serve = fn(TcpListener, &Arc<Policy>, usize);

struct Contestant {
    name: &'static str,
    /// A bare accept and read, which the other ones of the runtime are compared with.
    bare: bool,
    serve: Serve,
}

const CONTESTANTS: [Contestant; 8] = [
    contestant("blocking: accept, read", true, blocking::bare),
    contestant("blocking: `io::accept`, read", false, blocking::ours),
    contestant("mio: accept, read", true, mio_loop::bare),
    contestant("mio: `Handshakes`, read", false, mio_loop::ours),
    contestant("tokio: accept, read", true, tokio_tasks::bare),
    contestant("tokio: `ProxyAcceptor`, read", false, tokio_tasks::acceptor),
    contestant("tokio: `ProxyListener`, read", false, tokio_tasks::listener),
    contestant(
        "tokio: `ProxyListener::buffered`, read",
        false,
        tokio_tasks::buffered,
    ),
];

const ROUNDS: usize = 15;
const CONNECTIONS: usize = 4000;

/// Connections that the client has open at once.
const OPEN: usize = 32;

const HEADER: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f";
pub(crate) const PAYLOAD: &[u8] = b"a1 LOGIN alice secret\r\n";

const fn contestant(name: &'static str, bare: bool, serve: Serve) -> Contestant {
    Contestant { name, bare, serve }
}

fn main() {
    let mut times = CONTESTANTS.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (contestant, times) in CONTESTANTS.iter().zip(&mut times) {
            times.push(round(contestant.serve));
        }
    }
    let report = report(&times.map(median));
    print!("{report}");
    fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/ACCEPT.md"), report).unwrap();
}

/// The CPU time of the server's thread for all connections of a round.
fn round(serve: Serve) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let policy = Arc::new(Policy::new("127.0.0.1".parse().unwrap()));
    let server = thread::spawn(move || {
        let before = thread_time();
        serve(listener, &policy, CONNECTIONS);
        thread_time() - before
    });
    client(address);
    server.join().unwrap()
}

fn client(server: SocketAddr) {
    let sent = [HEADER, PAYLOAD].concat();
    let mut open = VecDeque::new();
    for i in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.write_all(&sent).unwrap();
        open.push_back(stream);
        let keep = if i + 1 == CONNECTIONS { 0 } else { OPEN };
        while open.len() > keep {
            let mut oldest: TcpStream = open.pop_front().unwrap();
            assert_eq!(oldest.read(&mut [0]).unwrap(), 0);
        }
    }
}

fn thread_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn report(medians: &[Duration; CONTESTANTS.len()]) -> String {
    let mut text = format!(
        "# Accepting\n\n\
         CPU time of the server's thread for a connection with a header of {} bytes and a payload of {} in one \
         segment, and its ratio to a bare accept and read of the same bytes on the same runtime. Medians of \
         {ROUNDS} rounds of {CONNECTIONS} connections, in which all take turns; only ratios of one run can be \
         compared. Written by `cargo run --release -p proxy-proto-benches --features measure --bin accept`, with \
         tokio {} and mio {}.\n\n\
         | | µs | ratio |\n|---|---:|---:|\n",
        HEADER.len(),
        PAYLOAD.len(),
        locked_version("tokio"),
        locked_version("mio"),
    );
    let mut bare = Duration::ZERO;
    for (contestant, median) in CONTESTANTS.iter().zip(medians) {
        if contestant.bare {
            bare = *median;
        }
        let each = median.as_secs_f64() * 1e6 / CONNECTIONS as f64;
        let ratio = median.as_secs_f64() / bare.as_secs_f64();
        writeln!(text, "| {} | {each:.1} | {ratio:.2} |", contestant.name).unwrap();
    }
    text
}

/// The version of a library that was measured.
fn locked_version(library: &str) -> &'static str {
    let lock = include_str!("../../../../Cargo.lock");
    let entry = format!("name = \"{library}\"\nversion = \"");
    let (_, version) = lock.split_once(&entry).unwrap();
    version.split_once('"').unwrap().0
}

/// Asserts that the payload has been read, with the header before it if nothing has removed that.
pub(crate) fn assert_payload(read: &[u8]) {
    assert!(read.ends_with(PAYLOAD));
}
