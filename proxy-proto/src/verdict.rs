//! The three answers of a decoder.

use core::num::NonZeroUsize;

use crate::{
    error::{DecodeError, DecodeErrorKind},
    header::Header,
};

/// What is at the start of some input.
///
/// Exhaustive: the protocol leaves no fourth answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "a whole header, part of one, or none"
)]
pub enum Decoded<'a> {
    /// A whole valid header: `header.len()` bytes of the input. The rest is payload.
    Complete(Header<'a>),
    /// No error yet: with more bytes it may become a header.
    NeedMore(NeedMore),
    /// No bytes that follow can make it a header.
    Invalid(DecodeError),
}

/// How many bytes are still missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NeedMore {
    at_least: NonZeroUsize,
}

impl<'a> Decoded<'a> {
    /// The answer as a `Result`, for `?`: the error for invalid input, `None` if more is needed.
    ///
    /// # Errors
    ///
    /// The [`DecodeError`] of [`Decoded::Invalid`].
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{DecodeError, decode};
    ///
    /// fn payload(input: &[u8]) -> Result<Option<&[u8]>, DecodeError> {
    ///     Ok(decode(input).into_result()?.map(|header| &input[header.len()..]))
    /// }
    /// assert_eq!(payload(b"PROXY UNKNOWN\r\nEHLO"), Ok(Some(&b"EHLO"[..])));
    /// assert_eq!(payload(b"PROXY"), Ok(None));
    /// assert!(payload(b"EHLO").is_err());
    /// ```
    pub const fn into_result(self) -> Result<Option<Header<'a>>, DecodeError> {
        match self {
            Self::Complete(header) => Ok(Some(header)),
            Self::NeedMore(_) => Ok(None),
            Self::Invalid(error) => Err(error),
        }
    }

    pub(crate) const fn need(at_least: usize) -> Self {
        Self::NeedMore(NeedMore::new(at_least))
    }
}

impl NeedMore {
    /// Bytes that the shortest valid continuation still needs, never 0.
    ///
    /// The most you can safely read: a reader that never reads more than this never consumes a byte
    /// of payload. For version 1 it is exact: some continuation of that length completes the line.
    /// For version 2 it reaches to the end of the 16 fixed bytes, and from there to the end that
    /// the length field announces.
    #[must_use]
    pub const fn at_least(&self) -> usize {
        self.at_least.get()
    }

    /// At least this many bytes are missing. A decoder that needs more needs at least one, so 0 does
    /// not occur; it would count as 1.
    pub(crate) const fn new(at_least: usize) -> Self {
        let at_least = match NonZeroUsize::new(at_least) {
            Some(at_least) => at_least,
            None => NonZeroUsize::MIN,
        };
        Self { at_least }
    }
}

/// Why a decoding function returns no header.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    NeedMore(NeedMore),
    Invalid(DecodeError),
}

impl Stop {
    pub(crate) const fn need(at_least: usize) -> Self {
        Self::NeedMore(NeedMore::new(at_least))
    }

    pub(crate) const fn invalid(offset: usize, kind: DecodeErrorKind) -> Self {
        Self::Invalid(DecodeError::new(offset, kind))
    }
}

impl<'a> From<Result<Header<'a>, Stop>> for Decoded<'a> {
    #[inline]
    fn from(result: Result<Header<'a>, Stop>) -> Self {
        match result {
            Ok(header) => Self::Complete(header),
            Err(stop) => stop.into(),
        }
    }
}

impl From<Stop> for Decoded<'_> {
    #[cold]
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::NeedMore(more) => Self::NeedMore(more),
            Stop::Invalid(error) => Self::Invalid(error),
        }
    }
}
