//! A [`ProxyListener`] where any listener of `tokio-util` will do.

use std::{
    io,
    task::{Context, Poll},
};

use tokio_util::net::Listener;

use crate::{
    info::ProxyInfo,
    listen::Listen,
    listener::{Delivery, ProxyListener},
};

impl<L: Listen, D: Delivery> Listener for ProxyListener<L, D> {
    type Io = D::Stream<L::Socket>;
    type Addr = ProxyInfo;

    fn poll_accept(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<(Self::Io, ProxyInfo)>> {
        self.poll_accept(cx)
            .map_ok(|(stream, info)| (stream, ProxyInfo::connection(info)))
    }

    fn local_addr(&self) -> io::Result<ProxyInfo> {
        Ok(ProxyInfo::listener(self.local_addr()))
    }
}
