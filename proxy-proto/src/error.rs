//! All error types: for bytes received, for a header to send, for the content of a TLV.

mod decode;
mod encode;
mod tlv;

pub use decode::{DecodeError, DecodeErrorKind, OtherProtocol, V1Field};
pub use encode::EncodeError;
pub use tlv::{TlvError, TlvErrorKind};
