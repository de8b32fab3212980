//! proxy-proto itself.

use core::hint::black_box;

use proxy_proto::{
    Addresses, Decoded, Decoder, Encoder, Endpoint, OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv,
    Progress, SslClientFlags, SslSubTlvType, TransportProtocol, TypedTlv, UnixAddress, decode,
};

use crate::{
    answer::{self, Answer},
    peers::{Contestant, SSL_FIXED_LEN, Walk},
    sample::{CLIENT, Given, GivenSsl, Sample, Says},
};

/// proxy-proto, under default options.
#[derive(Debug)]
#[non_exhaustive]
pub struct Ours;

impl Contestant for Ours {
    const NAME: &'static str = "proxy-proto";

    type Decoded<'a> = Decoded<'a>;

    fn decode(input: &[u8]) -> Decoded<'_> {
        decode(input)
    }

    /// The endpoints are read where they are asked for.
    #[inline]
    fn take(input: &[u8]) {
        let decoded = decode(input);
        black_box(&decoded);
        if let Decoded::Complete(header) = decoded {
            black_box(&header.addresses());
        }
    }

    fn answer(input: &[u8]) -> Answer {
        match decode(input) {
            Decoded::Complete(header) => Answer::complete(
                header.len(),
                endpoint(header.source()),
                endpoint(header.destination()),
            ),
            Decoded::NeedMore(_) => Answer::NeedMore,
            Decoded::Invalid(_) => Answer::Invalid,
        }
    }

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

    fn verify(input: &[u8]) -> Option<bool> {
        Some(matches!(black_box(decode(input)), Decoded::Complete(_)))
    }

    fn feed(input: &[u8]) {
        let mut decoder = Decoder::new();
        for chunk in input.chunks(1) {
            if let Progress::Complete { .. } = decoder.feed(chunk) {
                black_box(decoder.header(chunk));
            }
        }
    }

    fn encode<'o>(sample: &Sample, out: &'o mut [u8]) -> Option<impl AsRef<[u8]> + 'o> {
        let mut sub_tlvs;
        let mut room;
        let mut tlvs: &[OutgoingTlv<'_>] = &[];
        if !sample.tlvs.is_empty() || sample.checksum {
            sub_tlvs = [OutgoingSslSubTlv::Text(SslSubTlvType::VERSION, ""); 4];
            room = [OutgoingTlv::Crc32c; 5];
            tlvs = new_tlvs(sample, &mut room, &mut sub_tlvs)?;
        }
        let len = encoder(sample)?.with_tlvs(tlvs).encode(out).ok()?;
        out.get(..len)
    }
}

/// The sample's TLVs, and behind them the checksum if it has one.
fn new_tlvs<'a>(
    sample: &'a Sample,
    room: &'a mut [OutgoingTlv<'a>; 5],
    sub_tlvs: &'a mut [OutgoingSslSubTlv<'a>; 4],
) -> Option<&'a [OutgoingTlv<'a>]> {
    let mut sub_tlvs = Some(sub_tlvs);
    for (place, given) in room.iter_mut().zip(&sample.tlvs) {
        *place = match given {
            Given::Alpn(value) => OutgoingTlv::Alpn(value),
            Given::Authority(name) => OutgoingTlv::Authority(name),
            Given::UniqueId(value) => OutgoingTlv::UniqueId(value),
            Given::Ssl(ssl) => OutgoingTlv::Ssl(new_ssl(ssl, sub_tlvs.take()?)),
        };
    }
    let checksum = usize::from(sample.checksum);
    room.get(..sample.tlvs.len().wrapping_add(checksum))
}

fn endpoint(endpoint: Option<Endpoint<'_>>) -> answer::Endpoint {
    match endpoint {
        None => answer::Endpoint::None,
        Some(Endpoint::Ip(address)) => answer::Endpoint::Ip(address),
        Some(Endpoint::Unix(address)) => answer::Endpoint::unix(address.as_bytes()),
    }
}

fn encoder(sample: &Sample) -> Option<Encoder<'_>> {
    let addresses = match &sample.says {
        Says::V2Local => return Some(Encoder::local()),
        Says::V1Unknown => return Some(Encoder::v1_unknown()),
        Says::V1(source, destination) => {
            return Encoder::v1(Addresses::ip(*source, *destination).ok()?).ok();
        }
        Says::V2(source, destination) => Addresses::ip(*source, *destination).ok()?,
        Says::V2Unix(source, destination) => {
            Addresses::unix(UnixAddress::new(source), UnixAddress::new(destination))
        }
    };
    Encoder::v2(TransportProtocol::Stream, addresses).ok()
}

fn new_ssl<'a>(ssl: &'a GivenSsl, sub_tlvs: &'a mut [OutgoingSslSubTlv<'a>; 4]) -> OutgoingSsl<'a> {
    *sub_tlvs = [
        OutgoingSslSubTlv::Text(SslSubTlvType::VERSION, ssl.version),
        OutgoingSslSubTlv::Text(SslSubTlvType::CN, ssl.cn),
        OutgoingSslSubTlv::Text(SslSubTlvType::CIPHER, ssl.cipher),
        OutgoingSslSubTlv::Raw(SslSubTlvType::CLIENT_CERT, &ssl.certificate),
    ];
    let without_certificate = usize::from(ssl.certificate.is_empty());
    let count = sub_tlvs.len().wrapping_sub(without_certificate);
    OutgoingSsl {
        client: SslClientFlags(CLIENT),
        verify: 0,
        sub_tlvs: sub_tlvs.get(..count).unwrap_or_default(),
    }
}
