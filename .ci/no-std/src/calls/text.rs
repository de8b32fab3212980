//! The traits of every type: formatting, into a buffer that may be too small, and comparison.

use core::fmt::{self, Debug, Display, Write};

use proxy_proto::{
    AddressFamily, Addresses, Alpn, AlpnProtocols, AwsVpcEndpointId, AzurePrivateEndpointLinkId,
    Command, DecodeError, DecodeErrorKind, DecodeOptions, Decoded, EncodeError, Endpoint,
    GcpPscConnectionId, Header, NeedMore, NotIpError, OtherProtocol, OutgoingSsl,
    OutgoingSslSubTlv, OutgoingTlv, Progress, Refusal, Ssl, SslClientFlags, SslSubTlv,
    SslSubTlvType, SslSubTlvs, TextEncoding, Tlv, TlvEdit, TlvError, TlvErrorKind, TlvRange,
    TlvType, Tlvs, TransportProtocol, TypedTlv, UnixAddress, UnixName, V1Field, Version, Versions,
};

use super::{any, used};

pub(super) fn calls() {
    display::<AddressFamily>();
    display::<Command>();
    display::<DecodeError>();
    display::<DecodeErrorKind>();
    display::<EncodeError>();
    display::<NotIpError>();
    display::<OtherProtocol>();
    display::<V1Field>();
    display::<SslSubTlvType>();
    display::<TlvError>();
    display::<TlvErrorKind>();
    display::<TlvType>();
    display::<TransportProtocol>();
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
    debug::<Progress>();
    debug::<V1Field>();
    debug::<GcpPscConnectionId>();
    debug::<NeedMore>();
    debug::<NotIpError>();
    debug::<OtherProtocol>();
    debug::<AlpnProtocols<'_>>();
    debug::<Ssl<'_>>();
    debug::<SslClientFlags>();
    debug::<SslSubTlv<'_>>();
    debug::<SslSubTlvs<'_>>();
    debug::<SslSubTlvType>();
    debug::<TextEncoding>();
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
    equal::<OutgoingSsl<'_>>();
    equal::<OutgoingSslSubTlv<'_>>();
    equal::<OutgoingTlv<'_>>();
    equal::<Refusal>();
    equal::<TlvEdit<'_>>();
    equal::<TypedTlv<'_>>();
}

/// Also with padding and precision.
pub(super) fn display<T: Display>() -> Option<()> {
    let value = any::<T>()?;
    let mut short = Short::default();
    used(write!(short, "{value}, {value:^40.7}"));
    used(short);
    Some(())
}

/// Both plain and alternate.
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
