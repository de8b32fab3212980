//! Writing a line of version 1, addresses as `core::net` displays them, without `core::fmt`.
//!
//! Numbers are written without a loop over their digits: all digits there could be are put into one
//! word with the byte that follows them, and the word is shifted until the first digit that counts
//! is in front.

mod digits;

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::{address::Addresses, v1::V1_MAX_LEN};

use digits::{HEX, OCTETS, of_port};

/// A line in the making.
pub(crate) struct Written {
    bytes: [u8; ROOM],
    len: usize,
}

/// All that this module writes, and what the word of the last number has beyond it.
const ROOM: usize = V1_MAX_LEN + size_of::<u64>();

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

    /// Puts the last `count` digits of a word of ASCII ones, and `end` behind them.
    #[inline(always)]
    fn put_digits(&mut self, digits: u64, count: u32, end: u8) {
        let word = digits << 8 | u64::from(end);
        let len = count.wrapping_add(1);
        let word = word.wrapping_shl(u64::BITS.wrapping_sub(len.wrapping_mul(8)));
        let [len, ..] = len.to_le_bytes();
        self.put_start(word.to_be_bytes(), len.into());
    }

    fn put_ports(&mut self, source: u16, destination: u16) {
        self.put_port(source, b' ');
        self.put_port(destination, b'\r');
        self.put(*b"\n");
    }

    #[inline(always)]
    fn put_port(&mut self, port: u16, end: u8) {
        let reached = [port > 9, port > 99, port > 999, port > 9999];
        let count = reached.map(u32::from).iter().sum::<u32>();
        self.put_digits(of_port(port), count.wrapping_add(1), end);
    }

    #[inline(always)]
    fn put_octet(&mut self, octet: u8, end: u8) {
        let count = u32::from(octet > 9).wrapping_add(u32::from(octet > 99));
        self.put_digits(OCTETS.of(octet), count.wrapping_add(1), end);
    }

    /// An IPv4 address and the space behind it.
    fn put_ipv4(&mut self, address: Ipv4Addr) {
        let [a, b, c, d] = address.octets();
        self.put_octet(a, b'.');
        self.put_octet(b, b'.');
        self.put_octet(c, b'.');
        self.put_octet(d, b' ');
    }

    /// An IPv6 address and the space behind it, as RFC 5952 has it: groups without leading zeros,
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
        let [high, low] = group.to_be_bytes();
        let digits = HEX.of(high) << 16 | HEX.of(low);
        let leading_zeroes = (group | 1).leading_zeros() / 4;
        self.put_digits(digits, 4_u32.wrapping_sub(leading_zeroes), end);
    }
}

/// The groups before and behind the longest run of zeroes, or all groups where there is none of two.
fn around_zeroes(groups: &[u16; 8]) -> (&[u16], Option<&[u16]>) {
    // Bit i says whether so many groups are 0 from the i-th on: 1 at first, then one more each time.
    let mut zeroes = groups
        .iter()
        .rev()
        .fold(0_u8, |bits, &group| bits << 1 | u8::from(group == 0));
    let mut len = 1_usize;
    while zeroes & zeroes >> 1 != 0 {
        zeroes &= zeroes >> 1;
        len = len.wrapping_add(1);
    }
    let start = zeroes.trailing_zeros();
    let around = groups.split_at_checked(start.try_into().unwrap_or(usize::MAX));
    match around.and_then(|(before, rest)| Some((before, rest.get(len..)?))) {
        Some((before, after)) if len >= 2 => (before, Some(after)),
        _ => (groups, None),
    }
}
