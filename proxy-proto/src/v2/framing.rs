//! Checking what follows the addresses of version 2: that it is TLVs, and its checksum.

use crate::{
    address::AddressFamily,
    crc32c,
    error::{DecodeError, DecodeErrorKind},
    options::DecodeOptions,
    tlv::{TlvType, Tlvs},
};

/// Checks framing and checksum of what follows the addresses, and returns whether it is TLVs.
///
/// After addresses there must be TLVs. If there are no addresses, the spec lets the sender put
/// address information of any form there (§2.2, UNSPEC), so bytes that are not TLVs are then
/// opaque, not invalid.
pub(super) fn check_tlvs(
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

/// Whether what follows `offset` in a header is TLVs, with at most one CRC32C.
pub(crate) fn are_tlvs(raw: &[u8], offset: usize) -> bool {
    find_checksum(raw, offset).is_ok()
}

/// Skips TLVs, by type and length alone, up to the first CRC32C or misfit: to the end, if there is
/// nothing more to check.
#[inline]
pub(super) fn skip_plain_tlvs(mut bytes: &[u8]) -> &[u8] {
    while let Some((&[tlv_type, high, low], after_prefix)) = bytes.split_first_chunk() {
        let len = usize::from(u16::from_be_bytes([high, low]));
        match after_prefix.get(len..) {
            Some(rest) if tlv_type != TlvType::CRC32C.0 => bytes = rest,
            _ => break,
        }
    }
    bytes
}

/// Where the value of the CRC32C starts and what it is, if there is one. Spec: §2.2.3.
fn find_checksum(raw: &[u8], offset: usize) -> Result<Option<(usize, u32)>, DecodeError> {
    let rest = skip_plain_tlvs(raw.get(offset..).unwrap_or_default());
    let mut checksum = None;
    let mut rest = Tlvs::of_framed(rest, raw.len().saturating_sub(rest.len()));
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
