//! `proxy-proto send`: a header, then standard input.

mod output;

use std::{pin::pin, process::ExitCode, time::Duration};

use clap::Args;
use tokio::{
    io::{self, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    select,
};

use crate::{
    clock::Clock,
    failure::{self, Failure},
    outgoing::{Outgoing, Unless, datagram},
    runtime, values,
};

use output::Output;

/// Sends a header, then standard input, and prints what comes back.
///
/// Without options, the header is PROXY of version 2 with the addresses of the connection itself. What
/// comes back is printed as it is, except to a terminal, which sees it escaped.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Do not close the sending side after standard input, but wait for the peer to close.
    #[arg(long, conflicts_with = "udp")]
    keep_open: bool,
    /// Give up after this many seconds.
    #[arg(long, value_name = "SECONDS", value_parser = values::seconds)]
    timeout: Option<Duration>,
    #[command(flatten)]
    outgoing: Outgoing,
}

const EXAMPLES: &str = "\
Examples:
  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | proxy-proto send 127.0.0.1:8080 --v1 --source 192.0.2.1:56324
  proxy-proto send mail.example.com:993 --tls --tlv authority=mail.example.com --crc32c
  proxy-proto send 127.0.0.1:143 --split 5,20 --pause 0.5 </dev/null
  printf query | proxy-proto send 127.0.0.1:53 --udp --source 192.0.2.1:5353 --timeout 1
  proxy-proto send unix:/run/service.sock --local </dev/null

Exit status: 0 if the peer closed the connection, or answered the datagram, 1 if the connection was
reset or --timeout ended the wait, 64 wrong usage, 69 no connection, header or TLS included,
74 input or output error.";

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        runtime::block_on(async {
            let clock = Clock::start(self.timeout);
            if self.outgoing.udp {
                self.exchange(&clock).await
            } else {
                self.converse(&clock).await
            }
        })
    }

    /// Standard input is the payload of one datagram.
    async fn exchange(&self, clock: &Clock) -> Result<ExitCode, Failure> {
        let mut payload = Vec::new();
        let mut stdin = io::stdin();
        let read = clock.within(stdin.read_to_end(&mut payload)).await;
        let not_ended = |error| {
            let message = format!("standard input has not ended: {error}");
            Failure::new(failure::NO, message).advise("end it, or raise --timeout")
        };
        read.map_err(not_ended)?.map_err(cannot_read_input)?;
        let exchanging = datagram::exchange(&self.outgoing, Unless::Connection, &payload, clock);
        Output::new().put(&exchanging.await?)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn converse(&self, clock: &Clock) -> Result<ExitCode, Failure> {
        let target = &self.outgoing.target;
        let not_closed = |error: io::Error| {
            Failure::new(failure::NO, format!("{target} has not closed: {error}"))
        };
        let stream = self.outgoing.open(Unless::Connection, clock).await?;
        let (mut from_peer, to_peer) = io::split(stream);
        let mut output = Output::new();
        let conversation = async {
            let mut download = pin!(download(&mut from_peer, &mut output));
            select! {
                result = &mut download => return result,
                result = upload(to_peer, self.keep_open) => result?,
            }
            let closing = clock.wait(format!("waiting for {target} to close"), download);
            closing.await.map_err(not_closed)?
        };
        clock.within(conversation).await.map_err(not_closed)??;
        if output.is_empty() {
            failure::note(&format!("{target} closed the connection without an answer"));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Sends standard input, and then closes that direction unless it is to stay open. If the peer does not
/// accept it, [`download`] sees why.
async fn upload(mut to_peer: impl AsyncWrite + Unpin, keep_open: bool) -> Result<(), Failure> {
    let mut stdin = io::stdin();
    let mut buffer = [0; 8192];
    loop {
        let len = stdin.read(&mut buffer).await.map_err(cannot_read_input)?;
        if len == 0 {
            break;
        }
        let sent = to_peer
            .write_all(buffer.get(..len).unwrap_or_default())
            .await;
        if sent.is_err() || to_peer.flush().await.is_err() {
            return Ok(());
        }
    }
    if !keep_open {
        // As above.
        let _ = to_peer.shutdown().await;
    }
    Ok(())
}

fn cannot_read_input(error: io::Error) -> Failure {
    let message = format!("cannot read standard input: {error}");
    Failure::new(failure::IO_ERROR, message)
}

/// Prints what comes until the peer closes.
async fn download(
    from_peer: &mut (impl io::AsyncRead + Unpin),
    output: &mut Output,
) -> Result<(), Failure> {
    let mut buffer = [0; 8192];
    loop {
        match from_peer.read(&mut buffer).await {
            Ok(0) => return Ok(()),
            Ok(len) => output.put(buffer.get(..len).unwrap_or_default())?,
            // The peer closed without the alert that TLS requires.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => {
                let received = output.len();
                let message =
                    format!("the connection failed after {received} bytes received: {error}");
                return Err(Failure::new(failure::NO, message).advise(
                    "a receiver that rejects a header often resets the connection: see its log",
                ));
            }
        }
    }
}
