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
    use std::{future::Future, io};

    use proxy_proto::{Gate, OwnedEndpoint, Step, io::advance};
    use tokio::{io::Interest, net::TcpStream};

    /// What both sockets can do, for which tokio has no trait.
    #[allow(
        unnameable_types,
        reason = "seals `Socket`; Rust 1.85 does not report it"
    )]
    pub trait Sealed: Send + Sync + Sized {
        /// Looks at the socket once it is readable, and removes what the gate consumes.
        fn step(&self, gate: &mut Gate) -> impl Future<Output = io::Result<Step>> + Send;

        fn local_endpoint(&self) -> io::Result<OwnedEndpoint>;
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
        async fn step(&self, gate: &mut Gate) -> io::Result<Step> {
            self.async_io(Interest::READABLE, || advance(self, gate))
                .await
        }

        fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
            Ok(self.local_addr()?.into())
        }
    }

    #[cfg(unix)]
    impl Sealed for super::UnixStream {
        async fn step(&self, gate: &mut Gate) -> io::Result<Step> {
            self.async_io(Interest::READABLE, || advance(self, gate))
                .await
        }

        fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
            Ok(self.local_addr()?.into_endpoint())
        }
    }
}
