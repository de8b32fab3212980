//! The table of connections, driven through `ProxyAcceptor`, both kinds of `ProxyListener`, and
//! `read_header`, from a stream with a buffer of its own and without.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use std::{
    sync::{Arc, mpsc::Sender},
    thread,
};

use proxy_proto_scenarios::{Adapter, Listener, Outcome, Served};
use proxy_proto_tokio::{
    AcceptErrorKind, Delivery, EventKind, Listen, ProxyAcceptor, ProxyListener, Socket,
    proxy_proto::{ConnectionInfo, OwnedEndpoint, Policy},
    read_header,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, BufReader},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
    runtime::Builder,
};

struct Acceptor;

impl Adapter for Acceptor {
    const NAME: &str = "tokio, acceptor";

    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>) {
        in_a_runtime(async move {
            let acceptor = ProxyAcceptor::new(policy);
            match listener {
                Listener::Tcp(listener) => {
                    listener.set_nonblocking(true).unwrap();
                    let listener = TcpListener::from_std(listener).unwrap();
                    loop {
                        let (stream, peer) = listener.accept().await.unwrap();
                        let outcome = outcome(&acceptor, stream, peer).await;
                        if outcomes.send(outcome).is_err() {
                            return;
                        }
                    }
                }
                Listener::Unix(listener) => {
                    listener.set_nonblocking(true).unwrap();
                    let listener = UnixListener::from_std(listener).unwrap();
                    loop {
                        let (stream, peer) = listener.accept().await.unwrap();
                        let outcome = outcome(&acceptor, stream, peer).await;
                        if outcomes.send(outcome).is_err() {
                            return;
                        }
                    }
                }
            }
        });
    }
}

async fn outcome<S>(acceptor: &ProxyAcceptor, stream: S, peer: S::Addr) -> Outcome
where
    S: Socket + AsyncRead + Unpin,
{
    match acceptor.accept(stream, peer).await {
        Ok((stream, info)) => Outcome::Served(served(stream, info).await),
        Err(error) => match error.into_parts() {
            (_, AcceptErrorKind::Refused(refusal)) => Outcome::Refused(refusal),
            (_, error) => panic!("{error}"),
        },
    }
}

struct Untouched;

impl Adapter for Untouched {
    const NAME: &str = "tokio, listener";

    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>) {
        in_a_runtime(async move {
            match listener {
                Listener::Tcp(listener) => {
                    accept_all(ProxyListener::new(listener, policy).unwrap(), outcomes).await;
                }
                Listener::Unix(listener) => {
                    accept_all(ProxyListener::new(listener, policy).unwrap(), outcomes).await;
                }
            }
        });
    }
}

struct Buffered;

impl Adapter for Buffered {
    const NAME: &str = "tokio, buffered listener";

    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>) {
        in_a_runtime(async move {
            match listener {
                Listener::Tcp(listener) => {
                    let listener = ProxyListener::new(listener, policy).unwrap();
                    accept_all(listener.buffered(), outcomes).await;
                }
                Listener::Unix(listener) => {
                    let listener = ProxyListener::new(listener, policy).unwrap();
                    accept_all(listener.buffered(), outcomes).await;
                }
            }
        });
    }
}

async fn accept_all<L: Listen, D: Delivery>(
    listener: ProxyListener<L, D>,
    outcomes: Sender<Outcome>,
) {
    let refusals = outcomes.clone();
    let mut listener = listener.on_event(move |event| match event.kind {
        EventKind::Refused {
            reason: AcceptErrorKind::Refused(refusal),
            ..
        } => drop(refusals.send(Outcome::Refused(*refusal))),
        ref other => panic!("{other}"),
    });
    loop {
        let (stream, info) = listener.accept().await.unwrap();
        let outcomes = outcomes.clone();
        tokio::spawn(async move {
            // The run is over if there is no receiver.
            drop(outcomes.send(Outcome::Served(served(stream, info).await)));
        });
    }
}

/// `read_header`, from a [`BufReader`] or from the bare socket.
struct Reader<const BUFFERED: bool>;

impl<const BUFFERED: bool> Adapter for Reader<BUFFERED> {
    const NAME: &str = if BUFFERED {
        "tokio, reader with a buffer"
    } else {
        "tokio, reader"
    };
    const LOOKS: bool = false;

    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>) {
        // One connection at a time, so accepting may block.
        in_a_runtime(async move {
            loop {
                let outcome = match &listener {
                    Listener::Tcp(listener) => {
                        let (stream, peer) = listener.accept().unwrap();
                        stream.set_nonblocking(true).unwrap();
                        let local = stream.local_addr().unwrap();
                        let stream = TcpStream::from_std(stream).unwrap();
                        read::<BUFFERED>(stream, peer.into(), local.into(), &policy).await
                    }
                    Listener::Unix(listener) => {
                        let (stream, peer) = listener.accept().unwrap();
                        stream.set_nonblocking(true).unwrap();
                        let local = stream.local_addr().unwrap();
                        let stream = UnixStream::from_std(stream).unwrap();
                        read::<BUFFERED>(stream, (&peer).into(), (&local).into(), &policy).await
                    }
                };
                if outcomes.send(outcome).is_err() {
                    return;
                }
            }
        });
    }
}

async fn read<const BUFFERED: bool>(
    stream: impl AsyncRead + Send + Unpin + 'static,
    peer: OwnedEndpoint,
    local: OwnedEndpoint,
    policy: &Policy,
) -> Outcome {
    let mut stream: Box<dyn AsyncRead + Send + Unpin> = if BUFFERED {
        Box::new(BufReader::new(stream))
    } else {
        Box::new(stream)
    };
    match read_header(&mut stream, peer, local, policy).await {
        Ok(info) => Outcome::Served(served(stream, info).await),
        Err(AcceptErrorKind::Refused(refusal)) => Outcome::Refused(refusal),
        Err(error) => panic!("{error}"),
    }
}

async fn served(mut stream: impl AsyncRead + Unpin, info: ConnectionInfo) -> Served {
    let mut payload = Vec::new();
    stream.read_to_end(&mut payload).await.unwrap();
    Served { info, payload }
}

fn in_a_runtime(serving: impl Future<Output = ()> + Send + 'static) {
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(serving);
    });
}

#[test]
fn every_row_of_the_table_through_the_acceptor() {
    proxy_proto_scenarios::run::<Acceptor>();
}

#[test]
fn every_row_of_the_table_through_the_listener() {
    proxy_proto_scenarios::run::<Untouched>();
}

#[test]
fn every_row_of_the_table_through_the_buffered_listener() {
    proxy_proto_scenarios::run::<Buffered>();
}

#[test]
fn every_row_of_the_table_through_the_reader() {
    proxy_proto_scenarios::run::<Reader<false>>();
}

#[test]
fn every_row_of_the_table_through_the_reader_with_a_buffer() {
    proxy_proto_scenarios::run::<Reader<true>>();
}
