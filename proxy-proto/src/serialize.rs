//! Headers, verdicts and connections for logs: the first two in the shape that `inspect --jsonl`
//! prints.
//!
//! ```json
//! {"status":"complete","version":2,"command":"proxy","transport":"stream",
//!  "source":"192.0.2.1:56324","destination":"198.51.100.7:143","consumed":38,
//!  "tlvs":[{"type":2,"name":"AUTHORITY","value":"612e62","decoded":"a.b"}]}
//! {"status":"need_more","at_least":12}
//! {"status":"invalid","offset":4,"error":"no PROXY header: 0x58 at byte 4"}
//! ```
//!
//! Bytes are hex. IPv6 addresses are `[addr]:port`, v4-mapped ones in hexadecimal groups like all
//! others; UNIX addresses are `unix:` and their 108 bytes. A TLV whose content is invalid has `error`
//! where others have `decoded`.

mod tlv;

use core::fmt;

use serde::{Serialize, Serializer};

use crate::{
    address::{Endpoint, TransportProtocol},
    connection::ConnectionInfo,
    error::DecodeError,
    header::{Command, Header, Version},
    owned::OwnedHeader,
    verdict::Decoded,
};

use tlv::SerializedTlvs;

/// The fields of a header. `consumed` is its length: how much of the input belongs to it.
#[derive(Serialize)]
struct SerializedHeader<'a> {
    version: u8,
    command: Text<Command>,
    transport: Text<TransportProtocol>,
    source: Option<Text<SerializedEndpoint<'a>>>,
    destination: Option<Text<SerializedEndpoint<'a>>>,
    consumed: usize,
    tlvs: SerializedTlvs<'a>,
}

#[derive(Serialize)]
struct SerializedConnection<'a> {
    client: Text<SerializedEndpoint<'a>>,
    server: Text<SerializedEndpoint<'a>>,
    peer: Text<SerializedEndpoint<'a>>,
    local: Text<SerializedEndpoint<'a>>,
    proxied: bool,
    header: Option<Header<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum SerializedDecoded<'a> {
    Complete(SerializedHeader<'a>),
    NeedMore {
        at_least: usize,
    },
    Invalid {
        offset: usize,
        error: Text<DecodeError>,
    },
}

/// As an object for logs: bytes are hex, endpoints are text, and TLVs have their bytes and what
/// these mean. The same as [`Decoded`], without its `status`.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Decoded, decode};
///
/// let Decoded::Complete(header) = decode(b"PROXY UNKNOWN\r\n") else { panic!() };
/// assert_eq!(
///     serde_json::to_string(&header)?,
///     r#"{"version":1,"command":"proxy","transport":"unspec","source":null,"destination":null,"consumed":15,"tlvs":[]}"#,
/// );
/// assert_eq!(serde_json::to_string(&decode(b"PROXY"))?, r#"{"status":"need_more","at_least":10}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Header<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SerializedHeader::from(*self).serialize(serializer)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for Decoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Complete(header) => SerializedDecoded::Complete(header.into()),
            Self::NeedMore(more) => SerializedDecoded::NeedMore {
                at_least: more.at_least(),
            },
            Self::Invalid(error) => SerializedDecoded::Invalid {
                offset: error.offset,
                error: Text(error),
            },
        }
        .serialize(serializer)
    }
}

#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for OwnedHeader {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.header().serialize(serializer)
    }
}

/// As an object for logs: the values of [`client_addr`](Self::client_addr),
/// [`server_addr`](Self::server_addr), [`peer_addr`](Self::peer_addr),
/// [`local_addr`](Self::local_addr) and [`is_proxied`](Self::is_proxied), and the header or `null`.
///
/// # Examples
///
/// ```
/// use core::net::SocketAddr;
///
/// use proxy_proto::ConnectionInfo;
///
/// let client: SocketAddr = "192.0.2.1:56324".parse().unwrap();
/// let server: SocketAddr = "198.51.100.7:143".parse().unwrap();
/// let info = ConnectionInfo::direct(client, server);
/// assert_eq!(
///     serde_json::to_string(&info)?,
///     r#"{"client":"192.0.2.1:56324","server":"198.51.100.7:143","peer":"192.0.2.1:56324","local":"198.51.100.7:143","proxied":false,"header":null}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
impl Serialize for ConnectionInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SerializedConnection {
            client: Text(SerializedEndpoint(self.client_addr())),
            server: Text(SerializedEndpoint(self.server_addr())),
            peer: Text(SerializedEndpoint(self.peer_addr())),
            local: Text(SerializedEndpoint(self.local_addr())),
            proxied: self.is_proxied(),
            header: self.header(),
        }
        .serialize(serializer)
    }
}

impl<'a> From<Header<'a>> for SerializedHeader<'a> {
    fn from(header: Header<'a>) -> Self {
        Self {
            version: match header.version() {
                Version::V1 => 1,
                Version::V2 => 2,
            },
            command: Text(header.command()),
            transport: Text(header.transport_protocol()),
            source: header
                .source()
                .map(|source| Text(SerializedEndpoint(source))),
            destination: header
                .destination()
                .map(|destination| Text(SerializedEndpoint(destination))),
            consumed: header.len(),
            tlvs: SerializedTlvs(header.tlvs()),
        }
    }
}

/// Serialized as its `Display` text.
pub(crate) struct Text<T>(pub(crate) T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct SerializedEndpoint<'a>(Endpoint<'a>);

impl fmt::Display for SerializedEndpoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Endpoint::Ip(address) => match address.ip() {
                core::net::IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some() => {
                    let [.., high, low] = ip.segments();
                    write!(f, "[::ffff:{high:x}:{low:x}]:{}", address.port())
                }
                _ => address.fmt(f),
            },
            Endpoint::Unix(address) => write!(f, "unix:{}", Hex(address.as_bytes())),
        }
    }
}

/// Bytes in hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
