//! What a runtime needs to drive the gate: here with poll(2), by the docs of `Gate` and `Pending`.

use std::{
    collections::BTreeSet,
    io, mem,
    time::{Duration, Instant},
};

use proxy_proto::{
    Accepted, Dropped, Entry, Gate, Inserted, Limits, OwnedEndpoint, Pending, Policy, Step,
    io::AcceptErrorKind,
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fd::{AsFd, BorrowedFd},
    io::Errno,
    net::{RecvFlags, recv},
};

/// A connection to serve, or the peer of a closed one and why it was closed.
pub(crate) type Outcome<S> = Result<(S, Accepted), (OwnedEndpoint, AcceptErrorKind)>;

/// The connections that wait for their header.
pub(crate) struct Handshakes<S> {
    policy: Policy,
    pending: Pending<S>,
    /// Those that hold a part of an optional header's signature. They stay readable, so poll(2) would
    /// return at once.
    parked: BTreeSet<usize>,
    outcomes: Vec<Outcome<S>>,
    /// When the time of this table began.
    epoch: Instant,
}

impl<S: AsFd> Handshakes<S> {
    pub(crate) fn new(policy: Policy, limits: Limits) -> Self {
        Self {
            policy,
            pending: Pending::new(limits),
            parked: BTreeSet::new(),
            outcomes: Vec::new(),
            epoch: Instant::now(),
        }
    }

    /// Begins with a connection that was just accepted.
    pub(crate) fn begin(&mut self, stream: S, peer: impl Into<OwnedEndpoint>) {
        let peer = peer.into();
        match Gate::open(&self.policy, peer.clone()) {
            Entry::Refused(refusal) => self.outcomes.push(Err((peer, refusal.into()))),
            Entry::Direct(accepted) => self.outcomes.push(Ok((stream, accepted))),
            Entry::Read(gate) => {
                let dropped = match self.pending.insert(stream, gate, self.epoch.elapsed()) {
                    Inserted::Placed { dropped, .. } => dropped,
                    Inserted::Refused(dropped) => Some(dropped),
                };
                self.outcomes.extend(dropped.map(refused));
            }
        }
    }

    /// Waits, for this long at most, until something happens: drives each connection that is ready
    /// and drops each whose time is up. Answers which of the `others` are ready.
    pub(crate) fn poll(
        &mut self,
        others: &[(BorrowedFd<'_>, PollFlags)],
        at_most: Option<Duration>,
    ) -> io::Result<Vec<bool>> {
        let deadline = self.pending.next_deadline();
        let until_deadline = deadline.map(|at| at.saturating_sub(self.epoch.elapsed()));
        let look_again = (!self.parked.is_empty()).then_some(Gate::LOOK_AGAIN);
        let waits = [at_most, until_deadline, look_again];
        let timeout = waits.into_iter().flatten().min();
        let timeout = timeout.and_then(|wait| Timespec::try_from(wait).ok());

        let (mut keys, mut sockets) = (Vec::new(), Vec::new());
        for (key, stream) in self.pending.iter() {
            if !self.parked.contains(&key) {
                keys.push(key);
                sockets.push(PollFd::new(stream, PollFlags::IN));
            }
        }
        let others = others.iter();
        sockets.extend(others.map(|(fd, flags)| PollFd::from_borrowed_fd(*fd, *flags)));
        match poll(&mut sockets, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut ready = sockets.iter().map(|socket| !socket.revents().is_empty());
        let is_ready: Vec<bool> = ready.by_ref().take(keys.len()).collect();
        let others_ready = ready.collect();

        let parked = mem::take(&mut self.parked);
        let readable = keys.into_iter().zip(is_ready).filter(|(_, ready)| *ready);
        for key in readable.map(|(key, _)| key).chain(parked) {
            self.drive(key);
        }
        while let Some(dropped) = self.pending.expire(self.epoch.elapsed()) {
            self.outcomes.push(refused(dropped));
        }
        Ok(others_ready)
    }

    /// What has become of connections since the last call.
    pub(crate) fn outcomes(&mut self) -> Vec<Outcome<S>> {
        mem::take(&mut self.outcomes)
    }

    /// Whether to accept another connection.
    pub(crate) fn accepts(&self) -> bool {
        self.pending.accepts()
    }

    /// Looks at a socket once; poll(2) will report what is left there.
    fn drive(&mut self, key: usize) {
        let Some((stream, gate)) = self.pending.get_mut(key) else {
            return;
        };
        let result = match look(stream, gate) {
            Ok(Step::NeedMore { consume: 0, .. }) => {
                self.parked.insert(key);
                return;
            }
            Ok(Step::NeedMore { .. }) => return,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Ok(Step::Accepted(accepted)) => Ok(accepted),
            Ok(Step::Refused(refusal)) => Err(refusal.into()),
            Err(error) => Err(error.into()),
        };
        self.outcomes
            .extend(self.pending.remove(key).map(|(stream, gate)| match result {
                Ok(accepted) => Ok((stream, accepted)),
                Err(kind) => Err((gate.peer_addr().into(), kind)),
            }));
    }
}

/// Shows the gate what is at the start of the socket, and removes what it says.
fn look(socket: &impl AsFd, gate: &mut Gate) -> io::Result<Step> {
    let mut buffer = [0; 536];
    let peek = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    let seen = match recv(socket, &mut buffer[..], peek) {
        Ok((0, _)) => return Ok(Step::Refused(gate.closed())),
        Ok((seen, _)) => buffer.get(..seen).unwrap_or_default(),
        Err(error) => return gate.failed(error.into()).map(Step::Refused),
    };
    let step = gate.feed(seen);
    let mut left = step.consume();
    while left > 0 {
        let place = buffer.get_mut(..left).unwrap_or_default();
        let (removed, _) = recv(socket, place, RecvFlags::DONTWAIT)?;
        left = left.saturating_sub(removed);
    }
    Ok(step)
}

fn refused<S>(dropped: Dropped<S>) -> Outcome<S> {
    Err((dropped.gate.peer_addr().into(), dropped.refusal.into()))
}
