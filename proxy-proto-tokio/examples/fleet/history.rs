//! What became of each login: what the clients saw, beside what the servers logged.

use core::net::{Ipv4Addr, SocketAddrV4};
use std::collections::{BTreeMap, HashMap};

use tokio::time::Instant;

use crate::{
    backend::Record,
    clients::{Attempt, Session},
    haproxy::Balancer,
    operator::Steps,
};

/// The whole run.
pub(crate) struct History {
    /// In the order in which they started.
    pub(crate) attempts: Vec<Logged>,
    /// Lines in the logs that are not about an attempt.
    pub(crate) strays: Vec<String>,
    pub(crate) steps: Steps,
    pub(crate) last: Record,
    pub(crate) balancer: Balancer,
}

/// An attempt, and the lines about it.
pub(crate) struct Logged {
    pub(crate) attempt: Attempt,
    /// The backends that logged it: one for each line.
    pub(crate) backends: Vec<usize>,
}

/// A login that was acknowledged and logged once.
#[derive(Clone, Copy)]
pub(crate) struct Login {
    pub(crate) started: Instant,
    pub(crate) session: Session,
    pub(crate) backend: usize,
}

impl History {
    pub(crate) fn new(
        attempts: Vec<Attempt>,
        steps: Steps,
        last: Record,
        balancer: Balancer,
    ) -> Self {
        let mut attempts: Vec<_> = attempts.into_iter().map(Logged::from).collect();
        let mut strays = Vec::new();
        let key = |logged: &Logged| (logged.attempt.client, logged.attempt.user.clone());
        let places: HashMap<_, _> = attempts.iter().map(key).zip(0..).collect();
        for (backend, record) in [&steps.killed, &steps.drained, &last]
            .into_iter()
            .enumerate()
        {
            for line in &record.lines {
                let place = parse(line).and_then(|login| places.get(&login).copied());
                match place.and_then(|place: usize| attempts.get_mut(place)) {
                    Some(logged) => logged.backends.push(backend),
                    None => strays.push(line.clone()),
                }
            }
        }
        Self {
            attempts,
            strays,
            steps,
            last,
            balancer,
        }
    }

    /// What the backends left behind.
    pub(crate) const fn records(&self) -> [&Record; 3] {
        [&self.steps.killed, &self.steps.drained, &self.last]
    }

    /// All logins that were acknowledged and logged once.
    pub(crate) fn logins(&self) -> impl Iterator<Item = Login> {
        self.attempts.iter().filter_map(Logged::login)
    }

    /// The logins of each client, in the order in which they started.
    pub(crate) fn clients(&self) -> BTreeMap<Ipv4Addr, Vec<Login>> {
        let mut clients = BTreeMap::<_, Vec<_>>::new();
        for logged in &self.attempts {
            if let Some(login) = logged.login() {
                let client = *logged.attempt.client.ip();
                clients.entry(client).or_default().push(login);
            }
        }
        clients
    }
}

impl From<Attempt> for Logged {
    fn from(attempt: Attempt) -> Self {
        Self {
            attempt,
            backends: Vec::new(),
        }
    }
}

impl Logged {
    fn login(&self) -> Option<Login> {
        match self.backends[..] {
            [backend] => Some(Login {
                started: self.attempt.started,
                session: self.attempt.session?,
                backend,
            }),
            _ => None,
        }
    }
}

/// Client and user of a login line.
fn parse(line: &str) -> Option<(SocketAddrV4, String)> {
    let fields = line.strip_prefix("imap-login: Login: ")?;
    let field = |name: &str| {
        let mut fields = fields.split(", ").filter_map(|field| field.split_once('='));
        fields.find_map(|(field, value)| (field == name).then_some(value))
    };
    let client = SocketAddrV4::new(field("rip")?.parse().ok()?, field("rport")?.parse().ok()?);
    let user = field("user")?.strip_prefix('<')?.strip_suffix('>')?;
    Some((client, user.to_owned()))
}
