//! Valid headers, and what a service must know after each.

use std::net::SocketAddr;

/// The endpoints that a service must see.
#[derive(Clone, Debug)]
pub(crate) enum Endpoints {
    /// Those of the header.
    Header(SocketAddr, SocketAddr),
    /// UNIX sockets of these names.
    Unix(&'static str, &'static str),
    /// The socket's own.
    Own,
}

/// A header, and the endpoints it leads to.
pub(crate) struct ValidHeader {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) endpoints: Endpoints,
}

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
const INET: &[u8] = b"\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f";

/// The bytes of the valid headers in the table, and of one that is longer than the spec designs headers
/// to be.
#[must_use]
pub fn headers() -> Vec<Vec<u8>> {
    let valid = valid_headers().into_iter().chain([padded(1300)]);
    valid.map(|header| header.bytes).collect()
}

pub(crate) fn valid_headers() -> Vec<ValidHeader> {
    let v4 = v4();
    let v6 = Endpoints::Header(
        "[2001:db8::1]:56324".parse().unwrap(),
        "[2001:db8::7]:143".parse().unwrap(),
    );
    let inet6 = b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\
        \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07\xdc\x04\x00\x8f";
    let line = |text: &[u8]| text.to_vec();
    [
        (
            "v1 TCP4",
            line(b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n"),
            v4.clone(),
        ),
        (
            "v1 TCP6",
            line(b"PROXY TCP6 2001:db8::1 2001:db8::7 56324 143\r\n"),
            v6.clone(),
        ),
        (
            "v1 TCP6, v4-mapped",
            line(b"PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.7 56324 143\r\n"),
            v4.clone(),
        ),
        ("v1 UNKNOWN", line(b"PROXY UNKNOWN\r\n"), Endpoints::Own),
        (
            "v1 UNKNOWN with text",
            line(b"PROXY UNKNOWN 192.0.2.1 \xff\0\r\n"),
            Endpoints::Own,
        ),
        ("v2 INET", v2(0x21, 0x11, &[INET]), v4.clone()),
        ("v2 INET6", v2(0x21, 0x21, &[inet6]), v6),
        (
            "v2 UNIX",
            v2(0x21, 0x31, &[&unix_field(b"/run/a"), &unix_field(b"\0b")]),
            Endpoints::Unix("unix:/run/a", "unix:@b"),
        ),
        (
            "v2 INET with TLVs",
            v2(
                0x21,
                0x11,
                &[INET, b"\x02\x00\x0bexample.com", b"\x04\x00\x00"],
            ),
            v4,
        ),
        ("v2 LOCAL", v2(0x20, 0x00, &[]), Endpoints::Own),
        (
            "v2 LOCAL with a block",
            v2(0x20, 0x11, &[INET, b"??"]),
            Endpoints::Own,
        ),
        ("v2 UNSPEC", v2(0x21, 0x00, &[]), Endpoints::Own),
    ]
    .map(|(name, bytes, endpoints)| ValidHeader {
        name,
        bytes,
        endpoints,
    })
    .into()
}

/// A header of version 2 with these parts after its 16 fixed bytes.
pub(crate) fn v2(version_command: u8, family_transport: u8, parts: &[&[u8]]) -> Vec<u8> {
    let block = parts.concat();
    let len = u16::try_from(block.len()).unwrap().to_be_bytes();
    [
        &SIGNATURE[..],
        &[version_command, family_transport],
        &len,
        &block,
    ]
    .concat()
}

/// A header of version 2 that is this long, most of it padding.
pub(crate) fn padded(len: usize) -> ValidHeader {
    let padding = vec![0; len - 16 - INET.len() - 3];
    let padding_len = u16::try_from(padding.len()).unwrap().to_be_bytes();
    ValidHeader {
        name: "padded",
        bytes: v2(0x21, 0x11, &[INET, b"\x04", &padding_len, &padding]),
        endpoints: v4(),
    }
}

/// The shortest usual header.
pub(crate) fn tcp4() -> ValidHeader {
    valid_headers().swap_remove(0)
}

/// The endpoints of most headers here.
fn v4() -> Endpoints {
    Endpoints::Header(
        SocketAddr::from(([192, 0, 2, 1], 56324)),
        SocketAddr::from(([198, 51, 100, 7], 143)),
    )
}

fn unix_field(name: &[u8]) -> [u8; 108] {
    let mut field = [0; 108];
    field[..name.len()].copy_from_slice(name);
    field
}
