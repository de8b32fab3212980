//! Version 2: all 2^32 values of bytes 12 to 15.

use core::ops::RangeInclusive;

use proxy_proto::{Decoded, decode};
use proxy_proto_fuzz::prefix;

use crate::{
    common::{V2_PROXY, Verdict},
    oracle::Decoders,
};

/// The 16 fixed bytes.
const FIXED_LEN: usize = 16;

/// Both decoders on every value that is not refused earlier, each with what must follow it.
#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn bytes_12_to_15_and_the_end_of_each_header() {
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    let mut header = vec![0; FIXED_LEN + usize::from(u16::MAX) + 1];
    let mut inputs = 0_u64;
    let strict = Decoders::strict();
    strict.agree_on_texts(&V2_PROXY[..12], &every_byte, 4, &mut |input, verdict| {
        inputs += 1;
        if input.len() < FIXED_LEN {
            prefix(&[&[0], input].concat());
        } else if let Verdict::NeedMore { at_least } = *verdict {
            header[..FIXED_LEN].copy_from_slice(input);
            check_end(&mut header, at_least);
        }
        true
    });
    println!("{inputs} inputs");
    // A command that is not refused, with each family and transport, has every length.
    assert!(inputs > 268 << 16, "only {inputs}");
}

/// Exactly `at_least` bytes after the fixed ones decide: one less does not, one more changes nothing.
fn check_end(header: &mut [u8], at_least: usize) {
    let len = FIXED_LEN + at_least;
    let is_proxy = header[12] == V2_PROXY[12];
    let block_len = match header[13] >> 4 {
        1 => 12,
        2 => 36,
        3 => 216,
        _ => 0,
    };
    // One TLV fills the rest, unless that is too short for its type and length.
    let tlv = FIXED_LEN + block_len;
    let tlv_len = (len.saturating_sub(tlv)).checked_sub(3);
    if let (true, Some(tlv_len)) = (is_proxy, tlv_len) {
        let [high, low] = u16::try_from(tlv_len).unwrap().to_be_bytes();
        header[tlv..tlv + 3].copy_from_slice(&[NOOP, high, low]);
    }
    for missing in [1, at_least.div_ceil(2)] {
        let decoded = decode(&header[..len - missing]);
        assert!(
            matches!(decoded, Decoded::NeedMore(more) if more.at_least() == missing),
            "{decoded:?}"
        );
    }
    let decoded = decode(&header[..len]);
    let has_tlvs = is_proxy && block_len > 0;
    match decoded {
        Decoded::Complete(complete) => assert_eq!(complete.len(), len),
        Decoded::Invalid(error) => {
            assert!(has_tlvs && tlv_len.is_none() && len > tlv, "{error}");
            assert_eq!(error.offset, tlv);
        }
        Decoded::NeedMore(_) => panic!("{decoded:?}"),
    }
    assert_eq!(decode(&header[..=len]), decoded);
    if tlv + 3 <= header.len() {
        header[tlv..tlv + 3].fill(0);
    }
}

const NOOP: u8 = 0x04;

/// A byte that was refused is refused whatever follows, to the last of the 2^32 values: a quarter of
/// them each, so that the tests run side by side.
fn refusals_hold(bytes_12: RangeInclusive<u8>) {
    let mut inputs = 0_u64;
    let mut input = [&V2_PROXY[..12], &[0; 4]].concat();
    for byte_12 in bytes_12 {
        input[12] = byte_12;
        let at_12 = refusal(&input[..13]);
        for byte_13 in 0..=u8::MAX {
            input[13] = byte_13;
            let at_13 = at_12.or_else(|| refusal(&input[..14]));
            for byte_14 in 0..=u8::MAX {
                input[14] = byte_14;
                let at_14 = at_13.or_else(|| refusal(&input[..15]));
                for byte_15 in 0..=u8::MAX {
                    input[15] = byte_15;
                    inputs += 1;
                    let found = decode(&input);
                    match at_14 {
                        Some(refused) => assert_eq!(found, refused, "{input:02x?}"),
                        None => assert!(
                            !matches!(found, Decoded::Invalid(error) if error.offset < 15),
                            "{input:02x?}: {found:?}"
                        ),
                    }
                }
            }
        }
    }
    println!("{inputs} inputs");
    assert_eq!(inputs, 1 << 30);
}

/// The verdict, if it is a refusal.
fn refusal(input: &[u8]) -> Option<Decoded<'static>> {
    match decode(input) {
        Decoded::Invalid(error) => Some(Decoded::Invalid(error)),
        Decoded::NeedMore(_) => None,
        Decoded::Complete(_) => panic!("part of the fixed bytes is complete: {input:02x?}"),
    }
}

#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn refusals_hold_in_the_first_quarter() {
    refusals_hold(0x00..=0x3F);
}

#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn refusals_hold_in_the_second_quarter() {
    refusals_hold(0x40..=0x7F);
}

#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn refusals_hold_in_the_third_quarter() {
    refusals_hold(0x80..=0xBF);
}

#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn refusals_hold_in_the_fourth_quarter() {
    refusals_hold(0xC0..=0xFF);
}
