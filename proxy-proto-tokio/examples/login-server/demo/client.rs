//! A client of the demo: connects, sends, and reports the outcome.

use core::{
    error::Error,
    fmt,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use std::{io, sync::Arc};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream},
    net::{TcpSocket, TcpStream},
    time::{self, Instant},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName},
    },
};

/// One way to connect.
pub(super) struct Client {
    pub(super) name: &'static str,
    pub(super) listener: &'static str,
    pub(super) source: Ipv4Addr,
    pub(super) opening: Opening,
    pub(super) then: Then,
    pub(super) logged: Logged,
}

/// The outcome.
pub(super) struct Visit {
    pub(super) client: SocketAddr,
    pub(super) saw: Saw,
}

pub(super) enum Saw {
    LoggedIn,
    Closed {
        after: Duration,
    },
    /// The client left first.
    Nothing,
    Unexpected(io::Error),
}

/// What is sent before anything is read.
pub(super) enum Opening {
    Whole(&'static [u8]),
    ByteByByte(&'static [u8]),
}

pub(super) enum Then {
    LogIn,
    LogInOverTls,
    Wait,
    Leave,
}

/// The line that the service should log.
pub(super) enum Logged {
    /// A login with these `rip`, `rport`, `lip` and `lport`.
    Login(&'static str),
    /// A login with the addresses of the connection itself.
    DirectLogin,
    Aborted(&'static str),
    Nothing,
}

/// Opens TLS connections to the server with this certificate.
pub(super) fn connector(
    certificate: &CertificateDer<'static>,
) -> Result<TlsConnector, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone())?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

impl Client {
    /// Connects and reports what happens.
    pub(super) async fn visit(
        &self,
        listener: SocketAddr,
        connector: &TlsConnector,
    ) -> io::Result<Visit> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((self.source, 0).into())?;
        let stream = socket.connect(listener).await?;
        stream.set_nodelay(true)?;
        let client = stream.local_addr()?;
        let start = Instant::now();
        let saw = match self.talk(stream, connector).await {
            Ok(saw) => saw,
            Err(error) if is_closed(&error) => Saw::Closed {
                after: start.elapsed(),
            },
            Err(error) => Saw::Unexpected(error),
        };
        Ok(Visit { client, saw })
    }

    /// Whether the client should see this.
    pub(super) const fn expects(&self, saw: &Saw) -> bool {
        matches!(
            (&self.then, &self.logged, saw),
            (Then::Leave, _, Saw::Nothing)
                | (Then::LogIn, Logged::Nothing, Saw::LoggedIn)
                | (_, Logged::Login(_) | Logged::DirectLogin, Saw::LoggedIn)
                | (_, Logged::Aborted(_), Saw::Closed { .. })
        )
    }

    /// The line that should be logged; empty if there should be none.
    pub(super) fn expected_line(&self, client: SocketAddr, listener: SocketAddr) -> String {
        let name = self.listener;
        let login = |addresses: &str| {
            format!(
                "imap-login: Login: user=<alice>, method=PLAIN, {addresses}, listener={name}, peer={client}"
            )
        };
        match self.logged {
            Logged::Login(addresses) => login(addresses),
            Logged::DirectLogin => login(&format!(
                "rip={}, rport={}, lip={}, lport={}",
                client.ip(),
                client.port(),
                listener.ip(),
                listener.port()
            )),
            Logged::Aborted(reason) => {
                format!("imap-login: Aborted: {reason}, peer={client}, listener={name}")
            }
            Logged::Nothing => String::new(),
        }
    }

    async fn talk(&self, mut stream: TcpStream, connector: &TlsConnector) -> io::Result<Saw> {
        match self.opening {
            Opening::Whole(bytes) => stream.write_all(bytes).await?,
            Opening::ByteByByte(bytes) => {
                for &byte in bytes {
                    stream.write_u8(byte).await?;
                    time::sleep(BETWEEN_BYTES).await;
                }
            }
        }
        match self.then {
            Then::LogIn => log_in(stream).await,
            Then::LogInOverTls => {
                let name = ServerName::from(stream.peer_addr()?.ip());
                log_in(connector.connect(name, stream).await?).await
            }
            Then::Wait => {
                let byte = stream.read_u8().await?;
                Err(unexpected(&[byte]))
            }
            Then::Leave => Ok(Saw::Nothing),
        }
    }
}

impl fmt::Display for Saw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LoggedIn => f.write_str("greeting, login, logout"),
            Self::Closed { after } => {
                write!(f, "closed after {:.1} s, no byte", after.as_secs_f64())
            }
            Self::Nothing => f.write_str("left at once"),
            Self::Unexpected(error) => error.fmt(f),
        }
    }
}

async fn log_in(stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<Saw> {
    let mut stream = BufStream::new(stream);
    expect(&mut stream, "* OK ").await?;
    send(&mut stream, "1 LOGIN alice secret\r\n").await?;
    expect(&mut stream, "1 OK ").await?;
    send(&mut stream, "2 LOGOUT\r\n").await?;
    expect(&mut stream, "* BYE ").await?;
    expect(&mut stream, "2 OK ").await?;
    Ok(Saw::LoggedIn)
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), line: &str) -> io::Result<()> {
    stream.write_all(line.as_bytes()).await?;
    stream.flush().await
}

async fn expect(stream: &mut (impl AsyncBufReadExt + Unpin), start: &str) -> io::Result<()> {
    let mut line = String::new();
    match stream.read_line(&mut line).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ if line.starts_with(start) => Ok(()),
        _ => Err(unexpected(line.as_bytes())),
    }
}

/// Whether the other side closed the connection, possibly with a reset.
fn is_closed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
    )
}

fn unexpected(bytes: &[u8]) -> io::Error {
    io::Error::other(format!("unexpected: {}", bytes.escape_ascii()))
}

/// Long enough for each byte to be sent in its own packet.
const BETWEEN_BYTES: Duration = Duration::from_millis(1);
