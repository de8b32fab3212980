//! Where a header is written, or only counted.

use crate::{crc32c, error::EncodeError};

/// A header in the making.
///
/// Its TLVs are made twice, by the same code: counted, with all checks, so that nothing has been
/// written when one of them fails; then written to the bytes that counting found. Two types and not
/// one that asks each time, because counting then folds into a few additions: an IPv4 header took
/// 292 instructions as one type.
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

    fn len(&self) -> usize;
}

/// Counts, and writes nothing.
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

impl From<usize> for Counted {
    /// So many bytes are counted already.
    fn from(len: usize) -> Self {
        Self {
            len,
            has_checksum: false,
        }
    }
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
    fn len(&self) -> usize {
        self.len
    }
}

impl<'o> Written<'o> {
    /// Writes from byte `len` on.
    pub(super) const fn to(out: &'o mut [u8], len: usize) -> Self {
        Self {
            out,
            len,
            checksum_offset: None,
        }
    }

    /// Fills in the CRC32C, if one was noted, last: it is over all else.
    #[inline]
    pub(super) fn finish(mut self) {
        if let Some(offset) = self.checksum_offset {
            self.patch(offset, crc32c::of_unsigned(self.out).to_be_bytes());
        }
    }

    /// The next `count` bytes. There are so many: they were counted.
    #[inline]
    fn next(&mut self, count: usize) -> Option<&mut [u8]> {
        let rest = self.out.get_mut(self.len..)?;
        self.len = self.len.wrapping_add(count);
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
    fn len(&self) -> usize {
        self.len
    }
}
