//! CRC32c by table: eight tables of 256 entries, built at compile time, process eight bytes at a
//! time.

/// The checksum of some bytes followed by these, given the checksum of the former; that of no bytes
/// is 0.
pub(super) fn append(before: u32, bytes: &[u8]) -> u32 {
    !update(!before, bytes)
}

fn update(mut state: u32, bytes: &[u8]) -> u32 {
    let mut blocks = bytes.chunks_exact(8);
    for block in &mut blocks {
        let &[a, b, c, d, e, f, g, h] = block else {
            continue;
        };
        let [i, j, k, l] = (state ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
        let [t0, t1, t2, t3, t4, t5, t6, t7] = &TABLES;
        state = entry(t7, i) ^ entry(t6, j) ^ entry(t5, k) ^ entry(t4, l);
        state ^= entry(t3, e) ^ entry(t2, f) ^ entry(t1, g) ^ entry(t0, h);
    }
    let [table, ..] = &TABLES;
    blocks.remainder().iter().fold(state, |state, byte| {
        let [low, ..] = state.to_le_bytes();
        state >> 8 ^ entry(table, low ^ byte)
    })
}

fn entry(table: &[u32; 256], index: u8) -> u32 {
    #[expect(
        clippy::indexing_slicing,
        reason = "256 entries have one for every byte"
    )]
    table[usize::from(index)]
}

/// `TABLES[n][byte]` is what `byte` followed by `n` bytes of 0 adds to the checksum.
static TABLES: [[u32; 256]; 8] = tables();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "runs in the compiler only, where a panic is a compile error"
)]
const fn tables() -> [[u32; 256]; 8] {
    const POLYNOMIAL: u32 = 0x82F6_3B78;
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut state = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            state = if state & 1 == 1 {
                state >> 1 ^ POLYNOMIAL
            } else {
                state >> 1
            };
            bit += 1;
        }
        tables[0][byte] = state;
        byte += 1;
    }
    let mut byte = 0;
    while byte < 256 {
        let mut n = 1;
        while n < 8 {
            let shorter = tables[n - 1][byte];
            tables[n][byte] = shorter >> 8 ^ tables[0][(shorter & 0xFF) as usize];
            n += 1;
        }
        byte += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::{append, update};

    #[test]
    fn known_answer() {
        assert_eq!(append(0, b"123456789"), 0xE306_9283);
    }

    #[test]
    fn eight_at_a_step_is_one_at_a_step() {
        let bytes: [u8; 64] = core::array::from_fn(|i| (i * 37 + 11).to_le_bytes()[0]);
        for end in 0..=bytes.len() {
            let whole = update(!0, &bytes[..end]);
            let single = bytes[..end]
                .iter()
                .fold(!0, |state, &byte| update(state, &[byte]));
            assert_eq!(whole, single, "{end} bytes");
        }
    }
}
