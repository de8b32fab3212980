//! The login-server example as its users run it: in its own process, tested by what it prints and
//! what its clients see.
//!
//! Linux only, where any address in 127.0.0.0/8 can be a source.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "test helpers, which fail by panicking"
)]

mod attacks;
mod clouds;
mod configuration;
mod health_checks;
mod imap;
mod life;
mod log;
mod places;
mod signals;
mod support;
