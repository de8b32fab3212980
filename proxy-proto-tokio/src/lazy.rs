//! A socket that is registered with the runtime once it has to wait.

use std::{
    fmt, io, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use proxy_proto::OwnedEndpoint;
#[cfg(unix)]
use rustix::io::writev;
use rustix::{
    fd::{AsFd, BorrowedFd},
    io::{Errno, retry_on_intr},
    net::{RecvFlags, SendFlags, Shutdown, recv, send, shutdown},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    task::coop::poll_proceed,
};

use crate::socket::Socket;

/// A socket that is registered with the runtime once it has to wait: a connection that is answered and
/// closed at once costs no call of epoll_ctl(2). The stream inside a [`Prefixed`](crate::Prefixed).
///
/// Reads and writes are tried without the runtime until one of them would block. From then on it is a
/// socket of tokio like any other, of the runtime in which it was polled. Before and after, it is
/// subject to tokio's cooperative scheduling. If it cannot be registered, it is closed, and that read or
/// write is an error.
///
/// # Panics
///
/// Reading and writing panic outside a tokio runtime with I/O, if it has to be registered.
///
/// # Examples
///
/// ```no_run
/// use std::{io, sync::Arc};
///
/// use proxy_proto_tokio::{ProxyListener, proxy_proto::Policy};
///
/// # async fn serve(policy: Arc<Policy>) -> io::Result<()> {
/// let mut listener = ProxyListener::bind("0.0.0.0:143".parse().unwrap(), policy)?.buffered();
/// let (mut stream, _info) = listener.accept().await?;
/// // Options are set on the socket of tokio.
/// stream.get_mut().registered()?.set_nodelay(true)?;
/// # Ok(())
/// # }
/// ```
pub struct LazySocket<S: Socket>(State<S>);

enum State<S: Socket> {
    Registered(S),
    Std(S::Std),
    /// It could not be registered, and is closed.
    Closed,
}

impl<S: Socket> LazySocket<S> {
    pub(crate) const fn new(socket: S) -> Self {
        Self(State::Registered(socket))
    }

    pub(crate) const fn from_std(socket: S::Std) -> Self {
        Self(State::Std(socket))
    }

    /// The socket of tokio, to set options on it. It is registered with the current runtime if it was not.
    ///
    /// # Errors
    ///
    /// If it cannot be registered. It is closed then.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O, if it has to be registered.
    pub fn registered(&mut self) -> io::Result<&mut S> {
        if let State::Std(_) = self.0 {
            if let State::Std(socket) = mem::replace(&mut self.0, State::Closed) {
                self.0 = State::Registered(S::register(socket)?);
            }
        }
        match &mut self.0 {
            State::Registered(socket) => Ok(socket),
            State::Std(_) | State::Closed => Err(closed()),
        }
    }

    /// The socket of tokio, without this wrapper. It is [registered](Self::registered) if it was not.
    ///
    /// # Errors
    ///
    /// As `registered`.
    ///
    /// # Panics
    ///
    /// As `registered`.
    pub fn into_registered(self) -> io::Result<S> {
        match self.0 {
            State::Registered(socket) => Ok(socket),
            State::Std(socket) => S::register(socket),
            State::Closed => Err(closed()),
        }
    }

    pub(crate) fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
        match &self.0 {
            State::Registered(socket) => socket.local_endpoint(),
            State::Std(socket) => S::std_local_endpoint(socket),
            State::Closed => Err(closed()),
        }
    }

    /// The descriptor.
    pub(crate) fn fd(&self) -> io::Result<BorrowedFd<'_>> {
        match &self.0 {
            State::Registered(socket) => Ok(socket.as_fd()),
            State::Std(socket) => Ok(socket.as_fd()),
            State::Closed => Err(closed()),
        }
    }

    /// Tries without the runtime. `None` if it would block, or is registered.
    fn poll_direct<R>(
        &self,
        cx: &mut Context<'_>,
        mut call: impl FnMut(BorrowedFd<'_>) -> rustix::io::Result<R>,
    ) -> Poll<Option<io::Result<R>>> {
        let State::Std(socket) = &self.0 else {
            return Poll::Ready(None);
        };
        let coop = ready!(poll_proceed(cx));
        match retry_on_intr(|| call(socket.as_fd())) {
            Err(Errno::WOULDBLOCK) => Poll::Ready(None),
            result => {
                coop.made_progress();
                Poll::Ready(Some(result.map_err(io::Error::from)))
            }
        }
    }
}

impl<S: Socket> AsyncRead for LazySocket<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = this.poll_direct(cx, |socket| {
            let place = buf.initialize_unfilled();
            recv(socket, place, RecvFlags::empty()).map(|(len, _)| len)
        });
        match ready!(read) {
            Some(read) => Poll::Ready(read.map(|len| buf.advance(len))),
            None => Pin::new(this.registered()?).poll_read(cx, buf),
        }
    }
}

impl<S: Socket> AsyncWrite for LazySocket<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match ready!(this.poll_direct(cx, |socket| send(socket, buf, NO_SIGNAL))) {
            Some(written) => Poll::Ready(written),
            None => Pin::new(this.registered()?).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        #[cfg(unix)]
        if let Some(written) = ready!(this.poll_direct(cx, |socket| writev(socket, bufs))) {
            return Poll::Ready(written);
        }
        Pin::new(this.registered()?).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().0 {
            State::Registered(socket) => Pin::new(socket).poll_flush(cx),
            // Nothing is buffered.
            State::Std(_) | State::Closed => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().0 {
            State::Registered(socket) => Pin::new(socket).poll_shutdown(cx),
            State::Std(socket) => Poll::Ready(match shutdown(socket.as_fd(), Shutdown::Write) {
                // The peer has gone. tokio does not report that as an error either.
                Ok(()) | Err(Errno::NOTCONN) => Ok(()),
                Err(error) => Err(error.into()),
            }),
            State::Closed => Poll::Ready(Err(closed())),
        }
    }
}

impl<S: Socket + fmt::Debug> fmt::Debug for LazySocket<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            State::Registered(socket) => socket.fmt(f),
            State::Std(socket) => socket.fmt(f),
            State::Closed => f.write_str("closed"),
        }
    }
}

fn closed() -> io::Error {
    io::ErrorKind::NotConnected.into()
}

/// A peer that has gone is an error, not a signal.
#[cfg(any(target_os = "android", target_os = "linux"))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(not(any(target_os = "android", target_os = "linux")))]
const NO_SIGNAL: SendFlags = SendFlags::empty();
