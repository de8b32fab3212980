//! One connection of a simulation: a row of the table, and how far it has come.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    net::{IpAddr, Shutdown, SocketAddr},
    os::unix::net::UnixStream,
    time::Duration,
};

use fastrand::Rng;
use proxy_proto::{ConnectionInfo, Gate, HeaderMode, Refusal};

use crate::{
    adapter::Served,
    client::Act,
    run::{assert_refused, assert_served},
    simulation::places::Waiting,
    table::{Group, Listen, Row, Want},
};

pub(super) struct Connection<'a> {
    group: &'a Group,
    row: &'a Row,
    /// What the client still does.
    acts: VecDeque<Act>,
    /// Its end; none once it has closed.
    client: Option<UnixStream>,
    /// As accept(2) returns it.
    pub(super) peer: SocketAddr,
    /// Bytes sent.
    sent: usize,
    /// If the header is optional, the time by which what was sent is seen: see [`Gate::LOOK_AGAIN`].
    seen_by: Duration,
    pub(super) state: State,
}

pub(super) enum State {
    /// Not accepted yet.
    Queued,
    /// It waits for its header, until then.
    Pending {
        deadline: Duration,
    },
    Served {
        info: ConnectionInfo,
        read: Vec<u8>,
        stream: UnixStream,
    },
    Over,
}

impl<'a> Connection<'a> {
    /// A client of this row with this port, and the server's end of its connection. What the client
    /// sends is split further, by the seed.
    pub(super) fn new(
        group: &'a Group,
        row: &'a Row,
        port: u16,
        random: &mut Rng,
    ) -> (Self, UnixStream) {
        let (client, mut server) = UnixStream::pair().unwrap();
        client.set_nonblocking(true).unwrap();
        server.set_nonblocking(true).unwrap();
        if row.acts.iter().any(|act| matches!(act, Act::Reset)) {
            // A peer that closes with this byte unread resets the connection.
            server.write_all(b"!").unwrap();
        }
        let source = match (group.listen, row.source) {
            (Listen::V4Mapped, IpAddr::V4(source)) => source.to_ipv6_mapped().into(),
            (_, source) => source,
        };
        let mut acts = VecDeque::new();
        for act in &row.acts {
            match act {
                Act::Send(bytes) => split(bytes, &mut acts, random),
                act => acts.push_back(act.clone()),
            }
        }
        let this = Self {
            group,
            row,
            acts,
            client: Some(client),
            peer: SocketAddr::new(source, port),
            sent: 0,
            seen_by: Duration::ZERO,
            state: State::Queued,
        };
        (this, server)
    }

    /// The client's next act. `AwaitConsumed` is done by the caller, so it is returned.
    pub(super) fn act(&mut self, now: Duration) -> Option<Act> {
        let act = self.acts.pop_front()?;
        let Some(client) = &mut self.client else {
            return Some(act);
        };
        match &act {
            Act::Send(bytes) => {
                // The server has not closed it, or it would be over.
                client.write_all(bytes).unwrap();
                self.sent += bytes.len();
                if self.group.policy.mode() == HeaderMode::Optional {
                    self.seen_by = now + Gate::LOOK_AGAIN;
                }
            }
            Act::HalfClose => {
                client.shutdown(Shutdown::Write).unwrap();
            }
            Act::Close | Act::Reset => self.client = None,
            Act::AwaitConsumed => {}
            Act::Drip(..) => unreachable!("it is not simulated"),
        }
        Some(act)
    }

    pub(super) const fn is_pending(&self) -> bool {
        matches!(self.state, State::Pending { .. })
    }

    /// Whether the client still has something to do, and the server has not refused it.
    pub(super) fn can_act(&self) -> bool {
        !self.acts.is_empty() && !matches!(self.state, State::Over)
    }

    fn id(&self) -> String {
        let Self { group, row, .. } = self;
        format!("{}, {}, port {}", group.name, row.name, self.peer.port())
    }

    pub(super) const fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Pending { deadline } => Some(deadline),
            _ => None,
        }
    }

    /// The time by which everything sent is seen, if that may not be so already.
    pub(super) fn seen_by(&self, now: Duration) -> Option<Duration> {
        (self.is_pending() && now < self.seen_by).then_some(self.seen_by)
    }

    pub(super) fn waiting(&self) -> Option<Waiting> {
        self.is_pending().then(|| self.as_waiting())
    }

    pub(super) fn as_waiting(&self) -> Waiting {
        Waiting {
            port: self.peer.port(),
            source: self.peer.ip().to_canonical(),
            is_silent: self.sent == 0,
        }
    }

    pub(super) fn accepted(&mut self, now: Duration) {
        let deadline = now + self.group.policy.timeout();
        self.state = State::Pending { deadline };
    }

    /// It was refused at this time, for a reason other than its place.
    pub(super) fn refused(&mut self, refusal: Refusal, now: Duration) {
        let id = self.id();
        if let Refusal::TimedOut { .. } = refusal {
            let deadline = self.deadline().expect("it waited");
            assert!(deadline <= now, "{id}: {refusal}, before its deadline");
            if self.seen_by < deadline {
                let want = Refusal::timed_out(self.group.policy.timeout(), self.sent);
                assert_eq!(refusal.to_string(), want.to_string(), "{id}");
            }
        } else {
            assert!(self.is_in_time(now), "{id}: late: {refusal}");
            assert_refused(&id, &self.row.want, &refusal);
        }
        self.assert_closed();
    }

    pub(super) fn served(
        &mut self,
        info: ConnectionInfo,
        read: Vec<u8>,
        stream: UnixStream,
        now: Duration,
    ) {
        let id = self.id();
        assert!(self.is_in_time(now), "{id}: served late");
        assert!(matches!(self.row.want, Want::Served { .. }), "{id}: served");
        self.state = State::Served { info, read, stream };
    }

    /// If a look is due at the deadline too, either comes first.
    fn is_in_time(&self, now: Duration) -> bool {
        self.deadline()
            .is_some_and(|deadline| now < deadline || deadline <= self.seen_by)
    }

    /// It was refused for lack of a place, which only a connection that waits needs.
    pub(super) fn had_no_place(&mut self, now: Duration) {
        self.assert_has_to_wait(now);
        self.assert_closed();
    }

    /// What has to be true after a turn.
    pub(super) fn assert_up_to_date(&mut self, now: Duration) {
        match self.state {
            State::Pending { deadline } => {
                assert!(deadline > now, "{}: not closed at its deadline", self.id());
                self.assert_has_to_wait(now);
            }
            State::Served { .. } if self.acts.is_empty() => self.assert_served(),
            _ => {}
        }
    }

    fn assert_has_to_wait(&self, now: Duration) {
        let is_optional = self.group.policy.mode() == HeaderMode::Optional;
        let (is_due, last) = match &self.row.want {
            // A direct client has no header to wait for.
            Want::Served { header, .. } if !(header.is_empty() && is_optional) => {
                (self.sent >= header.len(), "its header has arrived")
            }
            Want::Refused(reason) if *reason == Refusal::NotTrusted.to_string() => {
                (true, "it is not trusted")
            }
            want => (self.acts.is_empty() && !is_late(want), "all is done"),
        };
        let is_seen = self.seen_by <= now;
        let id = self.id();
        assert!(!(is_due && is_seen), "{id}: has to wait, although {last}");
    }

    fn assert_served(&mut self) {
        let served = std::mem::replace(&mut self.state, State::Over);
        let (
            State::Served {
                info,
                read,
                mut stream,
            },
            Want::Served {
                header,
                endpoints,
                payload,
            },
        ) = (served, &self.row.want)
        else {
            unreachable!("checked when it was served");
        };
        let mut received = read;
        stream.read_to_end(&mut received).unwrap();
        let served = Served {
            info,
            payload: received,
        };
        let client = SocketAddr::new(self.row.source, self.peer.port());
        let want = (&header[..], endpoints, &payload[..]);
        assert_served(&self.id(), want, &served, Some(client), None);
    }

    fn assert_closed(&mut self) {
        self.state = State::Over;
        if let Some(mut client) = self.client.take() {
            let mut last = Vec::new();
            if let Err(error) = client.read_to_end(&mut last) {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{}", self.id());
            }
            // Nothing, or the byte that makes a reset.
            assert!(b"!".starts_with(&last), "{}: {last:?}", self.id());
        }
    }
}

/// Whether a row ends by its deadline.
fn is_late(want: &Want) -> bool {
    matches!(want, Want::Refused(reason) if reason.starts_with("no complete header within"))
}

/// These bytes in up to four pieces.
fn split(bytes: &[u8], acts: &mut VecDeque<Act>, random: &mut Rng) {
    let mut rest = bytes;
    for _ in 0..random.usize(..4) {
        let (first, second) = rest.split_at(random.usize(..=rest.len()));
        acts.push_back(Act::Send(first.to_vec()));
        rest = second;
    }
    acts.push_back(Act::Send(rest.to_vec()));
}
