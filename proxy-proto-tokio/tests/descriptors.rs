//! A listener that runs out of descriptors. Alone in its process, whose limit it lowers.

#![expect(clippy::unwrap_used, reason = "fails the test")]

#[path = "support/shortage.rs"]
mod shortage;

use std::{
    io::Write,
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use proxy_proto_tokio::{Delivery, EventKind, ProxyListener, proxy_proto::Policy};
use tokio::{io::AsyncReadExt, net::TcpListener};

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
const FAR_OFF: Duration = Duration::from_secs(60);

/// accept(2) fails while there is no descriptor left, each failure is reported with a pause, and the
/// connection that waited is served once there is one again. One delivery accepts through tokio, the
/// other without it.
#[tokio::test]
async fn a_shortage_of_descriptors_is_survived() {
    survives_a_shortage(listener()).await;
    survives_a_shortage(listener().buffered()).await;
}

fn listener() -> ProxyListener {
    let policy = Policy::new("127.0.0.1".parse().unwrap()).with_timeout(FAR_OFF);
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    ProxyListener::bind(any_port, Arc::new(policy)).unwrap()
}

async fn survives_a_shortage<D: Delivery>(listener: ProxyListener<TcpListener, D>) {
    let failures = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&failures);
    let mut listener = listener.on_event(move |event| {
        assert!(
            matches!(&event.kind, EventKind::AcceptFailed { error, pause, .. }
            if error.raw_os_error().is_some() && !pause.is_zero())
        );
        seen.fetch_add(1, Ordering::Relaxed);
    });
    let server = listener.local_addr().socket_addr().unwrap();
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = TcpStream::connect(server).unwrap();
        client.write_all(HEADER).unwrap();
        client.write_all(b"x").unwrap();
        clients.push(client);
    }
    let (_first, _) = listener.accept().await.unwrap();

    let relief = shortage::until_three(&failures);

    let (mut second, info) = listener.accept().await.unwrap();
    assert!(info.is_proxied());
    let mut payload = [0];
    second.read_exact(&mut payload).await.unwrap();
    assert_eq!(&payload, b"x");
    relief.join().unwrap();
    let reported = failures.load(Ordering::Relaxed);
    let counted = listener.handle().counters().accept_failed;
    assert_eq!(usize::try_from(counted).unwrap(), reported);
}
