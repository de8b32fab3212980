#![doc = include_str!("../docs/crate.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod acceptor;
mod error;
mod read;

pub use acceptor::ProxyAcceptor;
pub use error::{AcceptError, AcceptErrorKind};
pub use proxy_proto;

/// The examples of the README, compiled with the others.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
