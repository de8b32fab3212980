//! What arrives on a connection, and when, until the gate has decided.

use std::{io, time::Duration};

use proxy_proto::{Accepted, Entry, Gate, OwnedEndpoint, Policy, Refusal, Step};
use tokio::{
    io::AsyncReadExt,
    time::{self, Instant},
};

use crate::outgoing::Duplex;

/// What arrived.
#[derive(Default)]
pub(super) struct Arrival {
    /// Everything that was read, payload included.
    pub(super) bytes: Vec<u8>,
    /// How many of them belong to the header.
    pub(super) consumed: usize,
    /// When they came, counted from when the connection was accepted, and how many.
    pub(super) pieces: Vec<(Duration, usize)>,
}

/// Why a connection is not served.
#[derive(Debug)]
pub(super) enum Refused {
    /// By the gate.
    Refusal(Refusal),
    /// Its socket failed.
    Failed(io::Error),
}

impl Arrival {
    pub(super) fn payload(&self) -> &[u8] {
        self.bytes.get(self.consumed..).unwrap_or_default()
    }
}

/// Reads until the gate has decided.
pub(super) async fn receive(
    stream: &mut Box<dyn Duplex>,
    peer: &OwnedEndpoint,
    policy: &Policy,
) -> (Arrival, Result<Accepted, Refused>) {
    let mut arrival = Arrival::default();
    let outcome = match Gate::open(policy, peer.clone()) {
        Entry::Refused(refusal) => Err(refusal.into()),
        Entry::Direct(accepted) => Ok(accepted),
        Entry::Read(gate) => read(stream, gate, &mut arrival).await,
    };
    (arrival, outcome)
}

async fn read(
    stream: &mut Box<dyn Duplex>,
    mut gate: Gate,
    arrival: &mut Arrival,
) -> Result<Accepted, Refused> {
    let accepted = Instant::now();
    let mut buffer = [0; 4096];
    loop {
        let left = gate.remaining(accepted.elapsed())?;
        let len = match time::timeout(left, stream.read(&mut buffer)).await {
            Err(_) => return Err(gate.timed_out().into()),
            Ok(Ok(0)) => return Err(gate.closed().into()),
            Ok(Ok(len)) => len,
            Ok(Err(error)) => {
                return Err(gate
                    .failed(error)
                    .map_or_else(Refused::Failed, Refused::Refusal));
            }
        };
        arrival.pieces.push((accepted.elapsed(), len));
        arrival
            .bytes
            .extend_from_slice(buffer.get(..len).unwrap_or_default());
        let step = gate.feed(arrival.payload());
        arrival.consumed = arrival.consumed.saturating_add(step.consume());
        match step {
            Step::NeedMore { .. } => {}
            Step::Accepted(accepted) => return Ok(accepted),
            Step::Refused(refusal) => return Err(refusal.into()),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}
