//! Digits of numbers as words of ASCII, leading zeros included; the last digit is the lowest byte.
//!
//! Those of a byte are looked up: to compute them took as long as all the rest of a line.

/// A word for each byte.
pub(super) struct Table([u32; 256]);

/// The three decimal digits of an octet.
pub(super) static OCTETS: Table = Table::new(10, 3);

/// The two hexadecimal digits of a byte.
pub(super) static HEX: Table = Table::new(16, 2);

impl Table {
    #[expect(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        reason = "runs in the compiler only, which refuses what would go wrong"
    )]
    const fn new(base: u32, digits: u32) -> Self {
        let mut words = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut rest = byte as u32;
            let mut digit = 0;
            while digit < digits {
                words[byte] |= ascii(rest % base) << (8 * digit);
                rest /= base;
                digit += 1;
            }
            byte += 1;
        }
        Self(words)
    }

    pub(super) fn of(&self, byte: u8) -> u64 {
        #[expect(clippy::indexing_slicing, reason = "256 words have one for every byte")]
        u64::from(self.0[usize::from(byte)])
    }
}

const fn ascii(digit: u32) -> u32 {
    match digit {
        0..=9 => digit.wrapping_add(0x30),
        _ => digit.wrapping_add(0x61 - 10),
    }
}

/// The five decimal digits of a port.
#[inline(always)]
pub(super) fn of_port(port: u16) -> u64 {
    let last_two = |number: u16| {
        let [low, _] = number.to_le_bytes();
        OCTETS.of(low) & 0xFFFF
    };
    let first = u64::from(ascii(u32::from(port / 10_000)));
    first << 32 | last_two(port / 100 % 100) << 16 | last_two(port % 100)
}
