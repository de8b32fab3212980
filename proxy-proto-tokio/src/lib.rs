#![doc = include_str!("../docs/crate.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod acceptor;
mod read;

pub use acceptor::ProxyAcceptor;
pub use proxy_proto::{
    self,
    io::{AcceptError, AcceptErrorKind},
};

/// The examples of the README, compiled with the others.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
