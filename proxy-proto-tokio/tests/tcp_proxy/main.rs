//! The tcp-proxy example, as a user runs it, in front of backends of our own.

#![cfg(unix)]
#![expect(clippy::panic, clippy::unwrap_used, reason = "fails the test")]

mod connections;
mod headers;
mod support;
