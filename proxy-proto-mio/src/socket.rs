//! The sockets of mio that a header can be removed from.

use std::io;

#[cfg(unix)]
use mio::net::UnixStream;
use mio::{event::Source, net::TcpStream};
use proxy_proto::{Gate, OwnedEndpoint, Step, io::advance};

/// A connected socket of mio: [`TcpStream`] or, on Unix, [`UnixStream`](mio::net::UnixStream).
///
/// Sealed: these two are all that can be looked at without reading.
pub trait Socket: Source + sealed::Sealed {}

impl Socket for TcpStream {}

#[cfg(unix)]
#[cfg_attr(docsrs, doc(cfg(unix)))]
impl Socket for UnixStream {}

pub(crate) mod sealed {
    use super::{Gate, OwnedEndpoint, Step, io};

    #[allow(
        unnameable_types,
        reason = "seals `Socket`; Rust 1.85 does not report it"
    )]
    pub trait Sealed {
        /// Looks at the socket once: see [`advance`](super::advance).
        fn advance(&self, gate: &mut Gate) -> io::Result<Step>;

        /// The socket's own address.
        fn local_endpoint(&self) -> io::Result<OwnedEndpoint>;
    }
}

// By `try_io`, which renews the interest in a socket where mio has no edge-triggered selector.
impl sealed::Sealed for TcpStream {
    fn advance(&self, gate: &mut Gate) -> io::Result<Step> {
        self.try_io(|| advance(self, gate))
    }

    fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
        self.local_addr().map(OwnedEndpoint::from)
    }
}

#[cfg(unix)]
impl sealed::Sealed for UnixStream {
    fn advance(&self, gate: &mut Gate) -> io::Result<Step> {
        self.try_io(|| advance(self, gate))
    }

    fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
        Ok((&self.local_addr()?).into())
    }
}
