//! The listener in a simulation: on sockets whose readiness the simulation decides, under tokio's paused
//! clock, and polled only if it was woken.
//!
//! It is here because the traits of sockets are sealed: a simulated one implements them as those of tokio
//! do, and the listener needs no other seam.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

mod socket;

use std::{
    collections::BTreeMap,
    future::poll_fn,
    net::SocketAddr,
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use fastrand::Rng;
use proxy_proto::{Counters, Limits, Policy, io::AcceptErrorKind};
use proxy_proto_scenarios::{Ended, Simulated, simulate};
use tokio::runtime::{Builder, Runtime};

use crate::{Buffered, Delivered, Delivery, EventKind, ProxyListener, Untouched};
use socket::{Readiness, SimulatedListener, SimulatedSocket};

/// A listener, and what polls it.
struct Simulation<D: Delivery> {
    listener: ProxyListener<SimulatedListener, D>,
    sockets: SimulatedListener,
    readiness: BTreeMap<u16, Arc<Readiness>>,
    /// Sockets for which the runtime has yet to raise the first event.
    unraised: Vec<Arc<Readiness>>,
    task: Arc<Task>,
    ended: Arc<Mutex<Vec<(u16, Ended)>>>,
    random: Rng,
    runtime: Runtime,
}

/// Whether the future was woken that was polled last.
#[derive(Default)]
struct Task(AtomicBool);

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A delivery that is simulated.
trait Delivers: Delivery + Sized {
    const NAME: &str;

    fn listener(
        listener: ProxyListener<SimulatedListener>,
    ) -> ProxyListener<SimulatedListener, Self>;

    /// The connection without its types, and the port of its peer.
    fn end(delivered: Delivered<SimulatedSocket, Self>) -> (u16, Ended);
}

impl Delivers for Untouched {
    const NAME: &str = "tokio, listener";

    fn listener(listener: ProxyListener<SimulatedListener>) -> ProxyListener<SimulatedListener> {
        listener
    }

    fn end((socket, info): Delivered<SimulatedSocket>) -> (u16, Ended) {
        let port = info.peer_addr().port().unwrap();
        let (read, stream) = (Vec::new(), socket.into_std());
        (port, Ended::Served { info, read, stream })
    }
}

impl Delivers for Buffered {
    const NAME: &str = "tokio, buffered listener";

    fn listener(
        listener: ProxyListener<SimulatedListener>,
    ) -> ProxyListener<SimulatedListener, Self> {
        listener.buffered()
    }

    fn end((stream, info): Delivered<SimulatedSocket, Self>) -> (u16, Ended) {
        let port = info.peer_addr().port().unwrap();
        let (read, socket) = stream.into_parts();
        let stream = socket.into_registered().unwrap().into_std();
        (port, Ended::Served { info, read, stream })
    }
}

impl<D: Delivers> Simulated for Simulation<D> {
    const NAME: &str = D::NAME;

    fn new(policy: Arc<Policy>, limits: Limits, seed: u64) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let context = runtime.enter();
        let sockets = SimulatedListener::default();
        let ended: Arc<Mutex<Vec<_>>> = Arc::default();
        let refused = Arc::clone(&ended);
        let listener = ProxyListener::new(sockets.clone(), policy).unwrap();
        let listener = D::listener(listener)
            .with_limits(limits)
            .on_event(move |event| {
                if let EventKind::Refused { peer, reason, .. } = &event.kind {
                    let AcceptErrorKind::Refused(refusal) = reason else {
                        panic!("{reason}");
                    };
                    let ended = (peer.port().unwrap(), Ended::Refused(*refusal));
                    refused.lock().unwrap().push(ended);
                }
            });
        drop(context);
        Self {
            listener,
            sockets,
            readiness: BTreeMap::new(),
            unraised: Vec::new(),
            // A task is polled once when it is spawned.
            task: Arc::new(Task(AtomicBool::new(true))),
            ended,
            random: Rng::with_seed(seed),
            runtime,
        }
    }

    fn set_policy(&mut self, policy: Arc<Policy>) {
        self.listener.handle().set_policy(policy);
    }

    fn connect(&mut self, stream: UnixStream, peer: SocketAddr) {
        // Since version 1.54, tokio assumes that a new socket is ready.
        let readiness = Arc::new(Readiness::new(self.random.bool()));
        self.readiness.insert(peer.port(), Arc::clone(&readiness));
        self.unraised.push(Arc::clone(&readiness));
        let socket = SimulatedSocket::new(stream, readiness);
        self.sockets.connect(socket, peer);
    }

    fn event(&mut self, port: u16) {
        if let Some(readiness) = self.readiness.get(&port) {
            readiness.raise();
        }
    }

    fn fail_accept(&mut self) {
        self.sockets.fail_next();
    }

    fn advance(&mut self, by: Duration) {
        self.runtime.block_on(tokio::time::advance(by));
    }

    fn turn(&mut self) -> Vec<(u16, Ended)> {
        self.poll_while_woken();
        for readiness in self.unraised.drain(..) {
            readiness.raise();
        }
        self.poll_while_woken();
        std::mem::take(&mut *self.ended.lock().unwrap())
    }

    fn backlog(&self) -> usize {
        self.sockets.backlog()
    }

    fn pending(&self) -> usize {
        self.listener.pending()
    }

    fn counters(&self) -> Counters {
        self.listener.handle().counters()
    }
}

impl<D: Delivers> Simulation<D> {
    /// Polls as an executor does, in the same task or in another.
    fn poll_while_woken(&mut self) {
        let mut polls = 0;
        while self.task.0.swap(false, Ordering::Relaxed) {
            polls += 1;
            assert!(polls < 1000, "it wakes itself without end");
            if self.random.bool() {
                self.task = Arc::default();
            }
            let waker = Waker::from(Arc::clone(&self.task));
            let mut cx = Context::from_waker(&waker);
            let listener = &mut self.listener;
            // In the runtime, whose clock and budget the listener uses.
            let polling = poll_fn(|_| Poll::Ready(listener.poll_accept(&mut cx)));
            if let Poll::Ready(accepted) = self.runtime.block_on(polling) {
                let ended = D::end(accepted.unwrap());
                self.ended.lock().unwrap().push(ended);
                // An accept loop calls again.
                self.task.0.store(true, Ordering::Relaxed);
            }
        }
    }
}

#[test]
fn each_connection_has_the_outcome_of_its_row() {
    simulate::<Simulation<Untouched>>();
}

#[test]
fn each_connection_of_a_buffered_listener_has_the_outcome_of_its_row() {
    simulate::<Simulation<Buffered>>();
}
