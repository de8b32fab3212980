//! Version 1, whole lines: every prefix of them, and copies with a byte or two changed.

use proxy_proto_fuzz::prefix;

use super::Decoders;
use crate::common::Xorshift;

/// Fewer if nothing is optimized.
const COPIES: usize = if cfg!(debug_assertions) { 3000 } else { 30_000 };

/// Lines with every form of every field, those of maximum length included.
const LINES: [&[u8]; 16] = [
    b"PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n",
    b"PROXY TCP4 192.0.2.1 198.51.100.200 56324 443\r\n",
    b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
    b"PROXY TCP6 :: :: 0 0\r\n",
    b"PROXY TCP6 ::1 1:: 1 65535\r\n",
    b"PROXY TCP6 2001:db8::7 2001:DB8:0:0:0:0:0:1 56324 143\r\n",
    b"PROXY TCP6 1:2:3:4:5:6:7:8 1:2:3:4:5:6:7:: 10 20\r\n",
    b"PROXY TCP6 ::2:3:4:5:6:7:8 1::3:4:5:6:7:8 100 200\r\n",
    b"PROXY TCP6 ::ffff:192.0.2.1 ::255.255.255.255 1000 2000\r\n",
    b"PROXY TCP6 1:2:3:4:5:6:10.0.0.1 64:ff9b::1.2.3.4 30000 40000\r\n",
    b"PROXY TCP6 1::2:3:4:5:255.0.0.1 1:2:3:4:5::1.2.3.4 65535 0\r\n",
    b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
    b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:25.255.255.255 5 5\r\n",
    b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:1.2.3.4 6553 655\r\n",
    b"PROXY UNKNOWN\r\n",
    b"PROXY UNKNOWN \xff\0 PROXY TCP4 1.1.1.1\r\n",
];

/// Lines that only their length makes invalid: two addresses of 45 bytes, or one and long ports.
const TOO_LONG: [&[u8]; 5] = [
    b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 0 0\r\n",
    b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:25.255.255.255 50 0\r\n",
    b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:25.255.255.255 5 50\r\n",
    b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:5.255.255.255 65 535\r\n",
    b"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:1.2.3.4 65535 65535\r\n",
];

/// Lines that only the leniency of A5 makes valid, and some that it does not.
const LENIENT: [&[u8]; 6] = [
    b"PROXY TCP6 2001:db8::1 127.0.0.1 56324 21015\r\n",
    b"PROXY TCP6 255.255.255.255 ::ffff:192.0.2.1 1 65535\r\n",
    b"PROXY TCP6 0.0.0.0 10.20.30.40 0 0\r\n",
    b"PROXY TCP6 256.0.0.1 :: 0 0\r\n",
    b"PROXY TCP6 1:2.0.0.1 :: 0 0\r\n",
    b"PROXY TCP6 010.0.0.1 :: 0 0\r\n",
];

#[test]
fn g5_at_least_is_what_the_shortest_line_still_needs() {
    check_prefixes(&Decoders::strict(), &LINES);
}

#[test]
fn a7_lines_too_long_are_invalid_at_the_first_byte_after_which_no_end_fits() {
    check_prefixes(&Decoders::strict(), &TOO_LONG);
}

#[test]
fn g2_lines_with_a_byte_changed_are_invalid_where_no_line_can_continue() {
    let lines = [&LINES[..], &TOO_LONG].concat();
    for line in changed(&lines, COPIES) {
        Decoders::strict().agreed(&line);
    }
}

#[test]
fn a5_leniency_is_exact_too() {
    let lenient = Decoders::with_v4_in_tcp6();
    check_prefixes(&lenient, &LENIENT);
    for line in changed(&LENIENT, COPIES) {
        lenient.agreed(&line);
    }
}

/// By trying every next byte, of the core alone. The first byte of a case chooses the options.
#[test]
fn g5_nothing_shorter_completes_a_line() {
    let strict = 0;
    let v4_in_tcp6 = 0b1000;
    for (choice, lines) in [
        (strict, &LINES[..]),
        (strict, &TOO_LONG),
        (v4_in_tcp6, &LENIENT),
    ] {
        for line in lines {
            for len in 0..=line.len() {
                prefix(&[&[choice], &line[..len]].concat());
            }
        }
    }
}

fn check_prefixes(decoders: &Decoders, lines: &[&[u8]]) {
    for line in lines {
        for len in 0..=line.len() {
            decoders.agreed(&line[..len]);
        }
    }
}

/// Copies of these lines with one byte or two changed, removed or inserted.
fn changed(lines: &[&[u8]], copies: usize) -> Vec<Vec<u8>> {
    let mut random = Xorshift(0x5851_F42D_4C95_7F2D);
    let mut copy = || {
        let mut line = random.pick(lines).to_vec();
        for _ in 0..=random.below(2) {
            let at = random.below(line.len());
            let byte = *random.pick(b"0012569:::...afAFgG  \r\n\t\0+-%[]TCPUNKOWXY\x7f\x80\xff");
            match random.below(4) {
                0 => line[at] = byte,
                1 => line.insert(at, byte),
                2 => drop(line.remove(at)),
                _ => line.insert(at, line[at]),
            }
        }
        line
    };
    (0..copies).map(|_| copy()).collect()
}
