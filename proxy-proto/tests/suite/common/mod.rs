//! What the tests share: the tables of `data/`, and an answer in a form that can be compared.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

pub(crate) mod encoding;
pub(crate) mod inspect;
pub(crate) mod json;
pub(crate) mod strategies;

use core::net::SocketAddr;

use proxy_proto::{
    Command, DecodeError, Decoded, Endpoint, Header, TransportProtocol, Version, decode,
};
use serde_json::Value;

/// Signature and version/command of a PROXY header of version 2.
pub(crate) const V2_PROXY: &[u8; 13] = b"\r\n\r\n\0\r\nQUIT\n\x21";

/// 192.0.2.1:56324 to 198.51.100.2:443, as version 2 writes it.
pub(crate) const INET_BLOCK: &[u8; 12] = b"\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb";

/// One row of a table of `data/`.
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) want: Verdict,
}

/// What `decode` answers, with all that a caller can see of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Complete(Seen),
    NeedMore { at_least: usize },
    Invalid { offset: usize },
}

/// What a caller can see of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) consumed: usize,
    pub(crate) version: u64,
    pub(crate) command: String,
    pub(crate) transport: String,
    pub(crate) source: Option<String>,
    pub(crate) destination: Option<String>,
    pub(crate) tlvs: Vec<(u8, Vec<u8>)>,
}

/// Every open vector and every capture.
pub(crate) fn vectors() -> Vec<Vector> {
    let tables = [
        include_str!("../data/vectors.json"),
        include_str!("../data/captures.json"),
    ];
    tables.iter().flat_map(|table| rows(table)).collect()
}

fn rows(table: &str) -> Vec<Vector> {
    let rows: Vec<Value> = serde_json::from_str(table).expect("a table is an array");
    rows.iter()
        .map(|row| Vector {
            id: text(row, "id"),
            bytes: unhex(&text(row, "hex")),
            want: Verdict::wanted(&row["want"]),
        })
        .collect()
}

impl Vector {
    /// Bytes that must be there before the row's verdict can be told: the whole header, or up to the
    /// byte that makes it invalid. Behind the fixed bytes of version 2, TLVs are judged only when
    /// the header is whole (RULES, the exception at the top).
    pub(crate) fn decided_at(&self) -> usize {
        match &self.want {
            Verdict::Complete(seen) => seen.consumed,
            Verdict::NeedMore { .. } => usize::MAX,
            Verdict::Invalid { offset } if *offset < 16 || self.bytes[0] == b'P' => offset + 1,
            Verdict::Invalid { .. } => {
                16 + usize::from(u16::from_be_bytes([self.bytes[14], self.bytes[15]]))
            }
        }
    }
}

impl Verdict {
    fn wanted(want: &Value) -> Self {
        match want["status"].as_str().expect("a status") {
            "complete" => Self::Complete(Seen {
                consumed: number(want, "consumed"),
                version: want["version"].as_u64().expect("a version"),
                command: text(want, "command"),
                transport: text(want, "transport"),
                source: want["source"].as_str().map(String::from),
                destination: want["destination"].as_str().map(String::from),
                tlvs: want["tlvs"]
                    .as_array()
                    .expect("TLVs")
                    .iter()
                    .map(|tlv| (number(tlv, "type") as u8, unhex(&text(tlv, "value"))))
                    .collect(),
            }),
            "need_more" => Self::NeedMore {
                at_least: number(want, "at_least"),
            },
            "invalid" => Self::Invalid {
                offset: number(want, "offset"),
            },
            status => panic!("unknown status {status}"),
        }
    }
}

impl From<Decoded<'_>> for Verdict {
    fn from(decoded: Decoded<'_>) -> Self {
        match decoded {
            Decoded::Complete(header) => Self::Complete(Seen::from(header)),
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
        Self {
            consumed: header.len(),
            version: match header.version() {
                Version::V1 => 1,
                Version::V2 => 2,
            },
            command: match header.command() {
                Command::Local => "local".into(),
                Command::Proxy => "proxy".into(),
            },
            transport: match header.transport_protocol() {
                TransportProtocol::Unspec => "unspec".into(),
                TransportProtocol::Stream => "stream".into(),
                TransportProtocol::Dgram => "dgram".into(),
            },
            source: header.source().map(endpoint),
            destination: header.destination().map(endpoint),
            tlvs: header
                .tlvs()
                .map(|tlv| (tlv.tlv_type().0, tlv.value().to_vec()))
                .collect(),
        }
    }
}

/// An endpoint as the tables write it.
pub(crate) fn endpoint(endpoint: Endpoint<'_>) -> String {
    match endpoint {
        Endpoint::Ip(SocketAddr::V6(address)) => match address.ip().segments() {
            [0, 0, 0, 0, 0, 0xffff, high, low] => {
                format!("[::ffff:{high:x}:{low:x}]:{}", address.port())
            }
            _ => address.to_string(),
        },
        Endpoint::Ip(address) => address.to_string(),
        Endpoint::Unix(address) => {
            let hex = address.as_bytes().iter().map(|byte| format!("{byte:02x}"));
            format!("unix:{}", hex.collect::<String>())
        }
    }
}

/// The header that `input` starts with.
pub(crate) fn header(input: &[u8]) -> Header<'_> {
    match decode(input) {
        Decoded::Complete(header) => header,
        other => panic!("{}: {other:?}", input.escape_ascii()),
    }
}

/// Why `input` is no header.
pub(crate) fn error(input: &[u8]) -> DecodeError {
    match decode(input) {
        Decoded::Invalid(error) => error,
        other => panic!("{}: {other:?}", input.escape_ascii()),
    }
}

/// Asserts where each input becomes invalid, and not a byte sooner.
pub(crate) fn assert_invalid_at(rows: &[(&[u8], usize)]) {
    for &(input, offset) in rows {
        assert_eq!(error(input).offset, offset, "{}", input.escape_ascii());
        let before = decode(&input[..offset]);
        assert!(
            matches!(before, Decoded::NeedMore(_)),
            "{}: {before:?}",
            input[..offset].escape_ascii()
        );
    }
}

/// A PROXY header of version 2: family and transport, then what follows the length.
pub(crate) fn v2(family_transport: u8, parts: &[&[u8]]) -> Vec<u8> {
    let block = parts.concat();
    let len = u16::try_from(block.len()).expect("a block fits its length field");
    let mut header = V2_PROXY.to_vec();
    header.push(family_transport);
    header.extend(len.to_be_bytes());
    header.extend(block);
    header
}

/// The checksum of a header whose own four bytes of it are at `value`: bit by bit, as RFC 4960 has it.
pub(crate) fn crc32c(header: &[u8], value: usize) -> u32 {
    let zeroed = [&header[..value], &[0; 4], &header[value + 4..]].concat();
    !zeroed.iter().fold(u32::MAX, |state, byte| {
        (0..8).fold(state ^ u32::from(*byte), |state, _| match state & 1 {
            1 => state >> 1 ^ 0x82F6_3B78,
            _ => state >> 1,
        })
    })
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Xorshift(pub(crate) u64);

impl Xorshift {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number less than `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().expect(key).to_owned()
}

fn number(row: &Value, key: &str) -> usize {
    usize::try_from(row[key].as_u64().expect(key)).expect(key)
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}
