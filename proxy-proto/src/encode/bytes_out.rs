//! Headers into a `bytes::BufMut`.

use bytes::BufMut;

use crate::{
    encode::{Encoder, SENDER_SEGMENT_LEN},
    error::EncodeError,
};

#[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
impl Encoder<'_> {
    /// Appends the header to `out` and says how many bytes it took.
    ///
    /// It is made in a buffer of its own first, since `out` need not be in one piece and the checksum
    /// is over the whole; on the stack, unless it is longer than [`SENDER_SEGMENT_LEN`].
    ///
    /// # Errors
    ///
    /// As [`encode`](Self::encode); `out` is as it was then.
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use proxy_proto::Encoder;
    ///
    /// let mut out = BytesMut::new();
    /// assert_eq!(Encoder::local().encode_to(&mut out)?, 16);
    /// assert_eq!(&out[..], b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00");
    /// # Ok::<(), proxy_proto::EncodeError>(())
    /// ```
    pub fn encode_to(&self, out: &mut impl BufMut) -> Result<usize, EncodeError> {
        let required = self.encoded_len()?;
        let found = out.remaining_mut();
        if found < required {
            return Err(EncodeError::BufferTooSmall { required, found });
        }
        let mut stack = [0; SENDER_SEGMENT_LEN];
        if let Some(header) = stack.get_mut(..required) {
            self.encode(header)?;
            out.put_slice(header);
        } else {
            out.put_slice(&self.to_vec()?);
        }
        Ok(required)
    }
}
