//! Why our answer is what it is: a sentence for each kind of answer, with its clause.

use proxy_proto::{
    AddressFamily, Command, DecodeErrorKind, Decoded, Header, TransportProtocol, V1Field, Version,
    decode,
};

/// The rule that decides about `input`.
pub(crate) fn rule(input: &[u8]) -> Option<String> {
    match decode(input) {
        Decoded::Complete(header) => Some(complete(header).into()),
        Decoded::NeedMore(more) => Some(format!(
            "It is the start of a header, and {} more bytes can complete it. Its bytes may \
             arrive split at any point, so a receiver that waits loses no client (§2).",
            more.at_least()
        )),
        Decoded::Invalid(error) => Some(format!("{error}. {}", invalid(error.kind)?)),
    }
}

const fn complete(header: Header<'_>) -> &'static str {
    match (
        header.version(),
        header.command(),
        header.address_family(),
        header.transport_protocol(),
    ) {
        (Version::V1, _, AddressFamily::Unspec, _) => {
            "After `UNKNOWN` the receiver ignores everything up to CR LF, whatever bytes it is, and \
             uses the real endpoints (§2.1)."
        }
        (Version::V1, ..) => {
            "The line matches the grammar from `PROXY` to CR LF, so it is a header, and what \
             follows is payload (§2.1)."
        }
        (Version::V2, Command::Local, ..) => {
            "LOCAL: the receiver must accept it, use the real endpoints, ignore the family and \
             discard the block, whatever is in it. A receiver that reads addresses from it lets a \
             health check name its source (§2.2)."
        }
        (Version::V2, Command::Proxy, AddressFamily::Unspec, _)
        | (Version::V2, Command::Proxy, _, TransportProtocol::Unspec) => {
            "UNSPEC: the receiver is free to accept it with the real endpoints, and ignores address \
             information (§2.2)."
        }
        (Version::V2, Command::Proxy, AddressFamily::Unix, _) => {
            "AF_UNIX: the block is two fields of 108 bytes, the source and the destination; a \
             name that starts with NUL is an abstract one (§2.2)."
        }
        (Version::V2, Command::Proxy, AddressFamily::Inet | AddressFamily::Inet6, _) => {
            "The fixed bytes, the addresses and the framing of the TLVs are right. A receiver \
             skips types that it does not know, and validates the value of a TLV on access (§2.2)."
        }
    }
}

const fn invalid(kind: DecodeErrorKind) -> Option<&'static str> {
    Some(match kind {
        DecodeErrorKind::NoProxyHeader { .. } => {
            "No header continues like this. A receiver that rejects it at this byte, rather than \
             when a timer ends, drops wrong clients at once (§2.1, end of §2.2)."
        }
        DecodeErrorKind::UnexpectedByte { field, .. } => return unexpected(field),
        DecodeErrorKind::LeadingZero { .. } => {
            "Leading zeros are not permitted: other parsers read them as octal (§2.1)."
        }
        DecodeErrorKind::NumberTooLarge { .. } => {
            "An octet is at most 255 and a port at most 65535 (§2.1)."
        }
        DecodeErrorKind::LineTooLong => {
            "A line has at most 107 bytes, CR LF included; one that has not ended by then is \
             declared invalid (§2.1)."
        }
        DecodeErrorKind::Version { .. } => "The receiver must only accept version 2 here (§2.2).",
        DecodeErrorKind::Command { .. } => {
            "Receivers must drop connections with unassigned commands (§2.2)."
        }
        DecodeErrorKind::AddressFamily { .. } => {
            "Unspecified families must be rejected as invalid by receivers (§2.2)."
        }
        DecodeErrorKind::TransportProtocol { .. } => {
            "Unspecified transport protocols must be rejected as invalid by receivers (§2.2)."
        }
        DecodeErrorKind::AddressLength { .. } => {
            "The length is smaller than the addresses of the family, and no byte that follows can \
             change that; waiting for more would wait forever (§2.2)."
        }
        DecodeErrorKind::TlvOverrun { .. } => {
            "The TLVs end exactly where the header ends. One that runs past it, or a remnant too \
             short for one, shows that sender and receiver disagree about where the payload \
             starts (§2.2)."
        }
        DecodeErrorKind::ChecksumLength { .. } | DecodeErrorKind::ChecksumRepeated => {
            "The checksum is one 32-bit number (§2.2.3)."
        }
        DecodeErrorKind::ChecksumMismatch { .. } => {
            "A receiver that supports the checksum must treat a header whose checksum does not \
             match as invalid (§2.2.3)."
        }
        _ => return None,
    })
}

const fn unexpected(field: V1Field) -> Option<&'static str> {
    Some(match field {
        V1Field::Protocol => {
            "After `PROXY` and one space comes `TCP4`, `TCP6` or `UNKNOWN`, in upper case; then one \
             space, or CR LF after `UNKNOWN` (§2.1)."
        }
        V1Field::SourceAddress | V1Field::DestinationAddress => {
            "An address is in the canonical text form of the family that the line names, and \
             exactly one space (0x20) follows (§2.1)."
        }
        V1Field::SourcePort | V1Field::DestinationPort => {
            "A port is a decimal number, digits only. Exactly one space (0x20) follows the \
             source port, CR LF the destination port (§2.1)."
        }
        V1Field::Ignored => {
            "A CR without LF, or an LF without CR, must not end the line, and could hide a second \
             line from a parser that accepts it as an end (§2.1)."
        }
        V1Field::LineEnd => {
            "The line ends with CR LF; receivers must not tolerate a single CR or LF (§2.1)."
        }
        _ => return None,
    })
}
