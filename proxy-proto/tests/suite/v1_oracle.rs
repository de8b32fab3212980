//! Version 1 against a slow reference: a recognizer of whole lines that splits them and asks `core`,
//! and a search for the shortest text that completes a prefix. `decode` must need exactly as many
//! bytes as the search finds, and refuse at the first byte for which it finds nothing.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a helper that fails fails the test that called it"
)]

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::common::{Verdict, Xorshift};
use proxy_proto::{DecodeOptions, decode};

/// Whether `line` is a line of version 1, by splitting it (A1 to A7), the leniency of A5 included or not.
fn is_line(line: &[u8], v4_in_tcp6: bool) -> bool {
    let Some(text) = line.strip_suffix(b"\r\n").filter(|_| line.len() <= 107) else {
        return false;
    };
    if let Some(rest) = text.strip_prefix(b"PROXY UNKNOWN") {
        let ignored = rest.strip_prefix(b" ");
        return rest.is_empty() || ignored.is_some_and(|it| !it.contains(&13) && !it.contains(&10));
    }
    let Ok(text) = core::str::from_utf8(text) else {
        return false;
    };
    match *text.split(' ').collect::<Vec<_>>() {
        [
            "PROXY",
            "TCP4",
            source,
            destination,
            source_port,
            destination_port,
        ] => {
            is_ipv4(source)
                && is_ipv4(destination)
                && is_port(source_port)
                && is_port(destination_port)
        }
        [
            "PROXY",
            "TCP6",
            source,
            destination,
            source_port,
            destination_port,
        ] => {
            let is_address = |text| is_ipv6(text) || (v4_in_tcp6 && is_ipv4(text));
            is_address(source)
                && is_address(destination)
                && is_port(source_port)
                && is_port(destination_port)
        }
        _ => false,
    }
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>()
        .is_ok_and(|address| address.to_string() == text)
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>()
        .is_ok_and(|port| port.to_string() == text)
}

/// Texts that may complete a prefix, shortest first: the end of the field at hand, which is any text
/// of up to five of `0`, `:` and `.`, and then any end of a shortest line. More letters cannot make
/// a field end sooner: wherever another digit may stand, `0` or nothing may. With each, its
/// spaces.
struct Endings {
    texts: Vec<(usize, Vec<u8>)>,
    options: DecodeOptions,
    v4_in_tcp6: bool,
}

impl Endings {
    fn new() -> Self {
        let mut endings: Vec<Vec<u8>> = texts(b"0:.", 5)
            .iter()
            .flat_map(|field| ends(b" :: 0 0\r\n").map(move |end| [field, end].concat()))
            .collect();
        for line in [
            &b"PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"[..],
            b"PROXY TCP6 :: :: 0 0\r\n",
            b"PROXY UNKNOWN\r\n",
        ] {
            endings.extend(ends(line).map(<[u8]>::to_vec));
        }
        endings.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        endings.dedup();
        let with_spaces = |ending: Vec<u8>| (spaces(&ending), ending);
        Self {
            texts: endings.into_iter().map(with_spaces).collect(),
            options: DecodeOptions::new(),
            v4_in_tcp6: false,
        }
    }

    fn with_v4_in_tcp6() -> Self {
        Self {
            options: DecodeOptions::new().with_v4_in_tcp6(),
            v4_in_tcp6: true,
            ..Self::new()
        }
    }

    /// Bytes that the shortest line needs that starts with `prefix`; `None` if there is no such line.
    fn missing(&self, prefix: &[u8]) -> Option<usize> {
        // Lines with addresses have five spaces; `UNKNOWN` ends at once. Without this filter
        // the search finds the same, but takes a minute.
        let so_far = spaces(prefix);
        let mut line = prefix.to_vec();
        let mut completes = |ending: &[u8]| {
            line.truncate(prefix.len());
            line.extend(ending);
            is_line(&line, self.v4_in_tcp6)
        };
        let endings = self.texts.iter().filter(|(spaces, _)| {
            prefix.starts_with(b"PROXY U") || so_far + spaces == 5 || so_far <= 1
        });
        let mut lens = endings.filter(|(_, ending)| completes(ending));
        lens.next().map(|(_, ending)| ending.len())
    }

    /// Holds `decode` against the search, for `input` up to the first whole line in it.
    fn check(&self, input: &[u8]) {
        let end = input.windows(2).position(|pair| pair == b"\r\n");
        let line = end.map_or(input, |end| &input[..end + 2]);
        let place = line.escape_ascii();
        match Verdict::from(self.options.decode(line)) {
            Verdict::Complete(seen) => {
                assert!(is_line(line, self.v4_in_tcp6), "{place}");
                assert_eq!(seen.consumed, line.len(), "{place}");
            }
            Verdict::NeedMore { at_least } => {
                assert_eq!(Some(at_least), self.missing(line), "{place}");
            }
            // What no line starts with, no line starts with when it is longer.
            Verdict::Invalid { offset } => {
                assert_eq!(
                    self.missing(&line[..=offset]),
                    None,
                    "{place}: not yet at {offset}"
                );
                let before = self.missing(&line[..offset]);
                assert_ne!(before, None, "{place}: before {offset}");
            }
        }
    }
}

/// Every text of up to `longest` of these letters.
fn texts(letters: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let mut texts = vec![Vec::new()];
    let mut of_last_len = 0;
    for _ in 0..longest {
        let end = texts.len();
        for text in of_last_len..end {
            for &letter in letters {
                let longer = [&texts[text][..], &[letter]].concat();
                texts.push(longer);
            }
        }
        of_last_len = end;
    }
    texts
}

fn spaces(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte == b' ').count()
}

fn ends(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..=text.len()).map(|start| &text[start..])
}

/// Lines with every form of every field, the longest ones among them.
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
fn reference_knows_a_line_when_it_sees_one() {
    for line in LINES {
        assert!(is_line(line, false), "{}", line.escape_ascii());
    }
    for line in TOO_LONG {
        assert!(
            line.len() > 107 && !is_line(line, false),
            "{}",
            line.escape_ascii()
        );
    }
    let endings = Endings::new();
    // RULES G5 gives these.
    assert_eq!(endings.missing(b""), Some(15));
    assert_eq!(endings.missing(b"PROXY T"), Some(15));
    assert_eq!(endings.missing(b"PROXX"), None);
}

#[test]
fn g5_at_least_is_what_the_shortest_line_still_needs() {
    let endings = Endings::new();
    for line in LINES {
        for len in 0..=line.len() {
            endings.check(&line[..len]);
        }
    }
}

#[test]
fn a7_lines_too_long_are_invalid_at_the_first_byte_behind_which_no_end_fits() {
    let endings = Endings::new();
    for line in TOO_LONG {
        for len in 60..=line.len() {
            endings.check(&line[..len]);
        }
    }
}

#[test]
fn g2_lines_with_a_byte_changed_are_invalid_where_no_line_can_follow() {
    check_changed(&Endings::new(), &[&LINES[..], &TOO_LONG].concat(), 1500);
}

#[test]
fn a5_leniency_is_exact_too() {
    let endings = Endings::with_v4_in_tcp6();
    for line in LENIENT {
        for len in 0..=line.len() {
            endings.check(&line[..len]);
        }
    }
    check_changed(&endings, &LENIENT, 500);
}

/// Checks copies of these lines in which one byte or two were changed, left out or put in.
fn check_changed(endings: &Endings, lines: &[&[u8]], copies: usize) {
    let mut random = Xorshift(0x5851_F42D_4C95_7F2D);
    for _ in 0..copies {
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
        endings.check(&line);
    }
}

/// Whether some text makes `prefix` an IPv6 address, and how short one can be. No address that has
/// begun needs more than five bytes: `.` to `0.0.0`, and one that has not, two.
fn missing_ipv6(prefix: &str, tails: &[String]) -> Option<usize> {
    tails
        .iter()
        .find(|tail| is_ipv6(&format!("{prefix}{tail}")))
        .map(String::len)
}

#[test]
fn a4_addresses_are_those_that_core_takes() {
    let endings: Vec<String> = texts(b"0:.", 6)
        .into_iter()
        .map(|text| String::from_utf8(text).unwrap())
        .collect();
    let before = "PROXY TCP6 ";
    let after = " :: 0 0\r\n";
    let mut random = Xorshift(0x2545_F491_4F6C_DD1D);
    let [mut accepted, mut refused] = [0, 0];
    for _ in 0..6000 {
        let address = ipv6_text(&mut random);
        let line = format!("{before}{address}{after}");
        let verdict = Verdict::from(decode(line.as_bytes()));
        if let Ok(want) = address.parse::<Ipv6Addr>() {
            accepted += 1;
            let header = crate::common::header(line.as_bytes());
            let source = header.source().and_then(|source| source.ip());
            assert_eq!(source, Some(want.into()), "{line:?}");
            continue;
        }
        refused += 1;
        // The first byte after which nothing makes an address: of the text, or the space behind it.
        let bad = (0..address.len())
            .find(|&at| missing_ipv6(&address[..=at], &endings).is_none())
            .unwrap_or(address.len());
        let offset = before.len() + bad;
        assert_eq!(verdict, Verdict::Invalid { offset }, "{line:?}");
        for end in 0..=bad {
            let at_least = missing_ipv6(&address[..end], &endings).unwrap() + after.len();
            let input = format!("{before}{}", &address[..end]);
            let verdict = Verdict::from(decode(input.as_bytes()));
            assert_eq!(verdict, Verdict::NeedMore { at_least }, "{input:?}");
        }
    }
    assert!(
        accepted > 1000 && refused > 1000,
        "{accepted} and {refused}"
    );
}

/// What is an IPv6 address or nearly one.
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
