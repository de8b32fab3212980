//! Lists of trusted networks: as text, and which addresses they contain.

use std::net::{IpAddr, Ipv6Addr};

use proxy_proto::TrustedNetworks;

/// A list is accepted exactly if a naive parser accepts it, and contains the same addresses; its
/// displayed text parses back to an equal list.
pub fn policy(data: &[u8]) {
    let Some((bits, list)) = data.split_first_chunk() else {
        return;
    };
    let Ok(list) = std::str::from_utf8(list) else {
        return;
    };
    let naive = Naive::parse(list);
    let parsed = list.parse::<TrustedNetworks>();
    assert_eq!(parsed.is_ok(), naive.is_some(), "{list:?}: {parsed:?}");
    let (Ok(parsed), Some(naive)) = (parsed, naive) else {
        return;
    };
    let shown = parsed.to_string();
    assert_eq!(shown.parse(), Ok(parsed.clone()), "{list:?}");
    assert_eq!(parsed.is_empty(), naive.networks.is_empty() && !naive.unix);

    let address = u128::from_be_bytes(*bits);
    let edges = naive.networks.iter().flat_map(|network| {
        let (first, last) = (network.bits, network.bits | !network.mask());
        [first.wrapping_sub(1), first, last, last.wrapping_add(1)]
    });
    // Low bits alone make an IPv4 address.
    for bits in edges.chain([address, address >> 96, address >> 96 | 0xFFFF << 32]) {
        for address in naive_addresses(bits) {
            assert_eq!(
                parsed.contains(address),
                naive.contains(address),
                "{address} in {list:?}"
            );
        }
    }
}

/// The networks in the order written; a lookup scans all of them.
struct Naive {
    networks: Vec<Network>,
    unix: bool,
}

/// An IPv4 network has its bits in the low 32 and a prefix that counts from there.
struct Network {
    is_v4: bool,
    bits: u128,
    prefix_len: u32,
}

impl Naive {
    fn parse(list: &str) -> Option<Self> {
        let mut naive = Self {
            networks: Vec::new(),
            unix: false,
        };
        for entry in list.replace(',', " ").split_whitespace() {
            if entry == "unix" {
                naive.unix = true;
            } else {
                naive.networks.push(Network::parse(entry)?);
            }
        }
        Some(naive)
    }

    fn contains(&self, address: IpAddr) -> bool {
        let (is_v4, bits) = bits_of(address);
        let mut networks = self.networks.iter();
        networks.any(|network| network.is_v4 == is_v4 && bits & network.mask() == network.bits)
    }
}

impl Network {
    fn parse(entry: &str) -> Option<Self> {
        let (address, prefix_len) = match entry.split_once('/') {
            Some((address, prefix_len)) => (address, Some(prefix_len)),
            None => (entry, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix_len = match prefix_len {
            Some(text) => (0..=width).find(|len| len.to_string() == text)?,
            None => width,
        };
        let written = Self {
            is_v4: address.is_ipv4(),
            bits: match address {
                IpAddr::V4(address) => address.to_bits().into(),
                IpAddr::V6(address) => address.to_bits(),
            },
            prefix_len,
        };
        if written.bits & written.mask() != written.bits {
            return None;
        }
        // A v4-mapped network is an IPv4 network if its prefix includes the 96 bits of the mapping.
        Some(match (written.is_v4, bits_of(address)) {
            (false, (true, bits)) if prefix_len >= 96 => Self {
                is_v4: true,
                bits,
                prefix_len: prefix_len - 96,
            },
            _ => written,
        })
    }

    fn mask(&self) -> u128 {
        let all = if self.is_v4 { 0xFFFF_FFFF } else { u128::MAX };
        let width = if self.is_v4 { 32 } else { 128 };
        let host = 1_u128
            .checked_shl(width - self.prefix_len)
            .map_or(u128::MAX, |bit| bit - 1);
        all & !host
    }
}

/// Of the canonical form, whether it is IPv4, and the bits.
fn bits_of(address: IpAddr) -> (bool, u128) {
    match address.to_canonical() {
        IpAddr::V4(address) => (true, address.to_bits().into()),
        IpAddr::V6(address) => (false, address.to_bits()),
    }
}

fn naive_addresses(bits: u128) -> Vec<IpAddr> {
    let v6 = IpAddr::V6(Ipv6Addr::from_bits(bits));
    let v4 = u32::try_from(bits).map(|bits| IpAddr::V4(bits.into()));
    [Ok(v6), v4].into_iter().flatten().collect()
}
