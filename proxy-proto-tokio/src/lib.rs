#![doc = include_str!("../docs/crate.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod acceptor;
mod read;
mod socket;

pub use acceptor::ProxyAcceptor;
pub use proxy_proto::{
    self,
    io::{AcceptError, AcceptErrorKind},
};
pub use socket::Socket;

/// The examples of the README, compiled with the others.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
