//! Version 2: every fixed byte with every length that matters, and TLVs of all kinds.

use proxy_proto_fuzz::{header_crc32c, tlv, v2_with_command};

use super::Decoders;
use crate::common::{V2_PROXY, Verdict, Xorshift};

/// What follows the fixed bytes: TLVs of 3 bytes, one TLV that overruns, and both in turn.
const BLOCKS: [[u8; 3]; 3] = [[0, 0, 0], [0xFF, 0xFF, 0xFF], [0x04, 0x00, 0x01]];

/// All pairs of bytes 12 and 13 with lengths from 0 to 300, whole. With a valid byte 12, every byte
/// 13 gets every length and every block. With the others it gets one block, and every length only
/// if the code is optimized; otherwise, the lengths around the ends of the address blocks.
#[test]
fn bytes_12_to_15() {
    let strict = Decoders::strict();
    for block in BLOCKS {
        let mut input = header([0, 0], 300, &block);
        for byte_12 in 0..=u8::MAX {
            let is_command = byte_12 == 0x20 || byte_12 == 0x21;
            if !is_command && block != BLOCKS[0] {
                continue;
            }
            for byte_13 in 0..=u8::MAX {
                for len in 0..=300_u16 {
                    let is_edge = [0, 12, 36, 216, 256, 300].contains(&len);
                    if is_command || is_edge || !cfg!(debug_assertions) {
                        input[12..14].copy_from_slice(&[byte_12, byte_13]);
                        input[14..16].copy_from_slice(&len.to_be_bytes());
                        strict.agreed(&input[..16 + usize::from(len)]);
                    }
                }
            }
        }
    }
}

/// The fixed bytes alone determine how much must follow.
#[test]
fn bytes_13_to_15_alone() {
    let strict = Decoders::strict();
    for byte_13 in 0..=u8::MAX {
        for byte_14 in 0..=u8::MAX {
            for byte_12 in [0x20, 0x21] {
                for byte_15 in [0, 11, 12, 36, 215, 216, 255] {
                    let fixed = [byte_12, byte_13, byte_14, byte_15];
                    strict.agreed(&[&V2_PROXY[..12], &fixed].concat());
                }
            }
        }
    }
}

/// Headers of maximum length, whole and one byte short of it.
#[test]
fn headers_of_maximum_length() {
    let strict = Decoders::strict();
    for byte_12 in [0x20, 0x21] {
        for byte_13 in [0x00, 0x01, 0x11, 0x22, 0x31] {
            for block in BLOCKS {
                let header = header([byte_12, byte_13], u16::MAX, &block);
                strict.agreed(&header);
                strict.agreed(&header[..header.len() - 1]);
            }
        }
    }
}

/// Headers with TLVs, many with a checksum, right or wrong, and some with a changed byte.
#[test]
fn tlvs_of_all_kinds() {
    let all = Decoders::all();
    let mut random = Xorshift(0x9E37_79B9_7F4A_7C15);
    let [mut complete, mut invalid] = [0, 0];
    for _ in 0..6000 {
        let mut header = header_with_tlvs(&mut random);
        if random.below(3) == 0 {
            let at = random.below(header.len());
            header[at] = *random.pick(b"\x00\x01\x02\x03\x04\x10\x11\x20\x21\x22\xFF");
        }
        match Decoders::strict().agreed(&header) {
            Verdict::Complete(_) => complete += 1,
            Verdict::Invalid { .. } => invalid += 1,
            Verdict::NeedMore { .. } => {}
        }
        let payload = [&header[..], b"\x03\x00\x04abcd"].concat();
        random.pick(&all).agreed(&payload);
        let len = random.below(header.len());
        random.pick(&all).agreed(&header[..len]);
    }
    assert!(
        complete > 1000 && invalid > 1000,
        "{complete} and {invalid}"
    );
}

/// A whole header with `len` bytes of this block, repeated.
fn header([byte_12, byte_13]: [u8; 2], len: u16, block: &[u8; 3]) -> Vec<u8> {
    let block: Vec<u8> = block.iter().copied().cycle().take(len.into()).collect();
    v2_with_command(byte_12, byte_13, &[&block])
}

fn header_with_tlvs(random: &mut Xorshift) -> Vec<u8> {
    let command = *random.pick(&[0x21, 0x21, 0x21, 0x20]);
    let (family, block_len) = *random.pick(&[(0x00, 0), (0x10, 12), (0x20, 36), (0x30, 216)]);
    let transport = *random.pick(&[0, 1, 2]);
    let mut block: Vec<u8> = (0..block_len)
        .map(|_| *random.pick(b"\x00\x01\x03\x04\xFF"))
        .collect();
    let mut checksum_at = None;
    for _ in 0..random.below(5) {
        let tlv_type = *random.pick(b"\x01\x02\x03\x03\x04\x05\x20\x30\xEA\xFF");
        let len = if tlv_type == 0x03 && random.below(8) != 0 {
            4
        } else {
            random.below(7)
        };
        if tlv_type == 0x03 && len == 4 {
            checksum_at = Some(16 + block.len() + 3);
        }
        let value: Vec<u8> = (0..len).map(|_| *random.pick(b"\x00\x03\x04a")).collect();
        block.extend(tlv(tlv_type, &value));
    }
    let mut header = v2_with_command(command, family | transport, &[&block]);
    if let Some(at) = checksum_at.filter(|_| random.below(4) != 0) {
        let sum = header_crc32c(&header, at);
        header[at..at + 4].copy_from_slice(&sum.to_be_bytes());
    }
    header
}
