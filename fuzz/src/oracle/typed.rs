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

/// What a sub-TLV of an SSL TLV means; `None` if it cannot hold this value. Spec: §2.2.6.
#[must_use]
pub fn ssl_meaning(sub_type: u8, value: &[u8]) -> Option<Meaning<'_>> {
    match sub_type {
        0x21 | 0x23..=0x27 => ascii(value),
        0x22 => utf8(value),
        _ => Some(Meaning::Bytes(value)),
    }
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

fn utf8(value: &[u8]) -> Option<Meaning<'_>> {
    str::from_utf8(value).ok().map(Meaning::Text)
}

fn ascii(value: &[u8]) -> Option<Meaning<'_>> {
    let is_ascii = value.iter().all(|&byte| byte <= 0x7F);
    if is_ascii { utf8(value) } else { None }
}
