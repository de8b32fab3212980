//! Whole spaces of bytes, exhausted: `.ci/run exhaustive` runs these tests, optimized.
//!
//! Bytes after a refusal are not tried with both decoders, as they change nothing; that they do not is
//! checked too.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

mod v1;
mod v2;
