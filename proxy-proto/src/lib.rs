#![doc = include_str!("../docs/crate.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Here and not in the workspace's lints: crates that use sockets take everything from `std`.
#![warn(
    clippy::alloc_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod address;
#[cfg(feature = "alloc")]
mod connection;
#[cfg(feature = "alloc")]
mod counters;
mod crc32c;
mod decode;
mod decoder;
mod encode;
mod error;
#[cfg(feature = "alloc")]
mod gate;
mod header;
#[cfg(feature = "std")]
pub mod io;
#[cfg(feature = "alloc")]
mod limits;
mod options;
#[cfg(feature = "alloc")]
mod owned;
#[cfg(feature = "alloc")]
mod pending;
#[cfg(feature = "alloc")]
mod policy;
mod refusal;
#[cfg(feature = "serde")]
mod serialize;
#[cfg(feature = "alloc")]
mod signature;
mod tlv;
mod v1;
mod v2;
mod verdict;

#[cfg(feature = "alloc")]
pub use address::OwnedEndpoint;
pub use address::{
    AddressFamily, Addresses, Endpoint, NotIpError, TransportProtocol, UnixAddress, UnixName,
};
#[cfg(feature = "alloc")]
pub use connection::ConnectionInfo;
#[cfg(feature = "alloc")]
pub use counters::Counters;
pub use decode::{decode, decode_datagram};
pub use decoder::{Decoder, Progress};
pub use encode::{
    Encoder, Forward, OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, SENDER_ADDRESSES_LEN,
    SENDER_SAFE_LEN, SENDER_SEGMENT_LEN, TlvEdit,
};
pub use error::{
    DecodeError, DecodeErrorKind, EncodeError, OtherProtocol, TlvError, TlvErrorKind, V1Field,
};
#[cfg(feature = "alloc")]
pub use gate::{Accepted, Entry, Gate, Step};
pub use header::{Command, Header, Version};
#[cfg(feature = "alloc")]
pub use limits::{Limits, WhenFull};
pub use options::{DecodeOptions, Versions};
#[cfg(feature = "alloc")]
pub use owned::OwnedHeader;
#[cfg(feature = "alloc")]
pub use pending::{Dropped, Inserted, Pending};
#[cfg(feature = "alloc")]
pub use policy::{Admission, HeaderMode, NetworkError, NetworkErrorKind, Policy, TrustedNetworks};
pub use refusal::Refusal;
pub use tlv::{
    Alpn, AlpnProtocols, AwsVpcEndpointId, AzurePrivateEndpointLinkId, GcpPscConnectionId, Ssl,
    SslClientFlags, SslSubTlv, SslSubTlvType, SslSubTlvs, TextEncoding, Tlv, TlvRange, TlvType,
    Tlvs, TypedTlv, UNIQUE_ID_MAX_LEN,
};
pub use v1::V1_MAX_LEN;
pub use v2::V2_MAX_LEN;
pub use verdict::{Decoded, NeedMore};
