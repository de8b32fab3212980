//! Headers to encode, in one form for all encoders.

use core::net::SocketAddr;

/// A header to encode, and the bytes that it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sample {
    /// What the benches call it.
    pub name: &'static str,
    /// What the header says.
    pub says: Says,
    /// The TLVs, in this order.
    pub tlvs: Vec<Given>,
    /// Whether a CRC32C comes behind the TLVs.
    pub checksum: bool,
    /// The header in bytes, made by hand.
    pub bytes: Vec<u8>,
}

/// What a header says besides its TLVs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Says {
    /// Version 1, `UNKNOWN`.
    V1Unknown,
    /// Version 1, TCP: source and destination.
    V1(SocketAddr, SocketAddr),
    /// Version 2, LOCAL.
    V2Local,
    /// Version 2, TCP: source and destination.
    V2(SocketAddr, SocketAddr),
    /// Version 2, a UNIX stream: source and destination.
    V2Unix([u8; 108], [u8; 108]),
}

/// A TLV to encode.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Given {
    /// The upper-layer protocol.
    Alpn(&'static [u8]),
    /// The host name that the client asked for.
    Authority(&'static str),
    /// What the sender calls the connection.
    UniqueId(&'static [u8]),
    /// What is known of TLS.
    Ssl(GivenSsl),
}

/// An SSL TLV to encode: a verified client certificate over TLS.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GivenSsl {
    /// The version of TLS.
    pub version: &'static str,
    /// The common name of the certificate.
    pub cn: &'static str,
    /// The cipher.
    pub cipher: &'static str,
    /// The certificate itself, or nothing.
    pub certificate: Vec<u8>,
    /// The whole value, made by hand, for encoders that know no SSL.
    pub value: Vec<u8>,
}

/// The bits for TLS with a client certificate. Spec: §2.2.6.
pub const CLIENT: u8 = 0x01 | 0x02;
