//! Where a header is written, or only counted.

use crate::error::EncodeError;

/// A header in the making.
///
/// It is made twice, by the same code: counted, with all checks, so that nothing has been written
/// when one of them fails; then written to the bytes that counting found. Two types and not one
/// that asks each time, because counting then folds into a few additions: an IPv4 header took 292
/// instructions as one type.
pub(crate) trait Output {
    /// Whether what is put has been checked: by counting, if this writes.
    const CHECKED: bool;

    fn put(&mut self, bytes: &[u8]);

    /// Puts `count` bytes of 0.
    fn put_zeroes(&mut self, count: usize);

    /// Writes over what was put at `offset`.
    fn patch<const LEN: usize>(&mut self, offset: usize, bytes: [u8; LEN]);

    /// Notes that the value of the CRC32C comes next.
    fn note_checksum(&mut self) -> Result<(), EncodeError>;

    /// Fills in the CRC32C, if one was noted, with what `sum` says of the header.
    fn patch_checksum(&mut self, sum: impl FnOnce(&[u8]) -> u32);

    fn len(&self) -> usize;
}

/// Counts, and writes nothing.
#[derive(Default)]
pub(super) struct Counted {
    len: usize,
    has_checksum: bool,
}

/// Writes to `out`, which has the length that counting found.
pub(super) struct Written<'o> {
    out: &'o mut [u8],
    len: usize,
    /// Where the value of the CRC32C starts.
    checksum_offset: Option<usize>,
}

impl Output for Counted {
    const CHECKED: bool = false;

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.put_zeroes(bytes.len());
    }

    #[inline]
    fn put_zeroes(&mut self, count: usize) {
        self.len = self.len.saturating_add(count);
    }

    #[inline]
    fn patch<const LEN: usize>(&mut self, _: usize, _: [u8; LEN]) {}

    #[inline]
    fn note_checksum(&mut self) -> Result<(), EncodeError> {
        if self.has_checksum {
            return Err(EncodeError::ChecksumRepeated);
        }
        self.has_checksum = true;
        Ok(())
    }

    #[inline]
    fn patch_checksum(&mut self, _: impl FnOnce(&[u8]) -> u32) {}

    #[inline]
    fn len(&self) -> usize {
        self.len
    }
}

impl<'o> Written<'o> {
    pub(super) const fn to(out: &'o mut [u8]) -> Self {
        Self {
            out,
            len: 0,
            checksum_offset: None,
        }
    }

    /// The next `count` bytes. There are so many: they were counted.
    #[inline]
    fn next(&mut self, count: usize) -> Option<&mut [u8]> {
        let rest = self.out.get_mut(self.len..)?;
        self.len = self.len.saturating_add(count);
        Some(rest.split_at_mut_checked(count)?.0)
    }
}

impl Output for Written<'_> {
    const CHECKED: bool = true;

    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.next(bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    #[inline]
    fn put_zeroes(&mut self, count: usize) {
        if let Some(place) = self.next(count) {
            place.fill(0);
        }
    }

    #[inline]
    fn patch<const LEN: usize>(&mut self, offset: usize, bytes: [u8; LEN]) {
        let rest = self.out.get_mut(offset..);
        if let Some(place) = rest.and_then(|rest| rest.first_chunk_mut()) {
            *place = bytes;
        }
    }

    #[inline]
    fn note_checksum(&mut self) -> Result<(), EncodeError> {
        self.checksum_offset = Some(self.len);
        Ok(())
    }

    #[inline]
    fn patch_checksum(&mut self, sum: impl FnOnce(&[u8]) -> u32) {
        if let Some(offset) = self.checksum_offset {
            let sum = sum(self.out.get(..self.len).unwrap_or_default());
            self.patch(offset, sum.to_be_bytes());
        }
    }

    #[inline]
    fn len(&self) -> usize {
        self.len
    }
}
