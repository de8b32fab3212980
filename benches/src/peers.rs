//! Every library as a contestant: what it decodes to and what it encodes, through its own API.

mod haproxy_protocol;
mod ours;
mod ppp;
mod proxy_header;
mod proxy_protocol;
mod proxy_protocol_codec;
mod proxy_protocol_rs;
mod proxyproto;

pub(crate) use haproxy_protocol::HaproxyProtocol;
pub(crate) use ours::Ours;
pub(crate) use ppp::Ppp;
pub(crate) use proxy_header::ProxyHeader;
pub(crate) use proxy_protocol::ProxyProtocol;
pub(crate) use proxy_protocol_codec::ProxyProtocolCodec;
pub(crate) use proxy_protocol_rs::ProxyProtocolRs;
pub(crate) use proxyproto::Proxyproto;

use crate::{
    answer::Answer,
    rows::{Sample, Walk},
};

/// A decoder, and an encoder if the library has one.
///
/// Every function uses the library as its documentation says, in the fastest way that it offers, and
/// is inlined where it is called, so that each call of the library is compiled for itself.
pub(crate) trait Contestant {
    /// The package.
    const NAME: &'static str;

    /// Decodes, and reads the endpoints. May panic, if the library does.
    fn decode(input: &[u8]) -> Answer;

    /// Decodes, and reads every TLV and SSL sub-TLV as its type, text as text. `None` if the library
    /// has no types for them, or if one is malformed.
    fn walk(_input: &[u8]) -> Option<Walk> {
        None
    }

    /// Decodes, and says whether the CRC32C is present and correct. `None` if the library does not
    /// compare it.
    fn verify(_input: &[u8]) -> Option<bool> {
        None
    }

    /// Encodes, into `out` if the library writes into a buffer. `None` if it cannot.
    fn encode<'o>(_sample: &Sample, _out: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        None::<&[u8]>
    }
}

/// Bytes of an SSL TLV before its sub-TLVs: client and verify. Spec: §2.2.6.
pub(crate) const SSL_FIXED_LEN: usize = 5;
