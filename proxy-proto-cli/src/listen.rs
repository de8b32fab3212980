//! `proxy-proto listen`: shows each header that arrives, and when.

mod arrival;
mod connection;
mod datagrams;
mod policy;
mod record;
mod rewrite;
mod serve;
mod socket;

use std::{io, process::ExitCode, sync::Arc};

use clap::Args;
use proxy_proto::{Policy, io::is_transient};
use tokio::{net::UdpSocket, select, sync::Semaphore, task::JoinSet, time};

use crate::{
    failure::{self, Failure},
    runtime,
    target::Target,
};

use connection::Connection;
use policy::PolicyOptions;
use serve::Service;
use socket::Listener;

/// Shows each header that arrives: its bytes, when they came, what a strict receiver makes of them, and
/// whether the trusted networks admit the connection.
///
/// Each connection is answered with a line, or relayed. Records go to standard output.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Where to listen: ADDRESS:PORT, [IPV6]:PORT or unix:PATH. Port 0 is any free port, which standard error
    /// shows.
    address: Target,
    /// Print a line of JSON per connection or datagram.
    #[arg(long)]
    jsonl: bool,
    /// Listen for datagrams, each of which has a header of its own.
    #[arg(long, conflicts_with = "to")]
    udp: bool,
    /// Exit after this many connections, or datagrams.
    #[arg(long, value_name = "N")]
    count: Option<usize>,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    service: Service,
}

const EXAMPLES: &str = "\
Examples:
  proxy-proto listen 0.0.0.0:8080 --trust 10.0.0.0/8
  proxy-proto listen '[::]:8080' --trust '0.0.0.0/0 ::/0' --jsonl --answer 'HTTP/1.0 200 OK\\r\\n\\r\\nok\\n'
  proxy-proto listen 127.0.0.1:1143 --trust 127.0.0.1 --to 127.0.0.1:143 --header strip
  proxy-proto listen 127.0.0.1:1143 --trust 127.0.0.1 --mode by-source --timeout 30
  proxy-proto listen 0.0.0.0:5353 --udp --trust 10.0.0.0/8 --jsonl

A header that comes later than --timeout is refused, as by the library: raise it to see how late it is.

Exit status: 0 after Ctrl-C, SIGTERM or --count, 64 wrong usage, 69 cannot listen, 74 input or output error.";

/// How many connections may be open at once; more wait until one ends.
const OPEN: usize = 1024;

impl Arguments {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let policy = self.policy.policy();
        if policy.refuses_everyone() {
            failure::note("no network is trusted, so every connection is refused");
        }
        runtime::block_on(async {
            // What is dropped here removes the socket. First of all, a signal no longer ends this process.
            select! {
                biased;
                () = runtime::interrupted() => {}
                result = self.serve(policy) => result?,
            }
            Ok(ExitCode::SUCCESS)
        })
    }

    async fn serve(&self, policy: Policy) -> Result<(), Failure> {
        let cannot_listen = |error| {
            let message = format!("cannot listen on {}: {error}", self.address);
            Failure::new(failure::UNAVAILABLE, message)
                .advise("choose an address of this machine, and a port or path that is not in use")
        };
        match &self.address {
            Target::Unix(_) if self.udp => Err(Failure::usage("--udp needs ADDRESS:PORT")),
            Target::Tcp(address) if self.udp => {
                let socket = UdpSocket::bind(address.as_str())
                    .await
                    .map_err(cannot_listen)?;
                failure::note(&format!("listening on {}", socket.local_addr()?));
                let (service, jsonl) = (&self.service, self.jsonl);
                datagrams::show_each(&socket, &policy, service, jsonl, self.count).await?;
                Ok(())
            }
            target => {
                let listener = Listener::bind(target).await.map_err(cannot_listen)?;
                failure::note(&format!("listening on {}", listener.address()));
                self.accept(&listener, policy).await
            }
        }
    }

    async fn accept(&self, listener: &Listener, policy: Policy) -> Result<(), Failure> {
        let policy = Arc::new(policy);
        let open = Arc::new(Semaphore::new(OPEN));
        let mut tasks = JoinSet::new();
        let mut number: usize = 0;
        while self.count.is_none_or(|count| number < count) {
            // The semaphore is never closed.
            let Ok(place) = Arc::clone(&open).acquire_owned().await else {
                break;
            };
            let accepted = select! {
                accepted = listener.accept() => accepted,
                Some(ended) = tasks.join_next() => {
                    ended.map_err(io::Error::from)??;
                    continue;
                }
            };
            let accepted = match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_transient(&error) => {
                    failure::note(&format!("cannot accept: {error}; trying again"));
                    time::sleep(time::Duration::from_millis(100)).await;
                    continue;
                }
                Err(error) => {
                    let message = format!("cannot accept connections: {error}");
                    return Err(Failure::new(failure::IO_ERROR, message));
                }
            };
            number = number.saturating_add(1);
            let connection = Connection {
                number,
                accepted,
                policy: Arc::clone(&policy),
                service: self.service.clone(),
                jsonl: self.jsonl,
            };
            tasks.spawn(async move {
                let printed = connection.run().await;
                drop(place);
                printed
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.map_err(io::Error::from)??;
        }
        Ok(())
    }
}
