//! A cursor over a line: where it is, and what failed or is missing there.

use crate::{
    error::{DecodeErrorKind, V1Field},
    v1::V1_MAX_LEN,
    verdict::Stop,
};

/// A cursor over a line of version 1.
///
/// A function that cannot continue returns `None` and leaves the reason in `stop`, which is read
/// once, at the end: an `Option` of a number is returned in registers, a `Result` with the reason
/// is not (which costs a tenth of the instructions of a TCP4 line).
///
/// The parameter `after` counts the bytes of the shortest text that can follow what the function
/// reads: what is missing if the input ends there, and what must still fit in the line.
pub(super) struct Line<'a> {
    input: &'a [u8],
    offset: usize,
    stop: Stop,
}

impl<'a> Line<'a> {
    pub(super) const fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            offset: 0,
            stop: Stop::need(0),
        }
    }

    /// Skips `prefix` if it comes next, and returns whether it did.
    pub(super) fn skip_prefix(&mut self, prefix: &[u8]) -> bool {
        let skips = self.rest().starts_with(prefix);
        if skips {
            self.offset = self.offset.saturating_add(prefix.len());
        }
        skips
    }

    /// Skips a byte that was peeked at.
    pub(super) fn skip(&mut self) {
        // Never past the end of the input, whose length is a `usize`.
        self.offset = self.offset.wrapping_add(1);
    }

    /// Skips this byte. `missing` counts the bytes from it to the end of the shortest line.
    pub(super) fn expect(&mut self, byte: u8, field: V1Field, missing: usize) -> Option<()> {
        if self.peek() == Some(byte) {
            self.skip();
            Some(())
        } else {
            self.stop_here(field, missing)
        }
    }

    /// Reads a decimal number up to `max`: at least one digit, no sign, no leading zero.
    #[inline(always)]
    pub(super) fn number(&mut self, max: u16, field: V1Field, after: usize) -> Option<u16> {
        let start = self.offset;
        let Some(mut number) = self.digit() else {
            return self.stop_here(field, after.saturating_add(1));
        };
        self.skip();
        if number == 0 && self.digit().is_some() {
            return self.stop_in_number(start, after, DecodeErrorKind::LeadingZero { field });
        }
        while let Some(digit) = self.digit() {
            // At most 10 times 65,535 and 9.
            number = number.wrapping_mul(10).wrapping_add(digit);
            if number > u32::from(max) {
                let kind = DecodeErrorKind::NumberTooLarge { field, limit: max };
                return self.stop_in_number(start, after, kind);
            }
            self.skip();
        }
        if self.offset > latest_end(after) {
            return self.stop_in_number(start, after, DecodeErrorKind::LineTooLong);
        }
        u16::try_from(number).ok()
    }

    /// Reads up to four hexadecimal digits, at least one.
    #[inline(always)]
    pub(super) fn hex_group(&mut self, field: V1Field, missing: usize) -> Option<u16> {
        if let Some(digits) = self.peek_four() {
            let [a, b, c, d] = digits.map(hex_digit);
            if a | b | c | d < 16 {
                self.offset = self.offset.wrapping_add(4);
                return Some(u16::from_be_bytes([a << 4 | b, c << 4 | d]));
            }
        }
        let mut group = 0;
        let mut len = 0_usize;
        for &byte in self.rest().iter().take(4) {
            let digit = hex_digit(byte);
            if digit >= 16 {
                break;
            }
            group = group << 4 | u16::from(digit);
            len = len.wrapping_add(1);
        }
        if len == 0 {
            return self.stop_here(field, missing);
        }
        self.offset = self.offset.wrapping_add(len);
        Some(group)
    }

    /// Skips what is neither CR nor LF and starts before offset `end`, where the line must end.
    pub(super) fn skip_ignored(&mut self, end: usize) -> Option<()> {
        while let Some(byte) = self.peek() {
            if matches!(byte, b'\r' | b'\n') {
                break;
            }
            if self.offset >= end {
                return self.stop_at(self.offset, DecodeErrorKind::LineTooLong);
            }
            self.skip();
        }
        Some(())
    }

    /// Stops because the input ends, or because the next byte does not belong in `field`.
    #[cold]
    pub(super) fn stop_here<T>(&mut self, field: V1Field, missing: usize) -> Option<T> {
        match self.peek() {
            None => {
                self.stop = Stop::need(missing);
                None
            }
            Some(found) => self.stop_at(
                self.offset,
                DecodeErrorKind::UnexpectedByte { field, found },
            ),
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.input.get(self.offset).copied()
    }

    fn peek_four(&self) -> Option<&[u8; 4]> {
        self.input.get(self.offset..)?.first_chunk()
    }

    /// Whether a hexadecimal digit comes next.
    pub(super) fn at_hex_digit(&self) -> bool {
        self.peek().is_some_and(|byte| byte.is_ascii_hexdigit())
    }

    pub(super) const fn offset(&self) -> usize {
        self.offset
    }

    /// What was read since `offset`.
    pub(super) fn since(&self, offset: usize) -> &'a [u8] {
        self.input.get(offset..self.offset).unwrap_or_default()
    }

    /// Why the line could not be read.
    pub(super) const fn stop(&self) -> Stop {
        self.stop
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.offset..).unwrap_or_default()
    }

    fn digit(&self) -> Option<u32> {
        let digit = self.peek()?.wrapping_sub(b'0');
        (digit < 10).then_some(u32::from(digit))
    }

    /// Stops at the next byte of a number that started at `start`, or at an earlier digit after which
    /// the line cannot end in time.
    ///
    /// Apart from the bytes that `UNKNOWN` ignores, only digits can make a line too long: without a
    /// dotted tail in its IPv6 addresses, a line has at most 104 bytes. Spec: §2.1.
    #[cold]
    fn stop_in_number<T>(
        &mut self,
        start: usize,
        after: usize,
        kind: DecodeErrorKind,
    ) -> Option<T> {
        let too_far = latest_end(after).max(start);
        if self.offset >= too_far {
            self.stop_at(too_far, DecodeErrorKind::LineTooLong)
        } else {
            self.stop_at(self.offset, kind)
        }
    }

    fn stop_at<T>(&mut self, offset: usize, kind: DecodeErrorKind) -> Option<T> {
        self.stop = Stop::invalid(offset, kind);
        None
    }
}

/// The offset where a number must end at the latest, so that `after` more bytes still fit in the
/// line.
const fn latest_end(after: usize) -> usize {
    V1_MAX_LEN.saturating_sub(after)
}

/// Less than 16 if it is a digit.
fn hex_digit(byte: u8) -> u8 {
    let digit = HEX_DIGITS.get(usize::from(byte));
    digit.copied().unwrap_or(NOT_HEX)
}

/// The value of each byte as a hexadecimal digit; `NOT_HEX` if it is not one.
#[expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where a panic is a compile error"
)]
static HEX_DIGITS: [u8; 256] = {
    let mut digits = [NOT_HEX; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

const NOT_HEX: u8 = 0xFF;
