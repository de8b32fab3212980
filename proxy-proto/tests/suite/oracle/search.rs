//! The oracle itself, of version 1: a recognizer of whole lines, and a search for the shortest text
//! that makes a line of a prefix. The oracle must ask for as many bytes as the search finds, and
//! refuse at the first byte for which it finds nothing.

use core::net::{Ipv4Addr, Ipv6Addr};

use proxy_proto_fuzz::oracle::{Settings, Verdict, judge};

use super::{
    Decoders,
    lines::{LENIENT, LINES, TOO_LONG, changed},
};

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
    settings: Settings,
}

impl Endings {
    fn new(settings: Settings) -> Self {
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
            settings,
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
            is_line(&line, self.settings.v4_in_tcp6)
        };
        let endings = self.texts.iter().filter(|(spaces, _)| {
            prefix.starts_with(b"PROXY U") || so_far + spaces == 5 || so_far <= 1
        });
        let mut lens = endings.filter(|(_, ending)| completes(ending));
        lens.next().map(|(_, ending)| ending.len())
    }

    /// Holds the oracle against the search, for `input` up to the first whole line in it.
    fn check(&self, input: &[u8]) {
        let end = input.windows(2).position(|pair| pair == b"\r\n");
        let line = end.map_or(input, |end| &input[..end + 2]);
        let place = line.escape_ascii();
        match judge(line, &self.settings) {
            Verdict::Complete(seen) => {
                assert!(is_line(line, self.settings.v4_in_tcp6), "{place}");
                assert_eq!(seen.len, line.len(), "{place}");
            }
            Verdict::NeedMore { at_least } => {
                assert_eq!(Some(at_least), self.missing(line), "{place}");
            }
            // What no line starts with, no line starts with when it is longer.
            Verdict::Invalid { offset } => {
                let up_to_it = self.missing(&line[..=offset]);
                assert_eq!(up_to_it, None, "{place}: not yet at {offset}");
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

#[test]
fn search_knows_a_line_when_it_sees_one() {
    for line in LINES {
        assert!(is_line(line, false), "{}", line.escape_ascii());
    }
    for line in TOO_LONG {
        assert!(!is_line(line, false), "{}", line.escape_ascii());
        assert!(line.len() > 107);
    }
    let endings = Endings::new(Settings::default());
    // RULES G5 gives these.
    assert_eq!(endings.missing(b""), Some(15));
    assert_eq!(endings.missing(b"PROXY T"), Some(15));
    assert_eq!(endings.missing(b"PROXX"), None);
}

#[test]
fn no_end_is_shorter_than_the_one_that_the_oracle_finds() {
    let strict = Endings::new(Settings::default());
    let lines = [&LINES[..], &TOO_LONG].concat();
    for line in &lines {
        for len in 0..=line.len() {
            strict.check(&line[..len]);
        }
    }
    for line in changed(&lines, COPIES) {
        strict.check(&line);
    }
}

#[test]
fn nor_with_the_leniency() {
    let lenient = Endings::new(Decoders::with_v4_in_tcp6().settings);
    for line in LENIENT {
        for len in 0..=line.len() {
            lenient.check(&line[..len]);
        }
    }
    for line in changed(&LENIENT, COPIES) {
        lenient.check(&line);
    }
}

const COPIES: usize = 500;
