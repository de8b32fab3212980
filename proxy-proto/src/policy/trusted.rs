//! The list of networks that headers are taken from.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{error::Error, fmt, net::IpAddr, str::FromStr};

use ipnet::{IpNet, Ipv4Net};

use crate::address::Endpoint;

/// The networks whose peers are believed, from one string as operators write it: addresses and CIDR
/// ranges, separated by spaces or commas, and `unix` for the peers of local sockets.
///
/// A peer is made canonical first: `::ffff:192.0.2.1`, as a dual-stack socket gives it, is 192.0.2.1
/// and matches IPv4 ranges only. So v4-mapped ranges of /96 and longer are IPv4 ranges here, and
/// `::/0` is IPv6 alone. An empty list trusts nobody. Looking up a peer takes time that grows with
/// the logarithm of the list.
///
/// Displayed as the fewest ranges that mean the same.
///
/// # Examples
///
/// ```
/// use core::net::SocketAddr;
///
/// use proxy_proto::{NetworkErrorKind, TrustedNetworks};
///
/// let trusted: TrustedNetworks = "192.0.2.0/25 192.0.2.128/25, ::1 unix".parse()?;
/// assert!(trusted.trusts("[::ffff:192.0.2.1]:25".parse::<SocketAddr>().unwrap().into()));
/// assert_eq!(trusted.to_string(), "192.0.2.0/24 ::1/128 unix");
///
/// assert!(!trusted.contains("192.0.3.1".parse().unwrap()));
/// assert!(TrustedNetworks::new().is_empty());
///
/// let error = "192.0.2.1/24".parse::<TrustedNetworks>().unwrap_err();
/// assert_eq!(error.to_string(), "\"192.0.2.1/24\" has bits set behind its prefix");
/// assert_eq!(error.kind, NetworkErrorKind::HostBits);
/// # Ok::<(), proxy_proto::NetworkError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedNetworks {
    /// Sorted and disjoint.
    networks: Vec<IpNet>,
    unix: bool,
}

/// An entry of a list of networks that is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NetworkError {
    /// The entry as written.
    pub entry: String,
    /// What is wrong with it.
    pub kind: NetworkErrorKind,
}

/// What is wrong with an entry of a list of networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkErrorKind {
    /// Neither an IP address nor a CIDR range nor `unix`. Host names and zone ids are not taken.
    NotANetwork,
    /// A range whose address has bits set behind the prefix: probably not what was meant.
    HostBits,
}

impl TrustedNetworks {
    /// A list that trusts nobody.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            networks: Vec::new(),
            unix: false,
        }
    }

    /// Whether this peer is believed.
    #[must_use]
    pub fn trusts(&self, peer: Endpoint<'_>) -> bool {
        match peer {
            Endpoint::Ip(address) => self.contains(address.ip()),
            Endpoint::Unix(_) => self.unix,
        }
    }

    /// Whether this address, made canonical, lies in one of the networks.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let following = self
            .networks
            .partition_point(|network| network.network() <= address);
        let last_before = following
            .checked_sub(1)
            .and_then(|last| self.networks.get(last));
        last_before.is_some_and(|network| network.contains(&address))
    }

    /// Whether nobody is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.unix
    }
}

impl FromStr for TrustedNetworks {
    type Err = NetworkError;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        let mut networks = Vec::new();
        let mut unix = false;
        let entries = list.split(|c: char| c.is_whitespace() || c == ',');
        for entry in entries.filter(|entry| !entry.is_empty()) {
            if entry == "unix" {
                unix = true;
            } else {
                let error = |kind| NetworkError {
                    entry: entry.to_owned(),
                    kind,
                };
                networks.push(network(entry).map_err(error)?);
            }
        }
        let mut networks = IpNet::aggregate(&networks);
        // They come sorted, but only their being disjoint is documented.
        networks.sort_unstable();
        Ok(Self { networks, unix })
    }
}

/// The network that an entry means, a v4-mapped one as IPv4.
fn network(entry: &str) -> Result<IpNet, NetworkErrorKind> {
    let (address, prefix_len) = match entry.split_once('/') {
        Some((address, prefix_len)) => (address, Some(prefix_len)),
        None => (entry, None),
    };
    // Not by `ipnet`, which takes leading zeros in both parts: `010.0.0.0` is 8.0.0.0 elsewhere.
    let address: IpAddr = address.parse().map_err(|_| NetworkErrorKind::NotANetwork)?;
    let network = match prefix_len {
        Some(text) => decimal(text).and_then(|len| IpNet::new(address, len).ok()),
        None => Some(IpNet::from(address)),
    };
    let network = network.ok_or(NetworkErrorKind::NotANetwork)?;
    if network.addr() != network.network() {
        return Err(NetworkErrorKind::HostBits);
    }
    let mapped = match network.addr().to_canonical() {
        IpAddr::V4(address) if matches!(network, IpNet::V6(_)) => network
            .prefix_len()
            .checked_sub(96)
            .and_then(|len| Ipv4Net::new(address, len).ok()),
        _ => None,
    };
    Ok(mapped.map_or(network, IpNet::V4))
}

/// A number without sign and leading zeros.
fn decimal(text: &str) -> Option<u8> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
    (is_decimal && !matches!(text.as_bytes(), [b'0', _, ..])).then(|| text.parse().ok())?
}

impl fmt::Display for TrustedNetworks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for network in &self.networks {
            write!(f, "{separator}{network}")?;
            separator = " ";
        }
        if self.unix {
            write!(f, "{separator}unix")?;
        }
        Ok(())
    }
}

impl Error for NetworkError {}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = &self.entry;
        match self.kind {
            NetworkErrorKind::NotANetwork => {
                write!(
                    f,
                    "{entry:?} is neither an IP address nor a CIDR range nor \"unix\""
                )
            }
            NetworkErrorKind::HostBits => write!(f, "{entry:?} has bits set behind its prefix"),
        }
    }
}
