//! The tokio sockets that a header can be removed from.

use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::{UnixStream, unix};

/// A connected tokio socket: [`TcpStream`] or, on Unix, [`UnixStream`](tokio::net::UnixStream).
///
/// Sealed: only these two can be looked at without consuming anything.
pub trait Socket: sealed::Sealed {
    /// The address of a peer, as the listener returns it.
    type Addr: sealed::Address + Send;
}

impl Socket for TcpStream {
    type Addr = std::net::SocketAddr;
}

#[cfg(unix)]
#[cfg_attr(docsrs, doc(cfg(unix)))]
impl Socket for UnixStream {
    type Addr = unix::SocketAddr;
}

pub(crate) mod sealed {
    use std::{
        fmt, io,
        task::{Context, Poll, ready},
    };

    use proxy_proto::OwnedEndpoint;
    use rustix::fd::AsFd;
    use tokio::{
        io::{AsyncRead, AsyncWrite, Interest},
        net::TcpStream,
    };

    /// What both sockets can do, for which tokio has no trait.
    #[allow(
        unnameable_types,
        reason = "seals `Socket`; Rust 1.85 does not report it"
    )]
    pub trait Sealed:
        AsFd + AsyncRead + AsyncWrite + Send + Sync + Unpin + Sized + 'static
    {
        /// The same socket, not registered with a runtime.
        type Std: AsFd + fmt::Debug + Send + Sync + Unpin + 'static;

        /// Registers a non-blocking socket with the current runtime.
        fn register(socket: Self::Std) -> io::Result<Self>;

        fn std_local_endpoint(socket: &Self::Std) -> io::Result<OwnedEndpoint>;

        fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

        /// `look` returns `WouldBlock` if there was nothing to see.
        fn try_look<R>(&self, look: impl FnOnce() -> io::Result<R>) -> io::Result<R>;

        fn local_endpoint(&self) -> io::Result<OwnedEndpoint>;

        /// The peer, as long as the connection has not been reset.
        #[cfg(feature = "axum-server")]
        fn peer_endpoint(&self) -> io::Result<OwnedEndpoint>;

        /// Looks at the socket once there is something to see.
        ///
        /// It wakes the task of the latest call alone, as tokio's `poll_read_ready` does.
        fn poll_look<R>(
            &self,
            cx: &mut Context<'_>,
            mut look: impl FnMut() -> io::Result<R>,
        ) -> Poll<io::Result<R>> {
            loop {
                ready!(self.poll_read_ready(cx))?;
                match self.try_look(&mut look) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    looked => return Poll::Ready(looked),
                }
            }
        }
    }

    /// An address that a listener returns.
    #[allow(
        unnameable_types,
        reason = "seals `Socket`; Rust 1.85 does not report it"
    )]
    pub trait Address {
        fn into_endpoint(self) -> OwnedEndpoint;
    }

    impl Address for std::net::SocketAddr {
        fn into_endpoint(self) -> OwnedEndpoint {
            self.into()
        }
    }

    #[cfg(unix)]
    impl Address for super::unix::SocketAddr {
        fn into_endpoint(self) -> OwnedEndpoint {
            let address = std::os::unix::net::SocketAddr::from(self);
            (&address).into()
        }
    }

    impl Sealed for TcpStream {
        type Std = std::net::TcpStream;

        fn register(socket: std::net::TcpStream) -> io::Result<Self> {
            Self::from_std(socket)
        }

        fn std_local_endpoint(socket: &std::net::TcpStream) -> io::Result<OwnedEndpoint> {
            Ok(socket.local_addr()?.into())
        }

        fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.poll_read_ready(cx)
        }

        fn try_look<R>(&self, look: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
            self.try_io(Interest::READABLE, look)
        }

        fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
            Ok(self.local_addr()?.into())
        }

        #[cfg(feature = "axum-server")]
        fn peer_endpoint(&self) -> io::Result<OwnedEndpoint> {
            Ok(self.peer_addr()?.into())
        }
    }

    #[cfg(unix)]
    impl Sealed for super::UnixStream {
        type Std = std::os::unix::net::UnixStream;

        fn register(socket: std::os::unix::net::UnixStream) -> io::Result<Self> {
            Self::from_std(socket)
        }

        fn std_local_endpoint(
            socket: &std::os::unix::net::UnixStream,
        ) -> io::Result<OwnedEndpoint> {
            Ok((&socket.local_addr()?).into())
        }

        fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.poll_read_ready(cx)
        }

        fn try_look<R>(&self, look: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
            self.try_io(Interest::READABLE, look)
        }

        fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
            Ok(self.local_addr()?.into_endpoint())
        }

        #[cfg(feature = "axum-server")]
        fn peer_endpoint(&self) -> io::Result<OwnedEndpoint> {
            Ok(self.peer_addr()?.into_endpoint())
        }
    }
}
