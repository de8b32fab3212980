//! Bytes cut into TLVs, and nothing more said of them.

/// TLVs one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framed<'a> {
    /// Those that are whole, in order.
    pub tlvs: Vec<Placed<'a>>,
    /// The first byte of what is no whole TLV, if there is such a rest.
    pub broken_at: Option<usize>,
}

/// A TLV and where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<'a> {
    /// Where it starts, from the start of all bytes.
    pub offset: usize,
    /// Its type.
    pub tlv_type: u8,
    /// What it holds.
    pub value: &'a [u8],
}

/// Cuts `bytes` from `start` to their end. Spec: §2.2.
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

/// Type and value of the TLV that `bytes` starts with, if all of it is there.
fn first(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let [tlv_type, high, low, rest @ ..] = bytes else {
        return None;
    };
    let len = u16::from_be_bytes([*high, *low]);
    Some((*tlv_type, rest.get(..usize::from(len))?))
}
