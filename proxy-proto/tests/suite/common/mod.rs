//! Shared by the tests: the tables of `data/`, and short forms of decoding.

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
pub(crate) mod example;
pub(crate) mod inspect;
pub(crate) mod json;
pub(crate) mod strategies;

use proxy_proto::{
    AddressFamily, Command, DecodeError, Decoded, Header, TransportProtocol, Version, decode,
};
use serde_json::Value;

pub(crate) use proxy_proto_fuzz::{Place, Seen, Verdict, header_crc32c, hex, v2};

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

/// Every vector and every capture.
pub(crate) fn vectors() -> Vec<Vector> {
    json::rows()
        .iter()
        .map(|row| {
            let bytes = unhex(text(row, "hex"));
            Vector {
                id: text(row, "id").to_owned(),
                want: verdict(&row["want"], &bytes),
                bytes,
            }
        })
        .collect()
}

impl Vector {
    /// Bytes that decide the row's verdict: the whole header, or up to the byte that makes it invalid.
    /// After the fixed bytes of version 2, TLVs are checked only when the header is whole (RULES, the
    /// exception at the top).
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

fn verdict(want: &Value, input: &[u8]) -> Verdict {
    match text(want, "status") {
        "complete" => Verdict::Complete(seen(want, input)),
        "need_more" => Verdict::NeedMore {
            at_least: number(want, "at_least"),
        },
        "invalid" => Verdict::Invalid {
            offset: number(want, "offset"),
        },
        status => panic!("unknown status {status}"),
    }
}

fn seen(want: &Value, input: &[u8]) -> Seen {
    let command = match text(want, "command") {
        "local" => Command::Local,
        "proxy" => Command::Proxy,
        command => panic!("unknown command {command}"),
    };
    let tlvs = want["tlvs"].as_array().expect("TLVs").iter();
    Seen {
        consumed: number(want, "consumed"),
        version: match number(want, "version") {
            1 => Version::V1,
            2 => Version::V2,
            version => panic!("unknown version {version}"),
        },
        command,
        family: match command {
            Command::Local => AddressFamily::Unspec,
            Command::Proxy => family(input),
        },
        transport: match text(want, "transport") {
            "unspec" => TransportProtocol::Unspec,
            "stream" => TransportProtocol::Stream,
            "dgram" => TransportProtocol::Dgram,
            transport => panic!("unknown transport protocol {transport}"),
        },
        source: place(&want["source"]),
        destination: place(&want["destination"]),
        tlvs: tlvs
            .map(|tlv| (number(tlv, "type") as u8, unhex(text(tlv, "value"))))
            .collect(),
    }
}

/// The family of a PROXY header, which the tables leave to its bytes.
fn family(input: &[u8]) -> AddressFamily {
    match (input.get(6..10), input[13] >> 4) {
        (Some(b"TCP4"), _) => AddressFamily::Inet,
        (Some(b"TCP6"), _) => AddressFamily::Inet6,
        (Some(b"UNKN"), _) | (_, 0) => AddressFamily::Unspec,
        (_, 1) => AddressFamily::Inet,
        (_, 2) => AddressFamily::Inet6,
        (_, 3) => AddressFamily::Unix,
        (_, family) => panic!("unknown family {family}"),
    }
}

/// An endpoint as the tables write it: `null`, an address and port, or `unix:` and hex digits.
fn place(text: &Value) -> Option<Place> {
    let text = text.as_str()?;
    Some(match text.strip_prefix("unix:") {
        Some(digits) => Place::Unix(unhex(digits)),
        None => Place::Ip(text.parse().expect("an address and port")),
    })
}

/// The header at the start of `input`.
pub(crate) fn header(input: &[u8]) -> Header<'_> {
    match decode(input) {
        Decoded::Complete(header) => header,
        other => panic!("{}: {other:?}", input.escape_ascii()),
    }
}

/// Why `input` is not a header.
pub(crate) fn error(input: &[u8]) -> DecodeError {
    match decode(input) {
        Decoded::Invalid(error) => error,
        other => panic!("{}: {other:?}", input.escape_ascii()),
    }
}

/// Asserts that each input becomes invalid at this byte, and not sooner.
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

/// The bytes that these hexadecimal digits stand for.
pub(crate) fn unhex(digits: &str) -> Vec<u8> {
    proxy_proto_fuzz::unhex(digits).expect("hex digits")
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

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().expect(key)
}

fn number(row: &Value, key: &str) -> usize {
    usize::try_from(row[key].as_u64().expect(key)).expect(key)
}
