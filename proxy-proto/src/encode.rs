//! Headers to send.

#[cfg(feature = "alloc")]
mod alloc_out;
#[cfg(feature = "bytes")]
mod bytes_out;
mod output;
mod pass_on;
mod tlv;

pub(crate) use output::Output;
pub use pass_on::TlvEdit;
pub use tlv::{OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv};

use crate::{
    address::{AddressFamily, Addresses, TransportProtocol},
    error::EncodeError,
    header::{Command, Header, Version},
    v1, v2,
};

use output::{Counted, Written};
use pass_on::Received;

/// The longest header that every receiver takes that was tried, in bytes: nginx 1.22's stream module
/// stops here, the longest line of version 1.
pub const SENDER_SAFE_LEN: usize = v1::V1_MAX_LEN;

/// Bytes of the longest header without TLVs: Apache httpd and Exim stop here, and HAProxy's example
/// receiver (§9) too.
pub const SENDER_ADDRESSES_LEN: usize = v2::FIXED_LEN + v2::UNIX_LEN;

/// Bytes that come in one segment over any path (§2): lighttpd, Varnish and Postfix stop here.
pub const SENDER_SEGMENT_LEN: usize = 536;

/// A header to send, version 1 or 2.
///
/// What it writes, [`decode`](crate::decode) takes, and gives back equal. What the spec forbids or a
/// field cannot hold is refused with an error, and nothing is written then. It borrows addresses and
/// TLVs, and allocates nothing unless asked for a `Vec`.
///
/// Send a header in one call, before anything else. Receivers differ in how long a header they take:
/// see [`SENDER_SAFE_LEN`] and its neighbours.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Addresses, Encoder, OutgoingTlv, TransportProtocol, Version};
/// use proxy_proto::{SENDER_ADDRESSES_LEN, SENDER_SEGMENT_LEN};
///
/// let client = "192.0.2.1:56324".parse()?;
/// let server = "198.51.100.7:143".parse()?;
/// let addresses = Addresses::ip(client, server)?;
///
/// let mut out = [0; 107];
/// let line = Encoder::proxy(Version::V1, TransportProtocol::Stream, addresses)?;
/// let len = line.encode(&mut out)?;
/// assert_eq!(&out[..len], b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n");
///
/// let tlvs = [OutgoingTlv::Authority("example.com"), OutgoingTlv::Crc32c];
/// let binary = Encoder::proxy(Version::V2, TransportProtocol::Stream, addresses)?.with_tlvs(&tlvs);
/// assert_eq!(binary.encoded_len()?, 16 + 12 + (3 + 11) + (3 + 4));
/// assert!(binary.encoded_len()? <= SENDER_ADDRESSES_LEN && SENDER_ADDRESSES_LEN < SENDER_SEGMENT_LEN);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Encoder<'a> {
    start: Start<'a>,
    tlvs: TlvSource<'a>,
}

/// What comes before the TLVs.
#[derive(Clone, Copy, Debug)]
enum Start<'a> {
    /// A header passed on as it is, TLVs included.
    Whole(Header<'a>),
    /// A header passed on with other TLVs than its own.
    WithoutTlvs(Header<'a>),
    V1(Addresses<'a>),
    V2(StartV2<'a>),
}

/// How a header is made from what is known of it.
enum Form<'a> {
    /// As these bytes.
    Whole(&'a [u8]),
    /// As a line of version 1.
    Line(Addresses<'a>),
    /// As version 2, with the encoder's TLVs.
    Binary(StartV2<'a>),
}

#[derive(Clone, Copy, Debug)]
struct StartV2<'a> {
    command: Command,
    family_transport: u8,
    block: Block<'a>,
}

/// What stands between the 16 fixed bytes and the TLVs.
#[derive(Clone, Copy, Debug)]
enum Block<'a> {
    Addresses(Addresses<'a>),
    Raw(&'a [u8]),
}

#[derive(Clone, Copy, Debug)]
enum TlvSource<'a> {
    New(&'a [OutgoingTlv<'a>]),
    Received(Received<'a>),
}

impl<'a> Encoder<'a> {
    /// A header that relays a connection.
    ///
    /// Version 1 takes `Stream` with IP addresses (`TCP4`, `TCP6`), and `Unspec` with none
    /// (`UNKNOWN`). Version 2 takes any addresses with `Stream` and `Dgram`; with `Unspec`, whose
    /// addresses no receiver is to believe, it takes none.
    ///
    /// # Errors
    ///
    /// [`EncodeError::NotInV1`] and [`EncodeError::AddressesUnspec`].
    pub const fn proxy(
        version: Version,
        transport: TransportProtocol,
        addresses: Addresses<'a>,
    ) -> Result<Self, EncodeError> {
        let start = match (version, transport, addresses) {
            (Version::V1, TransportProtocol::Unspec, Addresses::Unspec)
            | (
                Version::V1,
                TransportProtocol::Stream,
                Addresses::Inet { .. } | Addresses::Inet6 { .. },
            ) => Start::V1(addresses),
            (Version::V1, ..) => return Err(EncodeError::NotInV1),
            (Version::V2, TransportProtocol::Unspec, Addresses::Unspec)
            | (Version::V2, TransportProtocol::Stream | TransportProtocol::Dgram, _) => {
                Start::V2(StartV2 {
                    command: Command::Proxy,
                    family_transport: v2::family_transport_byte(addresses.family(), transport),
                    block: Block::Addresses(addresses),
                })
            }
            (Version::V2, TransportProtocol::Unspec, _) => {
                return Err(EncodeError::AddressesUnspec);
            }
        };
        Ok(Self {
            start,
            tlvs: TlvSource::New(&[]),
        })
    }

    /// A header for a connection of the sender's own, such as a health check: LOCAL, `20 00`, with
    /// nothing behind it, which is what all receivers take.
    #[must_use]
    pub const fn local() -> Self {
        Self::local_with_block(&[])
    }

    /// A LOCAL header with these bytes behind its 16 fixed ones. Receivers skip them.
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
        let family_transport =
            v2::family_transport_byte(AddressFamily::Unspec, TransportProtocol::Unspec);
        let block = Block::Raw(block);
        let start = Start::V2(StartV2 {
            command: Command::Local,
            family_transport,
            block,
        });
        Self {
            start,
            tlvs: TlvSource::New(&[]),
        }
    }

    /// A received header to send further, with these edits made to its TLVs and the checksum, if it
    /// has one, computed again. What no edit names survives byte for byte, in its place and order;
    /// without edits the whole header does.
    ///
    /// To change the addresses or the version, make a new header with [`proxy`](Self::proxy) from
    /// what the received one says.
    ///
    /// # Errors
    ///
    /// [`EncodeError::TlvsInV1`], and [`EncodeError::OpaqueBlock`] for a LOCAL or UNSPEC header
    /// whose block is no list of TLVs that could be edited.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{Decoded, Encoder, OutgoingTlv, TlvEdit, TlvType, decode};
    ///
    /// let received = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x16\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f\xe1\x00\x01x\x04\x00\x03\0\0\0";
    /// let Decoded::Complete(header) = decode(received) else { panic!() };
    /// let edits = [TlvEdit::Drop(TlvType::NOOP), TlvEdit::Append(OutgoingTlv::UniqueId(b"42"))];
    ///
    /// let mut out = [0; 107];
    /// let len = Encoder::pass_on(header, &edits)?.encode(&mut out)?;
    /// assert_eq!(&out[28..len], b"\xe1\x00\x01x\x05\x00\x0242");
    /// # Ok::<(), proxy_proto::EncodeError>(())
    /// ```
    pub fn pass_on(header: Header<'a>, edits: &'a [TlvEdit<'a>]) -> Result<Self, EncodeError> {
        if edits.is_empty() {
            return Ok(Self {
                start: Start::Whole(header),
                tlvs: TlvSource::New(&[]),
            });
        }
        let (start, received) = Self::split(header, edits)?;
        Ok(Self {
            start: Start::V2(start),
            tlvs: TlvSource::Received(received),
        })
    }

    /// Sends these TLVs, in this order, instead of those set before, and of those of a header that is
    /// [passed on](Self::pass_on).
    #[must_use]
    pub const fn with_tlvs(mut self, tlvs: &'a [OutgoingTlv<'a>]) -> Self {
        if let Start::Whole(header) = self.start {
            self.start = Start::WithoutTlvs(header);
        }
        self.tlvs = TlvSource::New(tlvs);
        self
    }

    /// Writes the header to the start of `out` and says how many bytes it takes.
    ///
    /// # Errors
    ///
    /// Any [`EncodeError`]; `out` is as it was then. [`EncodeError::BufferTooSmall`] says how many
    /// bytes are needed.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        match self.form()? {
            Form::Whole(raw) => copy(raw, out),
            Form::Line(addresses) => copy(v1::write(addresses).as_bytes(), out),
            Form::Binary(start) => {
                let len = start.encoded_len(&self.tlvs)?;
                start.write(&self.tlvs, prefix(out, len)?)?;
                Ok(len)
            }
        }
    }

    /// Writes the header and behind it the payload of one datagram, and says how many bytes both
    /// take. Spec: §2, UDP: both must be in the same datagram.
    ///
    /// # Errors
    ///
    /// As [`encode`](Self::encode); the buffer must hold both.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{Addresses, Encoder, TransportProtocol, Version, decode_datagram};
    ///
    /// let addresses = Addresses::ip("192.0.2.1:5353".parse()?, "198.51.100.7:53".parse()?)?;
    /// let header = Encoder::proxy(Version::V2, TransportProtocol::Dgram, addresses)?;
    /// let mut datagram = [0; 512];
    /// let len = header.encode_datagram(b"query", &mut datagram)?;
    ///
    /// let (header, payload) = decode_datagram(&datagram[..len])?;
    /// assert_eq!(header.source().unwrap().to_string(), "192.0.2.1:5353");
    /// assert_eq!(payload, b"query");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encode_datagram(&self, payload: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
        let required = self.encoded_len()?.saturating_add(payload.len());
        let out = prefix(out, required)?;
        let header_len = self.encode(out)?;
        Written::to(out, header_len).put(payload);
        Ok(required)
    }

    /// Length of the header in bytes (15 to 65,551).
    ///
    /// # Errors
    ///
    /// What [`encode`](Self::encode) would say with room enough.
    pub fn encoded_len(&self) -> Result<usize, EncodeError> {
        match self.form()? {
            Form::Whole(raw) => Ok(raw.len()),
            Form::Line(addresses) => Ok(v1::write(addresses).as_bytes().len()),
            Form::Binary(start) => start.encoded_len(&self.tlvs),
        }
    }

    #[inline]
    fn form(&self) -> Result<Form<'a>, EncodeError> {
        Ok(match self.start {
            Start::Whole(header) => Form::Whole(header.as_bytes()),
            Start::V2(start) => Form::Binary(start),
            Start::V1(addresses) => {
                self.check_no_tlvs()?;
                match addresses {
                    Addresses::Unspec => Form::Whole(v1::SHORTEST_LINE),
                    _ => Form::Line(addresses),
                }
            }
            Start::WithoutTlvs(header) if header.version() == Version::V1 => {
                self.check_no_tlvs()?;
                Form::Whole(header.as_bytes())
            }
            Start::WithoutTlvs(header) => Form::Binary(Self::split(header, &[])?.0),
        })
    }

    /// What version 1 needs.
    const fn check_no_tlvs(&self) -> Result<(), EncodeError> {
        match self.tlvs {
            TlvSource::New([]) => Ok(()),
            _ => Err(EncodeError::TlvsInV1),
        }
    }

    /// A received header of version 2 up to its TLVs, and the TLVs with these edits.
    fn split(
        header: Header<'a>,
        edits: &'a [TlvEdit<'a>],
    ) -> Result<(StartV2<'a>, Received<'a>), EncodeError> {
        let Some((&[family_transport, _, _], block)) = header
            .as_bytes()
            .get(13..)
            .and_then(<[u8]>::split_first_chunk)
        else {
            return Err(EncodeError::TlvsInV1);
        };
        if header.version() == Version::V1 {
            return Err(EncodeError::TlvsInV1);
        }
        let (block, received) = Received::split(header, block, edits)?;
        let start = StartV2 {
            command: header.command(),
            family_transport,
            block: Block::Raw(block),
        };
        Ok((start, received))
    }
}

impl StartV2<'_> {
    /// Length of the header with these TLVs, which are checked.
    #[inline]
    fn encoded_len(&self, tlvs: &TlvSource<'_>) -> Result<usize, EncodeError> {
        let block_len = match self.block {
            Block::Addresses(addresses) => v2::block_len(addresses.family()).into(),
            Block::Raw(raw) => raw.len(),
        };
        let mut counted = Counted::from(v2::FIXED_LEN.saturating_add(block_len));
        tlvs.write(&mut counted)?;
        let found = counted.len();
        if found > v2::V2_MAX_LEN {
            return Err(EncodeError::HeaderTooLong { found });
        }
        Ok(found)
    }

    /// Writes the header over all of `out`, which has [`encoded_len`](Self::encoded_len) bytes.
    #[inline]
    fn write(&self, tlvs: &TlvSource<'_>, out: &mut [u8]) -> Result<(), EncodeError> {
        let len = out.len().saturating_sub(v2::FIXED_LEN);
        let mut output = Written::to(out, 0);
        output.put(&v2::fixed(self.command, self.family_transport, len));
        match self.block {
            Block::Addresses(addresses) => v2::write_addresses(addresses, &mut output),
            Block::Raw(raw) => output.put(raw),
        }
        tlvs.write(&mut output)?;
        output.finish();
        Ok(())
    }
}

impl TlvSource<'_> {
    #[inline]
    fn write(&self, output: &mut impl Output) -> Result<(), EncodeError> {
        match self {
            Self::New(tlvs) => tlvs.iter().try_for_each(|tlv| tlv.write(output)),
            Self::Received(received) => received.write(output),
        }
    }
}

/// Copies a header that is whole already.
fn copy(header: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
    prefix(out, header.len())?.copy_from_slice(header);
    Ok(header.len())
}

/// The first bytes of a buffer, so many as a header takes.
fn prefix(out: &mut [u8], required: usize) -> Result<&mut [u8], EncodeError> {
    let found = out.len();
    out.get_mut(..required)
        .ok_or(EncodeError::BufferTooSmall { required, found })
}
