//! Every decoder and encoder behind one trait, so that all do the same work.

mod floor;
mod haproxy_protocol;
mod ours;
mod ppp;
mod proxy_header;
mod proxy_protocol;
mod proxy_protocol_codec;
mod proxy_protocol_rs;
mod proxyproto;
mod quiet;

pub use floor::Floor;
pub use haproxy_protocol::HaproxyProtocol;
pub use ours::Ours;
pub use ppp::Ppp;
pub use proxy_header::ProxyHeader;
pub use proxy_protocol::ProxyProtocol;
pub use proxy_protocol_codec::{CodecDecoded, ProxyProtocolCodec};
pub use proxy_protocol_rs::ProxyProtocolRs;
pub use proxyproto::{Proxyproto, ProxyprotoError};

use core::hint::black_box;

use crate::{answer::Answer, sample::Sample};

/// A decoder, and where it has one its encoder.
///
/// Every function uses the crate as its documentation says, in the fastest way that it offers.
pub trait Contestant {
    /// The crate's name.
    const NAME: &'static str;

    /// What the crate's own decoder gives.
    type Decoded<'a>;

    /// Decodes with the crate's own types.
    fn decode(input: &[u8]) -> Self::Decoded<'_>;

    /// Decodes, and has all of the answer at hand, endpoints included. By default in the crate's own
    /// types: most have copied them.
    #[inline]
    fn take(input: &[u8]) {
        black_box(&Self::decode(input));
    }

    /// What the crate's answer means. May panic, if the crate does: see [`answer`].
    fn answer(input: &[u8]) -> Answer;

    /// Decodes and looks at every TLV and every TLV within SSL by its type, text as text. `None` if
    /// the crate has no types for them, or if one is malformed.
    #[must_use]
    fn walk(input: &[u8]) -> Option<Walk> {
        let _ = input;
        None
    }

    /// Decodes and says whether the CRC32C is there and right. `None` if the crate cannot tell.
    #[must_use]
    fn verify(input: &[u8]) -> Option<bool> {
        let _ = input;
        None
    }

    /// Decodes input that comes a byte at a time. By default each time from the start, as a decoder
    /// without a memory must.
    fn feed(input: &[u8]) {
        for len in 1..=input.len() {
            Self::take(input.get(..len).unwrap_or_default());
        }
    }

    /// Encodes, into `out` if the crate writes into a buffer. `None` if it cannot.
    fn encode<'o>(sample: &Sample, out: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let _ = sample;
        let _ = out;
        None::<&[u8]>
    }
}

/// What was seen of the TLVs of a header, those within SSL counted as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Walk {
    /// How many they are.
    pub tlvs: usize,
    /// Bytes of their values, all together; of SSL without the TLVs within.
    pub bytes: usize,
}

impl Walk {
    /// Sees one more TLV, whose value takes this many bytes.
    pub const fn see(&mut self, bytes: usize) {
        self.tlvs = self.tlvs.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(bytes);
    }
}

/// Does something with every contestant.
pub trait Visitor {
    /// Does it with this one.
    fn visit<C: Contestant>(&mut self);
}

/// Visits the peers in the order of their names.
pub fn visit_peers(visitor: &mut impl Visitor) {
    visitor.visit::<HaproxyProtocol>();
    visitor.visit::<Ppp>();
    visitor.visit::<ProxyHeader>();
    visitor.visit::<ProxyProtocol>();
    visitor.visit::<ProxyProtocolCodec>();
    visitor.visit::<ProxyProtocolRs>();
    visitor.visit::<Proxyproto>();
}

/// The contestant's answer; [`Answer::Panicked`] if it panics.
#[must_use]
pub fn answer<C: Contestant>(input: &[u8]) -> Answer {
    quiet::catch(|| C::answer(input)).unwrap_or(Answer::Panicked)
}

/// What `work` gives, or `None` if it panics; the panic prints nothing.
pub fn catch<T>(work: impl FnOnce() -> T) -> Option<T> {
    quiet::catch(work)
}

/// Bytes of an SSL TLV in front of the TLVs within: client and verify. Spec: §2.2.6.
pub const SSL_FIXED_LEN: usize = 5;
