//! The examples that receive datagrams, as balancers see them.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "test helpers, which fail by panicking"
)]

mod dns;
mod support;
