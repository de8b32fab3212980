//! The two servers, with the same settings, and the HAProxy in front of both.

use core::{fmt::Write, net::SocketAddr};
use std::collections::HashMap;

use crate::support::{Dovecot, Haproxy, Identity, LoginServer, Reserved};

use super::{
    page::Page,
    rows::Row,
    visit::{self, Saw},
};

pub(super) struct Servers {
    dovecot: Dovecot,
    login_server: LoginServer,
    _haproxy: Haproxy,
    doors: [Doors; 2],
}

/// Where clients of one server can connect, by what [`Row::listener`] says.
type Doors = HashMap<&'static str, SocketAddr>;

impl Servers {
    /// With the settings that the page shows.
    pub(super) async fn start(page: &Page) -> Self {
        let (settings, balancing) = (page.code("toml"), page.code("haproxy"));
        let identity = Identity::new("localhost");
        let dovecot = Dovecot::with(
            &format!(
                "ssl = yes\nssl_cert = <pem\nssl_key = <pem\nlog_timestamp = \"\"\n{settings}"
            ),
            &LISTENERS,
            &[("pem", &identity.pem())],
        );
        let mut config = settings.to_owned();
        for (name, options) in LISTENERS {
            write!(
                config,
                "[[listener]]\nname = \"{name}\"\naddress = \"{LISTENER}\"\nport = 0\n{options}\n"
            )
            .unwrap();
        }
        let login_server = LoginServer::with(&config).await;
        let doors_of = |address: &dyn Fn(&str) -> SocketAddr| -> Doors {
            let names = LISTENERS.iter().map(|(name, _)| *name);
            names.map(|name| (name, address(name))).collect()
        };
        let mut doors = [
            doors_of(&|name| dovecot.address_of(name)),
            doors_of(&|name| login_server.address(name)),
        ];
        let mut proxies = String::new();
        let mut reserved = Vec::new();
        for (server, doors) in ["dovecot", "login-server"].iter().zip(&mut doors) {
            for (front, listener) in [(FRONT, "imap_haproxy"), (TLS_FRONT, "imaps_haproxy")] {
                let port = Reserved::on(FRONT_IP);
                let (bind, backend) = (port.address(), doors[listener]);
                write!(
                    proxies,
                    "listen {server}-{listener}\n bind {bind}\n {balancing} source {HAPROXY}\
                     \n server one {backend} send-proxy-v2\n"
                )
                .unwrap();
                doors.insert(front, bind);
                reserved.push(port);
            }
        }
        let haproxy = Haproxy::start(&proxies, &[]);
        Self {
            dovecot,
            login_server,
            _haproxy: haproxy,
            doors,
        }
    }

    /// What each client sees, one after the other at each server.
    pub(super) async fn visit_all(&self, rows: &[Row]) -> [Vec<Saw>; 2] {
        let visits = async |doors: &Doors| {
            let mut saw = Vec::new();
            for (index, row) in rows.iter().enumerate() {
                let who = row.who(index);
                saw.push(visit::run(&row.client, &who, doors[row.listener]).await);
            }
            saw
        };
        let [dovecot, login_server] = &self.doors;
        tokio::join!(visits(dovecot), visits(login_server)).into()
    }

    /// What they have logged.
    pub(super) async fn stop(self) -> [String; 2] {
        let log = self.dovecot.stop().await;
        [log, self.login_server.stop().await.join("\n")]
    }
}

/// The names of the listeners, and their settings.
const LISTENERS: [(&str, &str); 4] = [
    ("imap", ""),
    ("imaps", "ssl = \"yes\""),
    ("imap_haproxy", "haproxy = \"yes\""),
    ("imaps_haproxy", "haproxy = \"yes\"\nssl = \"yes\""),
];

/// HAProxy in front of `imap_haproxy`.
pub(super) const FRONT: &str = "HAProxy";

/// HAProxy in front of `imaps_haproxy`.
pub(super) const TLS_FRONT: &str = "HAProxy, TLS";

pub(super) const FRONT_IP: &str = "127.0.0.48";

/// Where HAProxy connects from.
pub(super) const HAPROXY: &str = "127.1.1.1";

/// Where login-server listens. Dovecot has another address.
pub(super) const LISTENER: &str = "127.0.0.45";
