//! Where the fields of version 2 start, how long they are, and the values of those that are codes.
//! Decoder and encoder both work from this. Spec: §2.2.
//!
//! ```text
//!  0  0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A   signature
//! 12  version << 4 | command
//! 13  address family << 4 | transport protocol
//! 14  length, big endian                    bytes that follow
//! 16  source, destination, their ports      0, 12, 36 or 216 bytes, by family
//!     TLVs                                  to the end
//! ```

use crate::address::{AddressFamily, UnixAddress};

pub(crate) const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Offset of the version and the command.
pub(crate) const VERSION_COMMAND: usize = SIGNATURE.len();
/// Offset of the address family and the transport protocol.
pub(crate) const FAMILY_TRANSPORT: usize = VERSION_COMMAND + 1;
/// Offset of the length, two bytes.
pub(crate) const LENGTH: usize = FAMILY_TRANSPORT + 1;
/// Length of all of these. The address block starts here.
pub(crate) const FIXED_LEN: usize = LENGTH + 2;

/// The high nibble of byte 12.
pub(crate) const VERSION: u8 = 0x2;
/// Byte 12 of a LOCAL header.
pub(crate) const LOCAL: u8 = VERSION << 4;
/// Byte 12 of a PROXY header.
pub(crate) const PROXY: u8 = VERSION << 4 | 0x1;

/// The high nibble of byte 13, in its place: the other one is 0.
pub(crate) const AF_UNSPEC: u8 = 0x00;
pub(crate) const AF_INET: u8 = 0x10;
pub(crate) const AF_INET6: u8 = 0x20;
pub(crate) const AF_UNIX: u8 = 0x30;

/// The low nibble of byte 13.
pub(crate) const UNSPEC: u8 = 0x0;
pub(crate) const STREAM: u8 = 0x1;
pub(crate) const DGRAM: u8 = 0x2;

/// Lengths of the address blocks.
pub(crate) const INET_LEN: usize = 2 * 4 + 2 * 2;
pub(crate) const INET6_LEN: usize = 2 * 16 + 2 * 2;
pub(crate) const UNIX_LEN: usize = 2 * UnixAddress::LEN;

/// Length of the value of a CRC32C. Spec: §2.2.3.
pub(crate) const CHECKSUM_LEN: usize = size_of::<u32>();

/// Length of the address block of this family, in bytes.
pub(crate) const fn block_len(family: AddressFamily) -> u16 {
    #[expect(clippy::as_conversions, reason = "12, 36 and 216")]
    match family {
        AddressFamily::Unspec => 0,
        AddressFamily::Inet => INET_LEN as u16,
        AddressFamily::Inet6 => INET6_LEN as u16,
        AddressFamily::Unix => UNIX_LEN as u16,
    }
}
