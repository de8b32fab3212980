//! The text of an IPv6 address. Spec: §2.1.
//!
//! Accepts exactly what `core::net::Ipv6Addr::from_str` accepts: up to four digits a group, either
//! case, one `::` for one or more groups, and an IPv4 address in the last 32 bits. The spec mentions
//! hexadecimal groups only, but senders print v4-mapped addresses with the dotted tail, as
//! `inet_ntop` does.

use core::net::Ipv6Addr;

use crate::{error::V1Field, v1::line::Line};

impl Line<'_> {
    /// An IPv6 address, or with `v4_accepted` an IPv4 one, returned as v4-mapped.
    pub(super) fn ipv6(
        &mut self,
        field: V1Field,
        after: usize,
        v4_accepted: bool,
    ) -> Option<Ipv6Addr> {
        const DOUBLE_COLON: usize = b"::".len();
        let mut groups = Groups::default();
        // What is missing if the input ends before the next group.
        let mut missing = after.saturating_add(DOUBLE_COLON);
        if self.peek() == Some(b':') {
            self.skip();
            self.expect(b':', field, after.saturating_add(b":".len()))?;
            groups.skip_zeroes();
            if !self.at_hex_digit() {
                return Some(groups.address());
            }
        }
        loop {
            let start = self.offset();
            let group = self.hex_group(field, missing)?;
            let next = self.peek();
            let octet = match next {
                Some(b'.') => octet(self.since(start)),
                _ => None,
            };
            if let Some(octet) = octet {
                if v4_accepted && groups.is_empty() {
                    return self.v4_mapped(octet, field, after);
                }
                if groups.end_with_two() {
                    let [a, b, c, d] = self.octets_after(octet, field, after)?.octets();
                    groups.push(u16::from_be_bytes([a, b]));
                    groups.push(u16::from_be_bytes([c, d]));
                    return Some(groups.address());
                }
            }
            groups.push(group);
            if next == Some(b':') && groups.room() > 0 {
                self.skip();
                missing = after.saturating_add(1);
                if self.peek() == Some(b':') && !groups.zeroes_skipped() {
                    self.skip();
                    groups.skip_zeroes();
                    if groups.room() == 0 || !self.at_hex_digit() {
                        return Some(groups.address());
                    }
                }
            } else if groups.are_whole() {
                return Some(groups.address());
            } else {
                return self.stop_here(field, after.saturating_add(DOUBLE_COLON));
            }
        }
    }
}

/// The groups read so far, 16 bits each.
#[derive(Default)]
struct Groups {
    groups: [u16; GROUPS],
    len: usize,
    /// How many of them come before `::`. `None` until it is read.
    before_zeroes: Option<usize>,
}

impl Groups {
    /// Adds a group. There is room: `room` is checked before one is read.
    fn push(&mut self, group: u16) {
        if let Some(place) = self.groups.get_mut(self.len) {
            *place = group;
            self.len = self.len.wrapping_add(1);
        }
    }

    /// Notes that `::` was read.
    const fn skip_zeroes(&mut self) {
        self.before_zeroes = Some(self.len);
    }

    const fn is_empty(&self) -> bool {
        self.len == 0 && self.before_zeroes.is_none()
    }

    const fn zeroes_skipped(&self) -> bool {
        self.before_zeroes.is_some()
    }

    /// How many more groups may follow. `::` stands for at least one.
    const fn room(&self) -> usize {
        let most = match self.before_zeroes {
            None => GROUPS,
            Some(_) => GROUPS - 1,
        };
        // Not negative: a group is read only if there is room.
        most.wrapping_sub(self.len)
    }

    /// Whether the address may end with two more groups.
    const fn end_with_two(&self) -> bool {
        match self.before_zeroes {
            None => self.room() == 2,
            Some(_) => self.room() >= 2,
        }
    }

    /// Whether the address may end here.
    const fn are_whole(&self) -> bool {
        self.zeroes_skipped() || self.len == GROUPS
    }

    /// Those before `::` from the start, those after it from the end.
    fn address(&self) -> Ipv6Addr {
        let Some(before) = self.before_zeroes else {
            return Ipv6Addr::from(self.groups);
        };
        let mut whole = [0; GROUPS];
        let head = self.groups.iter().take(before);
        for (place, group) in whole.iter_mut().zip(head) {
            *place = *group;
        }
        let tail = self.groups.get(before..self.len).unwrap_or_default();
        for (place, group) in whole.iter_mut().rev().zip(tail.iter().rev()) {
            *place = *group;
        }
        Ipv6Addr::from(whole)
    }
}

/// The digits of a group as a decimal octet, if they are one: only then may a dot follow.
fn octet(digits: &[u8]) -> Option<u8> {
    if matches!(digits, [b'0', _, ..]) {
        return None;
    }
    digits.iter().try_fold(0_u8, |octet, digit| {
        let digit = digit.wrapping_sub(b'0');
        if digit < 10 {
            octet.checked_mul(10)?.checked_add(digit)
        } else {
            None
        }
    })
}

/// Groups of an address.
const GROUPS: usize = 8;
