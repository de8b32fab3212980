//! Version 1, a line of text. Spec: §2.1.
//!
//! ```text
//! PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n
//! PROXY TCP6 2001:db8::1 2001:db8::7 56324 143\r\n
//! PROXY UNKNOWN[ anything but CR and LF]\r\n
//! ```
//!
//! One pass, strict, without `FromStr`, which reads `+80` as a port, requires text split into
//! fields first, and reports neither where it failed nor how much is missing. Wherever the input
//! ends, what is missing is the rest of the current field and the shortest text that can follow it;
//! the constants below spell those texts out.

mod ipv6;
mod line;
mod write;

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    address::{AddressFamily, TransportProtocol},
    error::{DecodeError, DecodeErrorKind, V1Field},
    header::{Command, Fields, Header, StoredAddresses, Version},
    options::DecodeOptions,
    verdict::Decoded,
};

use line::Line;
pub(crate) use write::SentLine;

/// Maximum length of a line of version 1 in bytes, CR LF included. Spec: §2.1.
///
/// # Examples
///
/// A line that cannot end within this length is invalid as soon as that is certain, counting the
/// two bytes that end it:
///
/// ```
/// use proxy_proto::{Decoded, V1_MAX_LEN, decode};
///
/// let mut line = b"PROXY UNKNOWN ".to_vec();
/// line.resize(V1_MAX_LEN - 1, b'x');
/// let Decoded::Invalid(error) = decode(&line) else { panic!() };
/// assert_eq!(error.to_string(), "line longer than 107 bytes at byte 105");
/// ```
pub const V1_MAX_LEN: usize = 107;

/// Length of the shortest line: `PROXY UNKNOWN\r\n`.
pub(crate) const SHORTEST: usize = SHORTEST_LINE.len();

pub(crate) const SHORTEST_LINE: &[u8] = b"PROXY UNKNOWN\r\n";

const AFTER_SOURCE_PORT: usize = b" 0\r\n".len();
const AFTER_DESTINATION_PORT: usize = b"\r\n".len();
const AFTER_DESTINATION: usize = b" 0 0\r\n".len();
const AFTER_SOURCE_TCP4: usize = b" 0.0.0.0 0 0\r\n".len();
const AFTER_SOURCE_TCP6: usize = b" :: 0 0\r\n".len();

pub(crate) fn decode<'a>(input: &'a [u8], options: &DecodeOptions) -> Decoded<'a> {
    if input.starts_with(SHORTEST_LINE) {
        return Decoded::Complete(Header {
            raw: input.get(..SHORTEST).unwrap_or_default(),
            fields: UNKNOWN,
        });
    }
    let mut line = Line::new(input);
    let fields = if line.skip_prefix(b"PROXY TCP4 ") {
        tcp4(&mut line)
    } else if line.skip_prefix(b"PROXY TCP6 ") {
        tcp6(&mut line, options.v4_in_tcp6)
    } else if line.skip_prefix(b"PROXY UNKNOWN") {
        unknown(&mut line)
    } else {
        return no_protocol(input);
    };
    match fields {
        Some(fields) => Decoded::Complete(Header {
            raw: line.since(0),
            fields,
        }),
        None => line.stop().into(),
    }
}

fn tcp4(line: &mut Line<'_>) -> Option<Fields> {
    let source = line.ipv4(V1Field::SourceAddress, AFTER_SOURCE_TCP4)?;
    line.expect(b' ', V1Field::SourceAddress, AFTER_SOURCE_TCP4)?;
    let destination = line.ipv4(V1Field::DestinationAddress, AFTER_DESTINATION)?;
    line.expect(b' ', V1Field::DestinationAddress, AFTER_DESTINATION)?;
    let (source_port, destination_port) = ports(line)?;
    Some(Fields {
        family: AddressFamily::Inet,
        transport: TransportProtocol::Stream,
        addresses: StoredAddresses::Inet {
            source: (source, source_port),
            destination: (destination, destination_port),
        },
        ..UNKNOWN
    })
}

fn tcp6(line: &mut Line<'_>, v4_accepted: bool) -> Option<Fields> {
    let source = line.ipv6(V1Field::SourceAddress, AFTER_SOURCE_TCP6, v4_accepted)?;
    line.expect(b' ', V1Field::SourceAddress, AFTER_SOURCE_TCP6)?;
    let destination = line.ipv6(V1Field::DestinationAddress, AFTER_DESTINATION, v4_accepted)?;
    line.expect(b' ', V1Field::DestinationAddress, AFTER_DESTINATION)?;
    let (source_port, destination_port) = ports(line)?;
    Some(Fields {
        family: AddressFamily::Inet6,
        transport: TransportProtocol::Stream,
        addresses: StoredAddresses::Inet6 {
            source: (source, source_port),
            destination: (destination, destination_port),
        },
        ..UNKNOWN
    })
}

/// The two ports and the end of the line.
fn ports(line: &mut Line<'_>) -> Option<(u16, u16)> {
    let source = line.number(u16::MAX, V1Field::SourcePort, AFTER_SOURCE_PORT)?;
    line.expect(b' ', V1Field::SourcePort, AFTER_SOURCE_PORT)?;
    let destination = line.number(u16::MAX, V1Field::DestinationPort, AFTER_DESTINATION_PORT)?;
    line.expect(b'\r', V1Field::DestinationPort, AFTER_DESTINATION_PORT)?;
    line.expect(b'\n', V1Field::LineEnd, b"\n".len())?;
    Some((source, destination))
}

/// What follows `UNKNOWN`: the end of the line, or a space and what the receiver must ignore.
///
/// A lone CR or LF there could hide a second line, and must not end this one. Spec: §2.1.
fn unknown(line: &mut Line<'_>) -> Option<Fields> {
    const CR_LF: usize = b"\r\n".len();
    if line.peek() == Some(b' ') {
        line.skip();
        line.skip_ignored(V1_MAX_LEN.saturating_sub(CR_LF))?;
        line.expect(b'\r', V1Field::Ignored, CR_LF)?;
    } else {
        line.expect(b'\r', V1Field::Protocol, CR_LF)?;
    }
    line.expect(b'\n', V1Field::LineEnd, b"\n".len())?;
    Some(UNKNOWN)
}

/// `UNKNOWN`, and what all lines share.
const UNKNOWN: Fields = Fields::without_endpoints(Version::V1, Command::Proxy);

/// Input that does not start a line, or ends within the protocol name.
#[cold]
fn no_protocol(input: &[u8]) -> Decoded<'_> {
    const LINES: [(&[u8], usize); 3] = [
        (b"PROXY TCP4 ", b"PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n".len()),
        (b"PROXY TCP6 ", b"PROXY TCP6 :: :: 0 0\r\n".len()),
        (b"PROXY UNKNOWN", SHORTEST),
    ];
    let open = LINES.iter().filter(|(start, _)| start.starts_with(input));
    if let Some(shortest) = open.map(|&(_, shortest)| shortest).min() {
        return Decoded::need(shortest.saturating_sub(input.len()));
    }
    let matching = |start: &[u8]| input.iter().zip(start).take_while(|(a, b)| a == b).count();
    let offset = LINES
        .iter()
        .map(|(start, _)| matching(start))
        .max()
        .unwrap_or_default();
    let found = input.get(offset).copied().unwrap_or_default();
    let kind = if offset < b"PROXY ".len() {
        let start = input.get(..=offset).unwrap_or_default();
        DecodeErrorKind::no_proxy_header(start, found)
    } else {
        let field = V1Field::Protocol;
        DecodeErrorKind::UnexpectedByte { field, found }
    };
    Decoded::Invalid(DecodeError::new(offset, kind))
}

impl Line<'_> {
    /// Four octets and three dots.
    #[inline(always)]
    fn ipv4(&mut self, field: V1Field, after: usize) -> Option<Ipv4Addr> {
        const DOT_0_DOT_0_DOT_0: usize = b".0.0.0".len();
        let first = self.octet(field, after.saturating_add(DOT_0_DOT_0_DOT_0))?;
        self.octets_after(first, field, after)
    }

    /// The rest of a dotted address, from the dot after its first octet.
    #[inline(always)]
    fn octets_after(&mut self, first: u8, field: V1Field, after: usize) -> Option<Ipv4Addr> {
        let second = self.dot_octet(field, after.saturating_add(".0.0".len()))?;
        let third = self.dot_octet(field, after.saturating_add(".0".len()))?;
        let fourth = self.dot_octet(field, after)?;
        Some(Ipv4Addr::new(first, second, third, fourth))
    }

    #[inline(always)]
    fn dot_octet(&mut self, field: V1Field, after: usize) -> Option<u8> {
        self.expect(b'.', field, after.saturating_add(".0".len()))?;
        self.octet(field, after)
    }

    #[inline(always)]
    fn octet(&mut self, field: V1Field, after: usize) -> Option<u8> {
        let octet = self.number(u16::from(u8::MAX), field, after)?;
        Some(octet.to_le_bytes()[0])
    }

    /// An IPv4 address where IPv6 is required, from the dot after its first octet.
    fn v4_mapped(&mut self, first: u8, field: V1Field, after: usize) -> Option<Ipv6Addr> {
        Some(self.octets_after(first, field, after)?.to_ipv6_mapped())
    }
}
