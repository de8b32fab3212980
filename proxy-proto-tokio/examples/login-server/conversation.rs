//! IMAP over a stream: moves bytes between the client and its [`Session`], and ends it in time.

use core::{sync::atomic::Ordering, time::Duration};
use std::io;

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time,
};

use crate::{
    connection::{Connection, Leave},
    imap::{Event as ImapEvent, Session},
    places::Place,
};

/// TCP, with or without TLS: to IMAP it makes no difference.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// One client's session on its stream.
pub(crate) struct Conversation<'a> {
    stream: Box<dyn Stream>,
    session: Session,
    connection: &'a Connection,
    place: &'a mut Place,
}

impl<'a> Conversation<'a> {
    pub(crate) fn new(
        stream: Box<dyn Stream>,
        connection: &'a Connection,
        place: &'a mut Place,
    ) -> Self {
        Self {
            stream,
            session: Session::new(),
            connection,
            place,
        }
    }

    /// Greets the client and answers it until either side ends the session, a timeout expires, or
    /// the client must `leave`.
    pub(crate) async fn hold(mut self, leave: impl Future<Output = Leave>) {
        let why = tokio::select! {
            // First, so that a client that is accepted during a shutdown is greeted with BYE.
            biased;
            why = leave => why,
            () = self.answer_and_close() => return,
        };
        self.connection.log_leave(&why);
        match why {
            Leave::Stopped => self.close(STOPPED).await,
            Leave::PlaceLost => {
                // The place is needed now: there is no time to wait until the client reads it.
                let _ = time::timeout(Duration::ZERO, self.write(PLACE_LOST)).await;
            }
        }
    }

    async fn answer_and_close(&mut self) {
        match self.answer_all().await {
            Ok(()) => self.close("").await,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => self.close(TIMED_OUT).await,
            // The client is gone.
            Err(_) => {}
        }
    }

    async fn answer_all(&mut self) -> io::Result<()> {
        // One deadline for everything up to the login, which no number of commands extends; after that,
        // one for each command.
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

    /// Reads once and answers what arrived.
    async fn answer(&mut self) -> io::Result<()> {
        let mut chunk = [0; CHUNK_LEN];
        let len = self.stream.read(&mut chunk).await?;
        if len == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.place.has_spoken();
        self.session.receive(chunk.get(..len).unwrap_or_default());
        let mut replies = String::new();
        while let Some(event) = self.session.next_event() {
            match event {
                ImapEvent::Reply(reply) => replies.push_str(&reply),
                ImapEvent::Login(user) => self.log_in(&user).await,
            }
        }
        self.write(&replies).await
    }

    /// Logs that the user has logged in; that is acknowledged next.
    async fn log_in(&mut self, user: &[u8]) {
        self.place.has_logged_in();
        let (info, listener) = (&self.connection.info, &self.connection.listener);
        // A balancer's health check may log in too. That is not a user's login.
        if info.is_local() {
            return;
        }
        listener.logins.fetch_add(1, Ordering::Relaxed);
        listener.log.write_login(user, info, &listener.name).await;
    }

    async fn write(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes()).await?;
        self.stream.flush().await
    }

    /// Closes the connection so that the client gets everything that was written: closing with bytes
    /// unread resets the connection, and the reset may overtake the last reply.
    async fn close(&mut self, farewell: &str) {
        let closing = async {
            self.write(farewell).await?;
            self.stream.shutdown().await?;
            let mut left = (&mut self.stream).take(MAX_LEFT);
            tokio::io::copy(&mut left, &mut tokio::io::sink()).await
        };
        let _ = time::timeout(CLOSE_TIMEOUT, closing).await;
    }
}

const TIMED_OUT: &str = "* BYE Idle for too long\r\n";
const STOPPED: &str = "* BYE The service is shutting down\r\n";
const PLACE_LOST: &str = "* BYE Too many connections\r\n";

/// The time to log in, starting with the greeting.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(60);

/// The time for each command after the login: the minimum that IMAP allows (RFC 3501 §5.4).
const IDLE_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// The time to close a connection.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Bytes read at a time: enough for a login.
const CHUNK_LEN: usize = 1024;

/// Bytes read, and ignored, after the last reply.
const MAX_LEFT: u64 = 64 * 1024;
