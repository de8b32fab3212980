//! Headers to send.
//!
//! Notes for maintainers:
//!
//! - Every header, made here or forwarded, is a [`Source`]: one function puts its bytes, in order, into an
//!   [`Output`]. It runs twice. The first run only counts, and finds every error; the second writes to
//!   exactly the bytes that the first one counted. So a header that is refused leaves the buffer as it
//!   was, and no length can disagree with what is written.
//! - Therefore a `put` must depend on nothing but the header and [`Output::len`]: both runs have to agree.
//! - [`Output::total`] is 0 in the first run. It is for the length field alone, which has the same
//!   size whatever it holds.
//! - The CRC32C is computed after the second run, over the whole header with those 4 bytes 0. §2.2.3.
//! - Every copy is between slices whose lengths the compiler can see to be equal; if it cannot, the
//!   proof that no panic is reachable (`.ci/run no-panic`) does not link.
//! - Change together: a variant of [`OutgoingTlv`], the naive encoder in `fuzz/src/structured` that this
//!   one is compared with, and the strategies of the tests. An SSL sub-TLV needs a row in
//!   `tlv/kinds.rs`, and no change here.

mod forward;
mod output;
mod tlv;

pub use forward::{Forward, TlvEdit};
pub(crate) use output::Output;
pub use tlv::{OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv};

use core::net::SocketAddrV6;

#[cfg(feature = "alloc")]
use crate::{address::Endpoint, connection::ConnectionInfo, header::Version};
use crate::{
    address::{AddressFamily, Addresses, TransportProtocol},
    error::EncodeError,
    v1, v2,
};

use output::Source;

/// Length of the longest header accepted by every receiver tested, in bytes: nginx 1.22's stream
/// module stops here, at the maximum length of a version 1 line.
pub const SENDER_SAFE_LEN: usize = v1::V1_MAX_LEN;

/// Length of the longest header without TLVs, in bytes: Apache httpd, Exim and HAProxy's example
/// receiver (§9) stop here.
pub const SENDER_ADDRESSES_LEN: usize = v2::FIXED_LEN + v2::UNIX_LEN;

/// Bytes that arrive in one segment over any path (§2): lighttpd, Varnish and Postfix stop here.
pub const SENDER_SEGMENT_LEN: usize = 536;

/// A header to send, version 1 or 2.
///
/// Whatever it writes, [`decode`](crate::decode) accepts and returns as an equal header. What the spec
/// forbids or a field cannot hold is refused with an error, and then nothing is written. It borrows
/// addresses and TLVs, and allocates nothing unless a `Vec` is requested.
///
/// Send a header in one call, before anything else. Receivers differ in the maximum length they
/// accept: see [`SENDER_SAFE_LEN`] and its neighbours. To forward a received header, see
/// [`Forward`].
///
/// # Examples
///
/// ```
/// use proxy_proto::{Addresses, Encoder, OutgoingTlv, TransportProtocol};
/// use proxy_proto::{SENDER_ADDRESSES_LEN, SENDER_SEGMENT_LEN};
///
/// let client = "192.0.2.1:56324".parse()?;
/// let server = "198.51.100.7:143".parse()?;
/// let addresses = Addresses::ip(client, server)?;
///
/// let mut out = [0; 107];
/// let len = Encoder::v1(addresses)?.encode(&mut out)?;
/// assert_eq!(&out[..len], b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n");
///
/// let tlvs = [OutgoingTlv::Authority("example.com"), OutgoingTlv::Crc32c];
/// let binary = Encoder::v2(TransportProtocol::Stream, addresses)?.with_tlvs(&tlvs);
/// assert_eq!(binary.encoded_len()?, 16 + 12 + (3 + 11) + (3 + 4));
/// assert!(binary.encoded_len()? <= SENDER_ADDRESSES_LEN && SENDER_ADDRESSES_LEN < SENDER_SEGMENT_LEN);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Encoder<'a> {
    start: Start<'a>,
    tlvs: &'a [OutgoingTlv<'a>],
}

/// What comes before the TLVs. The constructors below admit only what a header can hold.
#[derive(Clone, Copy, Debug)]
enum Start<'a> {
    /// A whole line of version 1, written once: digits are most of the work, and `put` runs twice.
    V1(v1::SentLine),
    /// Version 2, PROXY.
    Proxy(TransportProtocol, Addresses<'a>),
    /// Version 2, LOCAL, with these bytes after the 16 fixed ones.
    Local(&'a [u8]),
}

impl<'a> Encoder<'a> {
    /// A version 1 header that relays a TCP connection: `TCP4` or `TCP6`. Spec: §2.1.
    ///
    /// # Errors
    ///
    /// [`EncodeError::NotInV1`] unless the addresses are IPv4 or IPv6, and
    /// [`EncodeError::ScopeOrFlow`].
    pub fn v1(addresses: Addresses<'a>) -> Result<Self, EncodeError> {
        match addresses.family() {
            AddressFamily::Unspec | AddressFamily::Unix => Err(EncodeError::NotInV1),
            AddressFamily::Inet | AddressFamily::Inet6 => {
                let line = v1::SentLine::new(addresses);
                check_ipv6(addresses).map(|()| Self::starting(Start::V1(line)))
            }
        }
    }

    /// The version 1 header that carries no addresses, `UNKNOWN`: the receiver uses those of the
    /// connection. Spec: §2.1.
    #[must_use]
    pub fn v1_unknown() -> Self {
        Self::starting(Start::V1(v1::SentLine::new(Addresses::Unspec)))
    }

    /// A version 2 header that relays a connection. Spec: §2.2.
    ///
    /// # Errors
    ///
    /// [`EncodeError::AddressesUnspec`] for addresses with [`TransportProtocol::Unspec`], which no
    /// receiver would use, and [`EncodeError::ScopeOrFlow`].
    pub fn v2(transport: TransportProtocol, addresses: Addresses<'a>) -> Result<Self, EncodeError> {
        if transport == TransportProtocol::Unspec && addresses != Addresses::Unspec {
            return Err(EncodeError::AddressesUnspec);
        }
        check_ipv6(addresses).map(|()| Self::starting(Start::Proxy(transport, addresses)))
    }

    /// A version 2 header for a connection of the sender's own, such as a health check: LOCAL with
    /// nothing after the 16 fixed bytes, which all receivers accept. Spec: §2.2.
    #[must_use]
    pub const fn local() -> Self {
        Self::local_with_block(&[])
    }

    /// A LOCAL header with these bytes after its 16 fixed ones. Receivers skip them. Spec: §2.2.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{Decoded, Encoder, SENDER_SAFE_LEN, decode};
    ///
    /// let mut out = [0; SENDER_SAFE_LEN];
    /// let len = Encoder::local_with_block(b"anything").encode(&mut out)?;
    /// let Decoded::Complete(header) = decode(&out[..len]) else { panic!() };
    /// assert_eq!(header.block(), b"anything");
    /// # Ok::<(), proxy_proto::EncodeError>(())
    /// ```
    #[must_use]
    pub const fn local_with_block(block: &'a [u8]) -> Self {
        Self::starting(Start::Local(block))
    }

    /// A header of this version for a connection that was accepted and is relayed: from its
    /// [client](ConnectionInfo::client_addr) to the [address](ConnectionInfo::server_addr) that the
    /// client connected to, whether a header stated them or not.
    ///
    /// - After a received header without usable endpoints, there are none in this one either: it is
    ///   LOCAL after a LOCAL, and otherwise UNSPEC. In version 1 both are `UNKNOWN`.
    /// - It is also UNSPEC or `UNKNOWN` if either address is a UNIX socket, whose name means nothing on
    ///   another machine.
    /// - If one address is IPv4 and the other IPv6, the IPv4 one becomes v4-mapped.
    ///
    /// The TLVs of a received header are left out. To keep them, see [`Forward`]. Spec: §2.1, §2.2.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::net::SocketAddr;
    ///
    /// use proxy_proto::{ConnectionInfo, Encoder, Version};
    ///
    /// let client: SocketAddr = "192.0.2.1:56324".parse()?;
    /// let server: SocketAddr = "198.51.100.7:143".parse()?;
    /// let info = ConnectionInfo::direct(client, server);
    ///
    /// let line = Encoder::for_connection(&info, Version::V1).to_vec()?;
    /// assert_eq!(line, b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n");
    /// assert_eq!(Encoder::for_connection(&info, Version::V2).encoded_len()?, 28);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    #[must_use]
    pub fn for_connection(info: &ConnectionInfo, version: Version) -> Self {
        let is_stated = info.header().is_none() || info.is_proxied();
        let (transport, addresses) = match (info.client_addr(), info.server_addr()) {
            (Endpoint::Ip(client), Endpoint::Ip(server)) if is_stated => (
                TransportProtocol::Stream,
                Addresses::ip_mapped(client, server),
            ),
            _ => (TransportProtocol::Unspec, Addresses::Unspec),
        };
        Self::starting(match version {
            Version::V1 => Start::V1(v1::SentLine::new(addresses)),
            Version::V2 if info.is_local() => Start::Local(&[]),
            Version::V2 => Start::Proxy(transport, addresses),
        })
    }

    /// The same header with these TLVs, in this order, instead of those set before. Version 1 has no
    /// TLVs: encoding them fails.
    #[must_use]
    pub const fn with_tlvs(self, tlvs: &'a [OutgoingTlv<'a>]) -> Self {
        Self { tlvs, ..self }
    }

    /// Writes the header to the start of `out` and returns its length in bytes.
    ///
    /// # Errors
    ///
    /// Any [`EncodeError`]; `out` is left as it was. [`EncodeError::BufferTooSmall`] reports how
    /// many bytes are needed.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        self.write(&[], out)
    }

    /// Writes the header, followed by the payload of one datagram, and returns the length of both
    /// in bytes. Spec: §2, UDP: both must be in the same datagram.
    ///
    /// # Errors
    ///
    /// Those of [`encode`](Self::encode); the buffer must hold both.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{Addresses, Encoder, TransportProtocol, decode_datagram};
    ///
    /// let addresses = Addresses::ip("192.0.2.1:5353".parse()?, "198.51.100.7:53".parse()?)?;
    /// let header = Encoder::v2(TransportProtocol::Dgram, addresses)?;
    /// let mut datagram = [0; 512];
    /// let len = header.encode_datagram(b"query", &mut datagram)?;
    ///
    /// let (header, payload) = decode_datagram(&datagram[..len])?;
    /// assert_eq!(header.source().unwrap().to_string(), "192.0.2.1:5353");
    /// assert_eq!(payload, b"query");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encode_datagram(&self, payload: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
        self.write(payload, out)
    }

    /// Appends the header to `out` and returns its length in bytes.
    ///
    /// It is built in a separate buffer first, since `out` need not be contiguous and the checksum
    /// covers the whole header; on the stack, unless it is longer than [`SENDER_SEGMENT_LEN`].
    ///
    /// # Errors
    ///
    /// Those of [`encode`](Self::encode); `out` is left as it was.
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use proxy_proto::Encoder;
    ///
    /// let mut out = BytesMut::new();
    /// assert_eq!(Encoder::local().encode_to(&mut out)?, 16);
    /// assert_eq!(&out[..], b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00");
    /// # Ok::<(), proxy_proto::EncodeError>(())
    /// ```
    #[cfg(feature = "bytes")]
    #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
    pub fn encode_to(&self, out: &mut impl bytes::BufMut) -> Result<usize, EncodeError> {
        self.append(out)
    }

    /// The header as a `Vec` of exactly its length.
    ///
    /// # Errors
    ///
    /// Those of [`encode`](Self::encode).
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::Encoder;
    ///
    /// assert_eq!(Encoder::local().to_vec()?, b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00");
    /// # Ok::<(), proxy_proto::EncodeError>(())
    /// ```
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    pub fn to_vec(&self) -> Result<alloc::vec::Vec<u8>, EncodeError> {
        self.collect()
    }

    /// Length of the header in bytes (15 to 65,551).
    ///
    /// # Errors
    ///
    /// Those of [`encode`](Self::encode) with a buffer that is large enough.
    pub fn encoded_len(&self) -> Result<usize, EncodeError> {
        self.measure()
    }

    const fn starting(start: Start<'a>) -> Self {
        Self { start, tlvs: &[] }
    }
}

impl Source for Encoder<'_> {
    fn put(&self, out: &mut Output<impl AsMut<[u8]>>) -> Result<(), EncodeError> {
        match self.start {
            Start::V1(_) if !self.tlvs.is_empty() => return Err(EncodeError::TlvsInV1),
            Start::V1(ref line) => out.put(line.as_bytes()),
            Start::Proxy(transport, addresses) => v2::put_proxy(transport, addresses, out),
            Start::Local(block) => v2::put_local(block, out),
        }
        self.tlvs.iter().try_for_each(|tlv| tlv.put(out))
    }
}

/// Refuses what the constructors of [`Addresses`] clear, but which can be set again through a
/// pattern.
fn check_ipv6(addresses: Addresses<'_>) -> Result<(), EncodeError> {
    let is_lost = |end: SocketAddrV6| end.flowinfo() | end.scope_id() != 0;
    match addresses {
        Addresses::Inet6 {
            source,
            destination,
        } if is_lost(source) || is_lost(destination) => Err(EncodeError::ScopeOrFlow),
        _ => Ok(()),
    }
}
