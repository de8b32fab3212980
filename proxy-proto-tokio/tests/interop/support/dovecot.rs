//! Dovecot as a process.

use core::{fmt::Write, net::SocketAddr};
use std::{collections::HashMap, fs, path::Path, process::Command};

use rustix::process::geteuid;
use tokio::process::Child;

use super::{
    deadline::{eventually, within},
    reserved::unshared,
    scratch::Scratch,
    tool::{serve, terminate},
};

/// A running Dovecot whose listeners are all on one address. Everyone can log in. It may still be
/// binding the ports.
///
/// Its other processes end when the child does.
#[derive(Debug)]
pub(crate) struct Dovecot {
    child: Child,
    scratch: Scratch,
    /// By name.
    addresses: HashMap<&'static str, SocketAddr>,
}

impl Dovecot {
    /// With an IMAP port that requires a header, and accepts it from 127.0.0.1.
    pub(crate) fn start() -> Self {
        let settings = "ssl = no
            haproxy_trusted_networks = 127.0.0.1
            login_log_format_elements = rip=%{rip} rport=%{rport} lip=%{lip} lport=%{lport}";
        Self::with(settings, &[(HAPROXY, "haproxy = yes")], &[])
    }

    /// With these settings, which can refer to the `files` by name, and these listeners: their names
    /// and settings.
    pub(crate) fn with(
        settings: &str,
        listeners: &[(&'static str, &str)],
        files: &[(&str, &str)],
    ) -> Self {
        let scratch = Scratch::new();
        for (name, content) in files {
            scratch.write(name, content);
        }
        let directory = scratch.directory().display();
        let (user, group) = user_and_group();
        let mut addresses = HashMap::new();
        // Those that are there by default, unless listed.
        let mut inet_listeners = ["imap", "imaps"]
            .map(|name| format!("inet_listener {name} {{\n port = 0\n }}\n"))
            .concat();
        for (name, options) in listeners {
            let address = unshared("127.0.0.43");
            let (ip, port) = (address.ip(), address.port());
            write!(
                inet_listeners,
                "inet_listener {name} {{\n address = {ip}\n port = {port}\n {options}\n }}\n"
            )
            .unwrap();
            addresses.insert(*name, address);
        }
        let config = format!(
            "protocols = imap
            base_dir = {directory}/run
            state_dir = {directory}
            log_path = {directory}/{LOG}
            default_internal_user = {user}
            default_internal_group = {group}
            default_login_user = {user}
            disable_plaintext_auth = no
            {settings}
            mail_location = maildir:~
            first_valid_uid = 1
            passdb {{
                driver = static
                args = nopassword
            }}
            userdb {{
                driver = static
                args = uid={user} gid={group} home={directory}/mail
            }}
            service anvil {{
                chroot =
            }}
            service imap-login {{
                chroot =
                {inet_listeners}
            }}
            "
        );
        let config = scratch.write("dovecot.conf", &config);
        let arguments = [Path::new("-F"), Path::new("-c"), &config];
        let child = serve("/usr/sbin/dovecot", &arguments, &scratch.path("output"));
        Self {
            scratch,
            child,
            addresses,
        }
    }

    /// Where it requires a header.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address_of(HAPROXY)
    }

    pub(crate) fn address_of(&self, listener: &str) -> SocketAddr {
        *self.addresses.get(listener).unwrap()
    }

    /// What it has logged so far.
    fn log(&self) -> String {
        fs::read_to_string(self.scratch.path(LOG)).unwrap_or_default()
    }

    /// Waits until it listens; the error is why it does not.
    pub(crate) async fn started(&self) -> Result<(), String> {
        eventually("the start of Dovecot", async || {
            let log = self.log();
            match log.split_once(" Fatal: ") {
                Some((_, reason)) => Ok(Err(reason.trim_end().to_owned())),
                None if log.contains(" starting up ") => Ok(Ok(())),
                None => Err(log),
            }
        })
        .await
    }

    /// Ends it by SIGTERM, so that it writes what is still to be logged, and returns the log.
    pub(crate) async fn stop(mut self) -> String {
        terminate(&self.child);
        within("the end of Dovecot", self.child.wait())
            .await
            .unwrap();
        self.log()
    }

    /// Waits until a login of this client, on this address of the proxy, is in the log.
    pub(crate) async fn wait_for_login(&self, client: SocketAddr, server: SocketAddr) {
        let login = format!(
            "imap-login: Info: Login: rip={}, rport={}, lip={}, lport={}\n",
            client.ip(),
            client.port(),
            server.ip(),
            server.port()
        );
        eventually("a login", async || {
            let log = self.log();
            if log.contains(&login) {
                Ok(())
            } else {
                Err(format!("no {login:?} in\n{log}"))
            }
        })
        .await;
    }
}

/// Those for processes: our own, unless we are root, which Dovecot and hitch refuse.
pub(crate) fn user_and_group() -> (String, String) {
    if geteuid().is_root() {
        return ("nobody".to_owned(), "nogroup".to_owned());
    }
    let name = |option| {
        let output = Command::new("id").arg(option).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    (name("-un"), name("-gn"))
}

const HAPROXY: &str = "imap_haproxy";

const LOG: &str = "log";
