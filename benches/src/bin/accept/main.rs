//! What accepting with a header costs a server, beside a bare accept and read of the same bytes.
//!
//! A client opens connections, each with header and payload in one segment; then the server accepts
//! them, reads the payload and closes. Each has a core of its own. It measures the CPU time of the
//! server's thread, in rounds in which all contestants take turns; counts its system calls; and
//! compares one runtime on one core with two on two. Writes `ACCEPT.md`.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that fails has no result"
)]

mod blocking;
mod calls;
mod contestants;
mod cores;
mod load;
mod mio_loop;
mod peers;
mod removal;
mod report;
mod tokio_tasks;

use std::{env, fs, sync::Arc, thread, time::Duration};

use proxy_proto::Policy;

use contestants::{CONTESTANTS, Contestant};

const ROUNDS: usize = 101;
const CONNECTIONS: usize = 500;

const SERVER_CORE: usize = 1;
const LOAD_CORE: usize = 0;

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            load::pin(LOAD_CORE);
            measure();
        }
        [calls::SERVE, name, connections] => calls::serve(name, connections.parse().unwrap()),
        _ => panic!("no arguments, please"),
    }
}

fn measure() {
    let mut times = CONTESTANTS.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (contestant, times) in CONTESTANTS.iter().zip(&mut times) {
            times.push(round(contestant));
        }
    }
    let times = times.map(median);
    let calls = CONTESTANTS.map(|contestant| calls::count(&contestant));
    let cores = cores::measure();
    let removal = removal::measure();
    let report = report::write(&times, &calls, &removal, &cores);
    print!("{report}");
    fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/ACCEPT.md"), report).unwrap();
}

/// The CPU time of the server's thread for all connections of a round.
fn round(contestant: &Contestant) -> Duration {
    let listener = load::bind();
    let opened = load::open(listener.local_addr().unwrap(), CONNECTIONS, load::HEADER);
    let policy = policy(contestant);
    let serve = contestant.serve;
    let server = thread::spawn(move || {
        load::pin(SERVER_CORE);
        let before = load::thread_time();
        serve(listener, &policy, CONNECTIONS);
        load::thread_time() - before
    });
    let time = server.join().unwrap();
    load::assert_closed(opened, contestant.refuses);
    time
}

/// A policy that trusts the clients, or does not.
fn policy(contestant: &Contestant) -> Arc<Policy> {
    let trusted = if contestant.refuses {
        "192.0.2.0/24"
    } else {
        "127.0.0.1"
    };
    Arc::new(Policy::new(trusted.parse().unwrap()))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
