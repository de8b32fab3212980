//! The listening sockets of tokio, and what they are made from.

use std::io;

use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};

use crate::socket::Socket;

/// A listening socket of tokio: [`TcpListener`] or, on Unix,
/// [`UnixListener`](tokio::net::UnixListener).
///
/// Sealed, like [`Socket`].
pub trait Listen: sealed::Sealed<Stream = <Self as Listen>::Socket> {
    /// A connection.
    type Socket: Socket;
}

impl Listen for TcpListener {
    type Socket = TcpStream;
}

#[cfg(unix)]
#[cfg_attr(docsrs, doc(cfg(unix)))]
impl Listen for UnixListener {
    type Socket = UnixStream;
}

/// What a listening socket of tokio can be made from: such a socket, or one of the standard library,
/// which may come from a supervisor by socket activation.
pub trait IntoListen {
    /// The socket.
    type Listen: Listen;

    /// Makes the socket.
    ///
    /// # Errors
    ///
    /// If it cannot be made non-blocking, or registered with the runtime.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O, if it has to be registered.
    fn into_listen(self) -> io::Result<Self::Listen>;
}

impl<L: Listen> IntoListen for L {
    type Listen = L;

    fn into_listen(self) -> io::Result<L> {
        Ok(self)
    }
}

impl IntoListen for std::net::TcpListener {
    type Listen = TcpListener;

    fn into_listen(self) -> io::Result<TcpListener> {
        self.set_nonblocking(true)?;
        TcpListener::from_std(self)
    }
}

#[cfg(unix)]
#[cfg_attr(docsrs, doc(cfg(unix)))]
impl IntoListen for std::os::unix::net::UnixListener {
    type Listen = UnixListener;

    fn into_listen(self) -> io::Result<UnixListener> {
        self.set_nonblocking(true)?;
        UnixListener::from_std(self)
    }
}

pub(crate) mod sealed {
    #[cfg(any(target_os = "android", target_os = "linux"))]
    use std::net::SocketAddr;
    use std::{
        io,
        task::{Context, Poll},
    };

    use proxy_proto::OwnedEndpoint;
    use tokio::net::{TcpListener, TcpStream};

    #[cfg(unix)]
    use crate::socket::sealed::Address;
    use crate::socket::{self, Socket};

    type StdOf<L> = <<L as Sealed>::Stream as socket::sealed::Sealed>::Std;

    /// What both listeners do under the same names.
    #[allow(
        unnameable_types,
        reason = "seals `Listen`; Rust 1.85 does not report it"
    )]
    pub trait Sealed: Send + Sync + Unpin + 'static {
        type Stream: Socket;

        fn poll_accept(
            &self,
            cx: &mut Context<'_>,
        ) -> Poll<io::Result<(Self::Stream, OwnedEndpoint)>>;

        /// Accepts a connection without registering it with the runtime, if there is one and the system
        /// can.
        fn accept_std(&self) -> io::Result<Option<(StdOf<Self>, OwnedEndpoint)>> {
            Ok(None)
        }

        fn local_endpoint(&self) -> io::Result<OwnedEndpoint>;

        /// The local address of all connections, if it is the same for all.
        fn common_endpoint(&self) -> io::Result<Option<OwnedEndpoint>>;
    }

    impl Sealed for TcpListener {
        type Stream = TcpStream;

        fn poll_accept(
            &self,
            cx: &mut Context<'_>,
        ) -> Poll<io::Result<(TcpStream, OwnedEndpoint)>> {
            self.poll_accept(cx)
                .map_ok(|(stream, peer)| (stream, peer.into()))
        }

        #[cfg(any(target_os = "android", target_os = "linux"))]
        fn accept_std(&self) -> io::Result<Option<(std::net::TcpStream, OwnedEndpoint)>> {
            use rustix::{
                io::{Errno, retry_on_intr},
                net::{SocketFlags, acceptfrom_with},
            };

            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            let (socket, peer) = match retry_on_intr(|| acceptfrom_with(self, flags)) {
                Ok((socket, Some(peer))) => (socket, SocketAddr::try_from(peer)?),
                // A peer of TCP has an address.
                Ok((_, None)) => return Err(Errno::AFNOSUPPORT.into()),
                Err(Errno::AGAIN) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            Ok(Some((socket.into(), peer.into())))
        }

        fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
            Ok(self.local_addr()?.into())
        }

        fn common_endpoint(&self) -> io::Result<Option<OwnedEndpoint>> {
            let address = self.local_addr()?;
            let is_wildcard = address.ip().to_canonical().is_unspecified();
            Ok((!is_wildcard).then(|| address.into()))
        }
    }

    #[cfg(unix)]
    impl Sealed for super::UnixListener {
        type Stream = super::UnixStream;

        fn poll_accept(
            &self,
            cx: &mut Context<'_>,
        ) -> Poll<io::Result<(super::UnixStream, OwnedEndpoint)>> {
            self.poll_accept(cx)
                .map_ok(|(stream, peer)| (stream, peer.into_endpoint()))
        }

        fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
            Ok(self.local_addr()?.into_endpoint())
        }

        fn common_endpoint(&self) -> io::Result<Option<OwnedEndpoint>> {
            self.local_endpoint().map(Some)
        }
    }
}
