//! Many rows of the table at once, in an order that a seed chooses.
//!
//! A row has one outcome, whatever else happens on its listener: other connections come and go, bytes
//! arrive in other pieces and later, events are raised without a cause, accept(2) fails, the policy is
//! replaced. The two exceptions are a connection that has no place, and one whose time is up.
//!
//! An adapter is driven in one thread, on sockets that nothing reaches but by a step of the simulation
//! and under a clock that it sets. So a seed always leads to the same run.

mod connection;
mod order;
mod places;
mod tally;
mod world;

use std::{env, net::SocketAddr, os::unix::net::UnixStream, sync::Arc, thread, time::Duration};

use proxy_proto::{ConnectionInfo, Counters, Limits, Policy, Refusal};

use tally::Tally;
use world::{World, groups};

/// An adapter that is driven step by step.
pub trait Simulated: Sized {
    /// Its name, for messages.
    const NAME: &str;

    /// A listener under this policy and these limits. What the adapter may choose itself, it chooses by
    /// the seed.
    fn new(policy: Arc<Policy>, limits: Limits, seed: u64) -> Self;

    /// Replaces the policy.
    fn set_policy(&mut self, policy: Arc<Policy>);

    /// A client has connected from this address, whose port is its own; the listener has not accepted it
    /// yet.
    fn connect(&mut self, stream: UnixStream, peer: SocketAddr);

    /// An event at the socket of the client with this port, with or without a cause. It may be over.
    fn event(&mut self, port: u16);

    /// The next accept(2) fails for lack of descriptors, unless accepting is up to the caller.
    fn fail_accept(&mut self);

    /// The time passes.
    fn advance(&mut self, by: Duration);

    /// Does everything that there is to do now; nothing, if nothing woke it. Returns the ports of the
    /// connections that ended, with their outcomes.
    fn turn(&mut self) -> Vec<(u16, Ended)>;

    /// How many connections have not been accepted.
    fn backlog(&self) -> usize;

    /// How many connections wait for their header.
    fn pending(&self) -> usize;

    /// The counters of the listener.
    fn counters(&self) -> Counters;
}

/// How a connection ended for the listener.
#[derive(Debug)]
pub enum Ended {
    /// It was accepted.
    Served {
        /// What the service knows about it.
        info: ConnectionInfo,
        /// What was read of its payload already.
        read: Vec<u8>,
        /// The rest.
        stream: UnixStream,
    },
    /// It was refused, and is closed.
    Refused(Refusal),
}

/// Runs the seeds: a few hundred, as many as `SIMULATION_SEEDS` says, or only `SIMULATION_SEED`.
/// Panics if a connection does not have the outcome of its row.
pub fn simulate<A: Simulated>() {
    let number = |name| env::var(name).ok().map(|it| it.parse::<u64>().unwrap());
    let seeds = match number("SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIMULATION_SEEDS").unwrap_or(FEW),
    };
    let groups = groups();
    let mut tally = Tally::default();
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let _failing = Failing(seed);
        tally += World::<A>::new(&groups, seed).run();
    }
    println!("{}: {count} seeds, {tally:?}", A::NAME);
    if count >= FEW {
        tally.assert_has_everything();
    }
}

/// The seed that runs, printed if it fails.
struct Failing(u64);

impl Drop for Failing {
    fn drop(&mut self) {
        if thread::panicking() {
            println!("to run this seed alone: SIMULATION_SEED={}", self.0);
        }
    }
}

/// In an ordinary run of the tests.
const FEW: u64 = 200;
