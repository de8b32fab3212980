//! What a decoder reports, in a form that owns its bytes and can be compared.

use std::net::SocketAddr;

use proxy_proto::{AddressFamily, Command, Decoded, Endpoint, Header, TransportProtocol, Version};

/// What is at the start of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A whole header.
    Complete(Seen),
    /// The start of one.
    NeedMore {
        /// Bytes that the shortest header with this start still needs. In version 2, those to the end
        /// of the 16 fixed bytes, and then those to the end.
        at_least: usize,
    },
    /// Not a header, whatever follows.
    Invalid {
        /// The byte that shows it.
        offset: usize,
    },
}

/// What a caller can see of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Bytes of the input that are the header.
    pub consumed: usize,
    /// The version.
    pub version: Version,
    /// The command; PROXY in version 1.
    pub command: Command,
    /// The address family; UNSPEC in a LOCAL header.
    pub family: AddressFamily,
    /// The transport protocol; UNSPEC in a LOCAL header.
    pub transport: TransportProtocol,
    /// The source, if the header has usable endpoints.
    pub source: Option<Place>,
    /// The destination, if the header has usable endpoints.
    pub destination: Option<Place>,
    /// Types and values, in the order sent.
    pub tlvs: Vec<(u8, Vec<u8>)>,
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An address and a port.
    Ip(SocketAddr),
    /// The 108 bytes of a UNIX address, as sent.
    Unix(Vec<u8>),
}

impl From<Decoded<'_>> for Verdict {
    fn from(decoded: Decoded<'_>) -> Self {
        match decoded {
            Decoded::Complete(header) => Self::Complete(header.into()),
            Decoded::NeedMore(more) => Self::NeedMore {
                at_least: more.at_least(),
            },
            Decoded::Invalid(error) => Self::Invalid {
                offset: error.offset,
            },
        }
    }
}

impl From<Header<'_>> for Seen {
    fn from(header: Header<'_>) -> Self {
        let tlvs = header.tlvs();
        Self {
            consumed: header.len(),
            version: header.version(),
            command: header.command(),
            family: header.address_family(),
            transport: header.transport_protocol(),
            source: header.source().map(Place::from),
            destination: header.destination().map(Place::from),
            tlvs: tlvs
                .map(|tlv| (tlv.tlv_type().0, tlv.value().to_vec()))
                .collect(),
        }
    }
}

impl From<Endpoint<'_>> for Place {
    fn from(endpoint: Endpoint<'_>) -> Self {
        match endpoint {
            Endpoint::Ip(address) => Self::Ip(address),
            Endpoint::Unix(address) => Self::Unix(address.as_bytes().to_vec()),
        }
    }
}
