//! Writing a line of version 1, addresses as `core::net` displays them, without `core::fmt`.

use core::net::Ipv6Addr;

use arrayvec::ArrayVec;

use crate::{address::Addresses, v1::V1_LONGEST};

/// A line in the making. All that this module writes fits in it.
pub(crate) type Written = ArrayVec<u8, V1_LONGEST>;

/// The line of these addresses: `TCP4`, `TCP6`, or `UNKNOWN` where there are none.
///
/// UNIX addresses, which version 1 cannot name, do not come here; they would be `UNKNOWN` too, as
/// §2.1 says.
pub(crate) fn write(addresses: Addresses<'_>) -> Written {
    let mut line = Written::new();
    match addresses {
        Addresses::Inet {
            source,
            destination,
        } => {
            put(b"PROXY TCP4 ", &mut line);
            write_ipv4(source.ip().octets(), &mut line);
            put(b" ", &mut line);
            write_ipv4(destination.ip().octets(), &mut line);
            write_ports(source.port(), destination.port(), &mut line);
        }
        Addresses::Inet6 {
            source,
            destination,
        } => {
            put(b"PROXY TCP6 ", &mut line);
            write_ipv6(source.ip(), &mut line);
            put(b" ", &mut line);
            write_ipv6(destination.ip(), &mut line);
            write_ports(source.port(), destination.port(), &mut line);
        }
        Addresses::Unspec | Addresses::Unix { .. } => put(b"PROXY UNKNOWN\r\n", &mut line),
    }
    line
}

fn put(bytes: &[u8], line: &mut Written) {
    // Has room: see `Written`.
    let _ = line.try_extend_from_slice(bytes);
}

fn write_ports(source: u16, destination: u16, line: &mut Written) {
    put(b" ", line);
    write_decimal::<5>(source, line);
    put(b" ", line);
    write_decimal::<5>(destination, line);
    put(b"\r\n", line);
}

fn write_ipv4([a, b, c, d]: [u8; 4], line: &mut Written) {
    write_decimal::<3>(a.into(), line);
    for octet in [b, c, d] {
        put(b".", line);
        write_decimal::<3>(octet.into(), line);
    }
}

/// RFC 5952: groups without heading zeroes, the longest run of two or more zero groups as `::`, the
/// first of equally long ones; v4-mapped addresses with a dotted tail.
fn write_ipv6(address: &Ipv6Addr, line: &mut Written) {
    if let Some(mapped) = address.to_ipv4_mapped() {
        put(b"::ffff:", line);
        return write_ipv4(mapped.octets(), line);
    }
    let groups = address.segments();
    let (before, after) = around_zeroes(&groups);
    write_groups(before, line);
    if let Some(after) = after {
        put(b"::", line);
        write_groups(after, line);
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

fn write_groups(groups: &[u16], line: &mut Written) {
    let mut colon: &[u8] = b"";
    for &group in groups {
        put(colon, line);
        write_hex(group, line);
        colon = b":";
    }
}

fn write_hex(group: u16, line: &mut Written) {
    let [high, low] = group.to_be_bytes();
    let digits = [high >> 4, high & 0xF, low >> 4, low & 0xF].map(|nibble| match nibble {
        0..=9 => b'0'.wrapping_add(nibble),
        _ => (b'a' - 10).wrapping_add(nibble),
    });
    put(without_heading_zeroes(&digits), line);
}

/// A number of up to `DIGITS` digits.
fn write_decimal<const DIGITS: usize>(number: u16, line: &mut Written) {
    let mut digits = [b'0'; DIGITS];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        let [last, _] = (rest % 10).to_le_bytes();
        *digit = b'0'.wrapping_add(last);
        rest /= 10;
    }
    put(without_heading_zeroes(&digits), line);
}

/// The digits from the first that is not 0, or the last.
fn without_heading_zeroes(digits: &[u8]) -> &[u8] {
    let mut digits = digits;
    while let [b'0', rest @ ..] = digits {
        if rest.is_empty() {
            break;
        }
        digits = rest;
    }
    digits
}
