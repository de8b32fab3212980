//! Headers of version 2 built from bytes, without the encoder under test.

/// The first 12 bytes. Spec: §2.2.
pub const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// A PROXY header: byte 13, then what follows the length.
///
/// # Panics
///
/// If the parts are longer than 65535 bytes.
#[must_use]
pub fn v2(family_transport: u8, parts: &[&[u8]]) -> Vec<u8> {
    v2_with_command(0x21, family_transport, parts)
}

/// A header: bytes 12 and 13, then what follows the length.
///
/// # Panics
///
/// If the parts are longer than 65535 bytes.
#[must_use]
pub fn v2_with_command(version_command: u8, family_transport: u8, parts: &[&[u8]]) -> Vec<u8> {
    let block = parts.concat();
    let fixed = [
        SIGNATURE,
        &[version_command, family_transport][..],
        &length(&block),
    ];
    [fixed.concat(), block].concat()
}

/// A TLV, or a sub-TLV.
///
/// # Panics
///
/// If the value is longer than 65535 bytes.
#[must_use]
pub fn tlv(tlv_type: u8, value: &[u8]) -> Vec<u8> {
    [&[tlv_type][..], &length(value), value].concat()
}

fn length(bytes: &[u8]) -> [u8; 2] {
    let len = u16::try_from(bytes.len()).expect("it fits its length field");
    len.to_be_bytes()
}
