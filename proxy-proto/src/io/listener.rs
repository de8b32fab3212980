//! Accepting, on the listeners of the standard library.

use core::net::SocketAddr;
#[cfg(unix)]
use std::{
    ffi::CStr,
    os::unix::net::{UnixListener, UnixStream},
};
use std::{
    io,
    net::{TcpListener, TcpStream},
};

use rustix::fd::{AsFd, BorrowedFd};

#[cfg(unix)]
use crate::address::UnixName;
use crate::{
    address::OwnedEndpoint,
    connection::ConnectionInfo,
    io::{AcceptError, read_header},
    policy::Policy,
};

/// The outcome for one connection: the stream with what the service should know about it, or why it
/// was not accepted. An error here affects no other connection.
pub type Outcome<S> = Result<(S, ConnectionInfo), AcceptError<S>>;

/// Accepts the next connection, and reads its header with [`read_header`].
///
/// It blocks until that connection has delivered its header or run out of time: call it from several
/// threads at once, so that a silent client does not hold up the next one. A listener may be shared
/// by reference.
///
/// # Errors
///
/// The outer error is the listener's: see [`is_transient`](crate::io::is_transient). The inner one
/// concerns that connection alone.
///
/// # Examples
///
/// A service with four threads that accept, and one for each connection:
///
/// ```
/// use std::{io::{self, Write}, net::{TcpListener, TcpStream}, thread, time::Duration};
///
/// use proxy_proto::{ConnectionInfo, Policy, io::{accept, is_transient}};
///
/// fn serve(mut stream: TcpStream, info: &ConnectionInfo) -> io::Result<()> {
///     writeln!(stream, "hello {}", info.client_addr())
/// }
///
/// fn run(listener: &TcpListener, policy: &Policy) -> io::Error {
///     loop {
///         match accept(listener, policy) {
///             Ok(Ok((stream, info))) => drop(thread::spawn(move || serve(stream, &info))),
///             Ok(Err(error)) if error.is_probe() => {}
///             Ok(Err(error)) => eprintln!("refused: {error}"),
///             Err(error) if is_transient(&error) => thread::sleep(Duration::from_millis(50)),
///             Err(error) => return error,
///         }
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let address = listener.local_addr()?;
/// let policy = Policy::new("127.0.0.1".parse()?);
/// # let serving = move || {
/// thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| run(&listener, &policy));
///     }
/// });
/// # };
/// # thread::spawn(serving);
///
/// # use std::io::{BufRead, BufReader};
/// # let silent = TcpStream::connect(address)?;
/// # let mut client = TcpStream::connect(address)?;
/// # client.write_all(b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n")?;
/// # let mut line = String::new();
/// # BufReader::new(client).read_line(&mut line)?;
/// # assert_eq!(line, "hello 192.0.2.1:56324\n");
/// # Ok(())
/// # }
/// ```
pub fn accept(listener: &TcpListener, policy: &Policy) -> io::Result<Outcome<TcpStream>> {
    let (stream, peer) = listener.accept()?;
    Ok(outcome(stream, peer.into(), policy))
}

/// Accepts the next connection of a UNIX socket, like [`accept`].
///
/// # Errors
///
/// Those of [`accept`].
#[cfg(unix)]
#[cfg_attr(docsrs, doc(cfg(all(feature = "std", unix))))]
pub fn accept_unix(listener: &UnixListener, policy: &Policy) -> io::Result<Outcome<UnixStream>> {
    let (stream, peer) = listener.accept()?;
    Ok(outcome(stream, (&peer).into(), policy))
}

fn outcome<S: AsFd>(stream: S, peer: OwnedEndpoint, policy: &Policy) -> Outcome<S> {
    match read_header(stream.as_fd(), peer.clone(), policy) {
        Ok(info) => Ok((stream, info)),
        Err(kind) => Err(AcceptError::new(stream, peer, kind)),
    }
}

/// The socket's own address.
pub(super) fn local_endpoint(socket: BorrowedFd<'_>) -> io::Result<OwnedEndpoint> {
    let address = rustix::net::getsockname(socket)?;
    if let Ok(address) = SocketAddr::try_from(address.clone()) {
        return Ok(address.into());
    }
    #[cfg(unix)]
    if let Ok(address) = rustix::net::SocketAddrUnix::try_from(address) {
        return Ok(unix_name(&address));
    }
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn unix_name(address: &rustix::net::SocketAddrUnix) -> OwnedEndpoint {
    #[cfg(any(target_os = "android", target_os = "linux"))]
    if let Some(name) = address.abstract_name() {
        return OwnedEndpoint::unix(UnixName::Abstract(name));
    }
    let path = address.path();
    let name = path.as_deref().map(CStr::to_bytes);
    OwnedEndpoint::unix(name.map_or(UnixName::Unnamed, UnixName::Path))
}
