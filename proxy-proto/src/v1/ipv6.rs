//! The text of an IPv6 address. Spec: §2.1.
//!
//! Takes exactly what `core::net::Ipv6Addr::from_str` takes: up to four digits a group, either
//! case, one `::` for one or more groups, and an IPv4 address in the last 32 bits. The spec speaks of
//! hexadecimal groups only, but senders print v4-mapped addresses with the dotted tail, as
//! `inet_ntop` does.

use core::net::Ipv6Addr;

use crate::{error::Field, v1::line::Line, verdict::Stop};

impl Line<'_> {
    /// An IPv6 address, or with `v4_accepted` an IPv4 one, given as v4-mapped.
    pub(super) fn ipv6(
        &mut self,
        field: Field,
        after: usize,
        v4_accepted: bool,
    ) -> Result<Ipv6Addr, Stop> {
        const DOUBLE_COLON: usize = b"::".len();
        let mut groups = Groups::default();
        // What is missing if the input ends before the next group.
        let mut missing = after.saturating_add(DOUBLE_COLON);
        if self.peek() == Some(b':') {
            self.skip();
            self.expect(b':', field, after.saturating_add(b":".len()))?;
            groups.skip_zeroes();
            if self.hex_digit().is_none() {
                return Ok(groups.address());
            }
        }
        loop {
            let start = self.rest();
            let group = self.hex_group(field, missing)?;
            if self.peek() == Some(b'.') {
                if let Some(octet) = octet(self.since(start)) {
                    if v4_accepted && groups.is_empty() {
                        return self.v4_mapped(octet, field, after);
                    }
                    if groups.end_with_two() {
                        let tail = self.octets_after(octet, field, after)?;
                        groups.push_tail(tail.to_bits());
                        return Ok(groups.address());
                    }
                }
            }
            groups.push(group);
            if self.peek() == Some(b':') && groups.room() > 0 {
                self.skip();
                missing = after.saturating_add(1);
                if self.peek() == Some(b':') && !groups.zeroes_skipped() {
                    self.skip();
                    groups.skip_zeroes();
                    if groups.room() == 0 || self.hex_digit().is_none() {
                        return Ok(groups.address());
                    }
                }
            } else if groups.are_whole() {
                return Ok(groups.address());
            } else {
                return Err(self.stop(field, after.saturating_add(DOUBLE_COLON)));
            }
        }
    }
}

/// The groups read so far, 16 bits each.
#[derive(Default)]
struct Groups {
    /// Those before `::`, or all of them.
    head: u128,
    /// Those after `::`.
    tail: u128,
    head_len: u32,
    /// `None` until `::` was read.
    tail_len: Option<u32>,
}

impl Groups {
    fn push(&mut self, group: u16) {
        match &mut self.tail_len {
            None => {
                self.head = self.head << 16 | u128::from(group);
                self.head_len = self.head_len.saturating_add(1);
            }
            Some(tail_len) => {
                self.tail = self.tail << 16 | u128::from(group);
                *tail_len = tail_len.saturating_add(1);
            }
        }
    }

    /// Adds the two groups that a dotted tail stands for.
    fn push_tail(&mut self, bits: u32) {
        let [high, low] = [bits >> 16, bits & 0xFFFF];
        for half in [high, low] {
            self.push(u16::try_from(half).unwrap_or_default());
        }
    }

    /// Notes that `::` was read.
    fn skip_zeroes(&mut self) {
        self.tail_len = Some(0);
    }

    fn is_empty(&self) -> bool {
        self.head_len == 0 && self.tail_len.is_none()
    }

    fn zeroes_skipped(&self) -> bool {
        self.tail_len.is_some()
    }

    /// How many more groups may follow. `::` stands for at least one.
    fn room(&self) -> u32 {
        match self.tail_len {
            None => 8_u32.saturating_sub(self.head_len),
            Some(tail_len) => 7_u32.saturating_sub(self.head_len.saturating_add(tail_len)),
        }
    }

    /// Whether the address may end with two more groups.
    fn end_with_two(&self) -> bool {
        match self.tail_len {
            None => self.room() == 2,
            Some(_) => self.room() >= 2,
        }
    }

    /// Whether the address may end here.
    fn are_whole(&self) -> bool {
        self.zeroes_skipped() || self.head_len == 8
    }

    fn address(&self) -> Ipv6Addr {
        // `::` in front shifts a head of 0 by all 128 bits, which `checked_shl` calls overflow.
        let shift = 8_u32.saturating_sub(self.head_len).saturating_mul(16);
        Ipv6Addr::from_bits(self.head.checked_shl(shift).unwrap_or_default() | self.tail)
    }
}

/// The octet that the digits of a group are, if they are one: what a dot may follow.
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
