//! Dovecot as a process.

use core::net::SocketAddr;
use std::{fs, path::Path, process::Command};

use rustix::process::geteuid;
use tokio::process::Child;

use super::{deadline::eventually, reserved::Reserved, scratch::Scratch, tool::serve};

/// A running Dovecot with an IMAP port that requires a header, and accepts it from 127.0.0.1. Everyone
/// can log in. It may still be binding the port.
///
/// Its other processes end when the child does.
#[derive(Debug)]
pub(crate) struct Dovecot {
    scratch: Scratch,
    _child: Child,
    address: SocketAddr,
}

impl Dovecot {
    pub(crate) fn start() -> Self {
        let scratch = Scratch::new();
        let directory = scratch.directory().display();
        // It cannot share a reserved port, so this one is free again now. Nothing else uses this address,
        // so no one else is given the port in the meantime.
        let address = Reserved::on("127.0.0.43").address();
        let (ip, port) = (address.ip(), address.port());
        let (user, group) = user_and_group();
        let config = format!(
            "protocols = imap
            base_dir = {directory}/run
            state_dir = {directory}
            log_path = {directory}/{LOG}
            default_internal_user = {user}
            default_internal_group = {group}
            default_login_user = {user}
            ssl = no
            disable_plaintext_auth = no
            haproxy_trusted_networks = 127.0.0.1
            login_log_format_elements = rip=%{{rip}} rport=%{{rport}} lip=%{{lip}} lport=%{{lport}}
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
                inet_listener imap {{
                    port = 0
                }}
                inet_listener imaps {{
                    port = 0
                }}
                inet_listener imap_haproxy {{
                    address = {ip}
                    port = {port}
                    haproxy = yes
                }}
            }}
            "
        );
        let config = scratch.write("dovecot.conf", &config);
        let arguments = [Path::new("-F"), Path::new("-c"), &config];
        let child = serve("/usr/sbin/dovecot", &arguments, &scratch.path("output"));
        Self {
            scratch,
            _child: child,
            address,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
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
            let log = fs::read_to_string(self.scratch.path(LOG)).unwrap_or_default();
            if log.contains(&login) {
                Ok(())
            } else {
                Err(format!("no {login:?} in\n{log}"))
            }
        })
        .await;
    }
}

/// Those for Dovecot's processes: our own, unless we are root, which Dovecot refuses.
fn user_and_group() -> (String, String) {
    if geteuid().is_root() {
        return ("nobody".to_owned(), "nogroup".to_owned());
    }
    let name = |option| {
        let output = Command::new("id").arg(option).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    (name("-un"), name("-gn"))
}

const LOG: &str = "log";
