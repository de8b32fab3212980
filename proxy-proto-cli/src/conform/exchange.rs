//! One case on one connection.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use super::{
    case::Script,
    observation::{Event, Observation, What},
    observer::{Observer, Token},
};

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Between the two parts that a client sends.
    pub(crate) pause: Duration,
    /// For an answer or a close, after the last byte is sent. Longer than the receiver waits for a header.
    pub(crate) wait: Duration,
}

/// For a receiver that stops reading.
const SEND_TIMEOUT: Duration = Duration::from_secs(1);
/// Between two looks at a log, and for the next part of an answer.
const INTERVAL: Duration = Duration::from_millis(50);

/// Sends what the script says, and watches the connection until the receiver has shown whether it
/// serves it, or the wait is over.
///
/// # Errors
///
/// The connection could not be made, or the log could not be read.
pub(crate) async fn run(
    receiver: SocketAddr,
    script: &Script,
    (observer, token): (&Observer, &Token),
    timing: Timing,
) -> io::Result<Observation> {
    let stream = timeout(timing.wait, TcpStream::connect(receiver)).await??;
    // Each part is a segment of its own.
    stream.set_nodelay(true)?;
    let mut exchange = Exchange {
        observation: Observation {
            own: stream.local_addr()?,
            events: Vec::new(),
            is_served: false,
            is_refused: false,
            shown: None,
            crash: None,
        },
        started: Instant::now(),
        is_quiet: false,
        stream,
        observer,
        token,
    };
    exchange.send(&script.first).await;
    if let Some(second) = &script.second {
        exchange.watch(timing.pause).await?;
        if !exchange.is_over() {
            exchange.send(second).await;
        }
    }
    exchange.watch(timing.wait).await?;
    if !exchange.is_over() {
        exchange.note(What::GaveUp);
    }
    Ok(exchange.observation)
}

struct Exchange<'a> {
    stream: TcpStream,
    observation: Observation,
    started: Instant,
    /// Whether nothing arrived lately.
    is_quiet: bool,
    observer: &'a Observer,
    token: &'a Token,
}

impl Exchange<'_> {
    async fn send(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.note(What::Sent(bytes.to_vec()));
        // A receiver that refuses the connection may close it meanwhile, or read no further. What it
        // sent before is still there to be read, and then the close.
        let _ = timeout(SEND_TIMEOUT, self.stream.write_all(bytes)).await;
    }

    /// Reads until the receiver has shown enough, it closes the connection, or time is up.
    async fn watch(&mut self, time: Duration) -> io::Result<()> {
        let started = Instant::now();
        let mut buffer = [0; 4096];
        while !self.is_over() {
            let left = time.saturating_sub(started.elapsed());
            if left.is_zero() {
                break;
            }
            if self.is_closed() {
                sleep(INTERVAL).await;
            } else {
                let read = timeout(left.min(INTERVAL), self.stream.read(&mut buffer)).await;
                self.is_quiet = read.is_err();
                match read {
                    Ok(Ok(0)) => self.note(What::Closed),
                    Ok(Ok(len)) => {
                        let received = buffer.get(..len).unwrap_or_default();
                        self.note(What::Received(received.to_vec()));
                    }
                    Ok(Err(_)) => self.note(What::Reset),
                    Err(_) => {}
                }
            }
            self.look()?;
        }
        Ok(())
    }

    fn note(&mut self, what: What) {
        let at = self.started.elapsed();
        self.observation.events.push(Event { at, what });
    }

    /// Looks for the answer of a connection that is served, and for the client.
    fn look(&mut self) -> io::Result<()> {
        let answer = self.observation.answer();
        self.observation.is_served = self.observer.is_served(&answer, self.token);
        self.observation.is_refused = self.observer.is_refused(&answer, self.token);
        if self.observation.is_served {
            self.observation.shown = self.observer.shown(&answer, self.token)?;
        }
        Ok(())
    }

    /// Whether there is nothing left to learn.
    fn is_over(&self) -> bool {
        if !self.observation.is_served {
            return self.is_closed();
        }
        let is_complete = self.observation.shown.is_some() || !self.observer.shows_clients();
        if self.is_closed() {
            // A log may have the client only after the connection.
            is_complete || !self.observer.reads_a_log()
        } else {
            // The rest of an address may still arrive.
            is_complete && self.is_quiet
        }
    }

    fn is_closed(&self) -> bool {
        let last = self.observation.events.last();
        last.is_some_and(|event| matches!(event.what, What::Closed | What::Reset))
    }
}
