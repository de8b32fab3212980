//! What a mode of a sender is.

use proxy_proto_tokio::proxy_proto::{SslSubTlvType, TransportProtocol};

/// One way to make a sender send a header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode {
    /// The name of its capture, which starts with the sender's.
    pub(crate) id: &'static str,
    /// Part of the sender's configuration, in which `FRONT` is where clients connect, `BACKEND` where it
    /// connects itself, and `DIR` the directory of the keys and of its own files. There are also
    /// `FRONT_IP`, `FRONT_PORT`, `BACKEND_IP` and `BACKEND_PORT`.
    pub(crate) config: &'static str,
    pub(crate) front: Front,
    pub(crate) backend: Backend,
    pub(crate) client: Client,
    /// What the client sends, or the sender itself. A recording ends after the first line of it.
    pub(crate) payload: &'static [u8],
    /// Whether what the service sends first can be seen, by the client or in the sender's log.
    pub(crate) greeted: bool,
    pub(crate) transport: TransportProtocol,
    pub(crate) header: Header,
    pub(crate) tlvs: &'static [Tlv],
}

/// Where clients connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    Inet,
    Inet6,
    /// A socket of both families, which an IPv4 client uses.
    Dual,
    Unix,
    /// A UNIX address of Linux, without a file.
    Abstract,
}

/// Where the sender connects. Those of the echo services are of both families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Inet,
    Inet6,
    /// Not for the echo services, which have no such address.
    Unix,
}

/// How the client of the sender connects.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Client {
    /// Not at all: the sender connects by itself.
    Absent,
    /// Without TLS. Sends this first, then the payload.
    Plain { first: &'static [u8] },
    /// With TLS, for the name of the keys' server.
    Tls {
        certificate: Certificate,
        alpn: &'static [&'static [u8]],
    },
}

/// The client's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certificate {
    Absent,
    Trusted,
    Rogue,
}

/// What the header has to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Header {
    /// For a connection, in this version.
    Proxy(u8, Names),
    /// UNKNOWN, in version 1.
    Unknown,
    /// LOCAL, in version 2.
    Local,
    /// Invalid from this byte on, so the service refuses the connection.
    Invalid(usize),
}

/// The endpoints in a header.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Names {
    /// The client's address and the one it connected to.
    Client,
    /// The same, as v4-mapped IPv6 addresses.
    Mapped,
    /// Those of the connection itself.
    Connection,
    /// A client that is not there, and where it connected; without a port, it is the client's, or the
    /// one it connected to.
    These(&'static str, &'static str),
}

/// A TLV. They have to come in the order of the mode, with nothing between.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tlv {
    Alpn(&'static str),
    /// The name that the client requested.
    Authority,
    Crc32c,
    UniqueId(UniqueId),
    /// The flags, `verify` and the sub-TLVs.
    Ssl(u8, u32, &'static [(SslSubTlvType, &'static str)]),
    /// Any other, by its type.
    Raw(u8, &'static str),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum UniqueId {
    Text(&'static str),
    /// The client's address and port.
    Client,
    /// A UUID of the sender's, in text form.
    Uuid,
}

impl Mode {
    /// One with an IPv4 client, without TLS, that is named by a header without TLVs.
    pub(crate) const fn new(id: &'static str, version: u8, config: &'static str) -> Self {
        Self {
            id,
            config,
            front: Front::Inet,
            backend: Backend::Inet,
            client: Client::Plain { first: b"" },
            payload: b"hello\r\n",
            greeted: true,
            transport: TransportProtocol::Stream,
            header: Header::Proxy(version, Names::Client),
            tlvs: &[],
        }
    }

    pub(crate) const fn front(mut self, front: Front) -> Self {
        self.front = front;
        self
    }

    pub(crate) const fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    pub(crate) const fn client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    pub(crate) const fn payload(mut self, payload: &'static [u8]) -> Self {
        self.payload = payload;
        self
    }

    /// What the service sends first is not relayed.
    pub(crate) const fn ungreeted(mut self) -> Self {
        self.greeted = false;
        self
    }

    /// The client sends a datagram.
    pub(crate) const fn datagrams(mut self) -> Self {
        self.transport = TransportProtocol::Dgram;
        self
    }

    /// The client is itself a sender: this is its header.
    pub(crate) const fn after(self, first: &'static [u8]) -> Self {
        self.client(Client::Plain { first })
    }

    pub(crate) const fn tls(
        self,
        certificate: Certificate,
        alpn: &'static [&'static [u8]],
    ) -> Self {
        self.client(Client::Tls { certificate, alpn })
    }

    pub(crate) const fn header(mut self, header: Header) -> Self {
        self.header = header;
        self
    }

    pub(crate) const fn names(mut self, names: Names) -> Self {
        if let Header::Proxy(version, _) = self.header {
            self.header = Header::Proxy(version, names);
        }
        self
    }

    pub(crate) const fn tlvs(mut self, tlvs: &'static [Tlv]) -> Self {
        self.tlvs = tlvs;
        self
    }

    /// The configuration on one line.
    pub(crate) fn how(&self) -> String {
        let lines = self.config.lines().map(str::trim);
        lines.collect::<Vec<_>>().join(" | ")
    }
}

/// A header for a client that is itself a sender.
pub(crate) const V1_TCP4: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";
