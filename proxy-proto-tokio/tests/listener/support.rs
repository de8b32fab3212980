//! Clients, and what a listener has made of them.

use std::{
    future::poll_fn,
    net::SocketAddr,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use proxy_proto_tokio::{Delivered, Delivery, Listen, ProxyListener, proxy_proto::Policy};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
};

pub(crate) const TCP4: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
pub(crate) const PAYLOAD: &[u8] = b"a LOGIN alice secret\r\n";
pub(crate) const TIMEOUT: Duration = Duration::from_secs(3);

/// 127.0.0.1 and 127.0.0.2 must send a header; 127.0.0.3 is a stranger.
pub(crate) fn policy() -> Policy {
    Policy::new("127.0.0.1 127.0.0.2".parse().unwrap()).with_timeout(TIMEOUT)
}

/// What a listener has reported, in order: the name and the peer of each event.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// A listener on any port, and what it reports.
pub(crate) fn listener(policy: Policy) -> (ProxyListener, Events) {
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    watched(ProxyListener::bind(any_port, Arc::new(policy)).unwrap())
}

pub(crate) fn watched<L: Listen>(listener: ProxyListener<L>) -> (ProxyListener<L>, Events) {
    let events = Events::default();
    let seen = events.clone();
    let listener = listener.on_event(move |event| {
        seen.0.lock().unwrap().push(event.kind.name().to_owned());
    });
    (listener, events)
}

/// A client that has connected to this listener from 127.0.0.`source`, and sent these bytes.
pub(crate) async fn client<D: Delivery>(
    listener: &ProxyListener<TcpListener, D>,
    source: u8,
    sent: &[u8],
) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, source], 0).into()).unwrap();
    let port = listener.local_addr().port().unwrap();
    let mut client = socket.connect(([127, 0, 0, 1], port).into()).await.unwrap();
    client.set_nodelay(true).unwrap();
    client.write_all(sent).await.unwrap();
    client
}

/// Polls the listener once, in a future that is dropped.
pub(crate) async fn poll_once<L: Listen, D: Delivery>(
    listener: &mut ProxyListener<L, D>,
) -> Option<Delivered<L::Socket, D>> {
    poll_fn(|cx| {
        let mut accepting = std::pin::pin!(listener.accept());
        match accepting.as_mut().poll(cx) {
            Poll::Ready(accepted) => Poll::Ready(Some(accepted.unwrap())),
            Poll::Pending => Poll::Ready(None),
        }
    })
    .await
}

/// Accepts until this many connections wait.
pub(crate) async fn until_pending<L: Listen, D: Delivery>(
    listener: &mut ProxyListener<L, D>,
    count: usize,
) {
    while listener.pending() != count {
        assert!(
            poll_once(listener).await.is_none(),
            "no one has sent a header"
        );
        tokio::task::yield_now().await;
    }
}

/// Accepts until this many events were reported.
pub(crate) async fn until_events(listener: &mut ProxyListener, events: &Events, count: usize) {
    while events.names().len() < count {
        assert!(
            poll_once(listener).await.is_none(),
            "no one has sent a header"
        );
        tokio::task::yield_now().await;
    }
}

/// Waits until the server has closed the connection.
pub(crate) async fn closed(client: &mut TcpStream) {
    // With bytes unread, it is a reset.
    assert!(!client.read(&mut [0]).await.is_ok_and(|len| len > 0));
}

/// Raises the limit on descriptors as far as it goes, and returns it. Tests that depend on it agree.
pub(crate) fn raise_descriptor_limit() -> Option<u64> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    limit.current
}
