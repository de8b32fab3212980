//! The fields of a header and what they mean.

use proxy_proto::{
    AddressFamily, Addresses, Command, Endpoint, Header, Ssl, SslClientFlags, SslSubTlv, Tlv,
    TransportProtocol, TypedTlv, Version,
};

use crate::decode::listing::Row;

/// Length of the type and length that precede a value.
const PREFIX_LEN: usize = 3;

pub(super) fn rows(header: &Header<'_>) -> Vec<Row> {
    match header.version() {
        Version::V1 => v1_rows(header),
        Version::V2 => v2_rows(header),
    }
}

/// The words of the line. What follows `UNKNOWN` is ignored.
fn v1_rows(header: &Header<'_>) -> Vec<Row> {
    const RELAYED: &[&str] = &[
        "signature",
        "protocol",
        "source address",
        "destination address",
        "source port",
        "destination port",
    ];
    const UNKNOWN: &[&str] = &["signature", "protocol", "ignored"];
    let mut rows = Rows::default();
    let fields = if header.source().is_some() {
        RELAYED
    } else {
        UNKNOWN
    };
    let line = header.as_bytes().strip_suffix(b"\r\n").unwrap_or_default();
    for (word, field) in line.splitn(fields.len(), |&byte| byte == b' ').zip(fields) {
        let space = usize::from(rows.offset.saturating_add(word.len()) < line.len());
        rows.push(
            word.len().saturating_add(space),
            *field,
            word.escape_ascii().to_string(),
        );
    }
    rows.push(b"\r\n".len(), "line end", "CR LF");
    rows.rows
}

fn v2_rows(header: &Header<'_>) -> Vec<Row> {
    let mut rows = Rows::default();
    rows.push(12, "signature", "");
    let command = match header.command() {
        Command::Local => "version 2, LOCAL",
        Command::Proxy => "version 2, PROXY",
    };
    rows.push(1, "version, command", command);
    rows.push(1, "family, transport", family_and_transport(header));
    rows.push(
        2,
        "length",
        format!("{} bytes follow", header.block().len()),
    );
    address_rows(header, &mut rows);
    let mut tlvs = header.tlvs().peekable();
    let rest = header.len().saturating_sub(rows.offset);
    if tlvs.peek().is_none() && rest > 0 {
        rows.push(rest, "block", "skipped, not parsed");
    }
    tlvs.for_each(|tlv| tlv_rows(&tlv, &mut rows));
    rows.rows
}

fn family_and_transport(header: &Header<'_>) -> String {
    if header.command() == Command::Local {
        return "ignored".into();
    }
    let family = match header.address_family() {
        AddressFamily::Unspec => "UNSPEC",
        AddressFamily::Inet => "INET",
        AddressFamily::Inet6 => "INET6",
        AddressFamily::Unix => "UNIX",
    };
    let transport = match header.transport_protocol() {
        TransportProtocol::Unspec => "UNSPEC",
        TransportProtocol::Stream => "STREAM",
        TransportProtocol::Dgram => "DGRAM",
    };
    format!("{family}, {transport}")
}

fn address_rows(header: &Header<'_>, rows: &mut Rows) {
    let (address_len, port_len): (usize, usize) = match header.address_family() {
        AddressFamily::Unspec => return,
        AddressFamily::Inet => (4, 2),
        AddressFamily::Inet6 => (16, 2),
        AddressFamily::Unix => (108, 0),
    };
    if header.addresses() == Addresses::Unspec {
        let len = address_len.saturating_add(port_len).saturating_mul(2);
        rows.push(len, "addresses", "ignored");
        return;
    }
    let ends = [
        ("source", header.source()),
        ("destination", header.destination()),
    ];
    for (end, endpoint) in ends {
        rows.push(address_len, format!("{end} address"), address(endpoint));
    }
    for (end, endpoint) in ends.iter().filter(|_| port_len > 0) {
        let port = endpoint
            .and_then(|endpoint| endpoint.port())
            .unwrap_or_default();
        rows.push(port_len, format!("{end} port"), port.to_string());
    }
}

fn address(endpoint: Option<Endpoint<'_>>) -> String {
    match endpoint {
        Some(Endpoint::Ip(address)) => address.ip().to_string(),
        Some(Endpoint::Unix(address)) => address.to_string(),
        None => String::new(),
    }
}

fn tlv_rows(tlv: &Tlv<'_>, rows: &mut Rows) {
    let name = format!("TLV {:#04x} {}", tlv.tlv_type().0, tlv.tlv_type().name());
    rows.push(PREFIX_LEN, name, format!("{} bytes", tlv.value().len()));
    match tlv.typed() {
        Ok(TypedTlv::Ssl(ssl)) => ssl_rows(&ssl, rows),
        Ok(typed) => push_value(tlv.value().len(), meaning(&typed), rows),
        Err(error) => push_value(tlv.value().len(), format!("invalid: {error}"), rows),
    }
}

fn ssl_rows(ssl: &Ssl<'_>, rows: &mut Rows) {
    let names = [
        (SslClientFlags::SSL, "SSL"),
        (SslClientFlags::CERT_CONN, "CERT_CONN"),
        (SslClientFlags::CERT_SESS, "CERT_SESS"),
    ];
    let set = names.iter().filter(|(flag, _)| ssl.client().has(*flag));
    let set: Vec<_> = set.map(|(_, name)| *name).collect();
    rows.push(1, "  client", set.join(" "));
    let certificate = match (ssl.client_has_certificate(), ssl.client_is_verified()) {
        (false, _) => "no certificate",
        (true, true) => "certificate verified",
        (true, false) => "certificate not verified",
    };
    rows.push(4, "  verify", format!("{}: {certificate}", ssl.verify()));
    ssl.sub_tlvs().for_each(|tlv| ssl_tlv_rows(&tlv, rows));
}

fn ssl_tlv_rows(tlv: &SslSubTlv<'_>, rows: &mut Rows) {
    let name = format!(
        "  sub-TLV {:#04x} {}",
        tlv.sub_type().0,
        tlv.sub_type().name()
    );
    rows.push(PREFIX_LEN, name, format!("{} bytes", tlv.value().len()));
    let meaning = match tlv.text() {
        Ok(text) => text.map(quoted).unwrap_or_default(),
        Err(error) => format!("invalid: {error}"),
    };
    push_value(tlv.value().len(), meaning, rows);
}

fn push_value(len: usize, meaning: String, rows: &mut Rows) {
    if len > 0 {
        rows.push(len, "  value", meaning);
    }
}

fn meaning(typed: &TypedTlv<'_>) -> String {
    match typed {
        TypedTlv::Alpn(alpn) => match alpn.protocols() {
            Some(names) => {
                let names: Vec<_> = names.map(|name| name.escape_ascii().to_string()).collect();
                names.join(", ")
            }
            None => format!("\"{}\"", alpn.as_bytes().escape_ascii()),
        },
        TypedTlv::Authority(text) | TypedTlv::Netns(text) => quoted(text),
        TypedTlv::Crc32c(checksum) => format!("{checksum:#010x}, correct"),
        TypedTlv::Noop(_) => "padding".into(),
        TypedTlv::UniqueId(id) => format!("\"{}\"", id.escape_ascii()),
        TypedTlv::AwsVpcEndpointId(id) => format!("AWS VPC endpoint {}", quoted(id.as_str())),
        TypedTlv::AzurePrivateEndpointLinkId(id) => format!("Azure link ID {}", id.get()),
        TypedTlv::GcpPscConnectionId(id) => format!("GCP PSC connection {}", id.get()),
        _ => String::new(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}

/// Rows that follow each other without a gap.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    offset: usize,
}

impl Rows {
    fn push(&mut self, len: usize, field: impl Into<String>, meaning: impl Into<String>) {
        let (field, meaning) = (field.into(), meaning.into());
        self.rows.push(Row {
            offset: self.offset,
            len,
            field,
            meaning,
        });
        self.offset = self.offset.saturating_add(len);
    }
}
