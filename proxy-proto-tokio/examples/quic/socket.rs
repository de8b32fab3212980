//! A UDP socket for quinn that removes the PROXY header from every datagram, and answers through the
//! balancer.
//!
//! quinn sees the client's address as the remote one, so that its address validation, its limit on
//! amplification, its handling of migration and what it reports are about the client. The rest of what
//! the socket does is quinn's own: an answer leaves from the local address that its datagram came to,
//! with quinn's ECN bits, and several datagrams leave in one call (GSO), as they have no header.

use std::{
    io::{self, IoSliceMut},
    net::SocketAddr,
    num::NonZeroUsize,
    pin::Pin,
    slice,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use proxy_proto_tokio::proxy_proto::Policy;
use quinn::{
    AsyncUdpSocket, Runtime, TokioRuntime, UdpPoller,
    udp::{RecvMeta, Transmit},
};

use crate::flows::Flows;

#[derive(Debug)]
pub(crate) struct ProxySocket {
    inner: Arc<dyn AsyncUdpSocket>,
    policy: Policy,
    flows: Mutex<Flows>,
    received: Mutex<Received>,
}

impl ProxySocket {
    /// Remembers at most `max` clients, each for `idle` after it was last heard from. Must be called in a
    /// tokio runtime.
    pub(crate) fn bind(
        address: SocketAddr,
        policy: Policy,
        max: NonZeroUsize,
        idle: Duration,
    ) -> io::Result<Self> {
        let socket = std::net::UdpSocket::bind(address)?;
        Ok(Self {
            // Sets the socket up for ECN, GSO and GRO, and for learning the local address.
            inner: TokioRuntime.wrap_udp_socket(socket)?,
            policy,
            flows: Mutex::new(Flows::new(max, idle)),
            received: Mutex::new(Received::new()),
        })
    }

    /// The socket of a balancer that this client is reached through.
    pub(crate) fn balancer_of(&self, client: SocketAddr) -> Option<SocketAddr> {
        lock(&self.flows).balancer_of(client, Instant::now())
    }

    /// How many clients are remembered.
    pub(crate) fn flows(&self) -> usize {
        lock(&self.flows).len()
    }

    /// The client that sent a datagram, and the payload; `None` if it is to be dropped.
    fn admit<'a>(&self, peer: SocketAddr, datagram: &'a [u8]) -> Option<(SocketAddr, &'a [u8])> {
        let (header, payload) = match self.policy.decode_datagram(peer.into(), datagram) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                eprintln!("dropped: peer={peer}, reason={refusal}");
                return None;
            }
        };
        // LOCAL: the balancer itself is the client, for a health check, and is answered as any other.
        let source = header.and_then(|header| header.source());
        let client = source.unwrap_or(peer.into()).to_canonical();
        // quinn has no client on a UNIX socket.
        let client = client.socket_addr()?;
        lock(&self.flows).heard(client, peer, Instant::now());
        Some((client, payload))
    }
}

impl AsyncUdpSocket for ProxySocket {
    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let mut received = lock(&self.received);
        let mut filled = 0_usize;
        while let (Some(buffer), Some(meta)) = (buffers.get_mut(filled), meta.get_mut(filled)) {
            let Some((about, datagram)) = received.next() else {
                if filled > 0 {
                    break;
                }
                // After some calls tokio returns Pending here, so a flood does not hold up the rest.
                ready!(received.poll_fill(&*self.inner, context))?;
                continue;
            };
            let Some((client, payload)) = self.admit(about.addr, datagram) else {
                continue;
            };
            // There is room for the largest payload that quinn accepts.
            let Some(place) = buffer.get_mut(..payload.len()) else {
                continue;
            };
            place.copy_from_slice(payload);
            *meta = RecvMeta {
                addr: client,
                len: payload.len(),
                stride: payload.len(),
                ..about
            };
            filled = filled.saturating_add(1);
        }
        Poll::Ready(Ok(filled))
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        let Some(balancer) = self.balancer_of(transmit.destination) else {
            // As if it were lost on its way: quinn sends it again.
            return Ok(());
        };
        self.inner.try_send(&Transmit {
            destination: balancer,
            ..transmit.clone()
        })
    }

    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Arc::clone(&self.inner).create_io_poller()
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn max_transmit_segments(&self) -> usize {
        self.inner.max_transmit_segments()
    }

    fn may_fragment(&self) -> bool {
        self.inner.may_fragment()
    }
}

/// What one call has received: a datagram, or several from one balancer that the kernel has put together
/// (GRO), all of the same length but the last. Each has a header of its own, and their clients may differ,
/// so quinn gets them one by one.
#[derive(Debug)]
struct Received {
    buffer: Box<[u8]>,
    /// About all of them: the sender, the length of all, and that of each.
    about: RecvMeta,
    /// How many bytes of the buffer have been handed out.
    done: usize,
}

impl Received {
    fn new() -> Self {
        Self {
            buffer: vec![0; usize::from(u16::MAX)].into(),
            about: RecvMeta::default(),
            done: 0,
        }
    }

    fn next(&mut self) -> Option<(RecvMeta, &[u8])> {
        let rest = self.buffer.get(self.done..self.about.len)?;
        let datagram = rest.chunks(self.about.stride.max(1)).next()?;
        self.done = self.done.saturating_add(datagram.len());
        Some((self.about, datagram))
    }

    fn poll_fill(
        &mut self,
        socket: &dyn AsyncUdpSocket,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let mut buffers = [IoSliceMut::new(&mut self.buffer)];
        ready!(socket.poll_recv(context, &mut buffers, slice::from_mut(&mut self.about)))?;
        self.done = 0;
        Poll::Ready(Ok(()))
    }
}

/// A thread that panicked has left nothing half done here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
