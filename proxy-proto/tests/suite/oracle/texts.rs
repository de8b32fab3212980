//! Version 1, every text that is a port or an octet, and every one that nearly is.

use super::Decoders;

/// Both places of a port; the line ends after the second.
const BEFORE_PORTS: [&[u8]; 2] = [b"PROXY TCP4 1.1.1.1 2.2.2.2 ", b"PROXY TCP6 :: :: 1 "];

/// Every place of an octet, in both protocols.
const BEFORE_OCTETS: [&[u8]; 10] = [
    b"PROXY TCP4 ",
    b"PROXY TCP4 7.",
    b"PROXY TCP4 7.7.",
    b"PROXY TCP4 7.7.7.",
    b"PROXY TCP4 1.1.1.1 ",
    b"PROXY TCP4 1.1.1.1 7.",
    b"PROXY TCP4 1.1.1.1 7.7.",
    b"PROXY TCP4 1.1.1.1 7.7.7.",
    b"PROXY TCP6 ::",
    b"PROXY TCP6 ::7.7.7.",
];

/// Enough for a letter after a port of maximum length; if nothing is optimized, for the port alone.
const PORT_LETTERS: usize = if cfg!(debug_assertions) { 5 } else { 6 };

#[test]
fn port_texts() {
    let strict = Decoders::strict();
    for before in BEFORE_PORTS {
        // After a space comes the other port, which is tested on its own.
        let letters = b"0123456789+-x \r\n";
        strict.agree_on_texts(before, letters, PORT_LETTERS, &mut |text, _| {
            !text.ends_with(b" ")
        });
    }
}

#[test]
fn octet_texts() {
    for decoders in [Decoders::strict(), Decoders::with_v4_in_tcp6()] {
        for before in BEFORE_OCTETS {
            decoders.agree_on_texts(before, b"0123456789. +", 4, &mut |_, _| true);
        }
    }
}
