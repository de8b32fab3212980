//! `ProxyAcceptor` on loopback sockets, with the addresses in 127.0.0.0/8 as different sources.
//!
//! Tests wait for events, never for a time that should be long enough. A policy's deadline is far
//! off unless the test is about its expiry.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails the test that called it"
)]

mod cancel;
mod deadline;
mod leaving;
mod meeting;
mod refused;
mod served;
mod sources;
