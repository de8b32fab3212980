//! Converts a line of JSON, in the shape that `--jsonl` prints, to a line of hex digits.

use std::net::SocketAddr;

use clap::ValueEnum;
use proxy_proto::{
    Addresses, EncodeError, Encoder, OutgoingTlv, TlvType, TransportProtocol, UnixAddress, Version,
};
use serde::Deserialize;

use crate::{ascii, hex};

/// The header that a line describes. Keys that only decoding fills in, such as `consumed`, are
/// ignored, so that what `--jsonl` printed can be encoded again.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) version: u8,
    pub(crate) command: Command,
    pub(crate) transport: Option<Transport>,
    pub(crate) source: Option<String>,
    pub(crate) destination: Option<String>,
    #[serde(default)]
    pub(crate) tlvs: Vec<RequestedTlv>,
    #[serde(default)]
    pub(crate) crc32c: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Command {
    Local,
    Proxy,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Transport {
    Unspec,
    Stream,
    Dgram,
}

/// A TLV, with its value in hex digits.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RequestedTlv {
    #[serde(rename = "type")]
    pub(crate) tlv_type: u8,
    pub(crate) value: String,
}

enum Endpoint {
    Ip(SocketAddr),
    Unix(Box<[u8; UnixAddress::LEN]>),
}

/// The header that a line describes, in hex, or `error: ` and why there is none.
pub(crate) fn encode_line(line: Result<&[u8], String>) -> String {
    line.and_then(|line| serde_json::from_slice(line).map_err(|error| error.to_string()))
        .and_then(|request| Request::encode(&request))
        .map_or_else(
            |error| format!("error: {}", ascii::escaped(&error)),
            |header| hex::encode(&header, ""),
        )
}

impl Request {
    /// The bytes of the header.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, String> {
        let version = match self.version {
            1 => Version::V1,
            2 => Version::V2,
            other => return Err(format!("version {other}: not 1 or 2")),
        };
        let endpoints = endpoints(self)?;
        let addresses = addresses(endpoints.as_ref())?;
        let encoder = match self.command {
            Command::Proxy => relayed(version, transport(self, addresses), addresses)
                .map_err(|error| error.to_string())?,
            Command::Local if version == Version::V1 => return Err("version 1 has no LOCAL".into()),
            Command::Local if endpoints.is_some() => {
                return Err("LOCAL carries no addresses".into());
            }
            Command::Local => Encoder::local(),
        };

        let values = self
            .tlvs
            .iter()
            .map(|tlv| hex::decode(tlv.value.as_bytes()));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let types = self.tlvs.iter().map(|tlv| TlvType(tlv.tlv_type));
        let tlvs = types
            .zip(&values)
            .map(|(tlv_type, value)| OutgoingTlv::Raw(tlv_type, value));
        let tlvs: Vec<_> = tlvs
            .chain(self.crc32c.then_some(OutgoingTlv::Crc32c))
            .collect();
        encoder
            .with_tlvs(&tlvs)
            .to_vec()
            .map_err(|error| error.to_string())
    }
}

fn relayed(
    version: Version,
    transport: TransportProtocol,
    addresses: Addresses<'_>,
) -> Result<Encoder<'_>, EncodeError> {
    match (version, transport, addresses) {
        (Version::V1, TransportProtocol::Unspec, Addresses::Unspec) => Ok(Encoder::v1_unknown()),
        (Version::V1, TransportProtocol::Stream, _) => Encoder::v1(addresses),
        (Version::V1, ..) => Err(EncodeError::NotInV1),
        (Version::V2, ..) => Encoder::v2(transport, addresses),
    }
}

/// If a line does not name one, it is `stream` if there are addresses.
fn transport(request: &Request, addresses: Addresses<'_>) -> TransportProtocol {
    match (request.transport, addresses) {
        (Some(Transport::Dgram), _) => TransportProtocol::Dgram,
        (Some(Transport::Unspec), _) | (None, Addresses::Unspec) => TransportProtocol::Unspec,
        (Some(Transport::Stream) | None, _) => TransportProtocol::Stream,
    }
}

fn endpoints(request: &Request) -> Result<Option<(Endpoint, Endpoint)>, String> {
    match (&request.source, &request.destination) {
        (None, None) => Ok(None),
        (Some(source), Some(destination)) => Ok(Some((
            endpoint("source", source)?,
            endpoint("destination", destination)?,
        ))),
        _ => Err("source and destination go together".into()),
    }
}

fn endpoint(key: &str, text: &str) -> Result<Endpoint, String> {
    let Some(digits) = text.strip_prefix("unix:") else {
        let address = text
            .parse()
            .map_err(|_| format!("{key} {text:?}: not address:port"))?;
        return Ok(Endpoint::Ip(address));
    };
    let field = hex::decode(digits.as_bytes()).map_err(|error| format!("{key}: {error}"))?;
    let len = field.len();
    let field = field.into_boxed_slice().try_into();
    Ok(Endpoint::Unix(field.map_err(|_| {
        format!("{key}: {len} bytes instead of 108")
    })?))
}

fn addresses(endpoints: Option<&(Endpoint, Endpoint)>) -> Result<Addresses<'_>, String> {
    match endpoints {
        None => Ok(Addresses::Unspec),
        Some((Endpoint::Ip(source), Endpoint::Ip(destination))) => {
            Addresses::ip(*source, *destination).map_err(|error| error.to_string())
        }
        Some((Endpoint::Unix(source), Endpoint::Unix(destination))) => Ok(Addresses::unix(
            UnixAddress::new(source),
            UnixAddress::new(destination),
        )),
        Some(_) => Err("source and destination of different families".into()),
    }
}
