//! Servers, which are those of the tests of `proxy-proto-tokio`, and the command.

#![allow(
    dead_code,
    reason = "what is shared is used in full by the other tests that share it"
)]

#[path = "../../../proxy-proto-tokio/tests/interop/support/client.rs"]
mod client;
mod command;
#[path = "../../../proxy-proto-tokio/tests/interop/support/deadline.rs"]
mod deadline;
#[path = "../../../proxy-proto-tokio/tests/interop/support/dovecot.rs"]
mod dovecot;
#[path = "../../../proxy-proto-tokio/tests/interop/support/haproxy.rs"]
mod haproxy;
#[path = "../../../proxy-proto-tokio/tests/interop/support/nginx.rs"]
mod nginx;
#[path = "../../src/conform/processes.rs"]
mod processes;
#[path = "../../../proxy-proto-tokio/tests/interop/support/receiver.rs"]
mod receiver;
#[path = "../../../proxy-proto-tokio/tests/interop/support/reserved.rs"]
mod reserved;
#[path = "../../../proxy-proto-tokio/tests/interop/support/scratch.rs"]
mod scratch;
#[path = "../../../proxy-proto-tokio/examples/support/statistics.rs"]
mod statistics;
#[path = "../../../proxy-proto-tokio/tests/interop/support/tls.rs"]
mod tls;
#[path = "../../../proxy-proto-tokio/tests/interop/support/tool.rs"]
mod tool;

pub(crate) use self::{
    client::{dial, is_listening},
    command::{Listen, Run, run},
    deadline::{eventually, within},
    dovecot::Dovecot,
    haproxy::Haproxy,
    nginx::Nginx,
    receiver::{Pieces, RECEIVERS, Receiver, Row},
    reserved::Reserved,
    scratch::Scratch,
    tls::Identity,
    tool::output_of,
};
