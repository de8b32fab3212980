//! The straight path through version 2, for what nearly every connection starts with. Spec: §2.2.
//!
//! It accepts a whole header that is LOCAL, or PROXY with TCP over IPv4 or IPv6 and TLVs without a
//! CRC32C. For everything else it returns `None`, and the caller takes the careful path.
//!
//! It is not a second set of rules. A header gets through only if it meets every condition that the
//! careful path checks for such a header: whole signature, limit, length, room for the addresses,
//! framing. Constants and framing are shared, so the two cannot disagree about them, and rejecting
//! too much here costs only time. The tests below compare the two. A check added to the careful
//! path must be added here too, or the headers that it concerns must become `None`.

use crate::{
    address::{AddressFamily, TransportProtocol},
    header::{Command, Fields, Header, StoredAddresses, Version},
    options::DecodeOptions,
    v2::{
        framing::skip_plain_tlvs,
        layout::{self, FIXED_LEN, SIGNATURE, block_len},
    },
};

// Inlined, so that the header is made where the verdict is.
#[inline(always)]
pub(super) fn straight<'a>(input: &'a [u8], options: &DecodeOptions) -> Option<Header<'a>> {
    const TCP4: u8 = layout::AF_INET | layout::STREAM;
    const TCP6: u8 = layout::AF_INET6 | layout::STREAM;

    let &[
        ref signature @ ..,
        version_command,
        family_transport,
        high,
        low,
    ] = input.first_chunk::<FIXED_LEN>()?;
    let len = FIXED_LEN.saturating_add(u16::from_be_bytes([high, low]).into());
    if *signature != SIGNATURE || len > options.max_header_len {
        return None;
    }
    let raw = input.get(..len)?;

    let (family, addresses) = match (version_command, family_transport) {
        (layout::LOCAL, _) => {
            let fields = Fields::without_endpoints(Version::V2, Command::Local);
            return Some(Header { raw, fields });
        }
        (layout::PROXY, TCP4) => (AddressFamily::Inet, StoredAddresses::InetBlock),
        (layout::PROXY, TCP6) => (AddressFamily::Inet6, StoredAddresses::Inet6Block),
        _ => return None,
    };
    let tlvs = raw.get(FIXED_LEN.saturating_add(block_len(family).into())..)?;
    skip_plain_tlvs(tlvs).is_empty().then_some(Header {
        raw,
        fields: Fields {
            version: Version::V2,
            command: Command::Proxy,
            family,
            transport: TransportProtocol::Stream,
            addresses,
            has_tlvs: !tlvs.is_empty(),
        },
    })
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::vec::Vec;

    use proxy_proto_fuzz::unhex;
    use serde_json::Value;

    use super::straight;
    use crate::{
        header::Header,
        options::DecodeOptions,
        v2::{careful, layout::SIGNATURE},
        verdict::Decoded,
    };

    /// What the straight path accepts, compared with the verdict of the careful one.
    fn agreed<'a>(input: &'a [u8], options: &DecodeOptions) -> Option<Header<'a>> {
        let header = straight(input, options)?;
        assert_eq!(
            careful(input, options),
            Decoded::Complete(header),
            "{}",
            input.escape_ascii()
        );
        Some(header)
    }

    #[expect(clippy::unwrap_used, reason = "the shared tables are well formed")]
    fn vectors() -> Vec<Vec<u8>> {
        let vectors = include_str!("../../../proxy-proto-cli/vectors/vectors.json");
        let captures = include_str!("../../tests/suite/data/captures.json");
        let [vectors, captures] =
            [vectors, captures].map(|table| serde_json::from_str::<Value>(table).unwrap());
        let tables = [vectors.get("vectors").unwrap(), &captures];
        let tables = tables.map(|table| table.as_array().unwrap());
        let rows = tables.into_iter().flatten();
        rows.map(|row| unhex(row["hex"].as_str().unwrap()).unwrap())
            .collect()
    }

    #[test]
    fn agrees_with_the_careful_path_on_every_prefix_of_every_vector() {
        let mut accepted = 0;
        for limit in [107, 536, usize::MAX] {
            let options = DecodeOptions::new().with_max_header_len(limit);
            for vector in vectors() {
                let ends = (0..=vector.len().min(600)).chain([vector.len()]);
                accepted += ends
                    .filter(|&end| agreed(&vector[..end], &options).is_some())
                    .count();
            }
        }
        assert!(accepted > 100, "only {accepted} were accepted");
    }

    #[test]
    fn agrees_with_the_careful_path_on_every_pair_of_command_and_family() {
        let blocks: [&[u8]; 7] = [
            b"",
            &[7; 12],
            &[7; 36],
            b"0123456789ab\x04\0\x02xy",
            b"0123456789ab\x04\0\x03xy",
            b"0123456789ab\x04\0\0\x04",
            b"0123456789ab\x03\0\x04abcd",
        ];
        for block in blocks {
            for [byte_12, byte_13] in (0..=u16::MAX).map(u16::to_be_bytes) {
                let len = u16::try_from(block.len()).unwrap().to_be_bytes();
                let input = [&SIGNATURE[..], &[byte_12, byte_13], &len, block].concat();
                agreed(&input, &DecodeOptions::new());
            }
        }
    }

    /// So that a change that sends these to the careful path is noticed.
    #[test]
    fn accepts_what_nearly_every_connection_starts_with() {
        let sent: [(u8, u8, &[u8]); 5] = [
            (0x20, 0x00, b""),
            (0x21, 0x11, &[7; 12]),
            (0x21, 0x21, &[7; 36]),
            (0x21, 0x11, b"0123456789ab\x04\0\x02xy\xe0\0\0"),
            (0x21, 0x21, &[&[7; 36][..], b"\x02\0\x01x"].concat()),
        ];
        for (byte_12, byte_13, block) in sent {
            let len = u16::try_from(block.len()).unwrap().to_be_bytes();
            let header = [&SIGNATURE[..], &[byte_12, byte_13], &len, block].concat();
            let input = [&header[..], b"payload"].concat();
            let accepted = agreed(&input, &DecodeOptions::new()).unwrap();
            assert_eq!(accepted.as_bytes(), header);
        }
    }
}
