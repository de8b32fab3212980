//! `ProxyAcceptor` on loopback sockets; 127.0.0.x are as many sources.
//!
//! Tests wait for what they wait for, never for a time that ought to be enough. The deadline of a
//! policy is far off unless its passing is what the test is about.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

mod deadline;
mod leaving;
mod meeting;
mod refused;
mod served;
mod sources;
