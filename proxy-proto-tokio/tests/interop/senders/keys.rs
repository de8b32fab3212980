//! The certificates, the same for all modes of a run.

use std::sync::LazyLock;

use crate::support::{Identity, Scratch};

pub(crate) const SERVER: &str = "imap.example.com";
pub(crate) const CLIENT: &str = "client.example.com";
pub(crate) const ROGUE: &str = "rogue.example.com";

/// Self-signed ones. Senders trust the client's, not the rogue's.
pub(crate) struct Keys {
    pub(crate) server: Identity,
    pub(crate) client: Identity,
    pub(crate) rogue: Identity,
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    server: Identity::new(SERVER),
    client: Identity::new(CLIENT),
    rogue: Identity::new(ROGUE),
});

/// Writes `server.pem`, certificate and key, and `ca.pem`, the client's certificate.
pub(crate) fn write_to(scratch: &Scratch) {
    scratch.write("server.pem", &KEYS.server.pem());
    scratch.write("ca.pem", KEYS.client.certificate_pem());
}
