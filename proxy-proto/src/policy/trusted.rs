//! The list of networks whose peers may send headers.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{error::Error, fmt, net::IpAddr, str::FromStr};

use ipnet::{IpNet, Ipv4Net};

use crate::address::Endpoint;

/// The networks whose peers are trusted, parsed from a string as operators write it: addresses and
/// CIDR ranges, separated by spaces or commas, and `unix` for the peers of local sockets.
///
/// A peer is made canonical first: `::ffff:192.0.2.1`, as a dual-stack socket reports it, is
/// 192.0.2.1 and matches IPv4 ranges only. So v4-mapped ranges of /96 and longer are IPv4 ranges
/// here, and `::/0` covers IPv6 alone. An empty list trusts no one. Looking up a peer takes time that
/// grows with the logarithm of the list.
///
/// Displayed and iterated over as the fewest ranges that mean the same, sorted.
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
/// assert_eq!(
///     error.to_string(),
///     "\"192.0.2.1/24\" has host bits set: did you mean 192.0.2.0/24?",
/// );
/// assert!(matches!(error.kind, NetworkErrorKind::HostBits { prefix_len: 24, .. }));
/// # Ok::<(), proxy_proto::NetworkError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedNetworks {
    /// Sorted and disjoint.
    networks: Vec<IpNet>,
    unix: bool,
}

/// An invalid entry in a list of networks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NetworkError {
    /// The entry as written.
    pub entry: String,
    /// Why it is invalid.
    pub kind: NetworkErrorKind,
}

/// Why an entry in a list of networks is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkErrorKind {
    /// Neither an IP address nor a CIDR range nor `unix`. Host names and zone IDs are not accepted.
    NotANetwork,
    /// A range whose address has bits set after the prefix: either the address of one host or a range
    /// was meant.
    #[non_exhaustive]
    HostBits {
        /// The address of the range with those bits cleared.
        network: IpAddr,
        /// The length of the prefix, in bits.
        prefix_len: u8,
    },
}

impl TrustedNetworks {
    /// A list that trusts no one.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            networks: Vec::new(),
            unix: false,
        }
    }

    /// A list from its entries, each an address, a CIDR range or `unix`.
    ///
    /// # Errors
    ///
    /// The [`NetworkError`] of the first invalid entry. An empty one is invalid, and so is one that
    /// holds several.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::net::IpAddr;
    ///
    /// use proxy_proto::TrustedNetworks;
    ///
    /// let trusted = TrustedNetworks::from_entries(["192.0.2.0/24", "unix"])?;
    /// assert!(trusted.trusts_unix());
    /// let [range] = trusted.iter().collect::<Vec<_>>().try_into().unwrap();
    /// assert_eq!(range, (IpAddr::from([192, 0, 2, 0]), 24));
    ///
    /// let balancers = [IpAddr::from([10, 0, 0, 2]), IpAddr::from([10, 0, 0, 3])];
    /// let trusted = TrustedNetworks::from_iter(balancers);
    /// assert_eq!(trusted.to_string(), "10.0.0.2/31");
    /// # Ok::<(), proxy_proto::NetworkError>(())
    /// ```
    pub fn from_entries<I>(entries: I) -> Result<Self, NetworkError>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let mut networks = Vec::new();
        let mut unix = false;
        for entry in entries {
            let entry = entry.as_ref();
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
        Ok(Self::of_networks(networks, unix))
    }

    /// Whether this peer is trusted.
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

    /// Whether the peers of local sockets are trusted.
    #[must_use]
    pub const fn trusts_unix(&self) -> bool {
        self.unix
    }

    /// Whether no one is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.unix
    }

    /// The ranges, each as its first address and the length of its prefix in bits.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (IpAddr, u8)> + '_ {
        let range = |network: &IpNet| (network.network(), network.prefix_len());
        self.networks.iter().map(range)
    }

    fn of_networks(networks: Vec<IpNet>, unix: bool) -> Self {
        let mut networks = IpNet::aggregate(&networks);
        // They are sorted already, but `ipnet` documents only that they are disjoint.
        networks.sort_unstable();
        Self { networks, unix }
    }
}

/// From single addresses, made canonical.
impl FromIterator<IpAddr> for TrustedNetworks {
    fn from_iter<I: IntoIterator<Item = IpAddr>>(addresses: I) -> Self {
        let canonical = addresses.into_iter().map(|address| address.to_canonical());
        Self::of_networks(canonical.map(IpNet::from).collect(), false)
    }
}

impl FromStr for TrustedNetworks {
    type Err = NetworkError;

    fn from_str(list: &str) -> Result<Self, Self::Err> {
        let entries = list.split(|c: char| c.is_whitespace() || c == ',');
        Self::from_entries(entries.filter(|entry| !entry.is_empty()))
    }
}

/// The network that an entry stands for; a v4-mapped one becomes IPv4.
fn network(entry: &str) -> Result<IpNet, NetworkErrorKind> {
    let (address, prefix_len) = match entry.split_once('/') {
        Some((address, prefix_len)) => (address, Some(prefix_len)),
        None => (entry, None),
    };
    // Not by `ipnet`, which accepts leading zeros in both parts: `010.0.0.0` is 8.0.0.0 elsewhere.
    let address: IpAddr = address.parse().map_err(|_| NetworkErrorKind::NotANetwork)?;
    let network = match prefix_len {
        Some(text) => decimal(text).and_then(|len| IpNet::new(address, len).ok()),
        None => Some(IpNet::from(address)),
    };
    let network = network.ok_or(NetworkErrorKind::NotANetwork)?;
    if network.addr() != network.network() {
        return Err(NetworkErrorKind::HostBits {
            network: network.network(),
            prefix_len: network.prefix_len(),
        });
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

/// A number without a sign or leading zeros.
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
            NetworkErrorKind::HostBits {
                network,
                prefix_len,
            } => write!(
                f,
                "{entry:?} has host bits set: did you mean {network}/{prefix_len}?"
            ),
        }
    }
}
