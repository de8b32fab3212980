//! What the tests start, connect with, and read.

mod client;
mod deadline;
#[path = "../support/example.rs"]
mod example;
mod haproxy;
mod login_server;
mod nginx;
mod reserved;
mod scratch;
mod tls;
mod tool;

pub(crate) use self::{
    client::{Client, dial},
    deadline::within,
    haproxy::Haproxy,
    login_server::{Login, LoginServer},
    nginx::Nginx,
    reserved::Reserved,
    tls::Identity,
    tool::output_of,
};
