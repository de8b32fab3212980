//! Each command with real servers and clients from Debian: HAProxy, nginx, Dovecot, Varnish, Apache, Postfix,
//! lighttpd, curl and tcpdump.
//!
//! Ignored by default. `.ci/run interop` runs them, and there a missing program is a failure. Loopback
//! only, and only free ports. Capturing and Postfix need root.

#![cfg(target_os = "linux")]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

mod captures;
mod receivers;
mod senders;
mod support;
