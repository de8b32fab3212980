//! The command, driven as its users do.

#![cfg(unix)]
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

mod captures;
mod conform;
mod conform_recipes;
mod decode;
mod encode;
mod listen;
mod listen_relay;
mod manual;
mod probe;
mod send;
mod send_tls;
mod support;
mod terminal;
