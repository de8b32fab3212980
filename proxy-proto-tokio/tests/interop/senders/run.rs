//! Runs a sender in each of its modes.

use core::{any::Any, net::SocketAddr};
use std::{fs, path::Path};

use tokio::process::Child;

use super::{
    captures::Captures,
    check,
    client::{Bound, Visit},
    echo::Echo,
    keys,
    mode::{Backend, Client, Header, Mode},
    recorder::Recorder,
    unix,
};
use crate::support::{Scratch, all_output_of, eventually};

/// A program that sends headers.
pub(crate) struct Sender {
    /// As captures have it, before its version.
    pub(crate) name: &'static str,
    /// The command that prints its version.
    pub(crate) version: &'static [&'static str],
    /// Whether it can bind a port that is reserved for it.
    pub(crate) shares_port: bool,
    /// Starts it with these parts of its configuration, each a mode's with its addresses, and logs to
    /// `log` in the directory, or each process to `log-` and its number. It runs until what is returned
    /// is dropped.
    pub(crate) start: fn(&Scratch, &[String]) -> Box<dyn Any>,
    pub(crate) modes: &'static [&'static [Mode]],
}

impl Sender {
    /// Runs every mode in front of a recorder and the echo services.
    pub(crate) async fn run(&self) {
        self.record().await.finish();
    }

    /// The same, without a look at the captures.
    pub(crate) async fn record(&self) -> Captures {
        let mut services = Echo::start_all().await;
        let mut captures = Captures::of(self.name, self.producer().await);
        for mode in self.modes.iter().copied().flatten() {
            for service in &mut services {
                service.skip().await;
            }
            let mut run = Run::start(self, mode, &services).await;
            let bytes = run.record().await;
            captures.add(mode.id, mode.how(), &bytes);
            if let (Recorder::Unix(listener, _), Client::Plain { .. } | Client::Tls { .. }) =
                (&run.recorder, mode.client)
            {
                unix::accept(mode, &run.fronts[0], listener).await;
            }
            // None if it is a UNIX socket.
            for (service, number) in services.iter_mut().zip(1..run.fronts.len()) {
                run.echo(service, number).await;
            }
        }
        captures
    }

    /// Such as `nginx 1.22.1`: what has a dot in the output, from its first digit on.
    async fn producer(&self) -> String {
        let output = all_output_of(self.version[0], &self.version[1..]).await;
        let mut words = output.split_whitespace();
        let version = words.find_map(|word| {
            let start = word.find(|c: char| c.is_ascii_digit())?;
            word.contains('.').then(|| word.split_at(start).1)
        });
        let version = version.unwrap_or_else(|| panic!("no version in {output}"));
        format!("{} {version}", self.name)
    }
}

/// A sender in one mode, in front of the recorder first, then of each service.
struct Run<'a> {
    mode: &'a Mode,
    fronts: Vec<Bound>,
    recorder: Recorder,
    _sender: Box<dyn Any>,
    /// Removed after the sender has been killed.
    scratch: Scratch,
}

impl<'a> Run<'a> {
    async fn start(sender: &Sender, mode: &'a Mode, services: &[Echo]) -> Self {
        let scratch = Scratch::new();
        keys::write_to(&scratch);
        let recorder = Recorder::bind(mode.backend, &scratch).await;
        let mut backends = vec![recorder.text()];
        if mode.backend != Backend::Unix {
            let is_ipv6 = mode.backend == Backend::Inet6;
            backends.extend(services.iter().map(|it| it.address(is_ipv6).to_string()));
        }
        let fronts: Vec<_> = (0..backends.len())
            .map(|number| Bound::free(mode.front, &scratch, number, sender.shares_port))
            .collect();
        let sections: Vec<_> = fronts
            .iter()
            .zip(&backends)
            .map(|(front, backend)| section(mode, &front.text(), backend, &scratch))
            .collect();
        let sender = (sender.start)(&scratch, &sections);
        Self {
            mode,
            fronts,
            recorder,
            scratch,
            _sender: sender,
        }
    }

    /// What the sender sends, which must be what the mode says.
    async fn record(&mut self) -> Vec<u8> {
        let visit = Visit::start(self.mode, &self.fronts[0]).await;
        let recording = self.recorder.record(self.mode.payload).await;
        check::recorded(self.mode, &visit, &recording);
        recording.bytes
    }

    /// The client's greeting and the log of the service must name the client, in the same words.
    async fn echo(&self, service: &mut Echo, number: usize) {
        let (mode, package) = (self.mode, service.package);
        let mut visit = Visit::start(mode, &self.fronts[number]).await;
        let greeting = match mode.client {
            _ if !mode.greeted => None,
            Client::Absent => Some(self.shown_greeting(number).await),
            _ => visit.line().await,
        };
        let line = service.line().await;
        let context = format!("{} in front of {package}: {line}, {greeting:?}", mode.id);
        if let Header::Invalid(_) = mode.header {
            assert!(
                line.starts_with("refused reason=invalid_header "),
                "{context}"
            );
            assert_eq!(greeting, None, "{context}");
            return;
        }
        let fields = line.strip_prefix("accepted ");
        let fields = fields.and_then(|fields| fields.strip_suffix(" listener=proxy"));
        let fields = fields.unwrap_or_else(|| panic!("{context}"));
        let address = service.address(mode.backend == Backend::Inet6);
        check::reported(mode, &visit, address, fields);
        if !mode.greeted {
            return;
        }
        assert_eq!(greeting.as_deref(), Some(fields), "{context}");
        if let Some(echo) = visit.line().await {
            assert!(
                mode.payload.starts_with(echo.as_bytes()),
                "{context}, {echo}"
            );
        }
    }

    /// What a sender without a client writes to its log when the service greets it.
    async fn shown_greeting(&self, number: usize) -> String {
        let log = self.scratch.path(&format!("log-{number}"));
        eventually("a greeting", async || {
            let log = fs::read_to_string(&log).unwrap_or_default();
            let mut lines = log.lines().filter(|line| line.ends_with(char::is_numeric));
            let greeting =
                lines.find_map(|line| Some(line.split_at(line.find("client=")?).1.to_owned()));
            greeting.ok_or(log)
        })
        .await
    }
}

/// The mode's part of a configuration.
pub(crate) fn section(mode: &Mode, front: &str, backend: &str, scratch: &Scratch) -> String {
    let mut section = mode.config.to_owned();
    for (name, address) in [("FRONT", front), ("BACKEND", backend)] {
        if let Ok(address) = address.parse::<SocketAddr>() {
            section = section
                .replace(&format!("{name}_IP"), &address.ip().to_string())
                .replace(&format!("{name}_PORT"), &address.port().to_string());
        }
        section = section.replace(name, address);
    }
    section.replace("DIR", &scratch.directory().display().to_string())
}

/// Starts a process for each section, which logs to a file of its own.
pub(crate) fn serve_each(
    scratch: &Scratch,
    sections: &[String],
    start: impl Fn(usize, &str, &Path) -> Child,
) -> Box<dyn Any> {
    let children = sections
        .iter()
        .enumerate()
        .map(|(number, section)| start(number, section, &scratch.path(&format!("log-{number}"))));
    Box::new(children.collect::<Vec<_>>())
}
