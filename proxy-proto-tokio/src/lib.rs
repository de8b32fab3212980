#![doc = include_str!("../docs/crate.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod acceptor;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "axum-server")]
mod axum_server;
mod connect;
mod event;
mod handle;
#[cfg(any(feature = "axum", feature = "tokio-util"))]
mod info;
mod lazy;
mod listen;
mod listener;
#[cfg(feature = "tracing")]
mod log;
mod prefixed;
mod read;
mod ready;
#[cfg(all(test, unix))]
mod simulation;
mod socket;
#[cfg(feature = "tonic")]
mod tonic;
#[cfg(feature = "tokio-util")]
mod util;

pub use acceptor::ProxyAcceptor;
pub use connect::{connect, connect_for};
pub use event::{Event, EventKind};
pub use handle::ListenerHandle;
#[cfg(any(feature = "axum", feature = "tokio-util"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "axum", feature = "tokio-util"))))]
pub use info::ProxyInfo;
pub use lazy::LazySocket;
pub use listen::{IntoListen, Listen};
pub use listener::{Buffered, Delivered, Delivery, Draining, ProxyListener, Untouched};
pub use prefixed::Prefixed;
pub use proxy_proto::{
    self,
    io::{AcceptError, AcceptErrorKind},
};
pub use read::read_header;
pub use socket::Socket;
#[cfg(feature = "tonic")]
#[cfg_attr(docsrs, doc(cfg(feature = "tonic")))]
pub use tonic::{Connection, add_tcp_connect_info};

/// The examples of the README, compiled with the others.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Those of the guide.
#[cfg(doctest)]
#[doc = include_str!("../BALANCERS.md")]
struct Balancers;
