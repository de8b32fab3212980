//! Headers that arrive in chunks.
//!
//! # Notes for maintainers
//!
//! The rules about bytes are not here: every verdict is that of [`DecodeOptions::decode`] on the bytes
//! fed so far. This module decides only which bytes those are, and what to keep of them. Four things
//! are odd:
//!
//! - [`Decoder::header`] is given the chunk again. A header that is whole in the first chunk is not
//!   copied, and a [`Progress`] that borrowed it would borrow the decoder too, so that the ordinary
//!   loop would not compile (E0499). The price: the caller may pass other bytes, most likely the
//!   same buffer after another read. So `header` decodes again what it is given, once per
//!   connection, and the state keeps nothing that was decoded: fields kept and applied to new bytes
//!   would make up an address that no one sent. Copying every header would make `chunk`
//!   unnecessary, but then no header would be decoded in place.
//! - A chunk is copied in steps of `at_least`, not at once: no byte of payload may be copied, and
//!   version 1 shows its length only at its end. That terminates because `at_least` is never 0, and
//!   is correct because it is never too large. Few bytes are decoded again in each step: a line of
//!   at most 107, or the 16 fixed bytes of version 2, after which `decode` looks at nothing until
//!   the header is whole. If `decode` ever looks at more before that, feeding byte by byte becomes
//!   quadratic; `.ci/run linear` counts it.
//! - The buffer never overflows: no line is longer than 107 bytes, which `N` must hold, and a longer
//!   header of version 2 is refused by its length field, since the limit in `options` is at most `N`.
//!   The constructor and the check of the limit in `v2.rs` must change together.
//! - [`State::Passed`] exists so that payload is never decoded as a header: a client could write one
//!   into it.

use arrayvec::ArrayVec;

use crate::{
    error::{DecodeError, DecodeErrorKind},
    header::Header,
    options::DecodeOptions,
    v1::V1_MAX_LEN,
    verdict::{Decoded, NeedMore},
};

/// A decoder for input that arrives in chunks, split at any point.
///
/// A header that is whole in the first chunk is decoded in place; a split one is collected in an
/// `N`-byte buffer. It is checked on every call, and the verdict is that of [`decode`] for the same
/// bytes, however they were split. The work is a constant plus one pass, however small the chunks.
///
/// The maximum header length is the smaller of `N` and
/// [`max_header_len`](DecodeOptions::with_max_header_len), in one chunk or in many. `N` defaults to
/// 536, the length that the spec designs headers to fit in (§2) and more than any balancer has been
/// seen to send; an `N` under 107, the maximum length of a line of version 1, does not compile.
///
/// | after | [`feed`](Self::feed) | [`header`](Self::header) |
/// |---|---|---|
/// | `NeedMore` | accepts the next chunk | `None` |
/// | `Complete` | consumes nothing: `Complete { consumed: 0 }` | the header; one that was whole in its chunk, until the next `feed` |
/// | `Invalid` | repeats the error | `None` |
/// | [`reset`](Self::reset) | starts with a new header | `None` |
///
/// # Examples
///
/// The ordinary loop: read, feed, and continue until there is a verdict.
///
/// ```
/// use std::io::{self, Read};
///
/// use proxy_proto::{Decoder, Progress};
///
/// /// The client's address, and the payload that came with the header.
/// fn client(mut stream: impl Read) -> io::Result<(String, Vec<u8>)> {
///     let mut decoder = Decoder::new();
///     let mut buffer = [0; 512];
///     loop {
///         let len = stream.read(&mut buffer)?;
///         if len == 0 {
///             return Err(io::ErrorKind::UnexpectedEof.into());
///         }
///         let chunk = &buffer[..len];
///         match decoder.feed(chunk) {
///             Progress::NeedMore { .. } => {}
///             Progress::Invalid(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
///             Progress::Complete { consumed, .. } => {
///                 let source = decoder.header(chunk).and_then(|header| header.source());
///                 let client = source.map_or("unknown".into(), |source| source.to_string());
///                 return Ok((client, chunk[consumed..].to_vec()));
///             }
///         }
///     }
/// }
///
/// let sent = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\na NOOP\r\n";
/// assert_eq!(client(&sent[..])?, ("192.0.2.1:56324".into(), b"a NOOP\r\n".to_vec()));
/// # Ok::<(), io::Error>(())
/// ```
///
/// [`decode`]: crate::decode
#[derive(Clone, Debug)]
pub struct Decoder<const N: usize = 536> {
    /// The start of a header that did not arrive whole, and no payload.
    buffered: ArrayVec<u8, N>,
    state: State,
    options: DecodeOptions,
}

/// The outcome of feeding a chunk to a [`Decoder`].
///
/// Borrows nothing, so that the loop can continue to feed; [`Decoder::header`] returns the header.
/// Exhaustive, like [`Decoded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "a whole header, part of one, or none"
)]
pub enum Progress {
    /// The header is whole: its last bytes were the first `consumed` of the chunk. The rest of the
    /// chunk is payload and was not examined.
    #[non_exhaustive]
    Complete {
        /// Bytes of this chunk that belong to the header; 0 if it was complete before.
        consumed: usize,
    },
    /// The whole chunk belongs to the header, and more is needed.
    NeedMore(NeedMore),
    /// The bytes fed can never become a header. Do not use any of the chunk.
    Invalid(DecodeError),
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// At least this many bytes are missing. If none are buffered, nothing has been fed yet.
    Missing(usize),
    /// Whole in the chunk fed last: its length.
    InPlace(usize),
    /// Was whole in its chunk, and another chunk has been fed since.
    Passed,
    /// Whole in the buffer.
    Buffered,
    Invalid(DecodeError),
}

impl Decoder {
    /// A strict decoder for headers of up to 536 bytes.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_options(DecodeOptions::new())
    }

    /// A decoder under these options, for headers of up to 536 bytes.
    #[must_use]
    pub const fn with_options(options: DecodeOptions) -> Self {
        Self::sized(options)
    }
}

impl<const N: usize> Decoder<N> {
    /// A decoder under these options, for headers of up to `N` bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{DecodeOptions, Decoder};
    ///
    /// let decoder = Decoder::<4096>::sized(DecodeOptions::new().with_checksum(false));
    /// ```
    ///
    /// A buffer too small for version 1 does not compile:
    ///
    /// ```compile_fail
    /// use proxy_proto::{DecodeOptions, Decoder};
    ///
    /// let decoder = Decoder::<106>::sized(DecodeOptions::new());
    /// ```
    #[must_use]
    pub const fn sized(options: DecodeOptions) -> Self {
        const {
            assert!(
                N >= V1_MAX_LEN,
                "a decoder must have room for every line of version 1"
            )
        };
        let max_header_len = if options.max_header_len < N {
            options.max_header_len
        } else {
            N
        };
        Self {
            buffered: ArrayVec::new_const(),
            state: State::Missing(0),
            options: options.with_max_header_len(max_header_len),
        }
    }

    /// Consumes the next chunk of the stream, up to the end of the header.
    ///
    /// After `Complete` it consumes nothing and returns `Complete { consumed: 0 }`; after `Invalid`
    /// it repeats the error. [`reset`](Self::reset) ends both.
    pub fn feed(&mut self, chunk: &[u8]) -> Progress {
        match self.state {
            State::Missing(_) if self.buffered.is_empty() => self.start(chunk),
            State::Missing(missing) => self.go_on(chunk, missing),
            State::InPlace(_) | State::Passed => {
                self.state = State::Passed;
                Progress::Complete { consumed: 0 }
            }
            State::Buffered => Progress::Complete { consumed: 0 },
            State::Invalid(error) => Progress::Invalid(error),
        }
    }

    /// Forgets everything fed, for the next connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{Decoder, Progress};
    ///
    /// let mut decoder = Decoder::new();
    /// assert!(matches!(decoder.feed(b"EHLO"), Progress::Invalid(_)));
    /// assert!(matches!(decoder.feed(b"PROXY UNKNOWN\r\n"), Progress::Invalid(_)));
    ///
    /// decoder.reset();
    /// assert!(matches!(decoder.feed(b"PROXY UNKNOWN\r\nEHLO"), Progress::Complete { consumed: 15, .. }));
    /// ```
    pub fn reset(&mut self) {
        self.buffered.clear();
        self.state = State::Missing(0);
    }

    /// The header, once it is whole. `chunk` is the one for which [`feed`](Self::feed) first returned
    /// `Complete`: a header that was whole in it borrows it, any other borrows the decoder.
    ///
    /// The bytes are decoded once more, so the header always describes the bytes that it borrows.
    /// If the buffer was read into again, these are other bytes: the answer is then `None`, unless
    /// they start with a valid header of the same length. So call this before reading again. After
    /// the next `feed`, a header that was whole in its chunk is gone (`None`), and payload is never
    /// decoded as one.
    ///
    /// Also `None` before the header is whole, after `Invalid`, and if `chunk` is too short.
    #[must_use]
    pub fn header<'a>(&'a self, chunk: &'a [u8]) -> Option<Header<'a>> {
        let bytes = match self.state {
            State::InPlace(len) => chunk.get(..len)?,
            State::Buffered => &self.buffered,
            State::Missing(_) | State::Passed | State::Invalid(_) => return None,
        };
        match self.options.decode(bytes) {
            Decoded::Complete(header) if header.len() == bytes.len() => Some(header),
            _ => None,
        }
    }

    /// Decodes the first chunk in place, and keeps it if it is only part of a header.
    fn start(&mut self, chunk: &[u8]) -> Progress {
        match self.options.decode(chunk) {
            Decoded::Complete(header) => {
                let consumed = header.len();
                self.state = State::InPlace(consumed);
                Progress::Complete { consumed }
            }
            Decoded::NeedMore(more) => match self.buffer(chunk) {
                Ok(()) => self.wait_for(more),
                Err(error) => self.refuse(error),
            },
            Decoded::Invalid(error) => self.refuse(error),
        }
    }

    /// Buffers what the header is known to need, decodes, and repeats that until there is a verdict
    /// or the chunk is used up.
    fn go_on(&mut self, chunk: &[u8], mut missing: usize) -> Progress {
        let mut rest = chunk;
        loop {
            let (needed, after) = rest.split_at_checked(missing).unwrap_or((rest, &[]));
            if let Err(error) = self.buffer(needed) {
                return self.refuse(error);
            }
            rest = after;
            match self.options.decode(&self.buffered) {
                Decoded::Complete(_) => {
                    self.state = State::Buffered;
                    let consumed = chunk.len().saturating_sub(rest.len());
                    return Progress::Complete { consumed };
                }
                Decoded::NeedMore(more) if rest.is_empty() => return self.wait_for(more),
                Decoded::NeedMore(more) => missing = more.at_least(),
                Decoded::Invalid(error) => return self.refuse(error),
            }
        }
    }

    /// Keeps bytes of an unfinished header. They fit: see the notes above.
    fn buffer(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        self.buffered.try_extend_from_slice(bytes).map_err(|_| {
            DecodeError::new(
                self.buffered.len(),
                DecodeErrorKind::HeaderTooLong { limit: N },
            )
        })
    }

    const fn wait_for(&mut self, more: NeedMore) -> Progress {
        self.state = State::Missing(more.at_least());
        Progress::NeedMore(more)
    }

    const fn refuse(&mut self, error: DecodeError) -> Progress {
        self.state = State::Invalid(error);
        Progress::Invalid(error)
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}
