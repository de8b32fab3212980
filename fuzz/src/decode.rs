//! Decoding alone: no panic, and what all verdicts have in common.

use proxy_proto::{
    AddressFamily, Addresses, Command, Decoded, Header, TransportProtocol, V1_MAX_LEN, Version,
};

use crate::case::Case;

/// All parts of a verdict agree with each other and with the options.
pub fn decode(data: &[u8]) {
    let Some(case) = Case::new(data) else { return };
    let Case { choice, input } = case;
    let verdict = choice.options().decode(input);
    let in_a_datagram = choice.options().decode_datagram(input);
    match verdict {
        Decoded::Complete(header) => {
            check_header(&header, input);
            assert!(choice.allows(&header));
            let (in_a_datagram, payload) = in_a_datagram.expect("the same header");
            assert_eq!(in_a_datagram, header);
            assert_eq!([header.as_bytes(), payload].concat(), input);
            let _ = format!("{header:?}");
        }
        Decoded::NeedMore(more) => {
            let error = in_a_datagram.expect_err("a part of a header");
            assert_eq!(error.offset, input.len());
            assert!(input.len() + more.at_least() <= choice.max_header_len());
        }
        Decoded::Invalid(error) => {
            assert!(error.offset < input.len(), "{error}");
            assert_eq!(in_a_datagram, Err(error));
            let text = error.to_string();
            assert!(text.ends_with(&format!(" at byte {}", error.offset)));
            assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        }
    }
    // Leniency accepts more headers, and every header that the default accepts.
    if let Decoded::Complete(strict) = proxy_proto::decode(input) {
        assert!(!choice.allows(&strict) || verdict == Decoded::Complete(strict));
    }
}

fn check_header(header: &Header<'_>, input: &[u8]) {
    assert_eq!(header.as_bytes(), &input[..header.len()]);
    assert_eq!(header.source(), header.addresses().source());
    assert_eq!(header.destination(), header.addresses().destination());
    let carries_endpoints = header.addresses() != Addresses::Unspec;
    if carries_endpoints {
        assert_eq!(header.command(), Command::Proxy);
        assert_eq!(header.addresses().family(), header.address_family());
        assert_ne!(header.transport_protocol(), TransportProtocol::Unspec);
    }
    match header.version() {
        Version::V1 => {
            assert!((15..=V1_MAX_LEN).contains(&header.len()));
            assert!(header.as_bytes().ends_with(b"\r\n"));
            assert_eq!(header.command(), Command::Proxy);
            assert_eq!(header.tlvs().count() + header.block().len(), 0);
        }
        Version::V2 => check_version_2(header),
    }
}

fn check_version_2(header: &Header<'_>) {
    let len = usize::from(u16::from_be_bytes([
        header.as_bytes()[14],
        header.as_bytes()[15],
    ]));
    assert_eq!(header.len(), 16 + len);
    assert_eq!(header.block(), &header.as_bytes()[16..]);
    if header.command() == Command::Local {
        assert_eq!(header.tlvs().next(), None);
        assert_eq!(header.address_family(), AddressFamily::Unspec);
    }
    // The TLVs tile the bytes from where they start to the end of the header.
    let mut next = None;
    for tlv in header.tlvs() {
        assert_eq!(next.unwrap_or(tlv.offset()), tlv.offset());
        let end = tlv.value_offset() + tlv.value().len();
        assert_eq!(tlv.value(), &header.as_bytes()[tlv.value_offset()..end]);
        assert_eq!(header.as_bytes()[tlv.offset()], tlv.tlv_type().0);
        next = Some(end);
    }
    assert!(next.is_none_or(|end| end == header.len()));
    if let Some(first) = header.tlvs().next() {
        assert_eq!(header.tlv(first.tlv_type()), Some(first));
    }
}
