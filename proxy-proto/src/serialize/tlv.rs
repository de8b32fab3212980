//! TLVs for logs: the bytes, and what they mean.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{
    error::TlvError,
    serialize::{Hex, Text},
    tlv::{Alpn, Ssl, SslSubTlv, SslSubTlvs, Tlv, Tlvs, TypedTlv},
};

pub(super) struct SerializedTlvs<'a>(pub(super) Tlvs<'a>);

struct SerializedTlv<'a>(Tlv<'a>);

/// What a TLV means: text, a number or an object.
enum Meaning<'a> {
    Text(&'a str),
    Number(u64),
    Bytes(&'a [u8]),
    Names(Alpn<'a>),
    Ssl(Ssl<'a>),
}

#[derive(Serialize)]
struct SerializedSsl<'a> {
    client: u8,
    verify: u32,
    client_has_certificate: bool,
    client_is_verified: bool,
    tlvs: SerializedSslSubTlvs<'a>,
}

struct SerializedSslSubTlvs<'a>(SslSubTlvs<'a>);

struct SerializedSslSubTlv<'a>(SslSubTlv<'a>);

impl Serialize for SerializedTlvs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone().map(SerializedTlv))
    }
}

impl Serialize for SerializedTlv<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tlv = &self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &tlv.tlv_type().0)?;
        map.serialize_entry("name", tlv.tlv_type().name())?;
        map.serialize_entry("value", &Text(Hex(tlv.value())))?;
        end_with_meaning(map, tlv.typed().map(Meaning::of))
    }
}

impl<'a> Meaning<'a> {
    /// `None` for a TLV that means nothing beyond its bytes.
    fn of(typed: TypedTlv<'a>) -> Option<Self> {
        Some(match typed {
            TypedTlv::Alpn(alpn) => Self::Names(alpn),
            TypedTlv::Authority(text) | TypedTlv::Netns(text) => Self::Text(text),
            TypedTlv::Crc32c(checksum) => Self::Number(checksum.into()),
            TypedTlv::UniqueId(id) => Self::Bytes(id),
            TypedTlv::Ssl(ssl) => Self::Ssl(ssl),
            TypedTlv::AwsVpcEndpointId(id) => Self::Text(id.as_str()),
            TypedTlv::AzurePrivateEndpointLinkId(id) => Self::Number(id.get().into()),
            TypedTlv::GcpPscConnectionId(id) => Self::Number(id.get()),
            TypedTlv::Noop(_) | TypedTlv::Other(_) => return None,
        })
    }
}

impl Serialize for Meaning<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Bytes(bytes) => serialize_bytes(bytes, serializer),
            Self::Names(alpn) => match alpn.protocols() {
                Some(names) => serializer.collect_seq(names.map(|name| Text(name.escape_ascii()))),
                None => serialize_bytes(alpn.as_bytes(), serializer),
            },
            Self::Ssl(ssl) => SerializedSsl {
                client: ssl.client().0,
                verify: ssl.verify(),
                client_has_certificate: ssl.client_has_certificate(),
                client_is_verified: ssl.client_is_verified(),
                tlvs: SerializedSslSubTlvs(ssl.sub_tlvs()),
            }
            .serialize(serializer),
        }
    }
}

impl Serialize for SerializedSslSubTlvs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone().map(SerializedSslSubTlv))
    }
}

impl Serialize for SerializedSslSubTlv<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tlv = &self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &tlv.sub_type().0)?;
        map.serialize_entry("name", tlv.sub_type().name())?;
        map.serialize_entry("value", &Text(Hex(tlv.value())))?;
        end_with_meaning(map, tlv.text().map(|text| text.map(Meaning::Text)))
    }
}

/// Adds `decoded` where there is a meaning, or `error` if the content is invalid.
fn end_with_meaning<M: SerializeMap>(
    mut map: M,
    meaning: Result<Option<Meaning<'_>>, TlvError>,
) -> Result<M::Ok, M::Error> {
    match meaning {
        Ok(Some(meaning)) => map.serialize_entry("decoded", &meaning)?,
        Ok(None) => {}
        Err(error) => map.serialize_entry("error", &Text(error))?,
    }
    map.end()
}

/// As text if the bytes are text, else escaped: opaque bytes are mostly printable.
fn serialize_bytes<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match core::str::from_utf8(bytes) {
        Ok(text) => serializer.serialize_str(text),
        Err(_) => serializer.collect_str(&bytes.escape_ascii()),
    }
}
