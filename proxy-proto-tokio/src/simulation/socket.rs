//! Sockets that are ready when the simulation says so.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    os::unix::net::UnixStream,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use proxy_proto::OwnedEndpoint;
use rustix::{
    fd::{AsFd, BorrowedFd},
    io::Errno,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::{listen, listen::Listen, socket::Socket, socket::sealed};

/// What tokio records of a socket: it is ready from an event until an attempt that would block.
#[derive(Debug)]
pub(super) struct Readiness(Mutex<State>);

#[derive(Debug)]
struct State {
    is_ready: bool,
    /// Of the latest poll.
    waker: Option<Waker>,
}

impl Readiness {
    pub(super) const fn new(is_ready: bool) -> Self {
        let waker = None;
        Self(Mutex::new(State { is_ready, waker }))
    }

    /// There is an event at the socket.
    pub(super) fn raise(&self) {
        let waker = {
            let mut state = self.0.lock().unwrap();
            state.is_ready = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The server's end of a connection.
#[derive(Debug)]
pub(super) struct SimulatedSocket {
    stream: UnixStream,
    readiness: Arc<Readiness>,
}

impl SimulatedSocket {
    pub(super) const fn new(stream: UnixStream, readiness: Arc<Readiness>) -> Self {
        Self { stream, readiness }
    }

    pub(super) fn into_std(self) -> UnixStream {
        self.stream
    }
}

impl AsFd for SimulatedSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

impl Socket for SimulatedSocket {
    type Addr = SocketAddr;
}

impl sealed::Sealed for SimulatedSocket {
    /// The runtime has nothing to do with it in either form.
    type Std = Self;

    fn register(socket: Self) -> io::Result<Self> {
        Ok(socket)
    }

    fn std_local_endpoint(socket: &Self) -> io::Result<OwnedEndpoint> {
        socket.local_endpoint()
    }

    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.readiness.0.lock().unwrap();
        if state.is_ready {
            return Poll::Ready(Ok(()));
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn try_look<R>(&self, look: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        if !self.readiness.0.lock().unwrap().is_ready {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let looked = look();
        if matches!(&looked, Err(error) if error.kind() == io::ErrorKind::WouldBlock) {
            self.readiness.0.lock().unwrap().is_ready = false;
        }
        looked
    }

    fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
        Ok(SERVER.into())
    }

    #[cfg(feature = "axum-server")]
    fn peer_endpoint(&self) -> io::Result<OwnedEndpoint> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The listener is done with it before it is read from.
impl AsyncRead for SimulatedSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }
}

impl AsyncWrite for SimulatedSocket {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }
}

/// A listening socket, and the clients in its queue.
#[derive(Clone, Debug, Default)]
pub(super) struct SimulatedListener(Arc<Mutex<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    sockets: VecDeque<(SimulatedSocket, SocketAddr)>,
    waker: Option<Waker>,
    fails: bool,
}

impl SimulatedListener {
    pub(super) fn connect(&self, socket: SimulatedSocket, peer: SocketAddr) {
        let waker = {
            let mut queue = self.0.lock().unwrap();
            queue.sockets.push_back((socket, peer));
            queue.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    pub(super) fn fail_next(&self) {
        let waker = {
            let mut queue = self.0.lock().unwrap();
            queue.fails = true;
            queue.waker.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    pub(super) fn backlog(&self) -> usize {
        self.0.lock().unwrap().sockets.len()
    }
}

impl Queue {
    fn accept(&mut self) -> io::Result<Option<(SimulatedSocket, OwnedEndpoint)>> {
        if std::mem::take(&mut self.fails) {
            return Err(Errno::MFILE.into());
        }
        let accepted = self.sockets.pop_front();
        Ok(accepted.map(|(socket, peer)| (socket, peer.into())))
    }
}

impl Listen for SimulatedListener {
    type Socket = SimulatedSocket;
}

impl listen::sealed::Sealed for SimulatedListener {
    type Stream = SimulatedSocket;

    fn poll_accept(
        &self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(SimulatedSocket, OwnedEndpoint)>> {
        let mut queue = self.0.lock().unwrap();
        if let Some(accepted) = queue.accept()? {
            return Poll::Ready(Ok(accepted));
        }
        queue.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn accept_std(&self) -> io::Result<Option<(SimulatedSocket, OwnedEndpoint)>> {
        self.0.lock().unwrap().accept()
    }

    fn local_endpoint(&self) -> io::Result<OwnedEndpoint> {
        Ok(SERVER.into())
    }

    fn common_endpoint(&self) -> io::Result<Option<OwnedEndpoint>> {
        Ok(None)
    }
}

const SERVER: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 143);
