//! Where a header is put: counted first, then written.

use crate::{crc32c, error::EncodeError, v2};

/// A header that can be put, piece by piece, from its first byte to its last.
///
/// Every way out of the encoder is a function here, once for all headers.
pub(super) trait Source {
    /// Puts all bytes of the header.
    fn put(&self, out: &mut Output<impl AsMut<[u8]>>) -> Result<(), EncodeError>;

    /// Length of the header. Fails exactly if writing it would.
    fn measure(&self) -> Result<usize, EncodeError> {
        let mut counted = Output::to([]);
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
        if let Some(place) = rest.get_mut(..payload.len()) {
            place.copy_from_slice(payload);
        }
        Ok(required)
    }

    #[cfg(feature = "alloc")]
    fn collect(&self) -> Result<alloc::vec::Vec<u8>, EncodeError> {
        let mut out = alloc::vec![0; self.measure()?];
        self.write(&[], &mut out)?;
        Ok(out)
    }

    #[cfg(feature = "bytes")]
    fn append(&self, out: &mut impl bytes::BufMut) -> Result<usize, EncodeError> {
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

/// A header being written. It fills `out`, or an empty array if it is only counted.
///
/// Generic, so that counting folds into a few additions: with an `Option` of a buffer, an IPv4 header
/// costs twice as many instructions.
pub(crate) struct Output<B> {
    out: B,
    len: usize,
    /// Where the value of the CRC32C starts.
    checksum_offset: Option<usize>,
}

impl<B: AsMut<[u8]>> Output<B> {
    pub(crate) const fn to(out: B) -> Self {
        Self {
            out,
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
    pub(crate) fn total(&mut self) -> usize {
        self.out.as_mut().len()
    }

    /// The next `count` bytes, if they are to be written.
    fn next(&mut self, count: usize) -> Option<&mut [u8]> {
        let start = self.len;
        self.len = start.saturating_add(count);
        self.out.as_mut().get_mut(start..)?.get_mut(..count)
    }
}

impl Output<&mut [u8]> {
    /// Computes the CRC32C, if there is one to compute.
    fn sign(mut self) {
        if let Some(offset) = self.checksum_offset {
            let checksum = crc32c::of_unsigned(self.out);
            self.len = offset;
            self.put(&checksum.to_be_bytes());
        }
    }
}
