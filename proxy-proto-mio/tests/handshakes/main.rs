//! `Handshakes` in a real readiness loop, on loopback sockets; 127.0.0.x are as many sources.
//!
//! Times are passed in, so that no test waits for a deadline. What has to arrive is waited for.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

mod accepted;
mod limits;
mod optional;
mod policy;
mod readiness;
mod refused;
mod support;
#[cfg(unix)]
mod unix;
