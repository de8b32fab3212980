//! Version 2, binary. Spec: §2.2.
//!
//! [`layout`] shows the bytes. [`straight`](mod@straight) accepts what nearly every connection
//! starts with; everything else takes the careful path here, the only one that reports why input is
//! invalid or how much is missing.

pub(crate) mod addresses;
mod framing;
pub(crate) mod layout;
mod straight;
mod write;

pub(crate) use framing::are_tlvs;
pub(crate) use layout::{CHECKSUM_LEN, FIXED_LEN, UNIX_LEN};
pub(crate) use write::{put_local, put_proxy, put_start};

use framing::check_tlvs;
use layout::{FAMILY_TRANSPORT, LENGTH, SIGNATURE, VERSION_COMMAND, block_len};
use straight::straight;

use crate::{
    address::{AddressFamily, TransportProtocol},
    error::DecodeErrorKind,
    header::{Command, Fields, Header, StoredAddresses, Version},
    options::DecodeOptions,
    verdict::{Decoded, Stop},
};

/// Maximum length of a header of version 2 in bytes: the most its length field can announce.
/// Spec: §2.2.
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
    match straight(input, options) {
        Some(header) => Decoded::Complete(header),
        None => careful(input, options),
    }
}

/// Decodes any input: checks one field after another, in the order of the bytes.
// Not inlined, or the straight path would pay for its stack frame.
#[inline(never)]
fn careful<'a>(input: &'a [u8], options: &DecodeOptions) -> Decoded<'a> {
    header(input, options).into()
}

fn header<'a>(input: &'a [u8], options: &DecodeOptions) -> Result<Header<'a>, Stop> {
    let fixed = read_fixed(input, options)?;
    let raw = input
        .get(..fixed.total)
        .ok_or(Stop::need(fixed.total.saturating_sub(input.len())))?;
    let tlvs_offset = FIXED_LEN.saturating_add(block_len(fixed.family).into());
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
            addresses: match (fixed.transport, fixed.family) {
                (TransportProtocol::Unspec, _) | (_, AddressFamily::Unspec) => {
                    StoredAddresses::Unspec
                }
                (_, AddressFamily::Inet) => StoredAddresses::InetBlock,
                (_, AddressFamily::Inet6) => StoredAddresses::Inet6Block,
                (_, AddressFamily::Unix) => StoredAddresses::UnixBlock,
            },
            has_tlvs,
        },
    })
}

/// The contents of the 16 fixed bytes.
struct Fixed {
    command: Command,
    family: AddressFamily,
    transport: TransportProtocol,
    /// Length of the whole header.
    total: usize,
}

/// Checks those of the fixed bytes that have arrived, one by one.
fn read_fixed(input: &[u8], options: &DecodeOptions) -> Result<Fixed, Stop> {
    check_signature(input)?;
    let missing = Stop::need(FIXED_LEN.saturating_sub(input.len()));

    let &version_command = input.get(VERSION_COMMAND).ok_or(missing)?;
    let command = command(version_command)?;

    let &family_transport = input.get(FAMILY_TRANSPORT).ok_or(missing)?;
    let (family, transport) = match command {
        Command::Local => (AddressFamily::Unspec, TransportProtocol::Unspec),
        Command::Proxy => family_and_transport(family_transport)?,
    };

    const LENGTH_LOW: usize = LENGTH + 1;
    let &high = input.get(LENGTH).ok_or(missing)?;
    check_limit(LENGTH, u16::from_be_bytes([high, 0]), options)?;
    let &low = input.get(LENGTH_LOW).ok_or(missing)?;
    let len = u16::from_be_bytes([high, low]);
    check_limit(LENGTH_LOW, len, options)?;
    let required = block_len(family);
    if len < required {
        let found = len;
        let kind = DecodeErrorKind::AddressLength { required, found };
        return Err(Stop::invalid(LENGTH_LOW, kind));
    }
    Ok(Fixed {
        command,
        family,
        transport,
        total: FIXED_LEN.saturating_add(usize::from(len)),
    })
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
        _ if version_command == layout::LOCAL => return Ok(Command::Local),
        _ if version_command == layout::PROXY => return Ok(Command::Proxy),
        (layout::VERSION, found) => DecodeErrorKind::Command { found },
        (found, _) => DecodeErrorKind::Version { found },
    };
    Err(Stop::invalid(VERSION_COMMAND, kind))
}

fn family_and_transport(byte: u8) -> Result<(AddressFamily, TransportProtocol), Stop> {
    let invalid = |kind| Err(Stop::invalid(FAMILY_TRANSPORT, kind));
    let family = match byte & 0xF0 {
        layout::AF_UNSPEC => AddressFamily::Unspec,
        layout::AF_INET => AddressFamily::Inet,
        layout::AF_INET6 => AddressFamily::Inet6,
        layout::AF_UNIX => AddressFamily::Unix,
        found => return invalid(DecodeErrorKind::AddressFamily { found: found >> 4 }),
    };
    let transport = match byte & 0x0F {
        layout::UNSPEC => TransportProtocol::Unspec,
        layout::STREAM => TransportProtocol::Stream,
        layout::DGRAM => TransportProtocol::Dgram,
        found => return invalid(DecodeErrorKind::TransportProtocol { found }),
    };
    Ok((family, transport))
}

/// Refuses a header if its length, at least `len` according to the byte at `offset`, exceeds the
/// limit.
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
