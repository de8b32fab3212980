//! A listener that yields connections whose header has been read.

mod delivery;
mod doubt;
mod draining;
mod handshakes;
mod room;
mod timer;
mod turns;

use std::{
    fmt,
    future::poll_fn,
    io,
    net::SocketAddr,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use proxy_proto::{Endpoint, Limits, Policy};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
};

use crate::{
    event::{Event, Reporter},
    handle::ListenerHandle,
    listen::{IntoListen, Listen},
};

pub use delivery::{Buffered, Delivered, Delivery, Untouched};
use doubt::Doubt;
pub use draining::Draining;
use handshakes::Handshakes;
use timer::{Pause, Timer};

/// A listening socket with a [`Policy`]: accepts connections, reads the header off them, and yields
/// those that are finished.
///
/// - **Handshakes proceed concurrently**, in the task that calls [`accept`](Self::accept), and only
///   while it does: none is spawned. A connection whose header has arrived is yielded at once, however
///   many others are silent. Call `accept` in a loop, and serve each connection in a task of its own.
/// - **Refusals are not errors.** They are [counted](ListenerHandle::counters) and reported to
///   [`on_event`](Self::on_event), and as events of `tracing` with the feature of that name: a probe at
///   trace, anything else at warn, at most five lines a second of each reason.
/// - **Transient errors are survived**: if accept(2) fails for lack of descriptors, the listener pauses
///   and tries again, up to ten times a second.
/// - **Pending connections are bounded** by [`Limits`], and each ends at the deadline of the policy it
///   began with.
///
/// Dropping the listener closes its socket and all connections that it has not yielded.
///
/// # Local addresses
///
/// If the socket is bound to one address, that is the local address of all its connections, and it is
/// looked up once. If connections may have other local addresses, as with `IP_TRANSPARENT`, bind the
/// wildcard address: then it is looked up for each.
///
/// # Examples
///
/// ```no_run
/// use std::sync::Arc;
///
/// use proxy_proto_tokio::{ProxyListener, proxy_proto::Policy};
///
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::new("10.0.0.0/8 2001:db8::/32".parse()?);
/// let mut listener = ProxyListener::bind("0.0.0.0:143".parse()?, Arc::new(policy))?;
/// loop {
///     let (stream, info) = listener.accept().await?;
///     tokio::spawn(async move {
///         println!("client {} via {}", info.client_addr(), info.peer_addr());
///         # drop(stream);
///     });
/// }
/// # }
/// ```
pub struct ProxyListener<L: Listen = TcpListener, D: Delivery = Untouched> {
    /// None once it is closed.
    listen: Option<L>,
    handshakes: Handshakes<L::Socket, D>,
    policy: Arc<Policy>,
    new_policy: watch::Receiver<Arc<Policy>>,
    set_policy: watch::Sender<Arc<Policy>>,
    reporter: Reporter,
    timer: Timer,
    pause: Pause,
    doubt: Doubt,
    /// Whether all places are taken, and that was reported.
    is_stopped: bool,
}

impl ProxyListener<TcpListener> {
    /// Binds a TCP socket, with `SO_REUSEADDR` except on Windows and a listen queue of 4096.
    ///
    /// # Errors
    ///
    /// If the address cannot be bound.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O.
    pub fn bind(address: SocketAddr, policy: Arc<Policy>) -> io::Result<Self> {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        #[cfg(not(windows))]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Self::new(socket.listen(BACKLOG)?, policy)
    }
}

#[cfg(unix)]
#[cfg_attr(docsrs, doc(cfg(unix)))]
impl ProxyListener<tokio::net::UnixListener> {
    /// Binds a UNIX socket at this path, with a listen queue of 4096.
    ///
    /// # Errors
    ///
    /// If the path cannot be bound. A socket of a process that has ended is not removed.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O.
    pub fn bind_unix(path: impl AsRef<std::path::Path>, policy: Arc<Policy>) -> io::Result<Self> {
        let listener = std::os::unix::net::UnixListener::bind(path)?;
        rustix::net::listen(&listener, i32::try_from(BACKLOG).unwrap_or(i32::MAX))?;
        Self::new(listener, policy)
    }
}

impl<L: Listen> ProxyListener<L> {
    /// A listener with this socket and this policy: a socket of tokio, or one of the standard library,
    /// such as a supervisor hands over.
    ///
    /// The length of its listen queue is the caller's choice. 4096 suits a port on which bursts
    /// arrive; that of the standard library and of tokio is shorter.
    ///
    /// # Errors
    ///
    /// If the socket cannot be registered with the runtime, or has no address.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O.
    pub fn new(listener: impl IntoListen<Listen = L>, policy: Arc<Policy>) -> io::Result<Self> {
        let listen = listener.into_listen()?;
        let reporter = Reporter::new(listen.local_endpoint()?);
        let limits = room::fit(Limits::new());
        let handshakes = Handshakes::new(limits, listen.common_endpoint()?);
        let (set_policy, new_policy) = watch::channel(Arc::clone(&policy));
        Ok(Self {
            listen: Some(listen),
            handshakes,
            policy,
            new_policy,
            set_policy,
            reporter,
            timer: Timer::default(),
            pause: Pause::default(),
            doubt: Doubt::default(),
            is_stopped: false,
        })
    }

    /// Delivers connections as [`Buffered`] streams, which saves system calls: header and
    /// payload are read at once, and what was read of the payload is kept in front of the stream. Its
    /// socket is a [`LazySocket`](crate::LazySocket).
    ///
    /// Connections that wait are closed: call it before the first [`accept`](Self::accept).
    #[must_use]
    pub fn buffered(self) -> ProxyListener<L, Buffered> {
        ProxyListener {
            handshakes: self.handshakes.empty(*self.handshakes.limits()),
            listen: self.listen,
            policy: self.policy,
            new_policy: self.new_policy,
            set_policy: self.set_policy,
            reporter: self.reporter,
            timer: self.timer,
            pause: self.pause,
            doubt: self.doubt,
            is_stopped: self.is_stopped,
        }
    }
}

impl<L: Listen, D: Delivery> ProxyListener<L, D> {
    /// Sets how many connections may wait, instead of [`Limits::new`]. Either way, it is never more than
    /// half of the descriptors that the process may open (`RLIMIT_NOFILE`), which leaves as many for
    /// connections that are served.
    ///
    /// Connections that wait are closed: call it before the first [`accept`](Self::accept).
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.handshakes = self.handshakes.empty(room::fit(limits));
        self
    }

    /// Calls this function for each connection that is refused or fails, and for each error survived. It
    /// is called in the task that accepts, so it must not block.
    #[must_use]
    pub fn on_event(mut self, hook: impl FnMut(&Event<'_>) + Send + 'static) -> Self {
        self.reporter.hook = Some(Box::new(hook));
        self
    }

    /// Accepts the next connection whose header has been read, or that needs none.
    ///
    /// # Errors
    ///
    /// Those of the listening socket alone, which will accept no more. They are not the fault of a
    /// peer.
    ///
    /// # Panics
    ///
    /// On a tokio runtime without timers, once a connection has to wait.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: connections and their progress belong to the listener. While
    /// there is no future, they do not proceed.
    pub async fn accept(&mut self) -> io::Result<Delivered<L::Socket, D>> {
        poll_fn(|cx| self.poll_accept(cx)).await
    }

    /// Polls for the next connection: [`accept`](Self::accept) without a future.
    ///
    /// # Errors
    ///
    /// As for `accept`.
    ///
    /// # Panics
    ///
    /// As `accept`.
    pub fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Delivered<L::Socket, D>>> {
        if self.new_policy.has_changed().unwrap_or(false) {
            self.policy = Arc::clone(&self.new_policy.borrow_and_update());
        }
        self.poll_turns(cx)
    }

    /// Stops accepting: closes the listening socket, and gives the connections that wait this long to
    /// finish.
    ///
    /// Connections that the operating system has not handed over are reset with the socket.
    pub fn graceful_shutdown(mut self, within: Duration) -> Draining<L, D> {
        self.listen = None;
        self.pause = Pause::default();
        let until = self.handshakes.now().saturating_add(within);
        Draining::new(self, until)
    }

    /// A handle for the rest of the program: replaces the policy, and reads the counters.
    #[must_use]
    pub fn handle(&self) -> ListenerHandle {
        ListenerHandle {
            policy: self.set_policy.clone(),
            counters: self.reporter.counters.clone(),
        }
    }

    /// The address of the listening socket.
    #[must_use]
    pub fn local_addr(&self) -> Endpoint<'_> {
        self.reporter.listener.endpoint()
    }

    /// The limits in force.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        self.handshakes.limits()
    }

    /// How many connections wait for their header.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.handshakes.len()
    }
}

impl<L: Listen, D: Delivery> fmt::Debug for ProxyListener<L, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyListener")
            .field("local_addr", &self.local_addr())
            .field("policy", &self.policy)
            .field("limits", self.limits())
            .field("pending", &self.pending())
            .finish_non_exhaustive()
    }
}

/// The listen queue of sockets bound here: bursts of logins overflow one of 128.
const BACKLOG: u32 = 4096;
