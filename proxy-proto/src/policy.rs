//! Who must send a header, who may not, and how long it may take.

#[cfg(feature = "serde")]
mod deserialize;
#[cfg(feature = "serde")]
mod key;
#[cfg(feature = "serde")]
mod serialize;
#[cfg(feature = "serde")]
mod time;
mod trusted;

use core::{fmt, time::Duration};

pub use trusted::{NetworkError, NetworkErrorKind, TrustedNetworks};

use crate::{
    address::Endpoint, decoder::Decoder, header::Header, options::DecodeOptions, refusal::Refusal,
    signature::Signature,
};

/// Who must send a header, who is refused, and the limits for a header.
///
/// Values only: an adapter calls [`admit`](Self::admit) before it reads, decodes under
/// [`decode_options`](Self::decode_options), and enforces [`timeout`](Self::timeout).
///
/// | | default |
/// |---|---|
/// | trusted networks | none: everyone is refused |
/// | mode | the header is required |
/// | timeout | 3 s for the whole header, the minimum that covers a TCP retransmit (§2) |
/// | maximum header length | 4096 bytes |
/// | decoding | strict, both versions, checksums verified |
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
/// A port where the balancer must send headers and everyone else connects directly:
///
/// ```
/// use core::time::Duration;
///
/// use proxy_proto::{Admission, Endpoint, HeaderMode, Policy, UnixAddress};
///
/// let policy = Policy::new("unix".parse()?)
///     .with_mode(HeaderMode::BySource)
///     .with_timeout(Duration::from_secs(5))
///     .with_max_header_len(536);
///
/// let local = Endpoint::Unix(UnixAddress::UNNAMED);
/// assert_eq!(policy.admit(local), Admission::ReadHeader);
/// let direct: core::net::SocketAddr = "192.0.2.66:40528".parse().unwrap();
/// assert_eq!(policy.admit(direct.into()), Admission::Direct);
///
/// let empty = Policy::new("".parse()?);
/// assert!(empty.refuses_everyone());
/// assert_eq!(empty.mode(), HeaderMode::Required);
/// assert_eq!(empty.timeout(), Policy::DEFAULT_TIMEOUT);
/// assert_eq!(empty.max_header_len(), Policy::DEFAULT_MAX_HEADER_LEN);
/// # Ok::<(), proxy_proto::NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    trusted_networks: TrustedNetworks,
    mode: HeaderMode,
    timeout: Duration,
    decode_options: DecodeOptions,
}

/// Which peers must send a header.
///
/// Displayed as in a configuration file: `required`, `by_source`, `optional`. Spec: §2 ("MUST not try
/// to guess").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderMode {
    /// All of them: a peer that is not trusted is refused.
    #[default]
    Required,
    /// Trusted peers. All others are direct clients, served under their own address; their bytes
    /// are never decoded as a header.
    BySource,
    /// No peer must, but trusted peers may: bytes that start like a header must be one, and a peer
    /// that sends any others is a direct client. A peer that is not trusted is refused.
    ///
    /// This is the guess that the spec warns against: a client that reaches a trusted peer which
    /// sends no header can start its own bytes with one, and claim any address. It also cannot
    /// serve protocols in which the server speaks first, because a direct client is recognized only
    /// by its first bytes. Use it to migrate balancers that cannot all switch over at once, and
    /// only until they have.
    Optional,
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
    /// It may send a header. Consume nothing until its bytes are those of a signature, `PROXY ` or
    /// the 12 bytes of version 2; then it must send a whole one. If they differ from both, it is a
    /// direct client. If neither is clear by the deadline, refuse it.
    ReadOptionalHeader,
    /// It is a direct client: pass the connection to the service as it is.
    Direct,
    /// It is not trusted: close the connection without reading.
    Refuse,
}

impl Policy {
    /// The time allowed for a whole header unless set otherwise: 3 s.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3);

    /// The maximum header length unless set otherwise, in bytes: 4096, room for a client certificate.
    pub const DEFAULT_MAX_HEADER_LEN: usize = 4096;

    /// Requires a header from these networks and refuses everyone else.
    #[must_use]
    pub const fn new(trusted_networks: TrustedNetworks) -> Self {
        Self {
            trusted_networks,
            mode: HeaderMode::Required,
            timeout: Self::DEFAULT_TIMEOUT,
            decode_options: DecodeOptions::new().with_max_header_len(Self::DEFAULT_MAX_HEADER_LEN),
        }
    }

    /// Sets which peers must send a header.
    #[must_use]
    pub const fn with_mode(mut self, mode: HeaderMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the time allowed for the whole header, however slowly its bytes arrive.
    #[must_use]
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum header length, in bytes; less than 107 counts as 107, as in
    /// [`DecodeOptions::with_max_header_len`]. The only way to raise it.
    #[must_use]
    pub const fn with_max_header_len(mut self, len: usize) -> Self {
        self.decode_options = self.decode_options.with_max_header_len(len);
        self
    }

    /// Sets how headers are decoded. The maximum header length of the options can lower that of the
    /// policy, but never raises it.
    #[must_use]
    pub const fn with_decode_options(mut self, options: DecodeOptions) -> Self {
        let limit = self.decode_options.max_header_len();
        self.decode_options = if options.max_header_len() < limit {
            options
        } else {
            options.with_max_header_len(limit)
        };
        self
    }

    /// What to do with this peer, whose address is the one that accept(2) returned.
    pub fn admit(&self, peer: Endpoint<'_>) -> Admission {
        match (self.mode, self.trusted_networks.trusts(peer)) {
            (HeaderMode::Required | HeaderMode::BySource, true) => Admission::ReadHeader,
            (HeaderMode::Optional, true) => Admission::ReadOptionalHeader,
            (HeaderMode::Required | HeaderMode::Optional, false) => Admission::Refuse,
            (HeaderMode::BySource, false) => Admission::Direct,
        }
    }

    /// Admits or refuses one UDP datagram, and splits it into header and payload. `None` stands for
    /// a direct client, whose whole datagram is payload.
    ///
    /// `peer` is the address that recvfrom(2) returned. Each datagram carries a whole header of its
    /// own. In mode [`Optional`](HeaderMode::Optional) a trusted peer's datagram that differs from
    /// both signatures is a direct client's. Spec: §2, UDP.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotTrusted`], or [`Refusal::InvalidHeader`] as
    /// [`DecodeOptions::decode_datagram`] reports it.
    ///
    /// # Examples
    ///
    /// ```
    /// use core::net::SocketAddr;
    ///
    /// use proxy_proto::{Policy, Refusal};
    ///
    /// let policy = Policy::new("10.0.0.0/8".parse()?);
    /// let datagram = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 53\r\nquery";
    ///
    /// let balancer: SocketAddr = "10.0.0.2:40528".parse().unwrap();
    /// let (header, payload) = policy.decode_datagram(balancer.into(), datagram).unwrap();
    /// assert_eq!(header.unwrap().source().unwrap().to_string(), "192.0.2.1:56324");
    /// assert_eq!(payload, b"query");
    ///
    /// let stranger: SocketAddr = "192.0.2.66:40528".parse().unwrap();
    /// let refused = policy.decode_datagram(stranger.into(), datagram);
    /// assert_eq!(refused, Err(Refusal::NotTrusted));
    /// # Ok::<(), proxy_proto::NetworkError>(())
    /// ```
    pub fn decode_datagram<'a>(
        &self,
        peer: Endpoint<'_>,
        datagram: &'a [u8],
    ) -> Result<(Option<Header<'a>>, &'a [u8]), Refusal> {
        match self.admit(peer) {
            Admission::Refuse => return Err(Refusal::NotTrusted),
            Admission::Direct => return Ok((None, datagram)),
            Admission::ReadOptionalHeader => {
                if let Signature::None = Signature::at_start_of(datagram) {
                    return Ok((None, datagram));
                }
            }
            Admission::ReadHeader => {}
        }
        let (header, payload) = self
            .decode_options
            .decode_datagram(datagram)
            .map_err(Refusal::InvalidHeader)?;
        Ok((Some(header), payload))
    }

    /// A decoder under this policy's options, with a buffer of `N` bytes.
    ///
    /// The maximum header length is the smaller of `N` and the policy's.
    ///
    /// # Examples
    ///
    /// ```
    /// use proxy_proto::{Policy, TrustedNetworks};
    ///
    /// let policy = Policy::new(TrustedNetworks::new());
    /// let decoder = policy.decoder::<{ Policy::DEFAULT_MAX_HEADER_LEN }>();
    /// ```
    #[must_use]
    pub const fn decoder<const N: usize>(&self) -> Decoder<N> {
        Decoder::sized(self.decode_options)
    }

    /// Whether no peer can get in: the mode refuses peers that are not trusted, and there is no
    /// trusted network. Worth a warning at startup; an error in a configuration file.
    #[must_use]
    pub fn refuses_everyone(&self) -> bool {
        self.mode != HeaderMode::BySource && self.trusted_networks.is_empty()
    }

    /// The networks whose peers may send a header.
    #[must_use]
    pub const fn trusted_networks(&self) -> &TrustedNetworks {
        &self.trusted_networks
    }

    /// Which peers must send a header.
    #[must_use]
    pub const fn mode(&self) -> HeaderMode {
        self.mode
    }

    /// The time allowed for the whole header.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The maximum header length, in bytes.
    #[must_use]
    pub const fn max_header_len(&self) -> usize {
        self.decode_options.max_header_len()
    }

    /// How headers are decoded, under the policy's maximum header length.
    #[must_use]
    pub const fn decode_options(&self) -> &DecodeOptions {
        &self.decode_options
    }
}

impl fmt::Display for HeaderMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Required => "required",
            Self::BySource => "by_source",
            Self::Optional => "optional",
        })
    }
}
