//! Where a header is put: counted first, then written.

#[cfg(feature = "alloc")]
use alloc::{vec, vec::Vec};
#[cfg(feature = "bytes")]
use bytes::BufMut;

use crate::{crc32c, error::EncodeError, v2};

/// A header that can be put, piece by piece, from its first byte to its last.
///
/// Every way out of the encoder is a function here, once for all headers.
pub(super) trait Source {
    /// Puts all bytes of the header.
    fn put(&self, out: &mut impl Output) -> Result<(), EncodeError>;

    /// Length of the header, all of which has been checked then.
    #[inline]
    fn measure(&self) -> Result<usize, EncodeError> {
        let mut measured = Measured::default();
        self.put(&mut measured)?;
        match measured.len {
            found if found > v2::V2_MAX_LEN => Err(EncodeError::HeaderTooLong { found }),
            len => Ok(len),
        }
    }

    /// Writes the header and a payload to the start of `out`, and returns the length of both.
    #[inline]
    fn write(&self, payload: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
        let header_len = self.measure()?;
        let required = header_len.saturating_add(payload.len());
        let found = out.len();
        let (header, rest) = out
            .get_mut(..required)
            .and_then(|out| out.split_at_mut_checked(header_len))
            .ok_or(EncodeError::BufferTooSmall { required, found })?;
        let mut written = Written {
            out: header,
            len: 0,
            checksum_offset: None,
        };
        self.put(&mut written)?;
        written.finish();
        rest.copy_from_slice(payload);
        Ok(required)
    }

    #[cfg(feature = "alloc")]
    fn collect(&self) -> Result<Vec<u8>, EncodeError> {
        let mut out = vec![0; self.measure()?];
        self.write(&[], &mut out)?;
        Ok(out)
    }

    #[cfg(feature = "bytes")]
    fn append(&self, out: &mut impl BufMut) -> Result<usize, EncodeError> {
        let required = self.measure()?;
        let found = out.remaining_mut();
        if found < required {
            return Err(EncodeError::BufferTooSmall { required, found });
        }
        let mut stack = [0; super::SENDER_SEGMENT_LEN];
        match stack.get_mut(..required) {
            Some(header) => {
                self.write(&[], header)?;
                out.put_slice(header);
            }
            None => out.put_slice(&self.collect()?),
        }
        Ok(required)
    }
}

/// What a header is put into.
///
/// Two types rather than one that decides at each call whether to write, because counting then folds into
/// a few additions.
pub(crate) trait Output {
    /// Puts these bytes after those put before.
    fn put(&mut self, bytes: &[u8]);

    /// Puts `count` bytes of 0.
    fn put_zeros(&mut self, count: usize);

    /// Puts the 4 bytes of the CRC32C, of which there can be only one.
    fn put_checksum(&mut self) -> Result<(), EncodeError>;

    /// Bytes put so far.
    fn len(&self) -> usize;

    /// Length of the whole header; 0 while it is counted.
    fn total(&self) -> usize;
}

/// Counts, and writes nothing.
#[derive(Default)]
struct Measured {
    len: usize,
    has_checksum: bool,
}

/// Writes to `out`, which has the length that counting found.
struct Written<'o> {
    out: &'o mut [u8],
    len: usize,
    /// Where the value of the CRC32C starts.
    checksum_offset: Option<usize>,
}

impl Output for Measured {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        self.put_zeros(bytes.len());
    }

    #[inline(always)]
    fn put_zeros(&mut self, count: usize) {
        self.len = self.len.saturating_add(count);
    }

    #[inline]
    fn put_checksum(&mut self) -> Result<(), EncodeError> {
        if core::mem::replace(&mut self.has_checksum, true) {
            return Err(EncodeError::ChecksumRepeated);
        }
        self.put_zeros(v2::CHECKSUM_LEN);
        Ok(())
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    fn total(&self) -> usize {
        0
    }
}

impl Written<'_> {
    /// The next `count` bytes. There are that many: they were counted.
    #[inline(always)]
    fn next(&mut self, count: usize) -> Option<&mut [u8]> {
        let end = self.len.wrapping_add(count);
        let place = self.out.get_mut(self.len..end);
        self.len = end;
        place
    }

    #[inline]
    fn finish(self) {
        let Some(offset) = self.checksum_offset else {
            return;
        };
        let checksum = crc32c::of_unsigned(self.out).to_be_bytes();
        let rest = self.out.get_mut(offset..);
        if let Some(place) = rest.and_then(|rest| rest.first_chunk_mut()) {
            *place = checksum;
        }
    }
}

impl Output for Written<'_> {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.next(bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    #[inline(always)]
    fn put_zeros(&mut self, count: usize) {
        if let Some(place) = self.next(count) {
            place.fill(0);
        }
    }

    #[inline]
    fn put_checksum(&mut self) -> Result<(), EncodeError> {
        self.checksum_offset = Some(self.len);
        self.put_zeros(v2::CHECKSUM_LEN);
        Ok(())
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    fn total(&self) -> usize {
        self.out.len()
    }
}
