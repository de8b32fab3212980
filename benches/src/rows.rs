//! The work that is counted, and what must come of it.

use core::net::SocketAddr;

use proxy_proto_fuzz::{header_crc32c, tlv, v2_with_command};

use crate::{
    answer::Answer,
    contest::answer,
    peers::{Ours, SSL_FIXED_LEN},
    tables,
};

/// Work that every contestant does in its own way.
#[derive(Clone, Debug)]
pub struct Row {
    /// What the work is.
    pub name: &'static str,
    /// The work.
    pub work: Work,
    /// The most that our count may be, divided by that of the leanest peer.
    pub goal: Option<f64>,
}

/// Work, with its correct result.
#[derive(Clone, Debug)]
pub enum Work {
    /// Decode each of these and read its endpoints.
    Decode(Vec<(Vec<u8>, Answer)>),
    /// Decode this and read all its TLVs.
    Walk(Vec<u8>, Walk),
    /// Decode this and compare its CRC32C, which is in the last 4 bytes.
    Verify(Vec<u8>),
    /// Encode this.
    Encode(Sample),
}

/// What was seen of the TLVs of a header, SSL sub-TLVs included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// Their number.
    pub tlvs: usize,
    /// Bytes of all their values; of SSL only the five before its sub-TLVs.
    pub bytes: usize,
}

impl Walk {
    /// Counts one more TLV, with a value of this many bytes.
    #[inline(always)]
    pub const fn see(&mut self, bytes: usize) {
        self.tlvs += 1;
        self.bytes += bytes;
    }
}

/// A header to encode, and the bytes that it is.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The version. Version 2 is PROXY, STREAM.
    pub version: Version,
    /// The source.
    pub source: SocketAddr,
    /// The destination, of the same family.
    pub destination: SocketAddr,
    /// The TLVs, in this order.
    pub tlvs: Vec<Tlv>,
    /// The whole header.
    pub bytes: Vec<u8>,
}

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Version 1.
    V1,
    /// Version 2.
    V2,
}

/// A TLV to encode.
#[derive(Clone, Debug)]
pub enum Tlv {
    /// The application protocol.
    Alpn(&'static [u8]),
    /// The host name that the client asked for.
    Authority(&'static str),
    /// The sender's name for the connection.
    UniqueId(&'static [u8]),
    /// A client with a certificate.
    Ssl(SampleSsl),
    /// The checksum; the last TLV.
    Crc32c,
}

/// An SSL TLV to encode, with [`SSL_CLIENT`] and a verified certificate.
#[derive(Clone, Debug)]
pub struct SampleSsl {
    /// The version of TLS.
    pub version: &'static str,
    /// The common name of the certificate.
    pub cn: &'static str,
    /// The cipher.
    pub cipher: &'static str,
    /// The whole value, for encoders without a type for it.
    pub value: Vec<u8>,
}

/// TLS with a client certificate. Spec: §2.2.6.
pub const SSL_CLIENT: u8 = 0x01 | 0x02;

/// All rows.
pub fn rows() -> Vec<Row> {
    let ipv4 = ["192.0.2.1:56324", "203.0.113.7:25"].map(address);
    let ipv6 = ["[2001:db8::1]:56324", "[2001:db8::7]:25"].map(address);
    let max = [address("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"); 2];
    let unique_id = Tlv::UniqueId(b"0A0B0C0D:DC04_0A000001:01BB_6553F100_0001:7D3A");
    let one = vec![Tlv::Authority("imap.example.com")];
    let three = [&[Tlv::Alpn(b"imap"), unique_id], &one[..]].concat();
    let four = [&three[..], &[ssl()]].concat();
    let checked = [&four[..], &[Tlv::Crc32c]].concat();
    let http = (b"GET / HTTP/1.1\r\n\r\n".to_vec(), Answer::Invalid);
    vec![
        decode("decode v1 TCP4, 43 bytes", v1(ipv4)).goal(0.4),
        decode("decode v1 TCP6, 104 bytes", v1(max)).goal(0.35),
        plain("decode v1 UNKNOWN", b"PROXY UNKNOWN\r\n".to_vec()).goal(0.8),
        decode("decode v2 IPv4", v2(ipv4, &[])).goal(0.7),
        decode("decode v2 IPv6", v2(ipv6, &[])).goal(0.7),
        plain("decode v2 LOCAL", v2_with_command(0x20, 0x00, &[])).goal(0.9),
        decode("decode v2 IPv4, one TLV", v2(ipv4, &one)),
        walk("decode v2 IPv4, one TLV walked", v2(ipv4, &one)).goal(0.8),
        walk("decode v2 IPv4, four TLVs walked", v2(ipv4, &four)),
        Row::new(
            "decode v2 IPv4, CRC32C verified",
            Work::Verify(v2(ipv4, &checked).bytes),
        )
        .goal(0.3),
        Row::new("reject GET / HTTP", Work::Decode(vec![http])).goal(1.0),
        Row::new("decode all captured headers", Work::Decode(captures())),
        encode("encode v1 TCP4, 43 bytes", v1(ipv4)).goal(0.4),
        encode("encode v1 TCP6, 104 bytes", v1(max)).goal(0.4),
        encode("encode v2 IPv4", v2(ipv4, &[])).goal(1.0),
        encode("encode v2 IPv6", v2(ipv6, &[])),
        encode("encode v2 IPv4, three TLVs", v2(ipv4, &three)).goal(0.8),
        encode("encode v2 IPv4, four TLVs and CRC32C", v2(ipv4, &checked)),
    ]
}

impl Row {
    const fn new(name: &'static str, work: Work) -> Self {
        Self {
            name,
            work,
            goal: None,
        }
    }

    fn goal(self, goal: f64) -> Self {
        let goal = Some(goal);
        Self { goal, ..self }
    }
}

fn decode(name: &'static str, sample: Sample) -> Row {
    let right = Answer::ip(sample.bytes.len(), sample.source, sample.destination);
    Row::new(name, Work::Decode(vec![(sample.bytes, right)]))
}

/// Decoding a header without endpoints.
fn plain(name: &'static str, bytes: Vec<u8>) -> Row {
    let right = Answer::no_endpoints(bytes.len());
    Row::new(name, Work::Decode(vec![(bytes, right)]))
}

fn walk(name: &'static str, sample: Sample) -> Row {
    let mut walk = Walk::default();
    for tlv in &sample.tlvs {
        match tlv {
            Tlv::Alpn(value) | Tlv::UniqueId(value) => walk.see(value.len()),
            Tlv::Authority(name) => walk.see(name.len()),
            Tlv::Ssl(ssl) => {
                walk.see(SSL_FIXED_LEN);
                for text in [ssl.version, ssl.cn, ssl.cipher] {
                    walk.see(text.len());
                }
            }
            Tlv::Crc32c => walk.see(4),
        }
    }
    Row::new(name, Work::Walk(sample.bytes, walk))
}

fn encode(name: &'static str, sample: Sample) -> Row {
    Row::new(name, Work::Encode(sample))
}

/// The complete headers among the captures, payload included, through one call site. The core's own
/// tests compare our answers with the table.
fn captures() -> Vec<(Vec<u8>, Answer)> {
    let rows = tables::captures().into_iter();
    rows.map(|row| (answer::<Ours>(&row.bytes), row.bytes))
        .filter(|(answer, _)| matches!(answer, Answer::Complete(..)))
        .map(|(answer, bytes)| (bytes, answer))
        .collect()
}

fn v1([source, destination]: [SocketAddr; 2]) -> Sample {
    let protocol = if source.is_ipv4() { "TCP4" } else { "TCP6" };
    let (from, to) = (source.ip(), destination.ip());
    let (source_port, destination_port) = (source.port(), destination.port());
    let line = format!("PROXY {protocol} {from} {to} {source_port} {destination_port}\r\n");
    Sample {
        version: Version::V1,
        source,
        destination,
        tlvs: vec![],
        bytes: line.into_bytes(),
    }
}

fn v2([source, destination]: [SocketAddr; 2], tlvs: &[Tlv]) -> Sample {
    let ip = |address: SocketAddr| match address {
        SocketAddr::V4(address) => address.ip().octets().to_vec(),
        SocketAddr::V6(address) => address.ip().octets().to_vec(),
    };
    let port = |address: SocketAddr| address.port().to_be_bytes();
    let encoded = tlvs.iter().map(|given| match given {
        Tlv::Alpn(value) => tlv(0x01, value),
        Tlv::Authority(name) => tlv(0x02, name.as_bytes()),
        Tlv::UniqueId(value) => tlv(0x05, value),
        Tlv::Ssl(ssl) => tlv(0x20, &ssl.value),
        Tlv::Crc32c => tlv(0x03, &[0; 4]),
    });
    let encoded: Vec<u8> = encoded.flatten().collect();
    let family_transport = if source.is_ipv4() { 0x11 } else { 0x21 };
    let addresses = [ip(source), ip(destination)].concat();
    let ports = [port(source), port(destination)].concat();
    let mut bytes = proxy_proto_fuzz::v2(family_transport, &[&addresses, &ports, &encoded]);
    if let Some(Tlv::Crc32c) = tlvs.last() {
        let value_at = bytes.len() - 4;
        let checksum = header_crc32c(&bytes, value_at);
        bytes[value_at..].copy_from_slice(&checksum.to_be_bytes());
    }
    Sample {
        version: Version::V2,
        source,
        destination,
        tlvs: tlvs.to_vec(),
        bytes,
    }
}

fn ssl() -> Tlv {
    let (version, cn, cipher) = ("TLSv1.3", "bob@example.com", "TLS_AES_256_GCM_SHA384");
    let sub_tlvs = [(0x21, version), (0x22, cn), (0x23, cipher)];
    let sub_tlvs = sub_tlvs.map(|(sub_type, text)| tlv(sub_type, text.as_bytes()));
    let value = [vec![SSL_CLIENT, 0, 0, 0, 0], sub_tlvs.concat()].concat();
    Tlv::Ssl(SampleSsl {
        version,
        cn,
        cipher,
        value,
    })
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address and port")
}
