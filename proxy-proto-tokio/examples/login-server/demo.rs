//! Tries every way to connect on the running service, and shows what the client saw and what was
//! logged.
//!
//! The service is the real one with the built-in configuration, except that it uses free ports and
//! has one more listener, for a header followed by TLS.

mod client;
mod clients;
mod table;

use core::{error::Error, net::SocketAddr, time::Duration};

use tokio::{sync::mpsc, task::JoinSet, time};

use crate::{
    config::{Config, ListenerConfig},
    log::Log,
    service::Service,
    tls::Tls,
};

use self::{
    client::{Client, Visit},
    table::Row,
};

/// Prints the table. Fails if any outcome is not the expected one.
pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let tls = Tls::self_signed()?;
    let connector = client::connector(&tls.certificate)?;
    let (sender, mut lines) = mpsc::unbounded_channel();
    let log = Log::start(move |text| {
        for line in text.lines() {
            // There is no receiver once the demo is over.
            let _ = sender.send(line.to_owned());
        }
        Ok(())
    })?;
    let service = Service::bind(config()?, &tls, &log)?;

    let mut visits = JoinSet::new();
    for (index, client) in clients::ALL.iter().enumerate() {
        let address = address_of(&service, client.listener)?;
        let connector = connector.clone();
        visits.spawn(async move {
            let visit = time::timeout(VISIT_TIMEOUT, client.visit(address, &connector)).await;
            (index, client, address, visit)
        });
    }
    let running = service.start();
    let mut visits = visits.join_all().await;
    running.stop().await;
    log.flush().await;
    visits.sort_unstable_by_key(|(index, ..)| *index);

    let lines: Vec<String> = core::iter::from_fn(|| lines.try_recv().ok()).collect();
    let mut rows = Vec::new();
    for (_, client, listener, visit) in visits {
        rows.push(row(client, listener, &visit??, &lines));
    }
    table::print(&rows);
    match rows.iter().filter(|row| !row.is_expected).count() {
        0 => Ok(()),
        failed => Err(format!("{failed} unexpected outcomes").into()),
    }
}

fn config() -> Result<Config, Box<dyn Error>> {
    let mut config = Config::read(None)?;
    config.listeners.push(ListenerConfig {
        name: "imaps_haproxy".to_owned(),
        address: "127.0.0.1:0".parse()?,
        haproxy: true,
        ssl: true,
    });
    for listener in &mut config.listeners {
        listener.address.set_port(0);
    }
    Ok(config)
}

fn address_of(service: &Service, name: &str) -> Result<SocketAddr, String> {
    let mut addresses = service.addresses();
    let found = addresses.find(|(listener, _)| listener.name == name);
    found
        .map(|(_, address)| address)
        .ok_or_else(|| format!("no listener {name:?}"))
}

/// What one client saw, with the lines that name its address as the peer.
fn row(client: &Client, listener: SocketAddr, visit: &Visit, lines: &[String]) -> Row {
    let peer = format!("peer={}", visit.client);
    let is_of_client = |line: &&String| line.split(", ").any(|field| field == peer);
    let mut own_lines = lines.iter().filter(is_of_client);
    let logged = own_lines.next().cloned().unwrap_or_default();
    let is_only_line = own_lines.next().is_none();
    Row {
        client: client.name,
        listener: client.listener,
        saw: visit.saw.to_string(),
        is_expected: is_only_line
            && client.expects(&visit.saw)
            && logged == client.expected_line(visit.client, listener),
        logged,
    }
}

/// Longer than any client has to wait.
const VISIT_TIMEOUT: Duration = Duration::from_secs(20);
