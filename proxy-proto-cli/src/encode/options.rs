//! A header, as options.

use std::{
    fs,
    io::{self, Read},
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use proxy_proto::{TlvType, UnixAddress, UnixName};

use crate::{
    encode::{
        request::{Command, Request, Transport},
        tlvs::{self, NamedType, TlvOption},
    },
    failure::{self, Failure},
    hex,
};

#[derive(Args, Debug)]
#[command(next_help_heading = "Header")]
pub(crate) struct HeaderOptions {
    /// Version 1, the text format.
    #[arg(long, conflicts_with_all = ["v2", "local"])]
    v1: bool,
    /// Version 2, the binary format: the default.
    #[arg(long)]
    v2: bool,
    /// LOCAL: a connection of the sender's own, such as a health check.
    #[arg(long, conflicts_with_all = ["unknown", "source", "destination", "transport"])]
    local: bool,
    /// PROXY without addresses: UNKNOWN in version 1, UNSPEC in version 2.
    #[arg(long, conflicts_with_all = ["source", "destination", "transport"])]
    unknown: bool,
    /// The client: ADDRESS:PORT, unix:PATH or unix:@NAME.
    #[arg(long, value_name = "ADDR")]
    source: Option<String>,
    /// The server that the client connected to, in the same form.
    #[arg(long, value_name = "ADDR")]
    destination: Option<String>,
    /// The transport protocol.
    #[arg(long, value_enum)]
    transport: Option<Transport>,
    /// Add a TLV, by name or number: authority=example.com, 0xE1=hex:00ff, ssl.version=TLSv1.3.
    /// May be repeated.
    #[arg(long = "tlv", value_name = "TYPE=VALUE")]
    tlvs: Vec<TlvOption>,
    /// Add the checksum, after the other TLVs.
    #[arg(long)]
    crc32c: bool,
    /// Start from a decoded header, as `decode --json` prints it; - is standard input. The other
    /// options change it, and TLVs of a type that --tlv names are replaced.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// With --from, drop the TLVs of this type; may be repeated.
    #[arg(long, value_name = "TYPE", requires = "from")]
    drop_tlv: Vec<NamedType>,
}

/// The header that the options change.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Base {
    /// PROXY without addresses.
    Unspec,
    /// PROXY with the two ends of a connection, or of a datagram.
    Ends {
        source: SocketAddr,
        destination: SocketAddr,
        transport: Transport,
    },
    /// LOCAL; UNKNOWN in version 1, which has no LOCAL.
    Local,
}

impl HeaderOptions {
    /// The bytes of the header.
    pub(crate) fn encode(&self, base: Base) -> Result<Vec<u8>, Failure> {
        self.request(base)?
            .encode()
            .map_err(|error| Failure::usage(format!("cannot encode this header: {error}")))
    }

    /// Whether the options have an address.
    pub(crate) const fn has_address(&self) -> bool {
        self.source.is_some() || self.destination.is_some()
    }

    fn request(&self, base: Base) -> Result<Request, Failure> {
        let mut request = match &self.from {
            Some(path) => decoded(path)?,
            None => self.fresh(base),
        };
        if self.v1 || self.v2 {
            request.version = if self.v1 { 1 } else { 2 };
        }
        if self.local || self.unknown {
            request.command = if self.local {
                Command::Local
            } else {
                Command::Proxy
            };
            request.transport = None;
            request.source = None;
            request.destination = None;
        }
        if self.has_address() {
            request.command = Command::Proxy;
            request.transport = request.transport.filter(|it| *it != Transport::Unspec);
        }
        if let Some(source) = &self.source {
            request.source = Some(endpoint(source)?);
        }
        if let Some(destination) = &self.destination {
            request.destination = Some(endpoint(destination)?);
        }
        request.transport = self.transport.or(request.transport);
        self.change_tlvs(&mut request)?;
        Ok(request)
    }

    fn fresh(&self, base: Base) -> Request {
        let is_relayed = self.has_address() || self.unknown;
        let command = match base {
            Base::Local if !self.v1 && !is_relayed => Command::Local,
            _ => Command::Proxy,
        };
        let (source, destination, transport) = match base {
            Base::Ends {
                source,
                destination,
                transport,
            } => (Some(source), Some(destination), Some(transport)),
            Base::Unspec | Base::Local => (None, None, None),
        };
        Request {
            version: 2,
            command,
            transport,
            source: source.map(|address| address.to_string()),
            destination: destination.map(|address| address.to_string()),
            tlvs: Vec::new(),
            crc32c: false,
        }
    }

    fn change_tlvs(&self, request: &mut Request) -> Result<(), Failure> {
        let added = tlvs::requested(&self.tlvs).map_err(Failure::usage)?;
        request.tlvs.retain(|tlv| {
            let is_dropped = self.drop_tlv.contains(&NamedType(tlv.tlv_type));
            let is_replaced = added.iter().any(|new| new.tlv_type == tlv.tlv_type);
            !is_dropped && !is_replaced
        });
        request.tlvs.extend(added);
        // An existing checksum is recomputed in place.
        let mut types = request.tlvs.iter().map(|tlv| TlvType(tlv.tlv_type));
        request.crc32c |= self.crc32c && types.all(|tlv_type| tlv_type != TlvType::CRC32C);
        Ok(())
    }
}

/// The header in this file, in the shape of `decode --json`.
fn decoded(path: &Path) -> Result<Request, Failure> {
    const ADVICE: &str = "pass what `proxy-proto decode --json` printed for a complete header";
    let read = if path.as_os_str() == "-" {
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text).map(|_| text)
    } else {
        fs::read(path)
    };
    let name = path.display();
    let text = read
        .map_err(|error| Failure::new(failure::IO_ERROR, format!("cannot read {name}: {error}")))?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::usage(format!("no header in {name}: {error}")).advise(ADVICE))
}

/// An endpoint as a request has it: UNIX addresses are all of their bytes, in hex digits.
fn endpoint(text: &str) -> Result<String, Failure> {
    let Some(name) = text.strip_prefix("unix:") else {
        return Ok(text.to_owned());
    };
    let name = match name.strip_prefix('@') {
        _ if name.len() == 2 * UnixAddress::LEN && hex::is_digits(name.as_bytes()) => {
            return Ok(text.to_owned());
        }
        _ if name.is_empty() => UnixName::Unnamed,
        Some(name) => UnixName::Abstract(name.as_bytes()),
        None => UnixName::Path(name.as_bytes()),
    };
    let field =
        UnixAddress::field(name).map_err(|error| Failure::usage(format!("{text}: {error}")))?;
    Ok(format!("unix:{}", hex::encode(&field, "")))
}
