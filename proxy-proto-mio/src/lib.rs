#![doc = include_str!("../docs/crate.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod handshakes;
mod socket;

pub use handshakes::{Begun, Handshakes};
pub use proxy_proto::{
    self,
    io::{AcceptError, AcceptErrorKind, Outcome},
};
pub use socket::Socket;
