//! A received header's TLVs, edited on their way further.

use crate::{
    encode::{Output, tlv::OutgoingTlv},
    error::EncodeError,
    header::Header,
    tlv::{Tlv, TlvType, Tlvs},
    v2,
};

/// A change to the TLVs of a header that is passed on.
///
/// Of several edits that fit a TLV the first one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlvEdit<'a> {
    /// Leaves out all TLVs of this type.
    Drop(TlvType),
    /// Leaves out all TLVs whose type is not among these.
    KeepOnly(&'a [TlvType]),
    /// Puts this TLV where the first one of the type stood and leaves out the others, or appends it
    /// if there is none, or if an edit before this one left it out.
    Replace(TlvType, OutgoingTlv<'a>),
    /// Adds this TLV behind all others.
    Append(OutgoingTlv<'a>),
}

/// The TLVs received, and what to do with them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Received<'a> {
    tlvs: &'a [u8],
    edits: &'a [TlvEdit<'a>],
}

/// What becomes of a received TLV.
enum Fate<'a> {
    Kept,
    Dropped,
    Replaced(OutgoingTlv<'a>),
}

impl<'a> Received<'a> {
    /// Splits what follows the 16 fixed bytes of `header` into addresses and TLVs.
    ///
    /// The block of LOCAL and UNSPEC headers may be anything. Where it is TLVs from its first byte to
    /// its last, with one CRC32C at most, as HAProxy's LOCAL is, it can be edited.
    pub(super) fn split(
        header: Header<'a>,
        block: &'a [u8],
        edits: &'a [TlvEdit<'a>],
    ) -> Result<(&'a [u8], Self), EncodeError> {
        let tlvs = if header.address_block_len() > 0 {
            header.tlvs()
        } else if v2::are_tlvs(header.as_bytes(), v2::FIXED_LEN) {
            Tlvs::of_framed(block, v2::FIXED_LEN)
        } else {
            return Err(EncodeError::OpaqueBlock);
        };
        let addresses_len = block.len().saturating_sub(tlvs.remaining().len());
        Ok((
            block.get(..addresses_len).unwrap_or_default(),
            Self {
                tlvs: tlvs.remaining(),
                edits,
            },
        ))
    }

    pub(super) fn write(&self, output: &mut impl Output) -> Result<(), EncodeError> {
        let [mut seen, mut replaced] = [TypeSet::default(), TypeSet::default()];
        for tlv in Tlvs::of_framed(self.tlvs, 0) {
            let first = seen.insert(tlv.tlv_type());
            match self.fate(&tlv, first) {
                Fate::Kept => OutgoingTlv::from(tlv).write(output)?,
                Fate::Dropped => {}
                Fate::Replaced(new) => {
                    replaced.insert(tlv.tlv_type());
                    new.write(output)?;
                }
            }
        }
        for edit in self.edits {
            match edit {
                TlvEdit::Append(new) => new.write(output)?,
                TlvEdit::Replace(tlv_type, new) if replaced.insert(*tlv_type) => {
                    new.write(output)?;
                }
                TlvEdit::Replace(..) | TlvEdit::Drop(_) | TlvEdit::KeepOnly(_) => {}
            }
        }
        Ok(())
    }

    fn fate(&self, tlv: &Tlv<'_>, first: bool) -> Fate<'a> {
        let mut fates = self.edits.iter().filter_map(|edit| match *edit {
            TlvEdit::Drop(tlv_type) => (tlv_type == tlv.tlv_type()).then_some(Fate::Dropped),
            TlvEdit::KeepOnly(types) => (!types.contains(&tlv.tlv_type())).then_some(Fate::Dropped),
            TlvEdit::Replace(tlv_type, new) => (tlv_type == tlv.tlv_type()).then_some(if first {
                Fate::Replaced(new)
            } else {
                Fate::Dropped
            }),
            TlvEdit::Append(_) => None,
        });
        fates.next().unwrap_or(Fate::Kept)
    }
}

/// A set of TLV types, a bit each.
#[derive(Default)]
struct TypeSet {
    bits: [u64; 4],
}

impl TypeSet {
    /// Adds a type, and says whether it was not there before.
    fn insert(&mut self, tlv_type: TlvType) -> bool {
        let bit = 1 << (tlv_type.0 & 63);
        let word = self.bits.get_mut(usize::from(tlv_type.0 >> 6));
        word.is_some_and(|word| {
            let new = *word & bit == 0;
            *word |= bit;
            new
        })
    }
}
