//! Where a header is written, or only counted.

use crate::error::EncodeError;

/// A header in the making. One that only counts goes through the same checks, so that nothing has
/// been written when one of them fails.
pub(crate) struct Output<'o> {
    /// `None` to count only.
    out: Option<&'o mut [u8]>,
    len: usize,
    /// Where the value of the CRC32C starts.
    checksum_offset: Option<usize>,
}

impl<'o> Output<'o> {
    pub(super) const fn count() -> Self {
        Self {
            out: None,
            len: 0,
            checksum_offset: None,
        }
    }

    /// Writes to `out`, which has the length that counting found.
    pub(super) const fn to(out: &'o mut [u8]) -> Self {
        Self {
            out: Some(out),
            len: 0,
            checksum_offset: None,
        }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        if let Some(rest) = self.out.as_mut().and_then(|out| out.get_mut(self.len..)) {
            if let Some((place, _)) = rest.split_at_mut_checked(bytes.len()) {
                place.copy_from_slice(bytes);
            }
        }
        self.len = self.len.saturating_add(bytes.len());
    }

    /// Puts `count` bytes of 0.
    pub(crate) fn put_zeroes(&mut self, count: usize) {
        let rest = self.out.as_mut().and_then(|out| out.get_mut(self.len..));
        rest.into_iter()
            .flatten()
            .take(count)
            .for_each(|byte| *byte = 0);
        self.len = self.len.saturating_add(count);
    }

    /// Writes over what was put at `offset`.
    pub(crate) fn patch<const LEN: usize>(&mut self, offset: usize, bytes: [u8; LEN]) {
        let rest = self.out.as_mut().and_then(|out| out.get_mut(offset..));
        if let Some(place) = rest.and_then(|rest| rest.first_chunk_mut()) {
            *place = bytes;
        }
    }

    /// Notes that the value of the CRC32C comes next.
    pub(crate) fn note_checksum(&mut self) -> Result<(), EncodeError> {
        match self.checksum_offset.replace(self.len) {
            None => Ok(()),
            Some(_) => Err(EncodeError::ChecksumRepeated),
        }
    }

    pub(crate) const fn checksum_offset(&self) -> Option<usize> {
        self.checksum_offset
    }

    /// What was written; nothing when counting.
    pub(crate) fn written(&self) -> &[u8] {
        let out = self.out.as_deref().and_then(|out| out.get(..self.len));
        out.unwrap_or_default()
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }
}
