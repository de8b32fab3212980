//! What happens to a connection that was accepted: an answer, or a relay.

use std::{io, time::Duration};

use clap::{Args, ValueEnum};
use proxy_proto::ConnectionInfo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    time,
};

use crate::{
    listen::rewrite::rewritten,
    outgoing::{Duplex, connect},
    target::Target,
    values::Escaped,
};

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Service")]
pub(crate) struct Service {
    /// The answer to each connection or datagram, with the escapes \r, \n, \t, \0, \\ and \xNN; by default, a line
    /// with the addresses.
    #[arg(long, value_name = "TEXT")]
    answer: Option<Escaped>,
    /// Relay each connection to this HOST:PORT or unix:PATH instead.
    #[arg(long, value_name = "TARGET", conflicts_with = "answer")]
    to: Option<Target>,
    /// What to do with the header of a connection that is relayed.
    #[arg(long, value_enum, default_value = "strip", requires = "to")]
    header: HeaderChange,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum HeaderChange {
    /// Leave it out.
    Strip,
    /// Forward it unchanged; a direct client has none.
    Keep,
    /// Make a new one of version 1, with the same addresses.
    V1,
    /// Make a new one of version 2, with the same addresses and TLVs.
    V2,
}

impl Service {
    /// Serves a connection, whose client has already sent `payload`.
    pub(super) async fn serve(
        &self,
        mut stream: Box<dyn Duplex>,
        info: &ConnectionInfo,
        payload: &[u8],
    ) -> io::Result<()> {
        match &self.to {
            None => self.answer(stream, info).await,
            Some(target) => {
                let header = rewritten(info, self.header).map_err(io::Error::other)?;
                let (mut server, _) = connect::connect(target).await.map_err(|error| {
                    io::Error::new(error.kind(), format!("cannot connect to {target}: {error}"))
                })?;
                server.write_all(&[&*header, payload].concat()).await?;
                copy_bidirectional(&mut stream, &mut server).await?;
                Ok(())
            }
        }
    }

    /// The answer to a client.
    pub(super) fn text(&self, info: &ConnectionInfo) -> Vec<u8> {
        match &self.answer {
            Some(Escaped(text)) => text.clone(),
            None => {
                let (client, server) = (info.client_addr(), info.server_addr());
                let peer = info.peer_addr();
                format!("client={client} server={server} peer={peer}\r\n").into_bytes()
            }
        }
    }

    async fn answer(&self, mut stream: Box<dyn Duplex>, info: &ConnectionInfo) -> io::Result<()> {
        /// How long a client may take to close.
        const CLOSING: Duration = Duration::from_secs(5);
        stream.write_all(&self.text(info)).await?;
        stream.shutdown().await?;
        // What the client sends is read, because closing with bytes unread would reset the connection,
        // and the answer might be lost.
        let mut ignored = [0; 4096];
        let reading = async {
            while stream.read(&mut ignored).await? > 0 {}
            io::Result::Ok(())
        };
        time::timeout(CLOSING, reading).await.unwrap_or(Ok(()))
    }
}
