//! What a decoder reports about some bytes, in one form for all of them.

use core::{fmt, net::SocketAddr};

use proxy_proto_fuzz::Place;

/// What a decoder reports about some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A whole header: its length in bytes, and the source and destination if it has any.
    Complete(usize, Option<Place>, Option<Place>),
    /// Part of a header.
    NeedMore,
    /// Not a header, whatever follows.
    Invalid,
    /// The decoder panicked.
    Panicked,
}

impl Answer {
    /// A whole header without endpoints.
    #[inline(always)]
    pub const fn no_endpoints(len: usize) -> Self {
        Self::Complete(len, None, None)
    }

    /// A whole header with two IP endpoints.
    #[inline(always)]
    pub fn ip(len: usize, from: impl Into<SocketAddr>, to: impl Into<SocketAddr>) -> Self {
        let [from, to] = [from.into(), to.into()].map(|address| Some(Place::Ip(address)));
        Self::Complete(len, from, to)
    }

    /// A whole header with two UNIX endpoints, of 108 bytes each.
    #[inline(always)]
    pub fn unix(len: usize, from: &[u8], to: &[u8]) -> Self {
        let [from, to] = [from, to].map(|field| Some(Place::Unix(field.to_vec())));
        Self::Complete(len, from, to)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Complete(len, Some(from), Some(to)) => {
                write!(f, "{len} bytes, {} to {}", text(from), text(to))
            }
            Self::Complete(len, ..) => write!(f, "{len} bytes, no endpoints"),
            Self::NeedMore => f.write_str("need more"),
            Self::Invalid => f.write_str("invalid"),
            Self::Panicked => f.write_str("panic"),
        }
    }
}

fn text(place: &Place) -> String {
    match place {
        Place::Ip(address) => address.to_string(),
        Place::Unix(field) => {
            let last = field.iter().rposition(|&byte| byte != 0);
            let name = last.map_or(&[][..], |last| &field[..=last]);
            format!("unix:{}", name.escape_ascii())
        }
    }
}
