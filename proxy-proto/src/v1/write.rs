//! Writing a line of version 1, addresses as `core::net` displays them, without `core::fmt`, which
//! takes several times as long, and which the compiler cannot show to be free of panics.

use core::{
    net::{Ipv4Addr, Ipv6Addr},
    ops::Range,
};

use crate::{
    address::Addresses,
    encode::Output,
    v1::{SHORTEST_LINE, V1_MAX_LEN},
};

/// A line of version 1, whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SentLine {
    bytes: [u8; V1_MAX_LEN],
    len: usize,
}

impl SentLine {
    /// The line of these addresses: `TCP4`, `TCP6`, or `UNKNOWN` if there are none.
    ///
    /// UNIX addresses, which version 1 cannot name, do not get here; they would be `UNKNOWN` too,
    /// as §2.1 requires.
    pub(crate) fn new(addresses: Addresses<'_>) -> Self {
        let mut bytes = [0; V1_MAX_LEN];
        let mut out = Output::to(&mut bytes[..]);
        put(addresses, &mut out);
        let len = out.len();
        Self { bytes, len }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

fn put(addresses: Addresses<'_>, out: &mut Output<&mut [u8]>) {
    let ports = match addresses {
        Addresses::Unspec | Addresses::Unix { .. } => return out.put(SHORTEST_LINE),
        Addresses::Inet {
            source,
            destination,
        } => {
            out.put(b"PROXY TCP4 ");
            put_ipv4(*source.ip(), out);
            out.put(b" ");
            put_ipv4(*destination.ip(), out);
            [source.port(), destination.port()]
        }
        Addresses::Inet6 {
            source,
            destination,
        } => {
            out.put(b"PROXY TCP6 ");
            put_ipv6(*source.ip(), out);
            out.put(b" ");
            put_ipv6(*destination.ip(), out);
            [source.port(), destination.port()]
        }
    };
    for port in ports {
        out.put(b" ");
        put_number::<10>(port, out);
    }
    out.put(b"\r\n");
}

fn put_ipv4(address: Ipv4Addr, out: &mut Output<&mut [u8]>) {
    for (place, octet) in address.octets().into_iter().enumerate() {
        if place > 0 {
            out.put(b".");
        }
        put_number::<10>(octet.into(), out);
    }
}

/// The form of RFC 5952: groups without leading zeros, one run of zero groups as `::`, v4-mapped
/// addresses with a dotted tail.
fn put_ipv6(address: Ipv6Addr, out: &mut Output<&mut [u8]>) {
    if let Some(mapped) = address.to_ipv4_mapped() {
        out.put(b"::ffff:");
        return put_ipv4(mapped, out);
    }
    let groups = address.segments();
    let zeros = longest_zero_run(groups);
    for (place, group) in groups.into_iter().enumerate() {
        if place == zeros.start {
            out.put(b"::");
        }
        if zeros.contains(&place) {
            continue;
        }
        if place != 0 && place != zeros.end {
            out.put(b":");
        }
        put_number::<16>(group, out);
    }
}

/// The first of the longest runs of two or more zero groups; without one, an empty range after all groups.
fn longest_zero_run(groups: [u16; 8]) -> Range<usize> {
    let mut longest = groups.len()..groups.len();
    let mut start = 0;
    for (end, group) in (1_usize..).zip(groups) {
        if group != 0 {
            start = end;
        } else if end.wrapping_sub(start) > longest.len().max(1) {
            longest = start..end;
        }
    }
    longest
}

/// Puts a number without leading zeros.
fn put_number<const BASE: u16>(number: u16, out: &mut Output<&mut [u8]>) {
    let mut digits = [0; 5];
    let mut start = digits.len();
    let mut rest = number;
    for place in digits.iter_mut().rev() {
        let [digit, _] = rest.checked_rem(BASE).unwrap_or_default().to_le_bytes();
        let zero = if digit < 10 { b'0' } else { b'a' - 10 };
        *place = digit.wrapping_add(zero);
        start = start.wrapping_sub(1);
        rest = rest.checked_div(BASE).unwrap_or_default();
        if rest == 0 {
            break;
        }
    }
    out.put(digits.get(start..).unwrap_or_default());
}
