//! TLVs as options: `authority=example.com`, `0xE1=hex:0011`, `ssl.version=TLSv1.3`.

use std::str::FromStr;

use proxy_proto::{
    Addresses, Encoder, OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, SslClientFlags, SslSubTlvType,
    TlvType, TransportProtocol,
};

use crate::{encode::request::RequestedTlv, hex};

/// One option. Those that begin with `ssl.` are the parts of one TLV.
#[derive(Clone, Debug)]
pub(crate) enum TlvOption {
    Whole(u8, Vec<u8>),
    SslClient(u8),
    SslVerify(u32),
    SslSubTlv(u8, Vec<u8>),
}

/// A type of TLV, by its name in the spec or by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NamedType(pub(crate) u8);

impl FromStr for TlvOption {
    type Err = String;

    fn from_str(option: &str) -> Result<Self, String> {
        let (name, text) = option
            .split_once('=')
            .ok_or("not TYPE=VALUE, such as authority=example.com")?;
        let part = name
            .get(..4)
            .filter(|start| start.eq_ignore_ascii_case("ssl."))
            .and_then(|_| name.get(4..));
        Ok(match part {
            None => Self::Whole(name.parse::<NamedType>()?.0, value(text)?),
            Some(part) if part.eq_ignore_ascii_case("client") => Self::SslClient(byte(text)?),
            Some(part) if part.eq_ignore_ascii_case("verify") => {
                Self::SslVerify(text.parse().map_err(|_| "ssl.verify is not a number")?)
            }
            Some(part) => Self::SslSubTlv(sub_type(part)?, value(text)?),
        })
    }
}

impl FromStr for NamedType {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let mut assigned = TlvType::ASSIGNED.iter();
        match assigned.find(|it| is_named(it.name(), name)) {
            Some(tlv_type) => Ok(Self(tlv_type.0)),
            None => byte(name).map(Self).map_err(|error| {
                let names = TlvType::ASSIGNED.iter().map(|it| spelled(it.name()));
                format!(
                    "{error}, nor one of {}",
                    names.collect::<Vec<_>>().join(", ")
                )
            }),
        }
    }
}

/// The TLVs that these options describe, in the order of the options.
pub(super) fn requested(options: &[TlvOption]) -> Result<Vec<RequestedTlv>, String> {
    let mut tlvs = Vec::new();
    let mut has_ssl = false;
    for option in options {
        match option {
            TlvOption::Whole(tlv_type, value) => tlvs.push(RequestedTlv {
                tlv_type: *tlv_type,
                value: hex::encode(value, ""),
            }),
            _ if has_ssl => {}
            _ => {
                has_ssl = true;
                tlvs.push(RequestedTlv {
                    tlv_type: TlvType::SSL.0,
                    value: hex::encode(&ssl(options)?, ""),
                });
            }
        }
    }
    Ok(tlvs)
}

/// The value of the SSL TLV that these options describe: by default, of a client that spoke TLS, and
/// showed a certificate if there is anything about one.
fn ssl(options: &[TlvOption]) -> Result<Vec<u8>, String> {
    const OF_A_CERTIFICATE: [u8; 2] = [SslSubTlvType::CN.0, SslSubTlvType::CLIENT_CERT.0];
    let mut client = SslClientFlags::SSL;
    let mut verify = 0;
    let mut sub_tlvs = Vec::new();
    for option in options {
        if let TlvOption::SslSubTlv(sub_type, value) = option {
            sub_tlvs.push(OutgoingSslSubTlv::Raw(SslSubTlvType(*sub_type), value));
            if OF_A_CERTIFICATE.contains(sub_type) {
                client = client
                    .with(SslClientFlags::CERT_CONN)
                    .with(SslClientFlags::CERT_SESS);
            }
        }
    }
    for option in options {
        match option {
            TlvOption::SslClient(flags) => client = SslClientFlags(*flags),
            TlvOption::SslVerify(result) => verify = *result,
            TlvOption::Whole(..) | TlvOption::SslSubTlv(..) => {}
        }
    }
    let tlvs = [OutgoingTlv::Ssl(OutgoingSsl {
        client,
        verify,
        sub_tlvs: &sub_tlvs,
    })];
    value_of(&tlvs).map_err(|error| error.to_string())
}

/// The value of the only one of these TLVs: what follows its type and length in a header that consists
/// of nothing else.
fn value_of(tlvs: &[OutgoingTlv<'_>; 1]) -> Result<Vec<u8>, proxy_proto::EncodeError> {
    const PREFIX_LEN: usize = 3;
    let header = Encoder::v2(TransportProtocol::Unspec, Addresses::Unspec)?;
    let value_offset = header.encoded_len()?.saturating_add(PREFIX_LEN);
    let header = header.with_tlvs(tlvs).to_vec()?;
    Ok(header.get(value_offset..).unwrap_or_default().to_vec())
}

fn sub_type(name: &str) -> Result<u8, String> {
    let mut assigned = SslSubTlvType::ASSIGNED.iter();
    match assigned.find(|it| is_named(it.name(), name)) {
        Some(sub_type) => Ok(sub_type.0),
        None => byte(name).map_err(|error| {
            let names = SslSubTlvType::ASSIGNED.iter().map(|it| spelled(it.name()));
            let names = names.collect::<Vec<_>>().join(", ");
            format!("ssl.{error}, nor client, verify or one of {names}")
        }),
    }
}

/// Bytes: text as it is, or hex digits after `hex:`.
fn value(text: &str) -> Result<Vec<u8>, String> {
    match text.strip_prefix("hex:") {
        Some(digits) => hex::decode(digits.as_bytes()),
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// A number up to 255, decimal or hexadecimal after `0x`.
fn byte(text: &str) -> Result<u8, String> {
    let digits = text.strip_prefix("0x").or(text.strip_prefix("0X"));
    digits
        .map_or_else(|| text.parse(), |digits| u8::from_str_radix(digits, 16))
        .map_err(|_| format!("{text}: not a number up to 255 or 0xFF"))
}

/// Whether this is the name, in any case, with `-` or `_`.
fn is_named(name: &str, text: &str) -> bool {
    spelled(name) == spelled(text)
}

fn spelled(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}
