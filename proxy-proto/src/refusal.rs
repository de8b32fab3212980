//! Why a connection was refused.

use core::{error::Error, fmt, time::Duration};

use crate::error::DecodeError;

/// Why a connection was not handed on: what every adapter answers, counts and logs by.
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
/// let refusal = Refusal::TimedOut { timeout: Duration::from_secs(3) };
/// assert_eq!(refusal.to_string(), "no complete header within 3 s");
/// assert!(Refusal::ClosedBeforeHeader.is_probe());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The peer is not in the trusted networks. Nothing was read from it.
    NotTrusted,
    /// No complete header came in time.
    TimedOut {
        /// The time that the whole header had.
        timeout: Duration,
    },
    /// The peer closed or reset the connection without having sent a byte, as TCP health checks do.
    ClosedBeforeHeader,
    /// The peer closed or reset the connection in the middle of the header.
    ClosedInHeader {
        /// Bytes of the header that had come, at least 1.
        received: usize,
    },
    /// The bytes sent are no header.
    InvalidHeader(DecodeError),
}

impl Refusal {
    /// Whether this is what a TCP health check looks like: not worth a line in a log.
    #[must_use]
    pub const fn is_probe(&self) -> bool {
        matches!(self, Self::ClosedBeforeHeader)
    }
}

// No `source`: the text says all of it.
impl Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTrusted => f.write_str("not trusted"),
            Self::TimedOut { timeout } => {
                write!(f, "no complete header within {} s", timeout.as_secs_f64())
            }
            Self::ClosedBeforeHeader => f.write_str("closed before any byte of a header"),
            Self::ClosedInHeader { received } => {
                write!(f, "closed after {received} bytes of the header")
            }
            Self::InvalidHeader(error) => write!(f, "invalid header: {error}"),
        }
    }
}
