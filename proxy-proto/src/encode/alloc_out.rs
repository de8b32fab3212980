//! Headers as an owned `Vec`.

use alloc::{vec, vec::Vec};

use crate::{encode::Encoder, error::EncodeError};

#[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
impl Encoder<'_> {
    /// The header as a `Vec` of exactly its length.
    ///
    /// # Errors
    ///
    /// As [`encode`](Self::encode).
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::Encoder;
    ///
    /// assert_eq!(Encoder::local().to_vec()?, b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00");
    /// # Ok::<(), proxy_proto::EncodeError>(())
    /// ```
    pub fn to_vec(&self) -> Result<Vec<u8>, EncodeError> {
        let mut out = vec![0; self.encoded_len()?];
        self.encode(&mut out)?;
        Ok(out)
    }
}
