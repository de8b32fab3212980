//! The headers that the benches encode.

use core::net::SocketAddr;

use crate::{
    made,
    sample::{Given, Sample, Says},
};

/// All of them.
///
/// # Panics
///
/// If one is written wrongly here.
#[must_use]
pub fn all() -> Vec<Sample> {
    let ipv4 = (address("192.0.2.1:56324"), address("198.51.100.2:443"));
    let ipv6 = (address("[2001:db8::1]:56324"), address("[2001:db8::2]:443"));
    let longest = address("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
    let [source, destination] = unix_fields();
    let unix = made::binary(0x21, 0x31, &[source, destination].concat());
    vec![
        plain(
            "v1-tcp4-45",
            Says::V1(ipv4.0, ipv4.1),
            made::line(ipv4.0, ipv4.1),
        ),
        plain(
            "v1-tcp6-46",
            Says::V1(ipv6.0, ipv6.1),
            made::line(ipv6.0, ipv6.1),
        ),
        plain(
            "v1-tcp6-104",
            Says::V1(longest, longest),
            made::line(longest, longest),
        ),
        plain("v1-unknown", Says::V1Unknown, b"PROXY UNKNOWN\r\n".to_vec()),
        tcp("v2-ipv4", ipv4, vec![], false),
        tcp("v2-ipv6", ipv6, vec![], false),
        plain("v2-unix", Says::V2Unix(source, destination), unix),
        plain("v2-local", Says::V2Local, made::binary(0x20, 0x00, &[])),
        tcp("v2-one-tlv", ipv4, one_tlv(), false),
        tcp("v2-tlvs", ipv4, tlvs(), false),
        tcp("v2-tlvs-crc32c", ipv4, tlvs(), true),
        tcp("v2-certificate", ipv4, vec![certificate()], false),
    ]
}

/// One TLV, the host name that the client asked for.
#[must_use]
pub fn one_tlv() -> Vec<Given> {
    vec![Given::Authority("imap.example.com")]
}

/// What a balancer that ends TLS sends: with the addresses a header of about 200 bytes.
///
/// # Panics
///
/// If one is written wrongly here.
#[must_use]
pub fn tlvs() -> Vec<Given> {
    vec![
        Given::Alpn(b"imap"),
        Given::Authority("imap.example.com"),
        Given::UniqueId(b"0A0B0C0D:DC04_0A000001:01BB_6553F100_0001:7D3A"),
        made::ssl(&[]),
    ]
}

/// An SSL TLV with a client certificate of 2 KiB.
///
/// # Panics
///
/// If it is written wrongly here.
#[must_use]
pub fn certificate() -> Given {
    made::ssl(&[0x30; 2048])
}

/// The fields of two UNIX addresses.
///
/// # Panics
///
/// If one is written wrongly here.
#[must_use]
pub fn unix_fields() -> [[u8; 108]; 2] {
    [b"/run/haproxy/client.sock", b"/run/dovecot/imap.socket"].map(|name| {
        let mut field = [0; 108];
        let filled = field.iter_mut().zip(name);
        filled.for_each(|(to, from)| *to = *from);
        field
    })
}

/// The address that a text means.
///
/// # Panics
///
/// If it means none.
#[must_use]
#[expect(clippy::expect_used, reason = "it is written here")]
pub fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address and port")
}

fn tcp(
    name: &'static str,
    (source, destination): (SocketAddr, SocketAddr),
    tlvs: Vec<Given>,
    checksum: bool,
) -> Sample {
    let bytes = made::tcp(source, destination, &made::tlvs(&tlvs), checksum);
    Sample {
        tlvs,
        checksum,
        ..plain(name, Says::V2(source, destination), bytes)
    }
}

const fn plain(name: &'static str, says: Says, bytes: Vec<u8>) -> Sample {
    Sample {
        name,
        says,
        tlvs: Vec::new(),
        checksum: false,
        bytes,
    }
}
