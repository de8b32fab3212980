//! A decoded header.

use core::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6},
};

use crate::{
    address::{AddressFamily, Addresses, Endpoint, TransportProtocol},
    tlv::{Tlv, TlvType, Tlvs},
    v2::{
        addresses,
        layout::{FIXED_LEN, block_len},
    },
};

/// A whole, valid PROXY protocol header that borrows the bytes it was decoded from.
///
/// It states what its sender claims, and is only as trustworthy as that sender: accept headers only
/// from networks you trust. Spec: §2, §5.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Command, Decoded, Version, decode};
///
/// let input = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n* OK";
/// let Decoded::Complete(header) = decode(input) else { panic!() };
///
/// assert_eq!(header.version(), Version::V1);
/// assert_eq!(header.command(), Command::Proxy);
/// assert_eq!(header.source().unwrap().to_string(), "192.0.2.1:56324");
/// assert_eq!(header.destination().unwrap().to_string(), "198.51.100.7:143");
/// assert_eq!(&input[header.len()..], b"* OK");
/// ```
///
/// A header that carries no usable endpoints, here a health check with bytes in its block:
///
/// ```
/// use proxy_proto::{AddressFamily, Addresses, Command, Decoded, Header, TransportProtocol, decode};
///
/// let input = b"\r\n\r\n\0\r\nQUIT\n\x20\x11\x00\x03\x04\x00\x00";
/// let Decoded::Complete(header) = decode(input) else { panic!() };
/// let header: Header<'_> = header;
///
/// assert_eq!(header.command(), Command::Local);
/// assert_eq!(header.addresses(), Addresses::Unspec);
/// assert_eq!(header.address_family(), AddressFamily::Unspec);
/// assert_eq!(header.transport_protocol(), TransportProtocol::Unspec);
/// assert_eq!(header.tlvs().count(), 0);
/// assert_eq!(header.block(), b"\x04\x00\x00");
/// assert_eq!(header.as_bytes(), input);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Header<'a> {
    pub(crate) raw: &'a [u8],
    pub(crate) fields: Fields,
}

/// A version of the protocol. Spec: §2.1, §2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the protocol fixes these two")]
pub enum Version {
    /// Version 1: a line of text.
    V1,
    /// Version 2: binary, with TLVs.
    V2,
}

/// Whose connection a header describes: a relayed one, or the sender's own. Spec: §2.2, byte 12, low nibble.
///
/// Exhaustive: §2.2 says that no other value may be sent in version 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the protocol fixes these two")]
pub enum Command {
    /// The sender opened the connection itself, for example for a health check: use its own address.
    Local,
    /// The sender relays a connection: use the addresses of the header. Every header of version 1
    /// has this command.
    Proxy,
}

/// What decoding found, apart from the bytes: it borrows nothing, so that [`OwnedHeader`] can keep
/// it with the bytes it was decoded from, and return a [`Header`] without decoding again.
///
/// [`OwnedHeader`]: crate::OwnedHeader
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fields {
    pub(crate) version: Version,
    pub(crate) command: Command,
    pub(crate) family: AddressFamily,
    pub(crate) transport: TransportProtocol,
    pub(crate) addresses: StoredAddresses,
    /// Whether the bytes after the addresses, if any, are TLVs.
    pub(crate) has_tlvs: bool,
}

/// Endpoints in as few bytes as possible: those of version 1 parsed from its text, those of version
/// 2 left where they are, in the raw bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StoredAddresses {
    Unspec,
    Inet {
        source: (Ipv4Addr, u16),
        destination: (Ipv4Addr, u16),
    },
    Inet6 {
        source: (Ipv6Addr, u16),
        destination: (Ipv6Addr, u16),
    },
    /// In the address block of version 2, IPv4.
    InetBlock,
    /// In the address block of version 2, IPv6.
    Inet6Block,
    /// In the address block of version 2, UNIX.
    UnixBlock,
}

impl Fields {
    /// The fields of a header that carries no endpoints and no TLVs.
    #[inline]
    pub(crate) const fn without_endpoints(version: Version, command: Command) -> Self {
        Self {
            version,
            command,
            family: AddressFamily::Unspec,
            transport: TransportProtocol::Unspec,
            addresses: StoredAddresses::Unspec,
            has_tlvs: false,
        }
    }
}

impl<'a> Header<'a> {
    /// The version it was sent in.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.fields.version
    }

    /// Whether the sender relays a connection or opened it itself.
    #[must_use]
    pub const fn command(&self) -> Command {
        self.fields.command
    }

    /// The address family that the header states. UNSPEC for a LOCAL header, where byte 13 is
    /// ignored. Spec: §2.2.
    #[must_use]
    pub const fn address_family(&self) -> AddressFamily {
        self.fields.family
    }

    /// The transport protocol that the header states. UNSPEC for a LOCAL header, where byte 13 is
    /// ignored. Spec: §2.2.
    #[must_use]
    pub const fn transport_protocol(&self) -> TransportProtocol {
        self.fields.transport
    }

    /// Both endpoints; [`Addresses::Unspec`] if there are no usable ones: a LOCAL command, `UNKNOWN`,
    /// or UNSPEC as family or transport protocol. Spec: §2.1, §2.2.
    #[must_use]
    pub fn addresses(&self) -> Addresses<'a> {
        let in_block = match self.fields.addresses {
            StoredAddresses::Unspec => None,
            StoredAddresses::Inet {
                source,
                destination,
            } => {
                return Addresses::Inet {
                    source: SocketAddrV4::new(source.0, source.1),
                    destination: SocketAddrV4::new(destination.0, destination.1),
                };
            }
            StoredAddresses::Inet6 {
                source,
                destination,
            } => {
                return Addresses::Inet6 {
                    source: SocketAddrV6::new(source.0, source.1, 0, 0),
                    destination: SocketAddrV6::new(destination.0, destination.1, 0, 0),
                };
            }
            StoredAddresses::InetBlock => addresses::inet(self.raw),
            StoredAddresses::Inet6Block => addresses::inet6(self.raw),
            StoredAddresses::UnixBlock => addresses::unix(self.raw),
        };
        in_block.unwrap_or(Addresses::Unspec)
    }

    /// Where the connection came from, exactly as sent; `Some` only if the header carries
    /// usable endpoints.
    #[must_use]
    pub fn source(&self) -> Option<Endpoint<'a>> {
        self.addresses().source()
    }

    /// Where the connection was meant to go, exactly as sent; `Some` only if the header
    /// carries usable endpoints.
    #[must_use]
    pub fn destination(&self) -> Option<Endpoint<'a>> {
        self.addresses().destination()
    }

    /// The TLVs, in the order sent. There are none in version 1, in LOCAL headers (their block is not
    /// parsed), and in those of family UNSPEC whose block is not well framed. Spec: §2.2.
    #[must_use]
    pub fn tlvs(&self) -> Tlvs<'a> {
        if !self.fields.has_tlvs {
            return Tlvs::of_framed(&[], 0);
        }
        let offset = FIXED_LEN.saturating_add(self.address_block_len());
        Tlvs::of_framed(self.raw.get(offset..).unwrap_or_default(), offset)
    }

    /// The first TLV of this type.
    #[must_use]
    pub fn tlv(&self, tlv_type: TlvType) -> Option<Tlv<'a>> {
        self.tlvs().find(|tlv| tlv.tlv_type() == tlv_type)
    }

    /// The exact bytes of the header, from the first to the last.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// What follows the 16 fixed bytes of version 2: addresses and TLVs, or whatever a LOCAL
    /// header holds there. Empty for version 1.
    ///
    /// To look inside a LOCAL header, try [`Tlvs::new`].
    #[must_use]
    pub fn block(&self) -> &'a [u8] {
        match self.fields.version {
            Version::V1 => &[],
            Version::V2 => self.raw.get(FIXED_LEN..).unwrap_or_default(),
        }
    }

    /// Length of the address block that the family requires, in bytes.
    pub(crate) fn address_block_len(&self) -> usize {
        block_len(self.fields.family).into()
    }

    /// Length of the header in bytes (15 to 65,551): the payload starts at this offset.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no header is empty")]
    pub const fn len(&self) -> usize {
        self.raw.len()
    }
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("version", &self.version())
            .field("command", &self.command())
            .field("transport_protocol", &self.transport_protocol())
            .field("addresses", &self.addresses())
            .field("tlvs", &self.tlvs())
            .field("len", &self.len())
            .finish()
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::Proxy => "proxy",
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1 => "version 1",
            Self::V2 => "version 2",
        })
    }
}

const _: () = assert!(size_of::<Header<'_>>() <= 64);
