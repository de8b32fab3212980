//! The fields of a line.

use std::net::Ipv6Addr;

/// What may be between two spaces.
#[derive(Clone, Copy)]
pub(super) enum Field {
    /// This word.
    Word(&'static str),
    /// A3
    Ipv4,
    /// A4
    Ipv6,
    /// A5, the leniency.
    Ipv6OrIpv4,
    /// A2
    Port,
}

impl Field {
    /// How many bytes follow `start` in the shortest text that starts with it; 0 if `start` is whole,
    /// `None` if nothing completes it.
    pub(super) fn missing(self, start: &str) -> Option<usize> {
        if let Self::Word(word) = self {
            return word.strip_prefix(start).map(str::len);
        }
        let mut text = String::new();
        let completes = |end: &&&str| {
            text.clear();
            text.push_str(start);
            text.push_str(end);
            self.is(&text)
        };
        ENDS.iter().find(completes).map(|end| end.len())
    }

    pub(super) fn shortest_len(self) -> usize {
        match self {
            Self::Word(word) => word.len(),
            Self::Ipv4 => "0.0.0.0".len(),
            Self::Ipv6 | Self::Ipv6OrIpv4 => "::".len(),
            Self::Port => "0".len(),
        }
    }

    fn is(self, text: &str) -> bool {
        match self {
            Self::Word(word) => text == word,
            Self::Ipv4 => is_ipv4(text),
            Self::Ipv6 => is_ipv6(text),
            Self::Ipv6OrIpv4 => is_ipv6(text) || is_ipv4(text),
            Self::Port => is_decimal(text, 65535),
        }
    }
}

fn is_ipv4(text: &str) -> bool {
    text.split('.').count() == 4 && text.split('.').all(|octet| is_decimal(octet, 255))
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

/// Whether `text` is a number up to `largest`, without a sign and without a leading zero.
fn is_decimal(text: &str, largest: u32) -> bool {
    let has_leading_zero = text.len() > 1 && text.starts_with('0');
    text.bytes().all(|byte| byte.is_ascii_digit())
        && !has_leading_zero
        && text.parse::<u32>().is_ok_and(|number| number <= largest)
}

/// What may end an address or a port, the shortest first. No other end is shorter than the first of
/// these that fits: a digit that must follow can be 0, and `::` stands for all missing groups. The
/// property `prefix` shows it, which tries every next byte.
const ENDS: [&str; 10] = [
    "", "0", ":", "::", ".0", "0.0", ".0.0", "0.0.0", ".0.0.0", "0.0.0.0",
];
