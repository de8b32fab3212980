//! The login-server example as its users run it: a process of its own, judged by what it prints and
//! by what its clients see.
//!
//! Linux only, where all of 127.0.0.0/8 are addresses to connect from.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

mod configuration;
mod imap;
mod life;
mod log;
mod support;
