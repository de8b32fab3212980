//! Version 2, binary. Spec: §2.2.
//!
//! ```text
//!  0  0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A   signature
//! 12  version (2) << 4 | command            0 LOCAL, 1 PROXY
//! 13  address family << 4 | transport       0 UNSPEC, 1 INET, 2 INET6, 3 UNIX; 0 UNSPEC, 1 STREAM, 2 DGRAM
//! 14  length, big endian                    bytes that follow
//! 16  source, destination, their ports      0, 12, 36 or 216 bytes, by family
//!     TLVs                                  to the end
//! ```

mod write;

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

pub(crate) use write::{family_transport_byte, fixed, write_addresses};

use crate::{
    address::{AddressFamily, Addresses, TransportProtocol, UnixAddress},
    crc32c,
    error::{DecodeError, DecodeErrorKind},
    header::{Command, Fields, Header, Stored, Version},
    options::DecodeOptions,
    tlv::{TlvType, Tlvs},
    verdict::{Decoded, Stop},
};

pub(crate) const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Signature, version and command, family and transport, length.
pub(crate) const FIXED_LEN: usize = SIGNATURE.len() + 1 + 1 + 2;

const INET_LEN: usize = 2 * 4 + 2 * 2;
const INET6_LEN: usize = 2 * 16 + 2 * 2;
pub(crate) const UNIX_LEN: usize = 2 * UnixAddress::LEN;

/// Length of the longest header of version 2 in bytes: what its length field can say. Spec: §2.2.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Decoded, V2_MAX_LEN, decode};
///
/// let fixed = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff";
/// let Decoded::NeedMore(more) = decode(fixed) else { panic!() };
/// assert_eq!(fixed.len() + more.at_least(), V2_MAX_LEN);
/// ```
pub const V2_MAX_LEN: usize = FIXED_LEN + 0xFFFF;

pub(crate) fn decode<'a>(input: &'a [u8], options: &DecodeOptions) -> Decoded<'a> {
    header(input, options).into()
}

/// The same under default options, which the compiler knows then: an eighth fewer instructions.
pub(crate) fn decode_strict(input: &[u8]) -> Decoded<'_> {
    header(input, &DecodeOptions::new()).into()
}

// Inlined, so that the header is made where the verdict is.
#[inline(always)]
fn header<'a>(input: &'a [u8], options: &DecodeOptions) -> Result<Header<'a>, Stop> {
    let fixed = match input.first_chunk::<FIXED_LEN>() {
        Some(fixed) => read_fixed(fixed, options)?,
        None => read_fixed_part(input, options)?,
    };
    let raw = input
        .get(..fixed.total)
        .ok_or(Stop::need(fixed.total.saturating_sub(input.len())))?;
    let tlvs_offset = FIXED_LEN.saturating_add(fixed.block_len());
    let has_tlvs = fixed.command == Command::Proxy
        && tlvs_offset < raw.len()
        && check_tlvs(raw, tlvs_offset, fixed.family, options).map_err(Stop::Invalid)?;
    Ok(Header {
        raw,
        fields: Fields {
            version: Version::V2,
            command: fixed.command,
            family: fixed.family,
            transport: fixed.transport,
            addresses: match fixed.transport {
                TransportProtocol::Unspec => Stored::Unspec,
                TransportProtocol::Stream | TransportProtocol::Dgram => Stored::InBlock,
            },
            has_tlvs,
        },
    })
}

/// What the 16 fixed bytes say.
struct Fixed {
    command: Command,
    family: AddressFamily,
    transport: TransportProtocol,
    /// Length of the whole header.
    total: usize,
}

impl Fixed {
    fn block_len(&self) -> usize {
        block_len(self.family).into()
    }
}

/// The same for fewer than 16 bytes: out of line, because there it has to ask for each.
#[cold]
fn read_fixed_part(input: &[u8], options: &DecodeOptions) -> Result<Fixed, Stop> {
    read_fixed(input, options)
}

/// Checks the fixed bytes one by one, as far as they are there.
#[inline(always)]
fn read_fixed(input: &[u8], options: &DecodeOptions) -> Result<Fixed, Stop> {
    check_signature(input)?;
    let missing = Stop::need(FIXED_LEN.saturating_sub(input.len()));

    let &version_command = input.get(12).ok_or(missing)?;
    let command = command(version_command)?;

    let &family_transport = input.get(13).ok_or(missing)?;
    let (family, transport) = match command {
        Command::Local => (AddressFamily::Unspec, TransportProtocol::Unspec),
        Command::Proxy => family_and_transport(family_transport)?,
    };

    let &high = input.get(14).ok_or(missing)?;
    check_limit(14, u16::from_be_bytes([high, 0]), options)?;
    let &low = input.get(15).ok_or(missing)?;
    let len = u16::from_be_bytes([high, low]);
    check_limit(15, len, options)?;
    let required = block_len(family);
    if len < required {
        let found = len;
        let kind = DecodeErrorKind::AddressLength { required, found };
        return Err(Stop::invalid(15, kind));
    }
    Ok(Fixed {
        command,
        family,
        transport,
        total: FIXED_LEN.saturating_add(usize::from(len)),
    })
}

/// The endpoints of a whole header of this family.
pub(crate) fn addresses(raw: &[u8], family: AddressFamily) -> Addresses<'_> {
    let block = raw.get(FIXED_LEN..).unwrap_or_default();
    let addresses = match family {
        AddressFamily::Unspec => None,
        AddressFamily::Inet => inet(block),
        AddressFamily::Inet6 => inet6(block),
        AddressFamily::Unix => unix(block),
    };
    // A whole header has the block of its family.
    addresses.unwrap_or(Addresses::Unspec)
}

fn check_signature(input: &[u8]) -> Result<(), Stop> {
    if input.starts_with(&SIGNATURE) {
        return Ok(());
    }
    match input
        .iter()
        .zip(&SIGNATURE)
        .position(|(found, expected)| found != expected)
    {
        None => Err(Stop::need(FIXED_LEN.saturating_sub(input.len()))),
        Some(offset) => {
            let found = input.get(offset).copied().unwrap_or_default();
            let start = input.get(..=offset).unwrap_or_default();
            let kind = DecodeErrorKind::no_proxy_header(start, found);
            Err(Stop::invalid(offset, kind))
        }
    }
}

fn command(version_command: u8) -> Result<Command, Stop> {
    let kind = match (version_command >> 4, version_command & 0xF) {
        (2, 0) => return Ok(Command::Local),
        (2, 1) => return Ok(Command::Proxy),
        (2, found) => DecodeErrorKind::Command { found },
        (found, _) => DecodeErrorKind::Version { found },
    };
    Err(Stop::invalid(12, kind))
}

fn family_and_transport(byte: u8) -> Result<(AddressFamily, TransportProtocol), Stop> {
    let family = match byte >> 4 {
        0 => AddressFamily::Unspec,
        1 => AddressFamily::Inet,
        2 => AddressFamily::Inet6,
        3 => AddressFamily::Unix,
        found => return Err(Stop::invalid(13, DecodeErrorKind::AddressFamily { found })),
    };
    let transport = match byte & 0xF {
        0 => TransportProtocol::Unspec,
        1 => TransportProtocol::Stream,
        2 => TransportProtocol::Dgram,
        found => {
            return Err(Stop::invalid(
                13,
                DecodeErrorKind::TransportProtocol { found },
            ));
        }
    };
    Ok((family, transport))
}

/// Length of the address block in bytes.
pub(crate) const fn block_len(family: AddressFamily) -> u16 {
    #[expect(clippy::as_conversions, reason = "12, 36 and 216")]
    match family {
        AddressFamily::Unspec => 0,
        AddressFamily::Inet => INET_LEN as u16,
        AddressFamily::Inet6 => INET6_LEN as u16,
        AddressFamily::Unix => UNIX_LEN as u16,
    }
}

/// Refuses a header of which `len`, or more, is announced at `offset`, if that is too long.
fn check_limit(offset: usize, len: u16, options: &DecodeOptions) -> Result<(), Stop> {
    let limit = options.max_header_len;
    if FIXED_LEN.saturating_add(usize::from(len)) > limit {
        return Err(Stop::invalid(
            offset,
            DecodeErrorKind::HeaderTooLong { limit },
        ));
    }
    Ok(())
}

fn inet(block: &[u8]) -> Option<Addresses<'_>> {
    let (source, rest) = block.split_first_chunk::<4>()?;
    let (destination, rest) = rest.split_first_chunk::<4>()?;
    let (source_port, destination_port) = ports(rest)?;
    Some(Addresses::Inet {
        source: SocketAddrV4::new(Ipv4Addr::from(*source), source_port),
        destination: SocketAddrV4::new(Ipv4Addr::from(*destination), destination_port),
    })
}

fn inet6(block: &[u8]) -> Option<Addresses<'_>> {
    let (source, rest) = block.split_first_chunk::<16>()?;
    let (destination, rest) = rest.split_first_chunk::<16>()?;
    let (source_port, destination_port) = ports(rest)?;
    Some(Addresses::Inet6 {
        source: SocketAddrV6::new(Ipv6Addr::from(*source), source_port, 0, 0),
        destination: SocketAddrV6::new(Ipv6Addr::from(*destination), destination_port, 0, 0),
    })
}

fn unix(block: &[u8]) -> Option<Addresses<'_>> {
    let (source, rest) = block.split_first_chunk()?;
    Some(Addresses::Unix {
        source: UnixAddress::new(source),
        destination: UnixAddress::new(rest.first_chunk()?),
    })
}

fn ports(bytes: &[u8]) -> Option<(u16, u16)> {
    let &[a, b, c, d] = bytes.first_chunk()?;
    Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}

/// Checks framing and checksum of what follows the addresses, and says whether it is TLVs.
///
/// Behind addresses there must be TLVs. Behind none, the spec lets the sender put address
/// information of any form (§2.2, UNSPEC), so there bytes that are no TLVs are opaque, not wrong.
fn check_tlvs(
    raw: &[u8],
    offset: usize,
    family: AddressFamily,
    options: &DecodeOptions,
) -> Result<bool, DecodeError> {
    let checksum = match find_checksum(raw, offset) {
        Ok(checksum) => checksum,
        Err(_) if family == AddressFamily::Unspec => return Ok(false),
        Err(error) => return Err(error),
    };
    if let Some((value_offset, found)) = checksum.filter(|_| options.checksum) {
        let required = crc32c::of_signed(raw, value_offset);
        if found != required {
            let kind = DecodeErrorKind::ChecksumMismatch { required, found };
            return Err(DecodeError::new(value_offset, kind));
        }
    }
    Ok(true)
}

/// Whether what stands from `offset` to the end of a header is TLVs, with one CRC32C at most.
pub(crate) fn are_tlvs(raw: &[u8], offset: usize) -> bool {
    find_checksum(raw, offset).is_ok()
}

/// Where the value of the CRC32C starts and what it is, if there is one. Spec: §2.2.3.
fn find_checksum(raw: &[u8], offset: usize) -> Result<Option<(usize, u32)>, DecodeError> {
    let mut checksum = None;
    let mut rest = Tlvs::of_framed(raw.get(offset..).unwrap_or_default(), offset);
    for tlv in rest.by_ref() {
        if tlv.tlv_type() != TlvType::CRC32C {
            continue;
        }
        if checksum.is_some() {
            return Err(DecodeError::new(
                tlv.offset(),
                DecodeErrorKind::ChecksumRepeated,
            ));
        }
        let Ok(value) = tlv.value().try_into() else {
            let kind = DecodeErrorKind::ChecksumLength {
                found: tlv.value().len(),
            };
            return Err(DecodeError::new(tlv.offset(), kind));
        };
        checksum = Some((tlv.value_offset(), u32::from_be_bytes(value)));
    }
    rest.end()?;
    Ok(checksum)
}
