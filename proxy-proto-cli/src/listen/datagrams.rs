//! Datagrams, each with a header of its own.

use std::{io, net::SocketAddr, time::Duration};

use proxy_proto::{ConnectionInfo, OwnedHeader, Policy};
use tokio::net::UdpSocket;

use crate::{
    capture::Transport,
    failure,
    listen::{arrival::Refused, record::Record, serve::Service},
};

/// Shows each datagram, and answers those that the policy admits; ends after `count` of them.
pub(super) async fn show_each(
    socket: &UdpSocket,
    policy: &Policy,
    service: &Service,
    jsonl: bool,
    count: Option<usize>,
) -> io::Result<()> {
    let local = socket.local_addr()?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    let mut number: usize = 0;
    while count.is_none_or(|count| number < count) {
        let (len, peer) = socket.recv_from(&mut buffer).await?;
        number = number.saturating_add(1);
        let bytes = buffer.get(..len).unwrap_or_default();
        let outcome = admit(policy, peer, local, bytes);
        let record = Record {
            transport: Transport::Dgram,
            number,
            peer: &peer.into(),
            local: &local.into(),
            bytes,
            pieces: &[(Duration::ZERO, len)],
            outcome: outcome.as_ref(),
        };
        record.print(jsonl)?;
        if let Ok(info) = outcome {
            if let Err(error) = socket.send_to(&service.text(&info), peer).await {
                failure::note(&format!("datagram {number}: cannot answer: {error}"));
            }
        }
    }
    Ok(())
}

fn admit(
    policy: &Policy,
    peer: SocketAddr,
    local: SocketAddr,
    datagram: &[u8],
) -> Result<ConnectionInfo, Refused> {
    let (header, _) = policy.decode_datagram(peer.into(), datagram)?;
    Ok(ConnectionInfo::new(
        peer,
        local,
        header.map(OwnedHeader::from),
    ))
}
