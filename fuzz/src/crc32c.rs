//! The checksum, one bit after the other.

/// The CRC32C of `bytes`. Spec: §2.2.3, RFC 4960, Appendix B.
#[must_use]
pub fn crc32c(bytes: &[u8]) -> u32 {
    let mut register = u32::MAX;
    for &byte in bytes {
        register ^= u32::from(byte);
        for _ in 0..8 {
            let is_set = register & 1 == 1;
            register >>= 1;
            if is_set {
                register ^= POLYNOMIAL.reverse_bits();
            }
        }
    }
    !register
}

/// The CRC32C of a header whose own checksum is at `value_at`: it counts as four zero bytes.
///
/// # Panics
///
/// If those four bytes are not all in the header.
#[must_use]
pub fn header_crc32c(header: &[u8], value_at: usize) -> u32 {
    let mut zeroed = header.to_vec();
    zeroed[value_at..value_at + 4].fill(0);
    crc32c(&zeroed)
}

/// As the RFC writes it, x³¹ first. Bytes arrive with their lowest bit first.
const POLYNOMIAL: u32 = 0x1EDC_6F41;
