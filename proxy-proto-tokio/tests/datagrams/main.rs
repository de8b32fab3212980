//! The examples that receive datagrams, as balancers see them. On Linux, where all of
//! 127.0.0.0/8 is the host's own.

#![cfg(target_os = "linux")]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "test helpers, which fail by panicking"
)]

mod balancer;
mod dns;
#[path = "../../examples/quic/flows.rs"]
mod flows;
mod quic;
mod quic_flows;
mod quic_socket;
mod support;
