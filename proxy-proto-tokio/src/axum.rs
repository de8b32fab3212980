//! `axum::serve` with a [`ProxyListener`].

use std::{io, time::Duration};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::time::sleep;

use crate::{
    info::ProxyInfo,
    listen::Listen,
    listener::{Delivered, Delivery, ProxyListener},
};

impl<L: Listen, D: Delivery> Listener for ProxyListener<L, D> {
    type Io = D::Stream<L::Socket>;
    type Addr = ProxyInfo;

    /// axum has no way to end the server here. If the socket fails for good, that is reported like any
    /// other error of accept(2), and tried again after a second.
    async fn accept(&mut self) -> (Self::Io, ProxyInfo) {
        const PAUSE: Duration = Duration::from_secs(1);
        loop {
            let accepted: io::Result<Delivered<L::Socket, D>> = Self::accept(self).await;
            match accepted {
                Ok((stream, info)) => {
                    return (stream, ProxyInfo::connection(info));
                }
                Err(error) => {
                    self.report_failure(&error, PAUSE);
                    sleep(PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<ProxyInfo> {
        Ok(ProxyInfo::listener(self.local_addr()))
    }
}

impl<L: Listen, D: Delivery> Connected<IncomingStream<'_, ProxyListener<L, D>>> for ProxyInfo {
    fn connect_info(stream: IncomingStream<'_, ProxyListener<L, D>>) -> Self {
        stream.remote_addr().clone()
    }
}
