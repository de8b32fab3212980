//! Accepting a connection whose header has arrived allocates what the connection keeps, and nothing
//! else; and it arms no timer: the runtime has none.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    reason = "a test, although without the test harness"
)]

use std::{
    alloc::System,
    future::poll_fn,
    io::Write,
    net::{SocketAddr, TcpStream},
    sync::Arc,
    task::Poll,
};

use proxy_proto_tokio::{
    Delivery, ProxyListener,
    proxy_proto::{HeaderMode, Policy},
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use tokio::{net::TcpListener, runtime::Builder};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
const HEADER_AND_PAYLOAD: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\na NOOP\r\n";

/// tokio's record of the readiness of a socket.
const REGISTRATION: usize = 1;
/// The addresses of a connection, shared by all clones of its `ConnectionInfo`.
const INFO: usize = 1;
/// The bytes of its header, shared in the same way.
const OWNED_HEADER: usize = 1;
/// The bytes that were read after the header.
const PAYLOAD: usize = 1;

/// Connections of which each costs the same.
const CONNECTIONS: usize = 20;

fn main() {
    // Without timers: arming one would panic.
    let runtime = Builder::new_current_thread().enable_io().build();
    runtime.expect("a runtime").block_on(async {
        let accept = bare().await;
        check("tokio's own accept", accept, REGISTRATION);

        let required = || policy("127.0.0.1");
        let header = untouched(required(), HEADER_AND_PAYLOAD).await;
        check("untouched", header, REGISTRATION + INFO + OWNED_HEADER);

        // Elsewhere, every connection is registered as it is accepted.
        let is_linux = cfg!(any(target_os = "android", target_os = "linux"));
        let lazy = if is_linux { 0 } else { REGISTRATION };
        let payload = buffered(required(), HEADER_AND_PAYLOAD).await;
        check("buffered", payload, lazy + INFO + OWNED_HEADER + PAYLOAD);
        let header = buffered(required(), HEADER).await;
        check(
            "buffered, without payload",
            header,
            lazy + INFO + OWNED_HEADER,
        );

        let direct =
            || Arc::new(Policy::clone(&policy("192.0.2.0/24")).with_mode(HeaderMode::BySource));
        let clients = untouched(direct(), b"a NOOP\r\n").await;
        check("a direct client, untouched", clients, REGISTRATION + INFO);
        let clients = buffered(direct(), b"a NOOP\r\n").await;
        check("a direct client, buffered", clients, lazy + INFO);

        check("not trusted", not_trusted().await, lazy);
    });
}

fn check(name: &str, found: Stats, each: usize) {
    assert_eq!(found.allocations, CONNECTIONS * each, "{name}");
    assert_eq!(found.reallocations, 0, "{name}");
    println!("{name}: {each} for each connection");
}

async fn bare() -> Stats {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let address = listener.local_addr().expect("an address");
    let _clients = clients(address, HEADER, CONNECTIONS + 1);
    let mut accepted = Vec::with_capacity(CONNECTIONS);
    let _first = listener.accept().await.expect("a connection");
    let region = Region::new(HEAP);
    for _ in 0..CONNECTIONS {
        accepted.push(listener.accept().await.expect("a connection"));
    }
    region.change()
}

async fn untouched(policy: Arc<Policy>, sent: &[u8]) -> Stats {
    accept(listener(policy), sent).await
}

async fn buffered(policy: Arc<Policy>, sent: &[u8]) -> Stats {
    accept(listener(policy).buffered(), sent).await
}

/// What it costs to accept connections, each on the first poll.
async fn accept<D: Delivery>(mut listener: ProxyListener<TcpListener, D>, sent: &[u8]) -> Stats {
    let _clients = clients(address(&listener), sent, CONNECTIONS + 1);
    let mut accepted = Vec::with_capacity(CONNECTIONS);
    let _first = listener.accept().await.expect("a connection");
    let region = Region::new(HEAP);
    for _ in 0..CONNECTIONS {
        let polled = poll_fn(|cx| Poll::Ready(listener.poll_accept(cx))).await;
        let Poll::Ready(Ok(connection)) = polled else {
            panic!("a header that has arrived is not waited for");
        };
        accepted.push(connection);
    }
    region.change()
}

/// What it costs to refuse connections, after a first one.
async fn not_trusted() -> Stats {
    let mut listener = listener(policy("192.0.2.0/24"));
    let handle = listener.handle();
    let _first = clients(address(&listener), HEADER, 1);
    refuse(&mut listener, || handle.counters().refused_not_trusted == 1).await;
    let _clients = clients(address(&listener), HEADER, CONNECTIONS);
    let region = Region::new(HEAP);
    let all = u64::try_from(CONNECTIONS).unwrap_or(u64::MAX);
    refuse(&mut listener, || {
        handle.counters().refused_not_trusted > all
    })
    .await;
    region.change()
}

async fn refuse(listener: &mut ProxyListener, is_done: impl Fn() -> bool) {
    poll_fn(|cx| {
        assert!(listener.poll_accept(cx).is_pending());
        if is_done() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

fn listener(policy: Arc<Policy>) -> ProxyListener {
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    ProxyListener::bind(address, policy).expect("a socket")
}

fn address<D: Delivery>(listener: &ProxyListener<TcpListener, D>) -> SocketAddr {
    let address = listener.local_addr().socket_addr();
    address.expect("an address of TCP")
}

fn policy(trusted: &str) -> Arc<Policy> {
    Arc::new(Policy::new(trusted.parse().expect("networks")))
}

fn clients(server: SocketAddr, sent: &[u8], count: usize) -> Vec<TcpStream> {
    let client = |_| {
        let mut client = TcpStream::connect(server)?;
        client.write_all(sent)?;
        Ok(client)
    };
    let clients: Result<_, std::io::Error> = (0..count).map(client).collect();
    clients.expect("connections")
}
