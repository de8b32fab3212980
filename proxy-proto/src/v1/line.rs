//! A line being read: where we are, and what is wrong or missing there.

use crate::{
    error::{DecodeErrorKind, Field},
    v1::V1_LONGEST,
    verdict::Stop,
};

/// A cursor over a line of version 1.
///
/// `after`, wherever it is a parameter, counts the bytes of the shortest text that can follow what
/// the function reads: what is missing where the input ends, and what must still fit in the line.
pub(super) struct Line<'a> {
    input: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Line<'a> {
    pub(super) const fn new(input: &'a [u8]) -> Self {
        Self { input, rest: input }
    }

    /// Skips `prefix` if it comes next, and says whether it did.
    pub(super) fn skip_prefix(&mut self, prefix: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn skip(&mut self) {
        self.rest = self.rest.split_first().map_or(self.rest, |(_, rest)| rest);
    }

    /// Takes this byte. `missing` counts the bytes from it to the end of the shortest line.
    pub(super) fn expect(&mut self, byte: u8, field: Field, missing: usize) -> Result<(), Stop> {
        match self.rest.split_first() {
            Some((&found, rest)) if found == byte => {
                self.rest = rest;
                Ok(())
            }
            _ => Err(self.stop(field, missing)),
        }
    }

    /// Takes a decimal number up to `max`: at least one digit, no sign, no heading zero.
    pub(super) fn number(&mut self, max: u16, field: Field, after: usize) -> Result<u16, Stop> {
        let Some(mut number) = self.digit() else {
            return Err(self.stop(field, after.saturating_add(1)));
        };
        self.digit_fits(after)?;
        self.skip();
        while let Some(digit) = self.digit() {
            self.digit_fits(after)?;
            if number == 0 {
                return Err(self.invalid(DecodeErrorKind::HeadingZero { field }));
            }
            number = match number.checked_mul(10).and_then(|n| n.checked_add(digit)) {
                Some(number) if number <= max => number,
                _ => {
                    let kind = DecodeErrorKind::NumberTooLarge { field, limit: max };
                    return Err(self.invalid(kind));
                }
            };
            self.skip();
        }
        Ok(number)
    }

    /// Takes up to four hexadecimal digits, at least one.
    pub(super) fn hex_group(&mut self, field: Field, missing: usize) -> Result<u16, Stop> {
        let Some(mut group) = self.hex_digit() else {
            return Err(self.stop(field, missing));
        };
        self.skip();
        for _ in 0..3 {
            let Some(digit) = self.hex_digit() else { break };
            group = group << 4 | digit;
            self.skip();
        }
        Ok(group)
    }

    /// Skips what is neither CR nor LF and starts before offset `end`, where the line must end.
    pub(super) fn skip_ignored(&mut self, end: usize) -> Result<(), Stop> {
        while let Some(byte) = self.peek() {
            if matches!(byte, b'\r' | b'\n') {
                break;
            }
            if self.offset() >= end {
                return Err(self.invalid(DecodeErrorKind::LineTooLong));
            }
            self.skip();
        }
        Ok(())
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn hex_digit(&self) -> Option<u16> {
        let byte = self.peek()?;
        let digit = match byte {
            b'0'..=b'9' => byte.wrapping_sub(b'0'),
            b'a'..=b'f' => byte.wrapping_sub(b'a' - 10),
            b'A'..=b'F' => byte.wrapping_sub(b'A' - 10),
            _ => return None,
        };
        Some(u16::from(digit))
    }

    /// What was taken since the line was in the state `earlier`.
    pub(super) fn since(&self, earlier: &'a [u8]) -> &'a [u8] {
        let len = earlier.len().saturating_sub(self.rest.len());
        earlier.get(..len).unwrap_or_default()
    }

    /// What has not been taken yet.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// All that was taken so far.
    pub(super) fn taken(&self) -> &'a [u8] {
        self.since(self.input)
    }

    /// Why the next byte cannot be taken: the input ends, or it does not belong into `field`.
    pub(super) fn stop(&self, field: Field, missing: usize) -> Stop {
        match self.peek() {
            None => Stop::need(missing),
            Some(found) => self.invalid(DecodeErrorKind::UnexpectedByte { field, found }),
        }
    }

    fn invalid(&self, kind: DecodeErrorKind) -> Stop {
        Stop::invalid(self.offset(), kind)
    }

    fn digit(&self) -> Option<u16> {
        let digit = self.peek()?.wrapping_sub(b'0');
        (digit < 10).then_some(u16::from(digit))
    }

    /// Whether the line can still end in time behind the digit that comes next.
    ///
    /// Digits are the only bytes that can make a line too long, those that `UNKNOWN` ignores apart:
    /// the rest of the longest line, two IPv6 addresses without a dotted tail, is at most 104
    /// bytes. Spec: §2.1.
    fn digit_fits(&self, after: usize) -> Result<(), Stop> {
        if self.offset().saturating_add(after) < V1_LONGEST {
            Ok(())
        } else {
            Err(self.invalid(DecodeErrorKind::LineTooLong))
        }
    }

    const fn offset(&self) -> usize {
        self.input.len().saturating_sub(self.rest.len())
    }
}
