//! Writing a line of version 1, addresses as `core::net` displays them, without `core::fmt`.

use core::net::Ipv6Addr;

use crate::{address::Addresses, encode::Output};

/// Writes the line of these addresses: `TCP4`, `TCP6`, or `UNKNOWN` where there are none.
///
/// UNIX addresses, which version 1 cannot name, do not come here; they would be `UNKNOWN` too, as
/// §2.1 says.
pub(crate) fn write(addresses: Addresses<'_>, output: &mut Output<'_>) {
    match addresses {
        Addresses::Inet {
            source,
            destination,
        } => {
            output.put(b"PROXY TCP4 ");
            write_ipv4(source.ip().octets(), output);
            output.put(b" ");
            write_ipv4(destination.ip().octets(), output);
            write_ports(source.port(), destination.port(), output);
        }
        Addresses::Inet6 {
            source,
            destination,
        } => {
            output.put(b"PROXY TCP6 ");
            write_ipv6(source.ip(), output);
            output.put(b" ");
            write_ipv6(destination.ip(), output);
            write_ports(source.port(), destination.port(), output);
        }
        Addresses::Unspec | Addresses::Unix { .. } => output.put(b"PROXY UNKNOWN\r\n"),
    }
}

fn write_ports(source: u16, destination: u16, output: &mut Output<'_>) {
    output.put(b" ");
    write_decimal(source, output);
    output.put(b" ");
    write_decimal(destination, output);
    output.put(b"\r\n");
}

fn write_ipv4([a, b, c, d]: [u8; 4], output: &mut Output<'_>) {
    write_decimal(a.into(), output);
    for octet in [b, c, d] {
        output.put(b".");
        write_decimal(octet.into(), output);
    }
}

/// RFC 5952: groups without heading zeroes, the longest run of two or more zero groups as `::`, the
/// first of equally long ones; v4-mapped addresses with a dotted tail.
fn write_ipv6(address: &Ipv6Addr, output: &mut Output<'_>) {
    if let Some(mapped) = address.to_ipv4_mapped() {
        output.put(b"::ffff:");
        return write_ipv4(mapped.octets(), output);
    }
    let groups = address.segments();
    let (before, after) = around_zeroes(&groups);
    write_groups(before, output);
    if let Some(after) = after {
        output.put(b"::");
        write_groups(after, output);
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

fn write_groups(groups: &[u16], output: &mut Output<'_>) {
    let mut colon: &[u8] = b"";
    for &group in groups {
        output.put(colon);
        write_hex(group, output);
        colon = b":";
    }
}

fn write_hex(group: u16, output: &mut Output<'_>) {
    let [high, low] = group.to_be_bytes();
    let digits = [high >> 4, high & 0xF, low >> 4, low & 0xF].map(|nibble| match nibble {
        0..=9 => b'0'.wrapping_add(nibble),
        _ => (b'a' - 10).wrapping_add(nibble),
    });
    output.put(without_heading_zeroes(&digits));
}

fn write_decimal(number: u16, output: &mut Output<'_>) {
    let mut digits = [b'0'; 5];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        let [last, _] = (rest % 10).to_le_bytes();
        *digit = b'0'.wrapping_add(last);
        rest /= 10;
    }
    output.put(without_heading_zeroes(&digits));
}

/// The digits from the first that is not 0, or the last.
fn without_heading_zeroes(digits: &[u8]) -> &[u8] {
    let last = digits.len().saturating_sub(1);
    let first = digits
        .iter()
        .position(|&digit| digit != b'0')
        .unwrap_or(last);
    digits.get(first..).unwrap_or_default()
}
