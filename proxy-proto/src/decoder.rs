//! Headers that come in chunks.

use arrayvec::ArrayVec;

use crate::{
    error::{DecodeError, DecodeErrorKind},
    header::{Fields, Header},
    options::DecodeOptions,
    v1::V1_MAX_LEN,
    v2::layout::{FIXED_LEN, SIGNATURE},
    verdict::{Decoded, NeedMore},
};

/// A decoder that is fed chunks as they come, cut anywhere.
///
/// A header that is whole in the first chunk is decoded in place; only a split one is gathered in
/// the `N` bytes here. It is judged at every feed, and the verdict is that of [`decode`] for the same
/// bytes, whatever the cuts. The work is a constant plus one pass, however small the chunks.
///
/// The longest header taken is the smaller of `N` and
/// [`max_header_len`](DecodeOptions::with_max_header_len), in one chunk or in many. `N` is 536 if not
/// said otherwise, the length that the spec designs headers to fit in (§2) and more than any
/// balancer was seen to send; an `N` under 107, the longest line of version 1, does not compile.
///
/// # Examples
///
/// The ordinary loop: read, feed, go on until the verdict.
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
    gathered: ArrayVec<u8, N>,
    state: State,
    options: DecodeOptions,
}

/// What a chunk brought.
///
/// Borrows nothing, so that the loop that feeds may go on; [`Decoder::header`] shows the header.
/// Exhaustive, like [`Decoded`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "a whole header, part of one, or none"
)]
pub enum Progress {
    #[non_exhaustive]
    /// The header is whole: its last bytes were the first `consumed` of the chunk. The rest of the
    /// chunk is payload and was not looked at.
    Complete {
        /// Bytes of this chunk that belong to the header; 0 if it was complete before.
        consumed: usize,
    },
    /// The whole chunk belongs to the header, and more is needed.
    NeedMore(NeedMore),
    /// The bytes fed can never become a header. None of the chunk is to be used.
    Invalid(DecodeError),
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Bytes that the last verdict asked for.
    Missing(usize),
    /// Whole in the chunk, so many bytes from its start.
    InPlace(Fields, usize),
    /// It was, and another chunk has come since.
    Spent,
    /// Whole in `gathered`.
    Gathered(Fields),
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
                "a decoder must hold the longest line of version 1"
            )
        };
        let max_header_len = if options.max_header_len < N {
            options.max_header_len
        } else {
            N
        };
        Self {
            gathered: ArrayVec::new_const(),
            state: State::Missing(0),
            options: options.with_max_header_len(max_header_len),
        }
    }

    /// Takes the next chunk of the stream, up to the end of the header.
    ///
    /// After `Complete` it takes nothing and says `Complete { consumed: 0 }`; after `Invalid` it
    /// repeats the error. Both until [`reset`](Self::reset).
    pub fn feed(&mut self, chunk: &[u8]) -> Progress {
        match self.state {
            State::InPlace(..) | State::Spent => {
                self.state = State::Spent;
                Progress::Complete { consumed: 0 }
            }
            State::Gathered(_) => Progress::Complete { consumed: 0 },
            State::Invalid(error) => Progress::Invalid(error),
            State::Missing(_) if self.gathered.is_empty() => self.start(chunk),
            State::Missing(missing) => self.go_on(chunk, missing),
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
        self.gathered.clear();
        self.state = State::Missing(0);
    }

    /// The header, once it is whole: `chunk` is the one with which [`feed`](Self::feed) first said
    /// `Complete`, which the header borrows if it came in one piece.
    ///
    /// `None` before that, or if `chunk` is shorter than the header that was whole in it. Ask before
    /// the next chunk is fed: then a header that came in one piece is gone, and no payload can be
    /// taken for it.
    #[must_use]
    pub fn header<'a>(&'a self, chunk: &'a [u8]) -> Option<Header<'a>> {
        match self.state {
            State::InPlace(fields, len) => Some(Header {
                raw: chunk.get(..len)?,
                fields,
            }),
            State::Gathered(fields) => Some(Header {
                raw: &self.gathered,
                fields,
            }),
            State::Missing(_) | State::Spent | State::Invalid(_) => None,
        }
    }

    fn start(&mut self, chunk: &[u8]) -> Progress {
        match self.options.decode(chunk) {
            Decoded::Complete(header) => {
                self.state = State::InPlace(header.fields, header.len());
                Progress::Complete {
                    consumed: header.len(),
                }
            }
            Decoded::NeedMore(more) => match self.gather(chunk) {
                Ok(()) => {
                    self.state = State::Missing(more.at_least());
                    Progress::NeedMore(more)
                }
                Err(error) => self.refuse(error),
            },
            Decoded::Invalid(error) => self.refuse(error),
        }
    }

    /// Gathers no more than the header is known to need, again and again, so that no payload is
    /// copied: version 1 tells its length only at its end.
    fn go_on(&mut self, chunk: &[u8], mut missing: usize) -> Progress {
        let mut rest = chunk;
        loop {
            let (needed, beyond) = rest.split_at_checked(missing).unwrap_or((rest, &[]));
            let len_was_known = self.len_is_known();
            if let Err(error) = self.gather(needed) {
                return self.refuse(error);
            }
            rest = beyond;
            if len_was_known && needed.len() < missing {
                let missing = missing.saturating_sub(needed.len());
                self.state = State::Missing(missing);
                return Progress::NeedMore(NeedMore::new(missing));
            }
            match self.options.decode(&self.gathered) {
                Decoded::Complete(header) => {
                    self.state = State::Gathered(header.fields);
                    return Progress::Complete {
                        consumed: chunk.len().saturating_sub(rest.len()),
                    };
                }
                Decoded::NeedMore(more) if rest.is_empty() => {
                    self.state = State::Missing(more.at_least());
                    return Progress::NeedMore(more);
                }
                Decoded::NeedMore(more) => missing = more.at_least(),
                Decoded::Invalid(error) => return self.refuse(error),
            }
        }
    }

    /// Whether the fixed bytes of version 2 have told how long the header is: then nothing more is
    /// looked at until it is whole.
    fn len_is_known(&self) -> bool {
        self.gathered.len() >= FIXED_LEN && self.gathered.starts_with(&SIGNATURE)
    }

    /// Keeps bytes of an unfinished header. They fit: a header longer than `N` is refused as soon as
    /// its length is known, and no line is longer than 107.
    fn gather(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        self.gathered.try_extend_from_slice(bytes).map_err(|_| {
            DecodeError::new(
                self.gathered.len(),
                DecodeErrorKind::HeaderTooLong { limit: N },
            )
        })
    }

    fn refuse(&mut self, error: DecodeError) -> Progress {
        self.state = State::Invalid(error);
        Progress::Invalid(error)
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}
