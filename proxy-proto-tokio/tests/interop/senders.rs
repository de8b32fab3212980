//! Every mode of every sender, in front of the echo service of every adapter, and in front of a
//! recorder.
//!
//! A mode is data: what the sender is configured with, how its client connects, and what the header
//! has to contain. What was recorded is compared with the captures that the core's tests decode, or
//! replaces them: see `captures`.

mod captures;
mod check;
mod client;
mod curl;
mod dnsdist;
mod echo;
mod envoy;
mod haproxy;
mod hitch;
mod keys;
mod mode;
mod nginx;
mod recorder;
mod run;
mod stunnel;
mod swaks;
mod unix;
mod varnish;
