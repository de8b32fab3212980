//! What is derived or written for every type: as text, into a buffer that may be too small, and
//! compared.

use core::fmt::{self, Debug, Display, Write};

use proxy_proto::{
    AddressFamily, Addresses, Alpn, AwsVpcEndpointId, AzurePrivateEndpointLinkId, Command,
    DecodeError, DecodeErrorKind, DecodeOptions, Decoded, EncodeError, Endpoint, Fed, Field,
    GcpPscConnectionId, Header, NeedMore, NewSsl, NewSslTlv, NewTlv, ProtocolNames, Refusal, Ssl,
    SslClient, SslTlv, SslTlvType, SslTlvs, Tlv, TlvEdit, TlvError, TlvErrorKind, TlvRange,
    TlvType, Tlvs, TransportProtocol, TypedTlv, UnixAddress, UnixName, Version, Versions,
};

use super::{any, used};

pub(super) fn calls() {
    display::<DecodeError>();
    display::<DecodeErrorKind>();
    display::<EncodeError>();
    display::<Field>();
    display::<SslTlvType>();
    display::<TlvError>();
    display::<TlvErrorKind>();
    display::<TlvType>();
    display::<UnixAddress<'_>>();
    display::<Version>();

    debug::<AddressFamily>();
    debug::<Alpn<'_>>();
    debug::<AzurePrivateEndpointLinkId>();
    debug::<Command>();
    debug::<DecodeError>();
    debug::<DecodeErrorKind>();
    debug::<DecodeOptions>();
    debug::<EncodeError>();
    debug::<Fed>();
    debug::<Field>();
    debug::<GcpPscConnectionId>();
    debug::<NeedMore>();
    debug::<ProtocolNames<'_>>();
    debug::<Ssl<'_>>();
    debug::<SslClient>();
    debug::<SslTlv<'_>>();
    debug::<SslTlvs<'_>>();
    debug::<SslTlvType>();
    debug::<Tlv<'_>>();
    debug::<TlvError>();
    debug::<TlvErrorKind>();
    debug::<TlvRange>();
    debug::<Tlvs<'_>>();
    debug::<TlvType>();
    debug::<TransportProtocol>();
    debug::<UnixAddress<'_>>();
    debug::<UnixName<'_>>();
    debug::<Version>();
    debug::<Versions>();

    equal::<Addresses<'_>>();
    equal::<AwsVpcEndpointId<'_>>();
    equal::<Decoded<'_>>();
    equal::<Endpoint<'_>>();
    equal::<Header<'_>>();
    equal::<NewSsl<'_>>();
    equal::<NewSslTlv<'_>>();
    equal::<NewTlv<'_>>();
    equal::<Refusal>();
    equal::<TlvEdit<'_>>();
    equal::<TypedTlv<'_>>();
}

/// With padding and precision too.
fn display<T: Display>() -> Option<()> {
    let value = any::<T>()?;
    let mut short = Short::default();
    used(write!(short, "{value}, {value:^40.7}"));
    used(short);
    Some(())
}

/// In both forms.
pub(super) fn debug<T: Debug + PartialEq>() -> Option<()> {
    let value = any::<T>()?;
    let mut short = Short::default();
    used(write!(short, "{value:?}, {value:#?}"));
    used(short);
    equal::<T>()
}

fn equal<T: PartialEq>() -> Option<()> {
    used(any::<T>()? == any::<T>()?);
    Some(())
}

/// A buffer that fails when it is full.
#[derive(Default)]
struct Short {
    bytes: [u8; 32],
    len: usize,
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            *self.bytes.get_mut(self.len).ok_or(fmt::Error)? = byte;
            self.len = self.len.saturating_add(1);
        }
        Ok(())
    }
}
