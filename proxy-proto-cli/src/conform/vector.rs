//! The vectors: what is sent to a receiver, and what the specification expects of it.

use std::net::SocketAddr;

use serde::{Deserialize, Deserializer, de::Error};

use crate::{failure::Failure, hex};

/// The file of vectors, described in `vectors/README.md`.
#[derive(Debug, Deserialize)]
pub(crate) struct Vectors {
    format: u32,
    pub(crate) version: String,
    /// The revision of the specification.
    pub(crate) spec: String,
    pub(crate) vectors: Vec<Vector>,
}

/// An input, and what the specification says about it.
#[derive(Debug, Deserialize)]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) why: String,
    pub(crate) clause: String,
    pub(crate) strength: Strength,
    /// The vector that must have been served for a refusal of this one to mean anything.
    pub(crate) needs: Option<String>,
    /// How many bytes at the end stand for a request.
    payload: Option<usize>,
    #[serde(rename = "hex", deserialize_with = "bytes")]
    bytes: Vec<u8>,
    want: Want,
}

/// How binding the expectation is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Strength {
    Must,
    Should,
    /// The receiver has a choice; the vectors expect what this project's decoder does.
    May,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
enum Want {
    Complete {
        consumed: usize,
        transport: String,
        source: Option<String>,
    },
    NeedMore {},
    Invalid {},
}

/// What follows a header in the same segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    None,
    /// A request that the service knows.
    Request,
    /// Another header, which is an odd request.
    Header,
}

/// What a receiver is expected to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Serve the connection, for this client.
    Serve(Client),
    /// Close the connection without serving it.
    Refuse,
    /// Not serve the connection, which may still become a valid one.
    Wait,
}

/// The client that a receiver may serve a connection for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// The source in the header.
    Source(SocketAddr),
    /// The peer of the connection, as if there were no header.
    Peer,
    /// Either: the receiver may treat a protocol that it does not implement as UNSPEC.
    SourceOrPeer(SocketAddr),
}

/// The only format of the file that this program reads.
const FORMAT: u32 = 1;

impl Vectors {
    /// The vectors of this version of the program.
    pub(crate) fn of_this_version() -> Result<Self, Failure> {
        Self::parse(include_str!("../../vectors/vectors.json"))
    }

    fn parse(text: &str) -> Result<Self, Failure> {
        let vectors: Self = serde_json::from_str(text)
            .map_err(|error| Failure::usage(format!("the vectors cannot be read: {error}")))?;
        if vectors.format == FORMAT {
            Ok(vectors)
        } else {
            let format = vectors.format;
            Err(Failure::usage(format!(
                "the vectors have format {format}, not {FORMAT}"
            )))
        }
    }
}

impl Vector {
    /// The section of the specification.
    pub(crate) fn section(&self) -> &str {
        self.clause.split(' ').next().unwrap_or_default()
    }

    /// What is sent before the request.
    pub(crate) fn bytes(&self) -> &[u8] {
        let payload = self.payload.unwrap_or_default();
        let len = self.bytes.len().saturating_sub(payload);
        self.bytes.get(..len).unwrap_or_default()
    }

    /// How many bytes the header has, or what takes its place.
    pub(crate) fn header_len(&self) -> usize {
        match self.want {
            Want::Complete { consumed, .. } => consumed,
            Want::NeedMore {} | Want::Invalid {} => self.bytes().len(),
        }
    }

    /// What follows the header in the same segment.
    pub(crate) fn payload(&self) -> Payload {
        if self.payload.is_some() {
            Payload::Request
        } else if self.header_len() < self.bytes().len() {
            Payload::Header
        } else {
            Payload::None
        }
    }

    pub(crate) fn expected(&self) -> Expected {
        match &self.want {
            Want::Complete {
                transport, source, ..
            } => {
                let source = source.as_deref().and_then(|source| source.parse().ok());
                Expected::Serve(match source {
                    Some(source) if transport == "stream" => Client::Source(source),
                    Some(source) => Client::SourceOrPeer(source),
                    None => Client::Peer,
                })
            }
            Want::NeedMore {} => Expected::Wait,
            Want::Invalid {} => Expected::Refuse,
        }
    }
}

impl Strength {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

impl Expected {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Serve(_) => "serve",
            Self::Refuse => "refuse",
            Self::Wait => "wait",
        }
    }
}

fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let digits = String::deserialize(deserializer)?;
    hex::decode(digits.as_bytes()).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Client, Expected, Payload, Vectors};

    #[test]
    fn every_vector_needs_one_that_is_served_or_none() {
        let vectors = Vectors::of_this_version().unwrap().vectors;
        let served: HashSet<&str> = vectors
            .iter()
            .filter(|vector| matches!(vector.expected(), Expected::Serve(_)))
            .map(|vector| vector.id.as_str())
            .collect();
        for vector in &vectors {
            if let Some(needs) = &vector.needs {
                assert!(served.contains(needs.as_str()), "{}", vector.id);
                assert_ne!(needs, &vector.id);
            }
        }
        assert_eq!(vectors.iter().filter(|v| v.needs.is_none()).count(), 3);
    }

    #[test]
    fn ids_are_unique() {
        let vectors = Vectors::of_this_version().unwrap().vectors;
        let ids: HashSet<&str> = vectors.iter().map(|vector| vector.id.as_str()).collect();
        assert_eq!(ids.len(), vectors.len());
    }

    #[test]
    fn a_payload_is_the_request_or_another_header() {
        let vectors = Vectors::of_this_version().unwrap().vectors;
        let payload = |id: &str| {
            let vector = vectors.iter().find(|vector| vector.id == id).unwrap();
            (vector.bytes().len(), vector.payload())
        };
        assert_eq!(payload("v2-tcp4"), (28, Payload::None));
        assert_eq!(payload("v2-tcp6-payload"), (52, Payload::Request));
        assert_eq!(payload("v1-then-v1"), (91, Payload::Header));
        assert_eq!(payload("v1-then-v2"), (73, Payload::Header));
        assert_eq!(payload("v2-len11-tcp4-payload"), (27, Payload::Request));
    }

    #[test]
    fn clients_follow_from_the_header() {
        let vectors = Vectors::of_this_version().unwrap().vectors;
        let expected = |id: &str| {
            let vector = vectors.iter().find(|vector| vector.id == id).unwrap();
            vector.expected()
        };
        let source = "192.0.2.1:56324".parse().unwrap();
        assert_eq!(expected("v1-tcp4"), Expected::Serve(Client::Source(source)));
        assert_eq!(
            expected("v2-udp4"),
            Expected::Serve(Client::SourceOrPeer(source))
        );
        for id in ["v1-unknown-junk", "v2-local-tcp6", "v2-unix-abstract"] {
            assert_eq!(expected(id), Expected::Serve(Client::Peer), "{id}");
        }
    }

    #[test]
    fn another_format_is_an_error() {
        let text = r#"{"format": 2, "version": "9", "spec": "", "vectors": []}"#;
        assert!(Vectors::parse(text).is_err());
    }
}
