//! The cases: each vector, whole and split.

use super::vector::{Expected, Payload, Vector};

/// A vector, and how it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) vector: &'a Vector,
    pub(crate) delivery: Delivery,
}

/// How many segments the header arrives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Delivery {
    /// One. The request follows later, or in the same segment if the vector has a payload.
    Whole,
    /// Two, with a pause between them. The request is in the second.
    Split,
}

/// What is sent in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) first: Vec<u8>,
    /// Sent after a pause, unless the receiver has closed the connection by then.
    pub(crate) second: Option<Vec<u8>>,
}

impl<'a> Case<'a> {
    /// Every vector, whole, and split in the middle if it is to be served or refused.
    pub(crate) fn all(vectors: &'a [Vector]) -> Vec<Self> {
        let deliveries = |vector: &Vector| {
            let is_split = vector.expected() != Expected::Wait && vector.bytes().len() > 1;
            [Some(Delivery::Whole), is_split.then_some(Delivery::Split)]
        };
        vectors
            .iter()
            .flat_map(|vector| {
                let cases = deliveries(vector).into_iter().flatten();
                cases.map(move |delivery| Self { vector, delivery })
            })
            .collect()
    }

    /// Such as `v1-tcp4`, or `v1-tcp4/split`.
    pub(crate) fn id(&self) -> String {
        match self.delivery {
            Delivery::Whole => self.vector.id.clone(),
            Delivery::Split => format!("{}/split", self.vector.id),
        }
    }

    /// What to send, for a service with this request.
    pub(crate) fn script(&self, request: &[u8]) -> Script {
        let bytes = self.vector.bytes();
        if self.vector.expected() == Expected::Wait {
            return Script {
                first: bytes.to_vec(),
                second: None,
            };
        }
        let at = match self.delivery {
            Delivery::Whole if self.vector.payload() == Payload::Request => {
                return Script {
                    first: [bytes, request].concat(),
                    second: None,
                };
            }
            Delivery::Whole => bytes.len(),
            Delivery::Split => self.vector.header_len().div_ceil(2),
        };
        let (first, rest) = bytes.split_at_checked(at).unwrap_or((bytes, &[]));
        let second = [rest, request].concat();
        Script {
            first: first.to_vec(),
            second: (!second.is_empty()).then_some(second),
        }
    }
}

impl Delivery {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Split => "split",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, Delivery, Script};
    use crate::conform::vector::Vectors;

    #[test]
    fn a_header_is_sent_whole_and_then_split() {
        let vectors = Vectors::of_this_version().unwrap().vectors;
        let cases = Case::all(&vectors);
        let case = |id: &str| cases.iter().find(|case| case.id() == id).unwrap();
        let line = case("v1-tcp4").vector.bytes();

        let whole = case("v1-tcp4").script(b"hello");
        assert_eq!(whole.first, line);
        assert_eq!(whole.second.unwrap(), b"hello");

        let split = case("v1-tcp4/split").script(b"hello");
        assert_eq!(split.first, &line[..23]);
        assert_eq!(split.second.unwrap(), [&line[23..], b"hello"].concat());
        // In the header, even if another one follows.
        assert_eq!(case("v1-then-v2/split").script(b"").first, &line[..23]);
    }

    #[test]
    fn a_payload_is_in_the_segment_of_the_header() {
        let vectors = Vectors::of_this_version().unwrap().vectors;
        let cases = Case::all(&vectors);
        let script = |id: &str| {
            let case = cases.iter().find(|case| case.id() == id).unwrap();
            let Script { first, second } = case.script(b"hello");
            (first, second.unwrap_or_default())
        };
        let line = b"PROXY UNKNOWN\r\n";
        assert_eq!(script("v1-unknown"), (line.to_vec(), b"hello".to_vec()));
        let (first, second) = script("v1-unknown-payload");
        assert_eq!(first, [&line[..], b"hello"].concat());
        assert_eq!(second, b"");
    }

    #[test]
    fn nothing_follows_what_may_still_become_a_header() {
        let vectors = Vectors::of_this_version().unwrap().vectors;
        let cases = Case::all(&vectors);
        let of = |id: &str| -> Vec<_> {
            let cases = cases.iter().filter(|case| case.vector.id == id);
            cases
                .map(|case| (case.delivery, case.script(b"hello")))
                .collect()
        };
        let alone = |first: &[u8]| {
            let (first, second) = (first.to_vec(), None);
            vec![(Delivery::Whole, Script { first, second })]
        };
        assert_eq!(of("v1-trunc-06"), alone(b"PROXY "));
        assert_eq!(of("empty"), alone(b""));
    }
}
