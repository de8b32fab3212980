//! What a connection that waits takes in memory, as documented: it is counted while many of them begin.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test, though without the harness"
)]

use std::{alloc::System, io::Write, net::TcpStream, sync::Arc, time::Instant};

use mio::{Events, Interest, Poll, Token, net::TcpListener};
use proxy_proto_mio::{
    Begun, Handshakes,
    proxy_proto::{Limits, Policy},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A power of two, so that the tables, which grow by doubling, have just become full.
const CONNECTIONS: usize = 256;
/// As documented at `Handshakes`, for 64-bit targets: an upper bound, so that growth is noticed.
const BYTES_EACH: usize = 200;

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";

fn main() {
    let mut poll = Poll::new().unwrap();
    let mut events = Events::with_capacity(CONNECTIONS);
    let mut listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    poll.registry()
        .register(&mut listener, Token(0), Interest::READABLE)
        .unwrap();
    let policy = Arc::new(Policy::new("127.0.0.1".parse().unwrap()));
    let mut handshakes = Handshakes::new(policy, Limits::new(), Token(1));
    let now = Instant::now();

    let mut clients = Vec::with_capacity(CONNECTIONS);
    let mut region = Region::new(HEAP);
    for _ in 0..CONNECTIONS {
        clients.push(TcpStream::connect(address).unwrap());
        let (stream, peer) = loop {
            match listener.accept() {
                Ok(accepted) => break accepted,
                Err(_) => poll.poll(&mut events, None).unwrap(),
            }
        };
        assert!(matches!(
            handshakes.begin(stream, peer, now),
            Begun::Pending { dropped: None, .. }
        ));
    }
    let change = region.change_and_reset();
    let allocated = change.bytes_allocated - change.bytes_deallocated;
    let each = allocated / CONNECTIONS;
    println!("a connection that waits takes {each} bytes");
    assert!(each <= BYTES_EACH);

    // One that need not wait takes nothing but what is handed out: its `ConnectionInfo`.
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(HEADER).unwrap();
    let (stream, peer) = loop {
        match listener.accept() {
            Ok(accepted) => break accepted,
            Err(_) => poll.poll(&mut events, None).unwrap(),
        }
    };
    readable(&stream);
    region.reset();
    let Begun::Finished(Ok((_stream, info))) = handshakes.begin(stream, peer, now) else {
        panic!();
    };
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (2, 0));
    assert!(change.bytes_allocated < 256);
    assert_eq!(info.client_addr().to_string(), "192.0.2.1:56324");
}

/// Waits until there is something to read.
fn readable(stream: &mio::net::TcpStream) {
    let mut sockets = [rustix::event::PollFd::new(
        stream,
        rustix::event::PollFlags::IN,
    )];
    rustix::event::poll(&mut sockets, None).unwrap();
}
