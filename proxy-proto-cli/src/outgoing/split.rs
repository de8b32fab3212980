//! A header in pieces.

use std::str::FromStr;

/// The lengths of the first pieces; what is left is the last one.
#[derive(Clone, Debug)]
pub(crate) enum Split {
    /// A piece per byte.
    All,
    Lengths(Vec<usize>),
}

impl Default for Split {
    /// One piece.
    fn default() -> Self {
        Self::Lengths(Vec::new())
    }
}

impl Split {
    /// The pieces of `header`, none of them empty.
    pub(super) fn pieces<'a>(&self, header: &'a [u8]) -> Vec<&'a [u8]> {
        let lengths = match self {
            Self::All => return header.chunks(1).collect(),
            Self::Lengths(lengths) => lengths,
        };
        let mut rest = header;
        let mut pieces = Vec::new();
        for &len in lengths {
            let (piece, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
            pieces.push(piece);
            rest = after;
        }
        pieces.push(rest);
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }
}

impl FromStr for Split {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        let lengths = text.split(',').map(str::parse).collect::<Result<_, _>>();
        lengths
            .map(Self::Lengths)
            .map_err(|_| "neither all nor lengths in bytes, such as 5,20".into())
    }
}
