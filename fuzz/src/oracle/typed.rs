//! What a TLV means, by its type. B11

use super::{Placed, frame};

/// The value of a TLV, read as its type requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// Bytes of any kind.
    Bytes(&'a [u8]),
    /// US-ASCII or UTF-8.
    Text(&'a str),
    /// A checksum.
    Number(u32),
    /// How TLS was used.
    Ssl {
        /// The bit field.
        client: u8,
        /// Zero if a certificate was presented and verified.
        verify: u32,
        /// The sub-TLVs; their offsets count from the start of the value.
        tlvs: Vec<Placed<'a>>,
    },
}

/// What a TLV of this type means; `None` if it cannot hold this value. Spec: §2.2.1 to §2.2.7.
#[must_use]
pub fn meaning(tlv_type: u8, value: &[u8]) -> Option<Meaning<'_>> {
    match tlv_type {
        0x02 => utf8(value),
        0x03 => Some(Meaning::Number(u32::from_be_bytes(value.try_into().ok()?))),
        0x05 => (value.len() <= 128).then_some(Meaning::Bytes(value)),
        0x20 => ssl(value),
        0x30 => ascii(value),
        _ => Some(Meaning::Bytes(value)),
    }
}

/// Reads a value; `None` if it is not of the form that it must have.
type Reader = fn(&[u8]) -> Option<Meaning<'_>>;

/// The sub-TLVs of an SSL TLV: byte, name, what the value must be. Spec: §2.2.6.
const SSL_SUB_TLVS: &[(u8, &str, Reader)] = &[
    (0x21, "VERSION", ascii),
    (0x22, "CN", utf8),
    (0x23, "CIPHER", ascii),
    (0x24, "SIG_ALG", ascii),
    (0x25, "KEY_ALG", ascii),
    (0x26, "GROUP", ascii),
    (0x27, "SIG_SCHEME", ascii),
    (0x28, "CLIENT_CERT", bytes),
];

/// What a sub-TLV of an SSL TLV means; `None` if it cannot hold this value. Spec: §2.2.6.
#[must_use]
pub fn ssl_meaning(sub_type: u8, value: &[u8]) -> Option<Meaning<'_>> {
    let row = SSL_SUB_TLVS.iter().find(|row| row.0 == sub_type);
    row.map_or_else(|| bytes(value), |(.., read)| read(value))
}

/// The spec's name for the type of a sub-TLV, if it has one.
#[must_use]
pub fn ssl_sub_tlv_name(sub_type: u8) -> Option<&'static str> {
    let row = SSL_SUB_TLVS.iter().find(|row| row.0 == sub_type);
    row.map(|(_, name, _)| *name)
}

fn ssl(value: &[u8]) -> Option<Meaning<'_>> {
    let [client, v0, v1, v2, v3, ..] = *value else {
        return None;
    };
    let framed = frame(value, 5);
    framed.broken_at.is_none().then_some(Meaning::Ssl {
        client,
        verify: u32::from_be_bytes([v0, v1, v2, v3]),
        tlvs: framed.tlvs,
    })
}

fn bytes(value: &[u8]) -> Option<Meaning<'_>> {
    Some(Meaning::Bytes(value))
}

fn utf8(value: &[u8]) -> Option<Meaning<'_>> {
    std::str::from_utf8(value).ok().map(Meaning::Text)
}

fn ascii(value: &[u8]) -> Option<Meaning<'_>> {
    let is_ascii = value.iter().all(|&byte| byte <= 0x7F);
    if is_ascii { utf8(value) } else { None }
}
