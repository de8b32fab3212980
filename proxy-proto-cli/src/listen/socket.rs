//! The listening socket.

use std::io;

use proxy_proto::OwnedEndpoint;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use crate::{outgoing::Duplex, target::Target};

pub(super) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, Unlinked),
}

/// The path of a socket, removed when the command ends.
#[cfg(unix)]
pub(super) struct Unlinked(std::path::PathBuf);

/// A connection, and its two ends.
pub(super) struct Accepted {
    pub(super) stream: Box<dyn Duplex>,
    pub(super) peer: OwnedEndpoint,
    pub(super) local: OwnedEndpoint,
}

impl Listener {
    pub(super) async fn bind(target: &Target) -> io::Result<Self> {
        match target {
            Target::Tcp(address) => TcpListener::bind(address.as_str()).await.map(Self::Tcp),
            #[cfg(unix)]
            Target::Unix(path) => {
                UnixListener::bind(path).map(|it| Self::Unix(it, Unlinked(path.clone())))
            }
            #[cfg(not(unix))]
            Target::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The address, with the port that was free.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Tcp(listener) => listener
                .local_addr()
                .map_or_else(|error| error.to_string(), |address| address.to_string()),
            #[cfg(unix)]
            Self::Unix(_, Unlinked(path)) => format!("unix:{}", path.display()),
        }
    }

    pub(super) async fn accept(&self) -> io::Result<Accepted> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok(Accepted {
                    peer: peer.into(),
                    local: stream.local_addr()?.into(),
                    stream: Box::new(stream),
                })
            }
            #[cfg(unix)]
            Self::Unix(listener, _) => {
                let (stream, peer) = listener.accept().await?;
                let local = std::os::unix::net::SocketAddr::from(stream.local_addr()?);
                let peer = std::os::unix::net::SocketAddr::from(peer);
                Ok(Accepted {
                    peer: (&peer).into(),
                    local: (&local).into(),
                    stream: Box::new(stream),
                })
            }
        }
    }
}

#[cfg(unix)]
impl Drop for Unlinked {
    fn drop(&mut self) {
        // It may have been removed by someone else.
        let _ = std::fs::remove_file(&self.0);
    }
}
