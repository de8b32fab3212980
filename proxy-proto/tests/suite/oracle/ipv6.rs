//! Version 1, texts that are IPv6 addresses or nearly, compared with `core::net`.

use core::net::Ipv6Addr;

use proxy_proto::{Decoded, decode};

use super::Decoders;
use crate::common::Xorshift;

/// Fewer if nothing is optimized, because each then takes far longer.
const TEXTS: usize = if cfg!(debug_assertions) {
    100_000
} else {
    2_000_000
};

/// One text in this many, with all its prefixes, goes to the oracle as well.
const ORACLE_SHARE: usize = 100;

const BEFORE: &str = "PROXY TCP6 ";
const AFTER: &str = " :: 0 0\r\n";

#[test]
fn a4_addresses_are_those_that_core_accepts() {
    let mut random = Xorshift(0x2545_F491_4F6C_DD1D);
    let strict = Decoders::strict();
    let [mut accepted, mut refused] = [0, 0];
    for number in 0..TEXTS {
        let address = ipv6_text(&mut random);
        let line = format!("{BEFORE}{address}{AFTER}");
        match (decode(line.as_bytes()), address.parse::<Ipv6Addr>()) {
            (Decoded::Complete(header), Ok(want)) => {
                accepted += 1;
                let source = header.source().and_then(|source| source.ip());
                assert_eq!(source, Some(want.into()), "{line:?}");
            }
            (Decoded::Invalid(error), Err(_)) => {
                refused += 1;
                let text = BEFORE.len()..=BEFORE.len() + address.len();
                assert!(text.contains(&error.offset), "{line:?}: {error}");
            }
            (found, want) => panic!("{line:?}: {found:?}, {want:?}"),
        }
        if number % ORACLE_SHARE == 0 {
            for end in BEFORE.len()..=line.len() {
                strict.agreed(&line.as_bytes()[..end]);
            }
        }
    }
    let enough = TEXTS / 5;
    assert!(
        accepted > enough && refused > enough,
        "{accepted} and {refused}"
    );
}

/// An IPv6 address, or nearly one.
fn ipv6_text(random: &mut Xorshift) -> String {
    let groups = random.below(9);
    let mut parts: Vec<String> = (0..groups)
        .map(|_| match random.below(6) {
            0 => "0".into(),
            1 => format!("{:x}", random.below(256)),
            2 => format!("{:04X}", random.below(65536)),
            3 => format!("{}", random.below(300)),
            _ => format!("{:x}", random.below(65536)),
        })
        .collect();
    if random.below(3) == 0 {
        let octets: Vec<String> = (0..4).map(|_| random.below(260).to_string()).collect();
        parts.truncate(6);
        parts.push(octets.join("."));
    }
    let compress_at = random.below(parts.len() + 1);
    let mut text = if random.below(4) == 0 {
        parts.join(":")
    } else {
        let (head, tail) = parts.split_at(compress_at);
        format!("{}::{}", head.join(":"), tail.join(":"))
    };
    if random.below(3) == 0 && !text.is_empty() {
        let at = random.below(text.len());
        let letter = char::from(*random.pick(b"0019:::..afFg%-"));
        match random.below(3) {
            0 => text.insert(at, letter),
            1 => drop(text.remove(at)),
            _ => text.replace_range(at..=at, letter.encode_utf8(&mut [0; 4])),
        }
    }
    text
}
