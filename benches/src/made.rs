//! Headers made by hand: nothing of the decoder or encoder under test is used.

use core::net::SocketAddr;

use crate::sample::{CLIENT, Given, GivenSsl};

/// A line of version 1.
#[must_use]
pub fn line(source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
    let protocol = if source.is_ipv4() { "TCP4" } else { "TCP6" };
    let (from, to) = (source.ip(), destination.ip());
    let (source_port, destination_port) = (source.port(), destination.port());
    format!("PROXY {protocol} {from} {to} {source_port} {destination_port}\r\n").into_bytes()
}

/// A header of version 2: bytes 12 and 13, and what stands behind the fixed bytes.
///
/// # Panics
///
/// If a length does not fit.
#[must_use]
pub fn binary(version_command: u8, family_transport: u8, behind: &[u8]) -> Vec<u8> {
    let mut header = SIGNATURE.to_vec();
    header.extend([version_command, family_transport]);
    header.extend(length(behind));
    header.extend(behind);
    header
}

/// A header of version 2 for TCP, with these TLVs and, if asked for, a CRC32C behind them.
///
/// # Panics
///
/// As [`binary`].
#[must_use]
pub fn tcp(source: SocketAddr, destination: SocketAddr, tlvs: &[u8], checksum: bool) -> Vec<u8> {
    let mut behind = Vec::new();
    for address in [source, destination] {
        match address {
            SocketAddr::V4(address) => behind.extend(address.ip().octets()),
            SocketAddr::V6(address) => behind.extend(address.ip().octets()),
        }
    }
    behind.extend(source.port().to_be_bytes());
    behind.extend(destination.port().to_be_bytes());
    behind.extend(tlvs);
    if checksum {
        behind.extend(tlv(0x03, &[0; 4]));
    }
    let family_transport = if source.is_ipv4() { 0x11 } else { 0x21 };
    let mut header = binary(0x21, family_transport, &behind);
    if checksum {
        let value = crc32c(&header);
        let place = header.len().saturating_sub(value.len());
        header.splice(place.., value);
    }
    header
}

/// One TLV.
///
/// # Panics
///
/// If its length does not fit.
#[must_use]
pub fn tlv(tlv_type: u8, value: &[u8]) -> Vec<u8> {
    [&[tlv_type][..], &length(value), value].concat()
}

/// TLVs in their order.
///
/// # Panics
///
/// As [`tlv`].
#[must_use]
pub fn tlvs(given: &[Given]) -> Vec<u8> {
    let each = given.iter().map(|given| match given {
        Given::Alpn(value) => tlv(0x01, value),
        Given::Authority(name) => tlv(0x02, name.as_bytes()),
        Given::UniqueId(value) => tlv(0x05, value),
        Given::Ssl(ssl) => tlv(0x20, &ssl.value),
    });
    each.collect::<Vec<_>>().concat()
}

/// The SSL TLV of a client with a certificate, which is sent along unless it is empty.
///
/// # Panics
///
/// As [`tlv`].
#[must_use]
pub fn ssl(certificate: &[u8]) -> Given {
    let (version, cn, cipher) = ("TLSv1.3", "bob@example.com", "TLS_AES_256_GCM_SHA384");
    let mut value = [CLIENT, 0, 0, 0, 0].to_vec();
    value.extend(tlv(0x21, version.as_bytes()));
    value.extend(tlv(0x22, cn.as_bytes()));
    value.extend(tlv(0x23, cipher.as_bytes()));
    if !certificate.is_empty() {
        value.extend(tlv(0x28, certificate));
    }
    Given::Ssl(GivenSsl {
        version,
        cn,
        cipher,
        certificate: certificate.to_vec(),
        value,
    })
}

#[expect(clippy::expect_used, reason = "what is made here is short")]
fn length(of: &[u8]) -> [u8; 2] {
    u16::try_from(of.len()).expect("it fits").to_be_bytes()
}

/// The checksum bit by bit, as RFC 4960, appendix B, defines it.
fn crc32c(bytes: &[u8]) -> [u8; 4] {
    let mut remainder = u32::MAX;
    for byte in bytes {
        remainder ^= u32::from(*byte);
        for _ in 0..8 {
            let out = remainder & 1;
            remainder >>= 1;
            if out == 1 {
                remainder ^= 0x82F6_3B78;
            }
        }
    }
    (!remainder).to_be_bytes()
}

/// Spec: §2.2.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
