//! Version 1: after each keyword and before each field, every text of a few bytes, and every longer text
//! of one byte of each class that some rule distinguishes.

use proxy_proto_fuzz::prefix;

use crate::oracle::Decoders;

/// Length of a text of all 256 bytes.
const EVERY_BYTE: usize = 3;

/// Length of a text of one byte of each class.
const CLASSES: usize = 9;

/// The letters of all keywords; then, as below, bytes that fit nowhere: a lower-case letter, a control
/// character, and one that is not ASCII.
const KEYWORDS: &[u8] = b"PROXYTCUNKW46 \r\n0p\0\xff";

/// Digits with which an octet comes up to its maximum, and exceeds it.
const IPV4: &[u8] = b"01256. \r\n:a+\0\xff";

/// The same for an embedded IPv4 address, and a digit that is hexadecimal only.
const IPV6: &[u8] = b"026F:. \r\ng%\xff";

/// Digits with which a port comes up to its maximum, and exceeds it.
const PORTS: &[u8] = b"01356 \r\n.a-\0\xff";

/// All of these are ignored, except CR and LF.
const IGNORED: &[u8] = b"x 0\r\n\0\xff";

/// What the texts follow, and one byte of each class there.
struct Space {
    start: &'static [u8],
    classes: &'static [u8],
}

/// Compares both decoders on every text of these spaces. Also, exactly `at_least` bytes complete each one
/// that is undecided, and no fewer; nothing that follows changes the verdict on any other.
fn exhaust(spaces: &[Space]) {
    let strict = Decoders::strict();
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    let mut case = Vec::new();
    let mut texts = 0_u64;
    for Space { start, classes } in spaces {
        let before = texts;
        let mut check = |text: &[u8], _: &_| {
            texts += 1;
            case.clear();
            case.push(0);
            case.extend_from_slice(text);
            prefix(&case);
            true
        };
        strict.agree_on_texts(start, &every_byte, EVERY_BYTE, &mut check);
        strict.agree_on_texts(start, classes, CLASSES, &mut check);
        println!("{}: {} texts", start.escape_ascii(), texts - before);
    }
    assert!(texts > 100_000, "only {texts}");
}

const fn space(start: &'static [u8], classes: &'static [u8]) -> Space {
    Space { start, classes }
}

/// 96 bytes, so that a text reaches the maximum length. A7
const LONG_TCP6: &[u8] = b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 \
    ffff:ffff:ffff:ffff:ffff:ffff:255.255.2";

/// 104 bytes: with fewer, every byte would be ignored in too many places.
const LONG_UNKNOWN: &[u8] = b"PROXY UNKNOWN 0123456789012345678901234567890123456789\
    01234567890123456789012345678901234567890123456789";

#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn keywords_and_ignored_bytes() {
    exhaust(&[
        space(b"P", KEYWORDS),
        space(b"PROXY ", KEYWORDS),
        space(b"PROXY UNKNOWN", IGNORED),
        space(LONG_UNKNOWN, IGNORED),
    ]);
}

#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn ipv4_addresses() {
    exhaust(&[
        space(b"PROXY TCP4 ", IPV4),
        space(b"PROXY TCP4 255.255.255.255 ", IPV4),
    ]);
}

#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn ipv6_addresses() {
    exhaust(&[space(b"PROXY TCP6 ", IPV6)]);
}

#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn ipv6_addresses_that_end() {
    exhaust(&[
        space(b"PROXY TCP6 1:2:3:4:5:", IPV6),
        space(b"PROXY TCP6 ::2:3:4:5:6 ::1.2.3", IPV6),
        space(LONG_TCP6, IPV6),
    ]);
}

#[test]
#[ignore = "slow unless optimized: `.ci/run exhaustive`"]
fn ports_and_the_end_of_the_line() {
    exhaust(&[
        space(b"PROXY TCP4 1.1.1.1 2.2.2.2 ", PORTS),
        space(b"PROXY TCP6 :: :: 65535 ", PORTS),
    ]);
}
