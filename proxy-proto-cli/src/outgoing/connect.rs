//! Connecting, and what to do if that fails.

use std::io::{self, ErrorKind};

use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::{
    encode::{options::Base, request::Transport},
    failure::{self, Failure},
    outgoing::Duplex,
    target::Target,
};

/// The connection, and the header that describes it if it is one of TCP.
pub(crate) async fn connect(target: &Target) -> io::Result<(Box<dyn Duplex>, Option<Base>)> {
    match target {
        Target::Tcp(address) => {
            let stream = TcpStream::connect(address.as_str()).await?;
            // Each piece of a split header is a segment of its own.
            stream.set_nodelay(true)?;
            let base = Base::Ends {
                source: stream.local_addr()?,
                destination: stream.peer_addr()?,
                transport: Transport::Stream,
            };
            Ok((Box::new(stream), Some(base)))
        }
        #[cfg(unix)]
        Target::Unix(path) => Ok((Box::new(UnixStream::connect(path).await?), None)),
        #[cfg(not(unix))]
        Target::Unix(_) => Err(ErrorKind::Unsupported.into()),
    }
}

/// What to do if the address refuses.
pub(crate) const NOTHING_LISTENS: &str =
    "nothing listens there: check the address, and start the service";

pub(super) fn failure(target: &Target, error: &io::Error) -> Failure {
    let advice = match error.kind() {
        ErrorKind::ConnectionRefused => NOTHING_LISTENS,
        ErrorKind::NotFound => "there is no such socket: check the path, and start the service",
        ErrorKind::PermissionDenied => "the user of this process may not connect there",
        ErrorKind::TimedOut => {
            "a firewall may drop the connection: check the route, or raise --timeout"
        }
        _ if matches!(target, Target::Tcp(_)) && error.raw_os_error().is_none() => {
            "check the name; a statically linked program accepts addresses only"
        }
        _ => "check the address and the route to it",
    };
    let message = format!("cannot connect to {target}: {error}");
    Failure::new(failure::UNAVAILABLE, message).advise(advice)
}
