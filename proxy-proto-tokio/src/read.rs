//! Taking exactly the header off a socket.

use std::{future::poll_fn, io, net::SocketAddr, task::ready};

use bytes::{BufMut, BytesMut};
use proxy_proto::{ConnectionInfo, DecodeError, DecodeOptions, Decoded, Refusal};
use tokio::{
    io::{AsyncReadExt, ReadBuf},
    net::TcpStream,
};

use crate::error::AcceptErrorKind;

/// Bytes looked at without taking them: what the spec designs headers to fit in (§2). Longer headers
/// are read all the same.
const PEEK_LEN: usize = 536;

/// Reads the header that comes first on `stream`, and not a byte more.
///
/// First it peeks, and so waits without a buffer. What it saw is header to the end if the header is
/// not whole, so it can be read off; from then on it reads no more than the header is known to need.
/// A peek alone would spin on a part of a header, would not see a close behind it, and would never
/// see a header longer than the receive buffer.
///
/// # Cancel safety
///
/// None: bytes of the header may have been taken.
pub(crate) async fn header(
    stream: &mut TcpStream,
    options: &DecodeOptions,
    raw: &mut BytesMut,
    peer: SocketAddr,
) -> Result<ConnectionInfo, AcceptErrorKind> {
    let mut wanted = match peek(stream, options).await {
        Ok(seen) => seen?,
        Err(error) => return Err(closed_or(error, 0)),
    };
    loop {
        raw.reserve(wanted);
        match stream.read_buf(&mut raw.limit(wanted)).await {
            Ok(0) => return Err(Refusal::closed(raw.len()).into()),
            Ok(_) => {}
            Err(error) => return Err(closed_or(error, raw.len())),
        }
        wanted = match options.decode(raw) {
            Decoded::Complete(header) => {
                let local = stream.local_addr()?;
                return Ok(ConnectionInfo::new(peer.into(), local.into(), Some(header)));
            }
            Decoded::NeedMore(more) => more.at_least(),
            Decoded::Invalid(error) => return Err(Refusal::InvalidHeader(error).into()),
        };
    }
}

/// How many of the bytes that have come belong to the header, at least 1, once some have come.
///
/// The buffer lives only while the socket is looked at, not while it is waited for: a thousand
/// silent peers have none.
async fn peek(stream: &TcpStream, options: &DecodeOptions) -> io::Result<Result<usize, Refusal>> {
    poll_fn(|context| {
        let mut buffer = [0; PEEK_LEN];
        let mut seen = ReadBuf::new(&mut buffer);
        ready!(stream.poll_peek(context, &mut seen))?;
        let seen = seen.filled();
        let len = if seen.is_empty() {
            Err(Refusal::closed(0))
        } else {
            header_len(seen, options).map_err(Refusal::InvalidHeader)
        };
        Ok(len).into()
    })
    .await
}

/// How many of these bytes belong to the header.
fn header_len(seen: &[u8], options: &DecodeOptions) -> Result<usize, DecodeError> {
    let header = options.decode(seen).into_result()?;
    Ok(header.map_or(seen.len(), |header| header.len()))
}

/// A reset is the peer's way to close; anything else is a fault.
fn closed_or(error: io::Error, received: usize) -> AcceptErrorKind {
    match error.kind() {
        io::ErrorKind::ConnectionReset => Refusal::closed(received).into(),
        _ => AcceptErrorKind::Io(error),
    }
}
