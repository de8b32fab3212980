//! The client's side of a connection.

use std::{
    fs,
    io::{self, ErrorKind, Read, Write},
    net::{IpAddr, Shutdown, SocketAddr, TcpStream},
    os::unix::net::UnixStream,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use socket2::{Domain, Socket, Type};

use crate::run::FAR_OFF;

/// What a client does next.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Send(Vec<u8>),
    /// Waits until the server has read everything sent, or has closed the connection.
    AwaitConsumed,
    /// Sends these bytes one at a time, with this pause after each, until the server closes.
    Drip(Vec<u8>, Duration),
    HalfClose,
    Close,
    Reset,
}

pub(crate) enum Client {
    /// With the server's address, which a socket no longer has once the server has reset it.
    Tcp(TcpStream, SocketAddr),
    Unix(UnixStream),
}

impl Client {
    /// Connects from any port of this source.
    pub(crate) fn tcp(source: IpAddr, server: SocketAddr) -> Self {
        let socket = Socket::new(Domain::for_address(server), Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::new(source, 0).into()).unwrap();
        socket.connect(&server.into()).unwrap();
        socket.set_tcp_nodelay(true).unwrap();
        Self::Tcp(socket.into(), server)
    }

    pub(crate) fn unix(server: &Path) -> Self {
        Self::Unix(UnixStream::connect(server).unwrap())
    }

    /// The client's own address and the server's, unless they are UNIX sockets.
    pub(crate) fn addresses(&self) -> Option<(SocketAddr, SocketAddr)> {
        match self {
            Self::Tcp(stream, server) => Some((stream.local_addr().unwrap(), *server)),
            Self::Unix(_) => None,
        }
    }

    /// Performs the acts of a row. Returns the connection, unless one of them closed it.
    pub(crate) fn act(mut self, acts: &[Act]) -> Option<Self> {
        for act in acts {
            match act {
                Act::Send(bytes) => self.send(bytes),
                Act::AwaitConsumed => self.await_consumed(),
                Act::Drip(bytes, pause) => {
                    for byte in bytes {
                        if self.stream().write_all(&[*byte]).is_err() {
                            break;
                        }
                        thread::sleep(*pause);
                    }
                }
                Act::HalfClose => {
                    // Fails if the server has reset the connection.
                    let _closed = match &self {
                        Self::Tcp(stream, _) => stream.shutdown(Shutdown::Write),
                        Self::Unix(stream) => stream.shutdown(Shutdown::Write),
                    };
                }
                Act::Close => return None,
                Act::Reset => {
                    self.reset();
                    return None;
                }
            }
        }
        Some(self)
    }

    /// Closes with a reset, so that the connection does not linger for a minute: with thousands
    /// that do, looking one up is slow.
    pub(crate) fn reset(self) {
        if let Self::Tcp(stream, _) = &self {
            let socket = socket2::SockRef::from(stream);
            socket.set_linger(Some(Duration::ZERO)).unwrap();
        }
    }

    /// Asserts that the server has closed the connection without sending anything. Closing with
    /// bytes unread resets it, so a reset counts too.
    pub(crate) fn assert_closed(mut self, id: &str) {
        let mut received = Vec::new();
        match self.stream().read_to_end(&mut received) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{id}: {error}"),
        }
        assert_eq!(received.escape_ascii().to_string(), "", "{id}");
        self.reset();
    }

    /// A server that refuses early may have closed by now.
    fn send(&mut self, bytes: &[u8]) {
        match self.stream().write_all(bytes) {
            Ok(()) => {}
            Err(error) if is_closed(&error) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn stream(&mut self) -> &mut dyn ReadWrite {
        match self {
            Self::Tcp(stream, _) => stream,
            Self::Unix(stream) => stream,
        }
    }

    fn await_consumed(&self) {
        let (own, server) = self.addresses().expect("only TCP shows what is unread");
        let started = Instant::now();
        while unread(own.port(), server.port()) > 0 {
            assert!(started.elapsed() < FAR_OFF, "the server reads nothing");
            thread::yield_now();
        }
    }
}

trait ReadWrite: Read + Write {}

impl<T: Read + Write> ReadWrite for T {}

fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
    )
}

/// Bytes in the receive queue of the server's socket, which is not closed yet: 0 if it is.
fn unread(client_port: u16, server_port: u16) -> u64 {
    let (local, remote) = (format!(":{server_port:04X}"), format!(":{client_port:04X}"));
    let receive_queue = |path| {
        let table = fs::read_to_string(path).unwrap();
        table.lines().find_map(|row| {
            let mut fields = row.split_whitespace().skip(1);
            let (from, to) = (fields.next()?, fields.next()?);
            let (_, queue) = fields.nth(1)?.split_once(':')?;
            (from.ends_with(&local) && to.ends_with(&remote))
                .then(|| u64::from_str_radix(queue, 16).expect("hex digits"))
        })
    };
    let found = receive_queue("/proc/net/tcp").or_else(|| receive_queue("/proc/net/tcp6"));
    found.unwrap_or_default()
}
