//! Writing a line of version 1, addresses as `core::net` displays them, without `core::fmt`: that
//! takes several times as long, and can panic for all that the compiler knows.

use core::{
    net::{Ipv4Addr, Ipv6Addr},
    ops::Range,
};

use crate::{address::Addresses, encode::Output, v1::SHORTEST_LINE};

/// Puts the line of these addresses: `TCP4`, `TCP6`, or `UNKNOWN` if there are none.
///
/// UNIX addresses, which version 1 cannot name, do not get here; they would be `UNKNOWN` too, as
/// §2.1 says.
pub(crate) fn put(addresses: Addresses<'_>, out: &mut impl Output) {
    let ports = match addresses {
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
            put_ipv6(source.ip(), out);
            out.put(b" ");
            put_ipv6(destination.ip(), out);
            [source.port(), destination.port()]
        }
        Addresses::Unspec | Addresses::Unix { .. } => return out.put(SHORTEST_LINE),
    };
    for port in ports {
        out.put(b" ");
        put_number::<10>(port, out);
    }
    out.put(b"\r\n");
}

fn put_ipv4(address: Ipv4Addr, out: &mut impl Output) {
    let [first, rest @ ..] = address.octets();
    put_number::<10>(first.into(), out);
    for octet in rest {
        out.put(b".");
        put_number::<10>(octet.into(), out);
    }
}

/// As RFC 5952 has it: groups without leading zeros, one run of zero groups as `::`, v4-mapped
/// addresses with a dotted tail.
fn put_ipv6(address: &Ipv6Addr, out: &mut impl Output) {
    if let Some(mapped) = address.to_ipv4_mapped() {
        out.put(b"::ffff:");
        return put_ipv4(mapped, out);
    }
    let groups = address.segments();
    let zeros = longest_zero_run(&groups);
    for (place, &group) in groups.iter().enumerate() {
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

/// The first of the longest runs of two or more zero groups; if there are none, an empty one after all groups.
fn longest_zero_run(groups: &[u16; 8]) -> Range<usize> {
    let mut longest = groups.len()..groups.len();
    let mut start = 0;
    for (place, &group) in groups.iter().enumerate() {
        let end = place.wrapping_add(1);
        if group != 0 {
            start = end;
        } else if end.wrapping_sub(start) > longest.len().max(1) {
            longest = start..end;
        }
    }
    longest
}

/// Puts a number without leading zeros, in base 10 or 16.
fn put_number<const BASE: u16>(number: u16, out: &mut impl Output) {
    let mut digits = *b"00000";
    let mut start = digits.len();
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        let [value, _] = rest.checked_rem(BASE).unwrap_or_default().to_le_bytes();
        *digit = match value {
            0..=9 => value.wrapping_add(b'0'),
            _ => value.wrapping_add(b'a' - 10),
        };
        start = start.wrapping_sub(1);
        rest = rest.checked_div(BASE).unwrap_or_default();
        if rest == 0 {
            break;
        }
    }
    out.put(digits.get(start..).unwrap_or_default());
}
