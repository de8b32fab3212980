//! Driving the table through an adapter.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    os::unix::net::UnixListener,
    path::PathBuf,
    process,
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use proxy_proto::{Endpoint, HeaderMode, Refusal};
use socket2::{Domain, Socket, Type};

use crate::{
    adapter::{Adapter, Listener, Outcome, Served},
    client::Client,
    headers::Endpoints,
    table::{self, Group, Listen, Row, Want},
};

/// Runs the whole table, except what the adapter cannot do, and panics at the first row with another outcome.
pub fn run<A: Adapter>() {
    thread::scope(|scope| {
        let running: Vec<_> = table::groups()
            .into_iter()
            .filter(|group| A::LOOKS || group.policy.mode() != HeaderMode::Optional)
            .map(|group| scope.spawn(move || run_group::<A>(&group)))
            .collect();
        let rows: usize = running.into_iter().map(|group| group.join().unwrap()).sum();
        assert!(rows > 1000, "only {rows} rows ran");
        println!("{}: {rows} rows", A::NAME);
    });
}

/// One listener under one policy, and a connection for each row.
fn run_group<A: Adapter>(group: &Group) -> usize {
    let (listener, server) = listen::<A>(group);
    let (sender, outcomes) = channel();
    A::serve(listener, Arc::new(group.policy.clone()), sender);
    for row in &group.rows {
        run_row::<A>(group, row, &server, &outcomes);
    }
    if let Server::Unix(path) = server {
        std::fs::remove_file(path).unwrap();
    }
    group.rows.len()
}

fn run_row<A: Adapter>(group: &Group, row: &Row, server: &Server, outcomes: &Receiver<Outcome>) {
    let id = format!("{}, {}, {}", A::NAME, group.name, row.name);
    let client = match server {
        Server::Tcp(address) => Client::tcp(row.source, *address),
        Server::Unix(path) => Client::unix(path),
    };
    let addresses = client.addresses();
    let left = client.act(&row.acts);
    let outcome = outcomes.recv_timeout(FAR_OFF);
    let outcome = outcome.unwrap_or_else(|error| panic!("{id}: no outcome: {error}"));
    match (&row.want, outcome) {
        (Want::Refused(_) | Want::RefusedLike(_), Outcome::Refused(refusal)) => {
            assert_refused(&id, &row.want, &refusal);
            if let Some(client) = left {
                client.assert_closed(&id);
            }
        }
        (
            Want::Served {
                header,
                endpoints,
                payload,
            },
            Outcome::Served(served),
        ) => {
            let (client, server) = addresses.unzip();
            assert_served(&id, (header, endpoints, payload), &served, client, server);
            if let Some(client) = left {
                client.reset();
            }
        }
        (want, outcome) => panic!("{id}: {outcome:?} instead of {want:?}"),
    }
}

pub(crate) fn assert_refused(id: &str, want: &Want, refusal: &Refusal) {
    let found = refusal.to_string();
    let fits = match want {
        Want::Refused(reason) => found == *reason,
        Want::RefusedLike(start) => found.starts_with(start),
        Want::Served { .. } => false,
    };
    assert!(fits, "{id}: {found:?} instead of {want:?}");
}

/// An address that is not known is not checked.
pub(crate) fn assert_served(
    id: &str,
    (header, endpoints, payload): (&[u8], &Endpoints, &[u8]),
    served: &Served,
    client: Option<SocketAddr>,
    server: Option<SocketAddr>,
) {
    let info = &served.info;
    let sent = info.header().map(|header| header.as_bytes().to_vec());
    assert_eq!(sent.unwrap_or_default(), header, "{id}");
    assert!(served.payload == payload, "{id}: wrong payload");

    if let Some(client) = client {
        assert_eq!(info.peer_addr().to_canonical(), client, "{id}");
    }
    let own = [
        client.map_or_else(|| info.peer_addr().to_string(), canonical),
        server.map_or_else(|| info.local_addr().to_string(), canonical),
    ];
    let [client, server] = match endpoints {
        Endpoints::Header(client, server) => [client.to_string(), server.to_string()],
        Endpoints::Unix(client, server) => [(*client).to_owned(), (*server).to_owned()],
        Endpoints::Own => own,
    };
    assert_eq!(info.client_addr().to_string(), client, "{id}");
    assert_eq!(info.server_addr().to_string(), server, "{id}");
    let is_proxied = !matches!(endpoints, Endpoints::Own);
    assert_eq!(info.is_proxied(), is_proxied, "{id}");
}

fn canonical(address: SocketAddr) -> String {
    Endpoint::from(address).to_canonical().to_string()
}

enum Server {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

fn listen<A: Adapter>(group: &Group) -> (Listener, Server) {
    match group.listen {
        Listen::V4 => tcp("127.0.0.1:0", "127.0.0.1"),
        // The socket is an IPv6 socket, so an IPv4 peer is v4-mapped.
        Listen::V4Mapped => tcp("[::ffff:127.0.0.1]:0", "127.0.0.1"),
        Listen::Unix => {
            let name = format!("proxy-proto-scenarios-{}-{}.sock", A::NAME, process::id());
            let path = std::env::temp_dir().join(name);
            let listener = UnixListener::bind(&path).unwrap();
            (Listener::Unix(listener), Server::Unix(path))
        }
    }
}

fn tcp(address: &str, reached_at: &str) -> (Listener, Server) {
    let address: SocketAddr = address.parse().unwrap();
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
    if address.is_ipv6() {
        socket.set_only_v6(false).unwrap();
    }
    socket.bind(&address.into()).unwrap();
    socket.listen(128).unwrap();
    let listener = TcpListener::from(socket);
    let port = listener.local_addr().unwrap().port();
    let reached_at: IpAddr = reached_at.parse().unwrap();
    (
        Listener::Tcp(listener),
        Server::Tcp(SocketAddr::new(reached_at, port)),
    )
}

/// After this time, nothing that a row waits for will happen.
pub(crate) const FAR_OFF: Duration = Duration::from_secs(60);
