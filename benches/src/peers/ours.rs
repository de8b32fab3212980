//! proxy-proto itself.

use proxy_proto::{
    Addresses, Decoded, Encoder, OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, SslClientFlags,
    SslSubTlvType, TransportProtocol, TypedTlv, decode,
};

use crate::{
    answer::Answer,
    peers::{Contestant, SSL_FIXED_LEN},
    rows::{SSL_CLIENT, Sample, Tlv, Version, Walk},
};

/// proxy-proto, under default options.
pub(crate) struct Ours;

impl Contestant for Ours {
    const NAME: &'static str = "proxy-proto";

    #[inline(always)]
    fn decode(input: &[u8]) -> Answer {
        match decode(input) {
            Decoded::Complete(header) => match header.addresses() {
                Addresses::Inet {
                    source,
                    destination,
                    ..
                } => Answer::ip(header.len(), source, destination),
                Addresses::Inet6 {
                    source,
                    destination,
                    ..
                } => Answer::ip(header.len(), source, destination),
                Addresses::Unix {
                    source,
                    destination,
                    ..
                } => Answer::unix(header.len(), source.as_bytes(), destination.as_bytes()),
                Addresses::Unspec => Answer::no_endpoints(header.len()),
            },
            Decoded::NeedMore(_) => Answer::NeedMore,
            Decoded::Invalid(_) => Answer::Invalid,
        }
    }

    #[inline(always)]
    fn walk(input: &[u8]) -> Option<Walk> {
        let Decoded::Complete(header) = decode(input) else {
            return None;
        };
        let mut walk = Walk::default();
        for tlv in header.tlvs() {
            match tlv.typed().ok()? {
                TypedTlv::Alpn(alpn) => walk.see(alpn.as_bytes().len()),
                TypedTlv::Authority(name) | TypedTlv::Netns(name) => walk.see(name.len()),
                TypedTlv::UniqueId(value) | TypedTlv::Noop(value) => walk.see(value.len()),
                TypedTlv::Crc32c(_) => walk.see(4),
                TypedTlv::Ssl(ssl) => {
                    walk.see(SSL_FIXED_LEN);
                    for sub_tlv in ssl.sub_tlvs() {
                        let text = sub_tlv.text().ok()?;
                        walk.see(text.map_or(sub_tlv.value().len(), str::len));
                    }
                }
                _ => walk.see(tlv.value().len()),
            }
        }
        Some(walk)
    }

    #[inline(always)]
    fn verify(input: &[u8]) -> Option<bool> {
        Some(matches!(decode(input), Decoded::Complete(_)))
    }

    #[inline(always)]
    fn encode<'o>(sample: &Sample, out: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let addresses = Addresses::ip(sample.source, sample.destination).ok()?;
        let encoder = match sample.version {
            Version::V1 => Encoder::v1(addresses),
            Version::V2 => Encoder::v2(TransportProtocol::Stream, addresses),
        }
        .ok()?;
        if sample.tlvs.is_empty() {
            let len = encoder.encode(out).ok()?;
            return out.get(..len);
        }
        let sub_tlvs = sample.tlvs.iter().find_map(|tlv| match tlv {
            Tlv::Ssl(ssl) => Some([
                OutgoingSslSubTlv::Text(SslSubTlvType::VERSION, ssl.version),
                OutgoingSslSubTlv::Text(SslSubTlvType::CN, ssl.cn),
                OutgoingSslSubTlv::Text(SslSubTlvType::CIPHER, ssl.cipher),
            ]),
            _ => None,
        });
        let mut tlvs = [OutgoingTlv::Crc32c; 5];
        for (place, tlv) in tlvs.iter_mut().zip(&sample.tlvs) {
            *place = match tlv {
                Tlv::Alpn(value) => OutgoingTlv::Alpn(value),
                Tlv::Authority(name) => OutgoingTlv::Authority(name),
                Tlv::UniqueId(value) => OutgoingTlv::UniqueId(value),
                Tlv::Ssl(_) => OutgoingTlv::Ssl(OutgoingSsl {
                    client: SslClientFlags(SSL_CLIENT),
                    verify: 0,
                    sub_tlvs: sub_tlvs.as_ref()?,
                }),
                Tlv::Crc32c => OutgoingTlv::Crc32c,
            };
        }
        let len = encoder
            .with_tlvs(tlvs.get(..sample.tlvs.len())?)
            .encode(out)
            .ok()?;
        out.get(..len)
    }
}
