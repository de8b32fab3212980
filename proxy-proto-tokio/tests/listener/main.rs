//! `ProxyListener` on loopback sockets; 127.0.0.x are as many sources.
//!
//! The clock stands still and advances when nothing else can happen: a deadline passes at once, and
//! never too early. What has been sent over loopback has arrived.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

mod cancel;
mod deadlines;
mod lazy;
mod limits;
mod policy;
mod shutdown;
mod silent;
mod sockets;
mod split;
mod strangers;
mod support;
