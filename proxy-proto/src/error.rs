//! Everything that can be wrong: with bytes, with a header to send, with the content of a TLV.

mod decode;
mod encode;
mod tlv;

pub use decode::{DecodeError, DecodeErrorKind, OtherProtocol, V1Field};
pub use encode::EncodeError;
pub use tlv::{TlvError, TlvErrorKind};
