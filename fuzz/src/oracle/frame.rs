//! Bytes split into TLVs, whatever these mean.

/// TLVs one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framed<'a> {
    /// Those that are whole, in order.
    pub tlvs: Vec<Placed<'a>>,
    /// The first byte of a rest that is not a whole TLV, if there is one.
    pub broken_at: Option<usize>,
}

/// A TLV and where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<'a> {
    /// Where it starts, from the start of all bytes.
    pub offset: usize,
    /// Its type.
    pub tlv_type: u8,
    /// Its value.
    pub value: &'a [u8],
}

/// Splits `bytes` from `start` to their end. Spec: §2.2.
#[must_use]
pub fn frame(bytes: &[u8], start: usize) -> Framed<'_> {
    let mut tlvs = Vec::new();
    let mut offset = start;
    while offset < bytes.len() {
        let Some((tlv_type, value)) = first(&bytes[offset..]) else {
            let broken_at = Some(offset);
            return Framed { tlvs, broken_at };
        };
        tlvs.push(Placed {
            offset,
            tlv_type,
            value,
        });
        offset += 3 + value.len();
    }
    Framed {
        tlvs,
        broken_at: None,
    }
}

/// Type and value of the TLV at the start of `bytes`, if all of it is there.
fn first(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let [tlv_type, high, low, rest @ ..] = bytes else {
        return None;
    };
    let len = u16::from_be_bytes([*high, *low]);
    Some((*tlv_type, rest.get(..usize::from(len))?))
}
