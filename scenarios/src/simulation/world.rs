//! A listener, its clients, and the clock.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use fastrand::Rng;
use proxy_proto::{Counters, Limits, Refusal, WhenFull};

use crate::{
    client::Act,
    simulation::{
        Ended, Simulated,
        connection::{Connection, State},
        order::Step,
        places::{self, Waiting},
        tally::Tally,
    },
    table::{self, Group, Listen},
};

/// Connections of one seed, and how many of them are open at once.
const CONNECTIONS: u16 = 40;
const OPEN: usize = 12;

/// The port of the first client.
const FIRST_PORT: u16 = 10_000;

/// The most that a socket pair is certain to hold.
const MAX_SENT: usize = 16 << 10;

/// The longest pause of a listener after a failure of accept(2).
const PAUSE: Duration = Duration::from_millis(100);

pub(super) struct World<'a, A> {
    random: Rng,
    adapter: A,
    limits: Limits,
    groups: &'a [Group],
    /// The one whose policy is in force.
    group: &'a Group,
    now: Duration,
    /// Accepting may have been put off until then.
    paused_until: Duration,
    /// Those that are not over, in the order of arrival.
    open: BTreeMap<u16, Connection<'a>>,
    /// Those that were not accepted, in that order too.
    queued: VecDeque<u16>,
    next_port: u16,
    counters: Counters,
    tally: Tally,
}

impl<'a, A: Simulated> World<'a, A> {
    pub(super) fn new(groups: &'a [Group], seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let limits = places::limits(&mut random);
        let group = random.choice(groups).unwrap();
        Self {
            adapter: A::new(Arc::new(group.policy.clone()), limits, seed),
            random,
            limits,
            groups,
            group,
            now: Duration::ZERO,
            paused_until: Duration::ZERO,
            open: BTreeMap::new(),
            queued: VecDeque::new(),
            next_port: FIRST_PORT,
            counters: Counters::new(),
            tally: Tally::default(),
        }
    }

    /// Connects all clients, and goes on until each connection is over.
    pub(super) fn run(mut self) -> Tally {
        while self.has_clients() || !self.open.is_empty() {
            let can_act = self.open.values().any(Connection::can_act);
            let step = if self.has_clients() || can_act {
                Step::next(&mut self.random)
            } else {
                Step::PassToDeadline { is_before: false }
            };
            self.step(step);
        }
        assert_eq!(self.adapter.pending(), 0);
        assert_eq!(
            decisions(&self.adapter.counters()),
            decisions(&self.counters)
        );
        self.tally
    }

    const fn has_clients(&self) -> bool {
        self.next_port < FIRST_PORT + CONNECTIONS
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Connect if self.has_clients() && self.open.len() < OPEN => self.connect(),
            Step::Act => {
                let able = self.open.iter().filter(|(_, it)| it.can_act());
                let ports: Vec<_> = able.map(|(port, _)| *port).collect();
                if let Some(port) = self.random.choice(ports) {
                    self.act(port);
                }
            }
            Step::SpuriousEvent => {
                let port = self.random.u16(FIRST_PORT..FIRST_PORT + CONNECTIONS);
                self.adapter.event(port);
            }
            // A row is for the policy that is in force when it is accepted.
            Step::ReplacePolicy if self.queued.is_empty() => {
                self.group = self.random.choice(self.groups).unwrap();
                self.adapter.set_policy(Arc::new(self.group.policy.clone()));
            }
            // With few places, each connection is to be accepted at once.
            Step::FailAccept if !places::are_few(&self.limits) && self.paused_until <= self.now => {
                self.turn();
                self.adapter.fail_accept();
                self.paused_until = self.now + PAUSE;
                self.turn();
            }
            Step::Turn => self.turn(),
            Step::Pass(time) => self.pass(time),
            Step::PassToDeadline { is_before } => {
                let deadlines = self.open.values().filter_map(Connection::deadline);
                let next = deadlines.min().unwrap_or(self.now + PAUSE);
                let left = next.saturating_sub(self.now);
                self.pass(if is_before {
                    left.saturating_sub(TICK)
                } else {
                    left
                });
            }
            Step::Connect | Step::ReplacePolicy | Step::FailAccept => {}
        }
    }

    fn connect(&mut self) {
        // What has arrived before it is seen before it.
        if places::are_few(&self.limits) {
            self.turn();
        }
        let row = self.random.choice(&self.group.rows).unwrap();
        let port = self.next_port;
        self.next_port += 1;
        let (connection, server) = Connection::new(self.group, row, port, &mut self.random);
        self.adapter.connect(server, connection.peer);
        self.open.insert(port, connection);
        self.queued.push_back(port);
        // Some clients have sent their header by the time they are accepted.
        if self.random.bool() {
            self.act(port);
        }
        if places::are_few(&self.limits) {
            self.turn();
        }
    }

    fn act(&mut self, port: u16) {
        match self.open.get_mut(&port).and_then(|it| it.act(self.now)) {
            Some(Act::AwaitConsumed) => self.turn(),
            Some(_) => {
                self.adapter.event(port);
                if places::are_few(&self.limits) && !self.queued.contains(&port) {
                    self.turn();
                }
            }
            None => {}
        }
    }

    /// All that has arrived is seen before the time passes, and what the time ends is ended then.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        self.turn();
        while self.now < until {
            let looks = self.open.values().filter_map(|it| it.seen_by(self.now));
            let next = looks.chain([until]).min().unwrap_or(until);
            self.adapter.advance(next - self.now);
            self.now = next;
            self.turn();
        }
    }

    fn turn(&mut self) {
        let before: Vec<_> = self.open.values().filter_map(Connection::waiting).collect();
        let newest = self.queued.back().copied();
        let ended = self.adapter.turn();
        self.accept_queued();
        let mut had_no_place = Vec::new();
        for (port, ended) in ended {
            let connection = self.open.get_mut(&port).expect("it has not ended before");
            match ended {
                Ended::Refused(refusal) => {
                    self.counters.record_refused(&refusal);
                    if let Refusal::LimitReached | Refusal::SourceLimitReached = refusal {
                        connection.had_no_place(self.now);
                        had_no_place.push((port, refusal));
                        continue;
                    }
                    match refusal {
                        Refusal::TimedOut { .. } => self.tally.timed_out += 1,
                        _ => self.tally.refused += 1,
                    }
                    connection.refused(refusal, self.now);
                }
                Ended::Served { info, read, stream } => {
                    self.counters.record_accepted(&info);
                    self.tally.served += 1;
                    connection.served(info, read, stream, self.now);
                }
            }
        }
        self.assert_places(&before, newest, &had_no_place);
        self.tally.had_no_place += had_no_place.len();
        for connection in self.open.values_mut() {
            connection.assert_up_to_date(self.now);
        }
        self.open.retain(|_, it| !matches!(it.state, State::Over));
        let pending = self.open.values().filter(|it| it.is_pending());
        assert_eq!(self.adapter.pending(), pending.count());
    }

    /// Those at the front of the queue were accepted, as many as have left it.
    fn accept_queued(&mut self) {
        while self.queued.len() > self.adapter.backlog() {
            let port = self.queued.pop_front().unwrap();
            self.open.get_mut(&port).unwrap().accepted(self.now);
        }
    }

    /// Checks which connection had no place, and that all that have one were accepted.
    fn assert_places(
        &self,
        before: &[Waiting],
        newest: Option<u16>,
        had_no_place: &[(u16, Refusal)],
    ) {
        let is_stopped = self.limits.when_full() == WhenFull::StopAccepting
            && self.adapter.pending() >= self.limits.pending();
        if !is_stopped && self.paused_until <= self.now {
            assert_eq!(self.adapter.backlog(), 0, "not accepted");
        }
        let newest = newest.filter(|_| places::are_few(&self.limits) && !is_stopped);
        let waits = newest.and_then(|port| self.open.get(&port)).filter(|it| {
            it.is_pending() || had_no_place.iter().any(|(port, _)| *port == it.peer.port())
        });
        let want = waits.and_then(|it| places::refused(&self.limits, before, it.as_waiting()));
        assert_eq!(had_no_place, want.as_slice());
    }
}

/// What became of connections, without the failures of accept(2).
fn decisions(counters: &Counters) -> Vec<(&'static str, u64)> {
    counters
        .iter()
        .filter(|(name, _)| !name.contains("accept_"))
        .collect()
}

/// The rows on TCP, but for those that need a clock of their own or fill the buffers of a socket.
pub(super) fn groups() -> Vec<Group> {
    let mut groups = table::groups();
    groups.retain(|group| !matches!(group.listen, Listen::Unix));
    for group in &mut groups {
        group.rows.retain(|row| {
            row.acts.iter().all(|act| match act {
                Act::Send(bytes) => bytes.len() <= MAX_SENT,
                act => !matches!(act, Act::Drip(..)),
            })
        });
    }
    groups
}

/// The resolution of a timer.
const TICK: Duration = Duration::from_millis(1);
