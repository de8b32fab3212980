//! Real balancers and clients, from Debian and Envoy, in front of the examples: the log must show the
//! client's own address and port, whatever is in between. `receivers` is the other direction.
//!
//! Ignored by default, as they need programs of other projects, which `.ci/run` lists.
//! `.ci/run interop` runs them, and there a missing program is a failure. Loopback only, and only
//! free ports. Postfix needs root.

#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "test helpers, which fail by panicking"
)]

mod datagrams;
mod dns;
mod fleet;
mod grpc;
mod guide;
mod health_checks;
mod hyper;
mod pop3;
mod receivers;
mod senders;
mod side_by_side;
mod support;
mod tls_after_header;
mod tls_in_front;
