//! Where a header is put: counted first, then written.

use core::ops::Range;

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
    fn put(&self, out: &mut Output<impl Place>) -> Result<(), EncodeError>;

    /// Length of the header. If it returns one, nothing in the header is wrong.
    fn measure(&self) -> Result<usize, EncodeError> {
        let mut counted = Output::to(Nowhere);
        self.put(&mut counted)?;
        match counted.len {
            found if found > v2::V2_MAX_LEN => Err(EncodeError::HeaderTooLong { found }),
            len => Ok(len),
        }
    }

    /// Writes the header and a payload to the start of `out`, and returns the length of both.
    fn write(&self, payload: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
        let header_len = self.measure()?;
        let required = header_len.saturating_add(payload.len());
        let found = out.len();
        let (header, rest) = out
            .get_mut(..required)
            .and_then(|out| out.split_at_mut_checked(header_len))
            .ok_or(EncodeError::BufferTooSmall { required, found })?;
        let mut written = Output::to(header);
        self.put(&mut written)?;
        written.sign();
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
        let (required, found) = (self.measure()?, out.remaining_mut());
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

/// A header in the making. To count it, its bytes are put [`Nowhere`].
pub(crate) struct Output<P> {
    place: P,
    len: usize,
    /// Where the value of the CRC32C starts.
    checksum_offset: Option<usize>,
}

/// The bytes that a header is put into.
pub(crate) trait Place {
    /// These bytes of the header, if they are to be written.
    fn at(&mut self, range: Range<usize>) -> Option<&mut [u8]>;
    fn len(&self) -> usize;
}

/// No bytes. A type of its own, so that counting folds into a few additions.
struct Nowhere;

impl Place for Nowhere {
    fn at(&mut self, _: Range<usize>) -> Option<&mut [u8]> {
        None
    }

    fn len(&self) -> usize {
        0
    }
}

/// As many bytes as were counted.
impl Place for &mut [u8] {
    fn at(&mut self, range: Range<usize>) -> Option<&mut [u8]> {
        self.get_mut(range)
    }

    fn len(&self) -> usize {
        <[u8]>::len(self)
    }
}

impl<P: Place> Output<P> {
    pub(crate) const fn to(place: P) -> Self {
        Self {
            place,
            len: 0,
            checksum_offset: None,
        }
    }

    /// Puts these bytes after those put before.
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.next(bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    /// Puts `count` bytes of 0.
    pub(crate) fn put_zeros(&mut self, count: usize) {
        if let Some(place) = self.next(count) {
            place.fill(0);
        }
    }

    /// Puts the 4 bytes of the CRC32C, of which there can be only one.
    pub(crate) fn put_checksum(&mut self) -> Result<(), EncodeError> {
        if self.checksum_offset.replace(self.len).is_some() {
            return Err(EncodeError::ChecksumRepeated);
        }
        self.put_zeros(v2::CHECKSUM_LEN);
        Ok(())
    }

    /// Bytes put so far.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Length of the whole header; 0 while it is counted.
    pub(crate) fn total(&self) -> usize {
        self.place.len()
    }

    /// The next `count` bytes, if they are to be written.
    fn next(&mut self, count: usize) -> Option<&mut [u8]> {
        let start = self.len;
        self.len = start.saturating_add(count);
        self.place.at(start..self.len)
    }
}

impl Output<&mut [u8]> {
    /// Computes the CRC32C, if there is one to compute.
    fn sign(mut self) {
        if let Some(offset) = self.checksum_offset {
            let checksum = crc32c::of_unsigned(self.place);
            self.len = offset;
            self.put(&checksum.to_be_bytes());
        }
    }
}
