//! Ways to remove a header from a socket while the payload stays in it.

use std::{net::TcpStream, time::Duration};

use proxy_proto::{Entry, Gate, Policy, Step, io::advance};
use rustix::net::{RecvFlags, recv};

use crate::{contestants::assert_payload, load, median};

/// Removes a header that has arrived whole.
type Remove = fn(&TcpStream, &mut Gate);

pub(crate) const WAYS: [(&str, Remove); 4] = [
    ("not at all: one read for header and payload", |_, _| {}),
    (
        "`advance`: peek, discard the header by `MSG_TRUNC`",
        discard,
    ),
    ("peek, read exactly the header", read_exactly),
    (
        "read no more than the header is known to need",
        read_at_least,
    ),
];

pub(crate) const HEADERS: [(&str, &[u8]); 2] = [
    (
        "version 1",
        b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n",
    ),
    ("version 2", load::HEADER),
];

/// The times of each way, for each header.
pub(crate) type Times = [[Duration; HEADERS.len()]; WAYS.len()];

const ROUNDS: usize = 101;
pub(crate) const CONNECTIONS: usize = 200;

pub(crate) fn measure() -> Times {
    let mut times = WAYS.map(|_| HEADERS.map(|_| Vec::new()));
    for _ in 0..ROUNDS {
        for ((_, remove), times) in WAYS.iter().zip(&mut times) {
            for ((_, header), times) in HEADERS.iter().zip(times) {
                times.push(round(*remove, header));
            }
        }
    }
    times.map(|times| times.map(median))
}

/// The time for removing the headers and reading the payloads.
fn round(remove: Remove, header: &[u8]) -> Duration {
    let listener = load::bind();
    let address = listener.local_addr().unwrap();
    let opened = load::open(address, CONNECTIONS, header);
    let policy = Policy::new("127.0.0.1".parse().unwrap());
    let mut accepted = Vec::new();
    for _ in 0..CONNECTIONS {
        let (stream, peer) = listener.accept().unwrap();
        let Entry::Read(gate) = Gate::open(&policy, peer) else {
            panic!("a trusted peer");
        };
        accepted.push((stream, gate));
    }
    let before = load::thread_time();
    for (stream, gate) in &mut accepted {
        remove(stream, gate);
        let mut buffer = [0; 512];
        let (len, _) = recv(&*stream, &mut buffer, RecvFlags::empty()).unwrap();
        assert_payload(&buffer[..len]);
    }
    let time = load::thread_time() - before;
    drop(accepted);
    load::assert_closed(opened, false);
    time
}

fn discard(stream: &TcpStream, gate: &mut Gate) {
    assert!(matches!(advance(stream, gate).unwrap(), Step::Accepted(_)));
}

fn read_exactly(stream: &TcpStream, gate: &mut Gate) {
    let mut buffer = [0; 536];
    let (len, _) = recv(stream, &mut buffer, RecvFlags::PEEK).unwrap();
    let step = gate.feed(&buffer[..len]);
    let (len, _) = recv(stream, &mut buffer[..step.consume()], RecvFlags::empty()).unwrap();
    assert_eq!(len, step.consume());
}

fn read_at_least(stream: &TcpStream, gate: &mut Gate) {
    let mut buffer = [0; 536];
    loop {
        let (len, _) = recv(stream, &mut buffer[..gate.at_least()], RecvFlags::empty()).unwrap();
        if let Step::Accepted(_) = gate.feed(&buffer[..len]) {
            return;
        }
    }
}
