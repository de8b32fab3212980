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

/// The outcome for a connection.
#[derive(Debug)]
pub enum Outcome {
    /// It was accepted.
    Served(Served),
    /// It was refused, and closed.
    Refused(Refusal),
}

/// A connection that was accepted.
#[derive(Debug)]
pub struct Served {
    /// What the service knows about it.
    pub info: ConnectionInfo,
    /// Everything that the service read from it, to the end of the stream.
    pub payload: Vec<u8>,
}

/// An adapter under test.
pub trait Adapter {
    /// Its name, for messages.
    const NAME: &str;

    /// Whether it serves ports where the header is optional: for that it must look at bytes without
    /// consuming them.
    const LOOKS: bool = true;

    /// Accepts connections in separate threads for as long as the process runs, and sends each
    /// outcome: for a refused connection once it is closed, for an accepted one once its payload
    /// has been read to the end.
    fn serve(listener: Listener, policy: Arc<Policy>, outcomes: Sender<Outcome>);
}
