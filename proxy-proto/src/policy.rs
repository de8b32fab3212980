//! Who must send a header, who may not, and in what time.

#[cfg(feature = "serde")]
mod deserialize;
mod trusted;

use core::time::Duration;

pub use trusted::{NetworkError, NetworkErrorKind, TrustedNetworks};

use crate::{address::Endpoint, options::DecodeOptions};

/// Who must send a header, who is refused, and the limits that hold for a header.
///
/// Values only: an adapter asks [`admit`](Self::admit) before it reads, decodes under
/// [`decode_options`](Self::decode_options), and keeps [`timeout`](Self::timeout).
///
/// | | default |
/// |---|---|
/// | trusted networks | none: nobody is let in |
/// | mode | the header is required |
/// | timeout | 3 s for the whole header, the least that covers a TCP retransmit (§2) |
/// | longest header | 4096 bytes |
/// | decoding | strict, both versions, checksums compared |
///
/// # Examples
///
/// ```
/// use core::net::SocketAddr;
///
/// use proxy_proto::{Admission, Policy, TrustedNetworks};
///
/// let trusted: TrustedNetworks = "10.0.0.0/8, 2001:db8::/32".parse()?;
/// let policy = Policy::new(trusted);
///
/// let balancer: SocketAddr = "10.0.0.2:40528".parse().unwrap();
/// let stranger: SocketAddr = "192.0.2.66:40528".parse().unwrap();
/// assert_eq!(policy.admit(balancer.into()), Admission::ReadHeader);
/// assert_eq!(policy.admit(stranger.into()), Admission::Refuse);
/// # Ok::<(), proxy_proto::NetworkError>(())
/// ```
///
/// A port where the balancer must send headers and everybody else comes directly:
///
/// ```
/// use core::time::Duration;
///
/// use proxy_proto::{Admission, DecodeOptions, Endpoint, HeaderMode, Policy, UnixAddress};
///
/// let policy = Policy::new("unix".parse()?)
///     .with_mode(HeaderMode::BySource)
///     .with_timeout(Duration::from_secs(5))
///     .with_decode_options(DecodeOptions::new().with_max_header_len(536));
///
/// let local = Endpoint::Unix(UnixAddress::UNNAMED);
/// assert_eq!(policy.admit(local), Admission::ReadHeader);
/// let direct: core::net::SocketAddr = "192.0.2.66:40528".parse().unwrap();
/// assert_eq!(policy.admit(direct.into()), Admission::Direct);
///
/// let nobody = Policy::new("".parse()?);
/// assert!(nobody.refuses_everyone());
/// assert_eq!(nobody.mode(), HeaderMode::Required);
/// assert_eq!(nobody.timeout(), Policy::DEFAULT_TIMEOUT);
/// assert_eq!(nobody.decode_options().max_header_len(), Policy::DEFAULT_MAX_HEADER_LEN);
/// # Ok::<(), proxy_proto::NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    trusted_networks: TrustedNetworks,
    mode: HeaderMode,
    timeout: Duration,
    decode_options: DecodeOptions,
}

/// From whom a header is required. Spec: §2 ("MUST not try to guess").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderMode {
    /// From everybody: who is not trusted is refused.
    #[default]
    Required,
    /// From trusted peers. All others are direct clients, served under their own address; their
    /// bytes are never taken for a header.
    BySource,
}

/// What to do with a peer, before a byte is read from it.
///
/// Exhaustive, so that an adapter cannot overlook an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "adapters must handle each answer")]
pub enum Admission {
    /// It must send a header.
    ReadHeader,
    /// It is a direct client: hand the connection on as it is.
    Direct,
    /// It is not trusted: close the connection without reading.
    Refuse,
}

impl Policy {
    /// The time for a whole header if nothing else is set: 3 s.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3);

    /// The longest header taken if nothing else is set, in bytes: 4096, room for a client certificate.
    pub const DEFAULT_MAX_HEADER_LEN: usize = 4096;

    /// Requires a header from these networks and refuses everybody else.
    #[must_use]
    pub const fn new(trusted_networks: TrustedNetworks) -> Self {
        Self {
            trusted_networks,
            mode: HeaderMode::Required,
            timeout: Self::DEFAULT_TIMEOUT,
            decode_options: DecodeOptions::new().with_max_header_len(Self::DEFAULT_MAX_HEADER_LEN),
        }
    }

    /// Sets from whom a header is required.
    #[must_use]
    pub const fn with_mode(mut self, mode: HeaderMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the time for the whole header, however slowly its bytes drip.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how headers are decoded, the longest header included: of [`DecodeOptions::new`] that is the
    /// protocol's own limit, and no longer the 4096 bytes of a new policy.
    #[must_use]
    pub const fn with_decode_options(mut self, options: DecodeOptions) -> Self {
        self.decode_options = options;
        self
    }

    /// What to do with this peer, whose address is the one that accept(2) gave.
    pub fn admit(&self, peer: Endpoint<'_>) -> Admission {
        match self.mode {
            _ if self.trusted_networks.trusts(peer) => Admission::ReadHeader,
            HeaderMode::Required => Admission::Refuse,
            HeaderMode::BySource => Admission::Direct,
        }
    }

    /// Whether nobody can get in: a header is required, and nobody is trusted to send one. Worth a
    /// warning at start, or an error in a configuration file.
    #[must_use]
    pub fn refuses_everyone(&self) -> bool {
        self.mode == HeaderMode::Required && self.trusted_networks.is_empty()
    }

    /// The networks that headers are taken from.
    #[must_use]
    pub const fn trusted_networks(&self) -> &TrustedNetworks {
        &self.trusted_networks
    }

    /// From whom a header is required.
    #[must_use]
    pub const fn mode(&self) -> HeaderMode {
        self.mode
    }

    /// The time that a peer has for the whole header.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How headers are decoded.
    #[must_use]
    pub const fn decode_options(&self) -> &DecodeOptions {
        &self.decode_options
    }
}
