//! The checksum of a header: CRC32c of RFC 4960, Appendix B. Spec: §2.2.3.
//!
//! The value is sent in network byte order, like all numbers in the header, and as HAProxy sends
//! it.
//!
//! The feature `crc32c` leaves the arithmetic to the crate of that name, which uses the processor's
//! instruction if the build or the machine has it.

#[cfg(any(test, not(feature = "crc32c")))]
mod table;

#[cfg(feature = "crc32c")]
use ::crc32c::crc32c_append as append;
#[cfg(not(feature = "crc32c"))]
use table::append;

/// The checksum of a header whose checksum field is still 0.
pub(crate) fn of_unsigned(raw: &[u8]) -> u32 {
    append(0, raw)
}

/// The checksum of a header, with the four bytes of the checksum at `value_offset` as 0.
pub(crate) fn of_signed(raw: &[u8], value_offset: usize) -> u32 {
    let (before, rest) = raw.split_at_checked(value_offset).unwrap_or((raw, &[]));
    let after = rest.get(4..).unwrap_or_default();
    append(append(append(0, before), &[0; 4]), after)
}

#[cfg(all(test, feature = "crc32c"))]
mod tests {
    use super::{append, table};

    #[test]
    fn the_instruction_says_what_the_table_says() {
        let bytes: [u8; 64] = core::array::from_fn(|i| (i * 37 + 11).to_le_bytes()[0]);
        for end in 0..=bytes.len() {
            let bytes = &bytes[..end];
            assert_eq!(append(7, bytes), table::append(7, bytes), "{end} bytes");
        }
    }
}
