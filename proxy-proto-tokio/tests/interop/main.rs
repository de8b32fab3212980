//! Real balancers and clients from Debian in front of the login-server example: the login line must
//! show the client's own address and port, whoever stands between.
//!
//! Ignored unless asked for, as they need HAProxy, nginx, curl and Python: `.ci/run interop`. Then
//! whatever is missing is a failure. Loopback only, and only free ports.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod clients;
mod fleet;
mod health_checks;
mod relays;
mod support;
mod tls_in_front;
