//! IMAP over a stream: moves bytes between the client and its [`Session`], and ends it in time.

use core::time::Duration;
use std::io;

use proxy_proto_tokio::proxy_proto::ConnectionInfo;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time,
};

use crate::{
    imap::{Event as ImapEvent, Session},
    log::{Event, Log},
    stop::Stop,
};

/// TCP or TLS over it: IMAP need not know.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// One client's session on its stream.
pub(crate) struct Conversation<'a> {
    stream: Box<dyn Stream>,
    session: Session,
    info: &'a ConnectionInfo,
    listener: &'a str,
    log: &'a Log,
}

impl<'a> Conversation<'a> {
    pub(crate) fn new(
        stream: Box<dyn Stream>,
        info: &'a ConnectionInfo,
        listener: &'a str,
        log: &'a Log,
    ) -> Self {
        Self {
            stream,
            session: Session::new(),
            info,
            listener,
            log,
        }
    }

    /// Greets the client and answers it until one side ends it, or the time or the service is over.
    pub(crate) async fn hold(mut self, mut stop: Stop) {
        let farewell = tokio::select! {
            held = self.answer_all() => match held {
                Ok(()) => "",
                Err(error) if error.kind() == io::ErrorKind::TimedOut => TIMED_OUT,
                // The client is gone.
                Err(_) => return,
            },
            () = stop.requested() => STOPPED,
        };
        let _ = time::timeout(CLOSE_TIMEOUT, self.close(farewell)).await;
    }

    async fn answer_all(&mut self) -> io::Result<()> {
        // One deadline for all until the login, so that no client stays by asking; then one for each
        // command.
        let login = async {
            self.write(Session::GREETING).await?;
            while self.session.is_before_login() {
                self.answer().await?;
            }
            Ok::<_, io::Error>(())
        };
        time::timeout(LOGIN_TIMEOUT, login).await??;
        while !self.session.is_over() {
            time::timeout(IDLE_TIMEOUT, self.answer()).await??;
        }
        Ok(())
    }

    /// Reads once and answers what has come.
    async fn answer(&mut self) -> io::Result<()> {
        let mut chunk = [0; CHUNK_LEN];
        let len = self.stream.read(&mut chunk).await?;
        if len == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.session.receive(chunk.get(..len).unwrap_or_default());
        let mut replies = String::new();
        while let Some(event) = self.session.next_event() {
            match event {
                ImapEvent::Reply(reply) => replies.push_str(&reply),
                ImapEvent::Login(user) => self.log.write(&Event::Login {
                    user: &user,
                    info: self.info,
                    listener: self.listener,
                }),
            }
        }
        self.write(&replies).await
    }

    async fn write(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes()).await?;
        self.stream.flush().await
    }

    /// Closes the connection so that the client gets what was written last: closing with bytes
    /// unread resets it, which may overtake them.
    async fn close(&mut self, farewell: &str) -> io::Result<()> {
        self.write(farewell).await?;
        self.stream.shutdown().await?;
        let mut left = (&mut self.stream).take(MOST_LEFT);
        tokio::io::copy(&mut left, &mut tokio::io::sink()).await?;
        Ok(())
    }
}

const TIMED_OUT: &str = "* BYE Idle for too long\r\n";
const STOPPED: &str = "* BYE The service ends\r\n";

/// The time to log in, from the greeting on.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(60);

/// The time for each command after the login: the least that IMAP allows (RFC 3501 §5.4).
const IDLE_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// The time to take leave.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Bytes read at a time: a login fits in.
const CHUNK_LEN: usize = 1024;

/// Bytes read, and ignored, after the last reply.
const MOST_LEFT: u64 = 64 * 1024;
