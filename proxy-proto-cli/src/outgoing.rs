//! A connection that begins with a header: what `send` and `probe` share.

pub(crate) mod connect;
pub(crate) mod datagram;
mod split;

use std::time::Duration;

use clap::Args;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time,
};

use crate::{
    clock::Clock,
    encode::options::{Base, HeaderOptions},
    failure::{self, Failure},
    target::Target,
    tls::{Tls, TlsOptions},
    values::{self, HexBytes},
};

use split::Split;

#[derive(Args, Debug)]
pub(crate) struct Outgoing {
    /// HOST:PORT, [IPV6]:PORT or unix:PATH.
    pub(crate) target: Target,
    /// Send one datagram, and wait for the first that comes back.
    #[arg(long, conflicts_with_all = ["split", "tls"])]
    pub(crate) udp: bool,
    #[command(flatten)]
    pub(crate) header: HeaderOptions,
    /// Send these bytes, as hex digits, instead: for headers that `encode` refuses.
    #[arg(long, value_name = "HEX", help_heading = "Header",
        conflicts_with_all = ["no_header", "HeaderOptions"])]
    raw: Option<HexBytes>,
    /// Send no header.
    #[arg(long, conflicts_with = "HeaderOptions", help_heading = "Header")]
    no_header: bool,
    /// Send the header in pieces of these lengths, such as 5,20, and the rest as the last one; all sends
    /// a piece per byte.
    #[arg(long, value_name = "N,M,...", help_heading = "Header")]
    split: Option<Split>,
    /// Seconds between the pieces.
    #[arg(long, value_name = "SECONDS", default_value = "0.2", value_parser = values::seconds,
        help_heading = "Header")]
    pause: Duration,
    #[command(flatten)]
    tls: TlsOptions,
}

/// Which header to send if the options do not describe one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unless {
    /// PROXY, with the addresses of the connection itself.
    Connection,
    /// LOCAL.
    Local,
}

/// A stream in both directions, with or without TLS.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

impl Outgoing {
    /// Connects, sends the header, and starts TLS if requested.
    ///
    /// # Errors
    ///
    /// With [`failure::UNAVAILABLE`] as the status, for what the other side may have caused.
    pub(crate) async fn open(
        &self,
        unless: Unless,
        clock: &Clock,
    ) -> Result<Box<dyn Duplex>, Failure> {
        let tls = self.tls.prepare(self.target.host())?;
        let target = &self.target;
        let connecting = connect::connect(target);
        let connected = clock.attempt(format!("connecting to {target}"), connecting);
        let connected = connected.await;
        let (mut stream, ends) = connected.map_err(|error| connect::failure(target, &error))?;
        let header = self.header_bytes(unless, ends)?;
        let sending = self.send_header(&mut stream, &header);
        let sent = clock.attempt(format!("sending the header to {target}"), sending);
        sent.await.map_err(|error| {
            let message = format!("cannot send the header to {target}: {error}");
            Failure::new(failure::UNAVAILABLE, message).advise(
                "a receiver that closes early rejects the header, or this address: see its log",
            )
        })?;
        match tls {
            None => Ok(stream),
            Some(tls) => Ok(Box::new(start_tls(target, &tls, stream, clock).await?)),
        }
    }

    /// The bytes to send first, on a connection with these ends or for such a datagram.
    fn header_bytes(&self, unless: Unless, ends: Option<Base>) -> Result<Vec<u8>, Failure> {
        let base = match unless {
            // With one address in the options, the other is that of the connection.
            Unless::Local if !self.header.has_address() => Base::Local,
            Unless::Local | Unless::Connection => ends.unwrap_or(Base::Unspec),
        };
        match &self.raw {
            _ if self.no_header => Ok(Vec::new()),
            Some(HexBytes(bytes)) => Ok(bytes.clone()),
            None => self.header.encode(base),
        }
    }

    async fn send_header(
        &self,
        stream: &mut Box<dyn Duplex>,
        header: &[u8],
    ) -> std::io::Result<()> {
        let whole = Split::default();
        let pieces = self.split.as_ref().unwrap_or(&whole).pieces(header);
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                time::sleep(self.pause).await;
            }
            stream.write_all(piece).await?;
            stream.flush().await?;
        }
        Ok(())
    }
}

async fn start_tls(
    target: &Target,
    tls: &Tls,
    stream: Box<dyn Duplex>,
    clock: &Clock,
) -> Result<impl Duplex + use<>, Failure> {
    let handshake = tls.handshake(stream);
    let shaken = clock.attempt(format!("starting TLS with {target}"), handshake);
    shaken.await.map_err(|error| {
        let message = format!("cannot start TLS with {target} after the header: {error}");
        Failure::new(failure::UNAVAILABLE, message).advise(
            "a receiver that closes here rejects the header, or does not speak TLS on this port; \
             for a certificate that is not trusted there are --ca and --insecure, and --sni for its name",
        )
    })
}
