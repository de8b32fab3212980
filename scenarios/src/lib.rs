//! One table of connections, driven through every adapter, so that they cannot drift apart.
//!
//! A row states where a client connects from, under which policy, what it sends and how it ends,
//! and what the adapter must do: refuse the connection for this reason, or accept it with these
//! addresses and exactly this payload. An adapter's test implements [`Adapter`] and calls [`run`]. One that
//! implements [`Simulated`] and calls [`simulate`] is driven through many rows at once.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

mod adapter;
mod client;
mod echo;
mod headers;
mod run;
mod silent;
mod simulation;
mod table;

pub use adapter::{Adapter, Listener, Outcome, Served};
pub use echo::test_echo;
pub use headers::headers;
pub use run::run;
pub use silent::test_silent_peers;
pub use simulation::{Ended, Simulated, simulate};
