//! What an adapter's test provides.

use std::{
    net::TcpListener,
    os::unix::net::UnixListener,
    sync::{Arc, mpsc::Sender},
};

use proxy_proto::{ConnectionInfo, Policy, Refusal};

/// A listening socket, blocking.
#[derive(Debug)]
pub enum Listener {
    /// TCP.
    Tcp(TcpListener),
    /// A UNIX socket.
    Unix(UnixListener),
}

/// What became of a connection.
#[derive(Debug)]
pub enum Outcome {
    /// It was handed on.
    Served(Served),
    /// It was refused, and closed.
    Refused(Refusal),
}

/// A connection that was handed on.
#[derive(Debug)]
pub struct Served {
    /// What the service knows of it.
    pub info: ConnectionInfo,
    /// All that the service read from it, to the end of the stream.
    pub payload: Vec<u8>,
}

/// An adapter under test.
pub trait Adapter {
    /// Its name, for messages.
    const NAME: &str;

    /// Accepts connections in threads of its own for as long as the process runs, and sends each
    /// outcome: of a refused connection after it was closed, of one that was handed on after its
    /// payload was read to the end.
    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>);
}
