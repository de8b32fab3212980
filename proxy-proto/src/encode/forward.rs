//! Forwarding a received header to the next receiver.

use core::mem::replace;

use crate::{
    encode::{
        output::{Output, Source},
        tlv::OutgoingTlv,
    },
    error::EncodeError,
    header::{Header, Version},
    tlv::{TlvType, Tlvs},
    v2,
};

/// A received header to forward. Without edits, all of it is forwarded byte for byte. With edits,
/// its checksum, if it has one, is recomputed, and the TLVs that no edit names are forwarded byte
/// for byte and in the same order.
///
/// **A header accepted under a leniency is forwarded unchanged**, IPv4 text after `TCP6` or a wrong
/// checksum included, so leniency towards one sender extends to the next receiver. To avoid that,
/// or to change addresses or version, build a new header with [`Encoder`](crate::Encoder) from the
/// contents of the received one.
///
/// # Examples
///
/// ```
/// use proxy_proto::{Decoded, Forward, OutgoingTlv, TlvEdit, TlvType, decode};
///
/// let received = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x16\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f\xe1\x00\x01x\x04\x00\x03\0\0\0";
/// let Decoded::Complete(header) = decode(received) else { panic!() };
/// let edits = [TlvEdit::Drop(TlvType::NOOP), TlvEdit::Append(OutgoingTlv::UniqueId(b"42"))];
///
/// let mut out = [0; 107];
/// let len = Forward::new(header, &edits)?.encode(&mut out)?;
/// assert_eq!(&out[28..len], b"\xe1\x00\x01x\x05\x00\x0242");
/// # Ok::<(), proxy_proto::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Forward<'a> {
    /// All of the header, or what comes before the TLVs if there are edits.
    start: &'a [u8],
    tlvs: &'a [u8],
    edits: &'a [TlvEdit<'a>],
}

/// A change to the TLVs of a header that is forwarded.
///
/// If several edits match a TLV, the first one applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlvEdit<'a> {
    /// Leaves out all TLVs of this type.
    Drop(TlvType),
    /// Leaves out all TLVs whose type is not among these.
    KeepOnly(&'a [TlvType]),
    /// Puts this TLV where the first one of the type was and leaves out the others, or appends it
    /// if there is none, or if an edit before this one left it out.
    Replace(TlvType, OutgoingTlv<'a>),
    /// Adds this TLV after all others.
    Append(OutgoingTlv<'a>),
}

impl<'a> Forward<'a> {
    /// Forwards this header with these edits; an empty list forwards it unchanged.
    ///
    /// The block of a LOCAL or UNSPEC header may hold anything. It can be edited if it is TLVs from its first
    /// byte to its last, with at most one CRC32C, as in HAProxy's LOCAL.
    ///
    /// # Errors
    ///
    /// With edits: [`EncodeError::TlvsInV1`], and [`EncodeError::OpaqueBlock`] for a LOCAL or UNSPEC
    /// header whose block is not TLVs.
    pub fn new(header: Header<'a>, edits: &'a [TlvEdit<'a>]) -> Result<Self, EncodeError> {
        let raw = header.as_bytes();
        let tlvs_offset = v2::FIXED_LEN.saturating_add(header.address_block_len());
        let start_len = match header.version() {
            _ if edits.is_empty() => raw.len(),
            Version::V1 => return Err(EncodeError::TlvsInV1),
            Version::V2 if v2::are_tlvs(raw, tlvs_offset) => tlvs_offset,
            Version::V2 => return Err(EncodeError::OpaqueBlock),
        };
        let (start, tlvs) = raw.split_at_checked(start_len).unwrap_or((raw, &[]));
        Ok(Self { start, tlvs, edits })
    }

    /// Like [`Encoder::encode`](crate::Encoder::encode).
    ///
    /// # Errors
    ///
    /// Any [`EncodeError`]; `out` is left as it was.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        self.write(&[], out)
    }

    /// Like [`Encoder::encode_datagram`](crate::Encoder::encode_datagram).
    ///
    /// # Errors
    ///
    /// Those of [`encode`](Self::encode); the buffer must hold header and payload.
    pub fn encode_datagram(&self, payload: &[u8], out: &mut [u8]) -> Result<usize, EncodeError> {
        self.write(payload, out)
    }

    /// Like [`Encoder::encode_to`](crate::Encoder::encode_to).
    ///
    /// # Errors
    ///
    /// Those of [`encode`](Self::encode).
    #[cfg(feature = "bytes")]
    #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
    pub fn encode_to(&self, out: &mut impl bytes::BufMut) -> Result<usize, EncodeError> {
        self.append(out)
    }

    /// Like [`Encoder::to_vec`](crate::Encoder::to_vec).
    ///
    /// # Errors
    ///
    /// Those of [`encode`](Self::encode).
    #[cfg(feature = "alloc")]
    #[cfg_attr(docsrs, doc(cfg(feature = "alloc")))]
    pub fn to_vec(&self) -> Result<alloc::vec::Vec<u8>, EncodeError> {
        self.collect()
    }

    /// Length of the header in bytes (15 to 65,551), edits included.
    ///
    /// # Errors
    ///
    /// Those of [`encode`](Self::encode) with a buffer that is large enough.
    pub fn encoded_len(&self) -> Result<usize, EncodeError> {
        self.measure()
    }
}

impl Source for Forward<'_> {
    fn put(&self, out: &mut Output<impl AsMut<[u8]>>) -> Result<(), EncodeError> {
        if self.edits.is_empty() {
            out.put(self.start);
            return Ok(());
        }
        v2::put_start(self.start, out);
        let [mut seen, mut replaced] = [[false; 256]; 2];
        for tlv in Tlvs::of_framed(self.tlvs, 0) {
            let tlv_type = tlv.tlv_type();
            let is_first = insert(&mut seen, tlv_type);
            match self.edits.iter().find(|edit| edit.matches(tlv_type)) {
                None => OutgoingTlv::from(tlv).put(out)?,
                Some(TlvEdit::Replace(_, new)) if is_first => {
                    insert(&mut replaced, tlv_type);
                    new.put(out)?;
                }
                Some(_) => {}
            }
        }
        for edit in self.edits {
            match edit {
                TlvEdit::Append(new) => new.put(out)?,
                TlvEdit::Replace(tlv_type, new) if insert(&mut replaced, *tlv_type) => {
                    new.put(out)?
                }
                TlvEdit::Replace(..) | TlvEdit::Drop(_) | TlvEdit::KeepOnly(_) => {}
            }
        }
        Ok(())
    }
}

impl TlvEdit<'_> {
    /// Whether an edit changes or leaves out a received TLV of this type.
    fn matches(&self, found: TlvType) -> bool {
        match self {
            Self::Drop(tlv_type) | Self::Replace(tlv_type, _) => *tlv_type == found,
            Self::KeepOnly(types) => !types.contains(&found),
            Self::Append(_) => false,
        }
    }
}

/// Adds a type to a set of types, and returns whether it is new there.
fn insert(set: &mut [bool; 256], tlv_type: TlvType) -> bool {
    let place = set.get_mut(usize::from(tlv_type.0));
    place.is_some_and(|is_in_set| !replace(is_in_set, true))
}
