//! The entry points, and the choice of the version by the first byte.

use crate::{
    error::{DecodeError, DecodeErrorKind},
    header::{Header, Version},
    options::{DecodeOptions, Versions},
    v1, v2,
    verdict::Decoded,
};

/// Decodes the header at the start of `input`, strictly and with no limit on its length.
///
/// Pure: it always starts at the first byte of `input` and keeps nothing. See [`Decoder`] for input
/// that arrives in chunks, and [`DecodeOptions`] for the choices left to the receiver.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Decoded, decode};
///
/// let Decoded::NeedMore(more) = decode(b"PROXY UNKNO") else { panic!() };
/// assert_eq!(more.at_least(), 4);
///
/// let Decoded::Complete(header) = decode(b"PROXY UNKNOWN\r\nEHLO") else { panic!() };
/// assert_eq!(header.len(), 15);
/// assert_eq!(header.source(), None);
///
/// let Decoded::Invalid(error) = decode(b"EHLO") else { panic!() };
/// assert_eq!(error.offset, 0);
/// ```
///
/// [`Decoder`]: crate::Decoder
#[inline]
pub fn decode(input: &[u8]) -> Decoded<'_> {
    const STRICT: DecodeOptions = DecodeOptions::new();
    STRICT.decode(input)
}

/// Decodes the header of one datagram, strictly, and returns it with the payload after it.
///
/// Each datagram carries a whole header of its own, so part of a header is invalid here. Version 1
/// and STREAM headers are decoded like any other; how far to rely on them is up to the caller.
/// Spec: §2, UDP.
///
/// # Errors
///
/// The [`DecodeError`] of [`Decoded::Invalid`], or [`DecodeErrorKind::Truncated`] at the end of the
/// datagram.
///
/// # Examples
///
/// ```
/// use proxy_proto::decode_datagram;
///
/// let error = decode_datagram(b"\r\n\r\n\0\r\nQUIT\n\x21").unwrap_err();
/// assert_eq!(error.to_string(), "truncated header, at least 3 more bytes needed at byte 13");
/// ```
#[inline]
pub fn decode_datagram(datagram: &[u8]) -> Result<(Header<'_>, &[u8]), DecodeError> {
    DecodeOptions::new().decode_datagram(datagram)
}

impl DecodeOptions {
    /// Decodes the header of one datagram under these options, like [`decode_datagram`].
    ///
    /// # Errors
    ///
    /// Those of [`decode_datagram`].
    pub fn decode_datagram<'a>(
        &self,
        datagram: &'a [u8],
    ) -> Result<(Header<'a>, &'a [u8]), DecodeError> {
        match self.decode(datagram) {
            Decoded::Complete(header) => {
                Ok((header, datagram.get(header.len()..).unwrap_or_default()))
            }
            Decoded::NeedMore(more) => {
                let kind = DecodeErrorKind::Truncated {
                    at_least: more.at_least(),
                };
                Err(DecodeError::new(datagram.len(), kind))
            }
            Decoded::Invalid(error) => Err(error),
        }
    }

    /// Decodes the header at the start of `input` under these options.
    ///
    /// Pure, like [`decode`].
    // Inlined, so that a caller with constant options calls the decoder of the version directly.
    #[inline]
    pub fn decode<'a>(&self, input: &'a [u8]) -> Decoded<'a> {
        match (input.first(), self.versions) {
            (Some(b'P'), Versions::Both | Versions::Only(Version::V1)) => v1::decode(input, self),
            (Some(0x0D), Versions::Both | Versions::Only(Version::V2)) => v2::decode(input, self),
            (Some(&first), _) => Decoded::Invalid(DecodeError::new(0, not_a_start(first))),
            (None, Versions::Both | Versions::Only(Version::V1)) => Decoded::need(v1::SHORTEST),
            (None, Versions::Only(Version::V2)) => Decoded::need(v2::FIXED_LEN),
        }
    }
}

/// Why no allowed header can start with this byte. Spec: §2.2, end.
#[cold]
fn not_a_start(found: u8) -> DecodeErrorKind {
    let version = match found {
        b'P' => Version::V1,
        0x0D => Version::V2,
        _ => {
            return DecodeErrorKind::no_proxy_header(&[found], found);
        }
    };
    DecodeErrorKind::VersionNotAllowed { found: version }
}
