//! One datagram, and the answer.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

use tokio::net::{UdpSocket, lookup_host};

use crate::{
    clock::Clock,
    encode::{options::Base, request::Transport},
    failure::{self, Failure},
    outgoing::{Outgoing, Unless, connect},
    target::Target,
};

/// Maximum length of a datagram's payload, in bytes.
const DATAGRAM_MAX_LEN: usize = 65_507;

/// Sends one datagram with the header and this payload, and returns the first that comes back.
///
/// # Errors
///
/// With [`failure::UNAVAILABLE`] or [`failure::NO`] as the status, for what the other side may have
/// caused.
pub(crate) async fn exchange(
    outgoing: &Outgoing,
    unless: Unless,
    payload: &[u8],
    clock: &Clock,
) -> Result<Vec<u8>, Failure> {
    let Target::Tcp(address) = &outgoing.target else {
        return Err(Failure::usage("--udp needs HOST:PORT"));
    };
    let socket = bind(address).await.map_err(|error| {
        let message = format!("cannot send datagrams to {address}: {error}");
        Failure::new(failure::UNAVAILABLE, message).advise("check the address")
    })?;
    let ends = Base::Ends {
        source: socket.local_addr()?,
        destination: socket.peer_addr()?,
        transport: Transport::Dgram,
    };
    let mut datagram = outgoing.header_bytes(unless, Some(ends))?;
    datagram.extend_from_slice(payload);
    if datagram.len() > DATAGRAM_MAX_LEN {
        let len = datagram.len();
        let message = format!("{len} bytes do not fit into a datagram of {DATAGRAM_MAX_LEN}");
        return Err(Failure::usage(message).advise("shorten what is sent"));
    }
    let mut answer = vec![0; DATAGRAM_MAX_LEN];
    let exchanged = clock.attempt(format!("waiting for an answer from {address}"), async {
        socket.send(&datagram).await?;
        socket.recv(&mut answer).await
    });
    let len = exchanged.await.map_err(|error| {
        let message = format!("no answer from {address}: {error}");
        Failure::new(failure::NO, message).advise(match error.kind() {
            io::ErrorKind::ConnectionRefused => connect::NOTHING_LISTENS,
            _ => "a receiver drops a datagram whose header it rejects: see its log",
        })
    })?;
    answer.truncate(len);
    Ok(answer)
}

/// A socket that receives from this address only.
async fn bind(address: &str) -> io::Result<UdpSocket> {
    let peer = lookup_host(address).await?.next();
    let peer = peer.ok_or(io::ErrorKind::NotFound)?;
    let any: SocketAddr = match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(peer).await?;
    Ok(socket)
}
