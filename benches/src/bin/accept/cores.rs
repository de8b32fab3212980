//! One runtime on one core, and two runtimes on two, which share a port by `SO_REUSEPORT`.
//!
//! All connections are queued before the servers start, so that the load needs no core while they
//! run. The kernel distributes them among the listeners by a hash, not evenly.

use std::{
    future::poll_fn,
    net::TcpListener,
    sync::{Arc, Barrier},
    task::Poll,
    thread,
    time::Duration,
};

use proxy_proto::Policy;
use proxy_proto_tokio::ProxyListener;
use tokio::task::yield_now;

use crate::{
    load, median,
    tokio_tasks::{read, run},
};

/// Medians of what servers need for a round of connections.
pub(crate) struct Servers {
    pub(crate) runtimes: usize,
    /// The CPU time of all.
    pub(crate) all: Duration,
    /// The CPU time of the busiest one.
    pub(crate) busiest: Duration,
}

const ROUNDS: usize = 101;
pub(crate) const CONNECTIONS: usize = 1000;

pub(crate) fn measure() -> [Servers; 2] {
    let mut rounds = [(1, Vec::new(), Vec::new()), (2, Vec::new(), Vec::new())];
    for _ in 0..ROUNDS {
        for (runtimes, all, busiest) in &mut rounds {
            let times = round(*runtimes);
            all.push(times.iter().sum());
            busiest.push(times.into_iter().max().unwrap());
        }
    }
    rounds.map(|(runtimes, all, busiest)| Servers {
        runtimes,
        all: median(all),
        busiest: median(busiest),
    })
}

/// The CPU time of each server.
fn round(runtimes: usize) -> Vec<Duration> {
    let first = load::bind();
    let address = first.local_addr().unwrap();
    let mut listeners = vec![first];
    listeners.resize_with(runtimes, || load::bind_shared(address));
    let opened = load::open(address, CONNECTIONS, load::HEADER);
    let start = Arc::new(Barrier::new(runtimes));
    let servers = listeners.into_iter().enumerate().map(|(core, listener)| {
        let start = Arc::clone(&start);
        thread::spawn(move || {
            load::pin(core);
            start.wait();
            let before = load::thread_time();
            serve(listener);
            load::thread_time() - before
        })
    });
    // All are started before one is waited for.
    let servers: Vec<_> = servers.collect();
    let times = servers.into_iter().map(|server| server.join().unwrap());
    let times = times.collect();
    load::assert_closed(opened, false);
    times
}

/// Serves the connections that are queued.
fn serve(listener: TcpListener) {
    let policy = Arc::new(Policy::new("127.0.0.1".parse().unwrap()));
    run(listener, async |listener| {
        let mut listener = ProxyListener::new(listener, policy).unwrap();
        let mut is_idle = false;
        loop {
            match poll_fn(|cx| Poll::Ready(listener.poll_accept(cx))).await {
                Poll::Ready(accepted) => {
                    is_idle = false;
                    read(accepted.unwrap().0).await;
                }
                Poll::Pending if is_idle => break,
                // It may only be the turn of other tasks.
                Poll::Pending => {
                    is_idle = true;
                    yield_now().await;
                }
            }
        }
    });
}
