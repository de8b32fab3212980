//! A stream of which some bytes have been read already.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream with bytes in front of it, which were read together with the header.
///
/// Reading gives these bytes first, then those of the stream. Writing goes to the stream.
#[derive(Debug)]
pub struct Prefixed<S> {
    prefix: Vec<u8>,
    read: usize,
    stream: S,
}

impl<S> Prefixed<S> {
    pub(crate) const fn new(prefix: Vec<u8>, stream: S) -> Self {
        Self {
            prefix,
            read: 0,
            stream,
        }
    }

    /// The bytes that come before those of the stream and have not been read yet.
    #[must_use]
    pub fn prefix(&self) -> &[u8] {
        self.prefix.get(self.read..).unwrap_or_default()
    }

    /// The stream. Reading from it skips the [prefix](Self::prefix).
    pub const fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The stream. Reading from it skips the [prefix](Self::prefix).
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// The bytes that come first and have not been read yet, and the stream.
    #[must_use]
    pub fn into_parts(self) -> (Vec<u8>, S) {
        let Self {
            mut prefix,
            read,
            stream,
        } = self;
        prefix.drain(..read.min(prefix.len()));
        (prefix, stream)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Prefixed<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let prefix = this.prefix.get(this.read..).unwrap_or_default();
        if prefix.is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        }
        let len = prefix.len().min(buf.remaining());
        buf.put_slice(prefix.get(..len).unwrap_or_default());
        this.read = this.read.saturating_add(len);
        if this.read == this.prefix.len() {
            this.prefix = Vec::new();
            this.read = 0;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Prefixed<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
