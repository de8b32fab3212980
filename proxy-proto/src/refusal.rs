//! Why a connection was refused.

use core::{error::Error, fmt, time::Duration};

use crate::error::DecodeError;

/// Why a connection was refused: what every adapter reports, counts and logs.
///
/// None of these is a fault of the listener.
///
/// # Examples
///
/// ```
/// use core::time::Duration;
///
/// use proxy_proto::Refusal;
///
/// let refusal = Refusal::timed_out(Duration::from_secs(3), 44);
/// assert_eq!(refusal.to_string(), "no complete header within 3 s: 44 bytes received");
/// assert_eq!(refusal.name(), "timed_out");
///
/// assert!(Refusal::closed(0).is_probe());
/// assert!(!Refusal::closed(44).is_probe());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The peer is not in the trusted networks. Nothing was read from it.
    NotTrusted,
    /// No complete header arrived in time.
    #[non_exhaustive]
    TimedOut {
        /// The time allowed for the whole header.
        timeout: Duration,
        /// Bytes that had arrived by then, all of them part of a header; 0 from a silent peer.
        received: usize,
    },
    /// The peer closed or reset the connection without having sent a byte, as TCP health checks do.
    ClosedBeforeHeader,
    /// The peer closed or reset the connection in the middle of the header.
    #[non_exhaustive]
    ClosedInHeader {
        /// Bytes of the header that had arrived, at least 1.
        received: usize,
    },
    /// The bytes sent are not a header.
    InvalidHeader(DecodeError),
    /// As many connections were waiting for their header as the listener allows. See
    /// [`Limits`](crate::Limits).
    LimitReached,
    /// As many connections were waiting for their header as one source network is allowed. See
    /// [`Limits::with_per_source`](crate::Limits::with_per_source).
    SourceLimitReached,
}

impl Refusal {
    /// No complete header arrived within `timeout`, but `received` bytes of one.
    #[must_use]
    pub const fn timed_out(timeout: Duration, received: usize) -> Self {
        Self::TimedOut { timeout, received }
    }

    /// The peer closed or reset the connection after `received` bytes of a header.
    #[must_use]
    pub const fn closed(received: usize) -> Self {
        match received {
            0 => Self::ClosedBeforeHeader,
            _ => Self::ClosedInHeader { received },
        }
    }

    /// A label for metrics: the variant's name in `snake_case`, such as `timed_out`.
    ///
    /// Stable: the label of an existing variant changes only in a release that breaks compatibility.
    /// For the label of an invalid header's error see
    /// [`DecodeErrorKind::name`](crate::DecodeErrorKind::name).
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotTrusted => "not_trusted",
            Self::TimedOut { .. } => "timed_out",
            Self::ClosedBeforeHeader => "closed_before_header",
            Self::ClosedInHeader { .. } => "closed_in_header",
            Self::InvalidHeader(_) => "invalid_header",
            Self::LimitReached => "limit_reached",
            Self::SourceLimitReached => "source_limit_reached",
        }
    }

    /// Whether this is what a TCP health check looks like: not worth a line in a log.
    #[must_use]
    pub const fn is_probe(&self) -> bool {
        matches!(self, Self::ClosedBeforeHeader)
    }
}

// No `source`: the text is complete.
impl Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTrusted => f.write_str("not trusted"),
            Self::TimedOut { timeout, received } => write!(
                f,
                "no complete header within {} s: {received} bytes received",
                timeout.as_secs_f64()
            ),
            Self::ClosedBeforeHeader => f.write_str("closed before any byte of a header"),
            Self::ClosedInHeader { received } => {
                write!(f, "closed after {received} bytes of the header")
            }
            Self::InvalidHeader(error) => write!(f, "invalid header: {error}"),
            Self::LimitReached => f.write_str("too many connections are waiting for their header"),
            Self::SourceLimitReached => {
                f.write_str("too many connections from this source are waiting for their header")
            }
        }
    }
}
