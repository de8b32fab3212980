//! Writing a line of version 1, addresses as `core::net` displays them, without `core::fmt`.
//!
//! Numbers are written without a loop over their digits: all digits there could be are computed, put
//! into one word with the byte that follows them, and the word is shifted until the first digit that
//! counts is in front.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::{address::Addresses, v1::V1_LONGEST};

/// A line in the making.
pub(crate) struct Written {
    bytes: [u8; ROOM],
    len: usize,
}

/// All that this module writes, and what the word of the last number has beyond it.
const ROOM: usize = V1_LONGEST + size_of::<u64>();

/// The line of these addresses: `TCP4`, `TCP6`, or `UNKNOWN` where there are none.
///
/// UNIX addresses, which version 1 cannot name, do not come here; they would be `UNKNOWN` too, as
/// §2.1 says.
pub(crate) fn write(addresses: Addresses<'_>) -> Written {
    let mut line = Written {
        bytes: [0; ROOM],
        len: 0,
    };
    match addresses {
        Addresses::Inet {
            source,
            destination,
        } => {
            line.put(*b"PROXY TCP4 ");
            line.put_ipv4(*source.ip());
            line.put_ipv4(*destination.ip());
            line.put_ports(source.port(), destination.port());
        }
        Addresses::Inet6 {
            source,
            destination,
        } => {
            line.put(*b"PROXY TCP6 ");
            line.put_ipv6(source.ip());
            line.put_ipv6(destination.ip());
            line.put_ports(source.port(), destination.port());
        }
        Addresses::Unspec | Addresses::Unix { .. } => line.put(*b"PROXY UNKNOWN\r\n"),
    }
    line
}

impl Written {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn put<const LEN: usize>(&mut self, text: [u8; LEN]) {
        self.put_start(text, LEN);
    }

    /// Puts the first `len` of these bytes. All are stored, which takes no loop; what comes next
    /// is stored over the rest.
    #[inline(always)]
    fn put_start<const LEN: usize>(&mut self, bytes: [u8; LEN], len: usize) {
        let rest = self.bytes.get_mut(self.len..);
        // Has room: see `ROOM`.
        if let Some(place) = rest.and_then(<[u8]>::first_chunk_mut) {
            *place = bytes;
        }
        self.len = self.len.wrapping_add(len);
    }

    /// Puts the last `count` of up to seven digits, and `end` behind them.
    #[inline(always)]
    fn put_digits<const DIGITS: usize>(&mut self, digits: [u8; DIGITS], count: usize, end: u8) {
        let word = digits
            .iter()
            .fold(0, |word, &digit| word << 8 | u64::from(digit));
        let word = word << 8 | u64::from(end);
        let len = count.wrapping_add(1);
        let [.., free_bytes] = size_of::<u64>().wrapping_sub(len).to_be_bytes();
        let word = word.wrapping_shl(u32::from(free_bytes).wrapping_mul(8));
        self.put_start(word.to_be_bytes(), len);
    }

    fn put_ports(&mut self, source: u16, destination: u16) {
        self.put_port(source, b' ');
        self.put_port(destination, b'\r');
        self.put(*b"\n");
    }

    #[inline(always)]
    fn put_port(&mut self, port: u16, end: u8) {
        let digits = [port / 10_000, port / 1000, port / 100, port / 10, port].map(last_digit);
        let count = [port > 9, port > 99, port > 999, port > 9999];
        self.put_digits(digits, one_and(count), end);
    }

    #[inline(always)]
    fn put_octet(&mut self, octet: u8, end: u8) {
        let number = u16::from(octet);
        let digits = [number / 100, number / 10, number].map(last_digit);
        self.put_digits(digits, one_and([octet > 9, octet > 99]), end);
    }

    /// An IPv4 address and the space behind it.
    fn put_ipv4(&mut self, address: Ipv4Addr) {
        let [a, b, c, d] = address.octets();
        self.put_octet(a, b'.');
        self.put_octet(b, b'.');
        self.put_octet(c, b'.');
        self.put_octet(d, b' ');
    }

    /// An IPv6 address and the space behind it, as RFC 5952 has it: groups without heading zeroes,
    /// the longest run of two or more zero groups as `::`, the first of equally long ones;
    /// v4-mapped addresses with a dotted tail.
    fn put_ipv6(&mut self, address: &Ipv6Addr) {
        if let Some(mapped) = address.to_ipv4_mapped() {
            self.put(*b"::ffff:");
            return self.put_ipv4(mapped);
        }
        let groups = address.segments();
        let (before, after) = around_zeroes(&groups);
        self.put_groups(before);
        if let Some(after) = after {
            self.put(*b"::");
            self.put_groups(after);
        }
        self.put(*b" ");
    }

    fn put_groups(&mut self, groups: &[u16]) {
        for &group in groups {
            self.put_group(group, b':');
        }
        // The last one's colon is no part of the address.
        self.len = self.len.wrapping_sub(usize::from(!groups.is_empty()));
    }

    #[inline(always)]
    fn put_group(&mut self, group: u16, end: u8) {
        let digits = [group >> 12, group >> 8, group >> 4, group].map(last_hex_digit);
        let count = [group > 0xF, group > 0xFF, group > 0xFFF];
        self.put_digits(digits, one_and(count), end);
    }
}

/// The groups before and behind the longest run of zeroes, or all groups where there is none of two.
fn around_zeroes(groups: &[u16; 8]) -> (&[u16], Option<&[u16]>) {
    let mut longest = (0_usize, 0_usize);
    let mut run_len = 0_usize;
    for (end, &group) in (1..).zip(groups) {
        run_len = if group == 0 {
            run_len.saturating_add(1)
        } else {
            0
        };
        if run_len > longest.0 {
            longest = (run_len, end);
        }
    }
    let (len, end) = longest;
    let around = groups.get(..end.saturating_sub(len)).zip(groups.get(end..));
    match around {
        Some((before, after)) if len >= 2 => (before, Some(after)),
        _ => (groups, None),
    }
}

fn last_digit(number: u16) -> u8 {
    let [_, digit] = (number % 10).to_be_bytes();
    b'0'.wrapping_add(digit)
}

fn last_hex_digit(number: u16) -> u8 {
    let [_, low] = number.to_be_bytes();
    match low & 0xF {
        digit @ 0..=9 => b'0'.wrapping_add(digit),
        letter => (b'a' - 10).wrapping_add(letter),
    }
}

/// Digits of a number: one, and one more for each power of the base that it reaches.
fn one_and<const LEN: usize>(reached: [bool; LEN]) -> usize {
    reached
        .map(usize::from)
        .iter()
        .fold(1, |sum, one| sum.wrapping_add(*one))
}
