//! How many instructions proxy-proto and its peers need for the same work, and where their answers
//! differ.
//!
//! - `peers`: every library as a contestant, through its own API.
//! - [`rows`]: the work that is counted, with its goal.
//! - [`contest`]: whether a contestant is right, and the function that is counted if it is.
//! - [`counts`]: the stored counts, and the table and the chart made of them.
//! - [`disagreements`]: every row of the core's test tables where a peer's answer is not ours.
//! - [`growth`]: inputs of growing length, for work that must not grow faster.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    clippy::unwrap_used,
    reason = "an unpublished program on inputs that are written here"
)]

pub mod answer;
#[cfg(feature = "measure")]
pub mod chart;
pub mod contest;
pub mod counts;
pub mod disagreements;
pub mod growth;
mod peers;
pub mod rows;
pub mod tables;
