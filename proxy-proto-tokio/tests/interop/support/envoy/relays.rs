//! The configuration of an Envoy that relays.

use core::{fmt::Write, net::SocketAddr};

/// A listener that relays to a cluster of one host.
#[derive(Debug, Default)]
struct Relay<'a> {
    front: Option<&'a str>,
    backend: &'a str,
    listener_filters: Vec<String>,
    tcp_proxy: &'a str,
    downstream: Option<String>,
    filter_chain_match: &'a str,
    header: Option<&'a str>,
    upstream: Option<String>,
    /// Other fields of the cluster.
    cluster: Vec<&'a str>,
}

/// The configuration of these relays. Each has lines of a word and what it is set to:
///
/// - `listener` and `cluster`: the addresses to listen on and to relay to. Without the first, there are
///   only the cluster's health checks.
/// - The name of an Envoy message, with its fields in braces. It is put where such a message belongs.
/// - Any other name: a field of the cluster.
pub(crate) fn relays(relays: &[String]) -> String {
    let (mut listeners, mut clusters) = (String::new(), String::new());
    for (number, lines) in relays.iter().enumerate() {
        let relay = Relay::from_lines(lines);
        relay.write_listener(&mut listeners, number);
        relay.write_cluster(&mut clusters, number);
    }
    format!("static_resources:\n  listeners:\n{listeners}  clusters:\n{clusters}")
}

impl<'a> Relay<'a> {
    fn from_lines(lines: &'a str) -> Self {
        let mut relay = Self::default();
        for line in lines.lines().map(str::trim) {
            let (name, value) = line.split_once(' ').unwrap();
            match name {
                "listener" => relay.front = Some(value),
                "cluster" => relay.backend = value,
                "ProxyProtocol" => relay.listener_filters.push(message(PROXY_PROTOCOL, value)),
                "TlsInspector" => relay.listener_filters.push(message(TLS_INSPECTOR, value)),
                "TcpProxy" => relay.tcp_proxy = fields(value),
                "FilterChainMatch" => relay.filter_chain_match = value,
                "DownstreamTlsContext" => relay.downstream = Some(message(DOWNSTREAM_TLS, value)),
                "ProxyProtocolConfig" => relay.header = Some(value),
                "UpstreamTlsContext" => relay.upstream = Some(message(UPSTREAM_TLS, value)),
                _ => relay.cluster.push(line),
            }
        }
        relay
    }

    fn write_listener(&self, out: &mut String, number: usize) {
        let Some(front) = self.front else {
            return;
        };
        let tcp_proxy = format!(
            "{{stat_prefix: \"{number}\", cluster: \"{number}\", {}}}",
            self.tcp_proxy
        );
        writeln!(out, "  - address: {}", address(front)).unwrap();
        writeln!(
            out,
            "    listener_filters: [{}]",
            self.listener_filters.join(", ")
        )
        .unwrap();
        writeln!(out, "    filter_chains:").unwrap();
        writeln!(out, "    - filters: [{}]", message(TCP_PROXY, &tcp_proxy)).unwrap();
        let chosen = Some(self.filter_chain_match).filter(|fields| !fields.is_empty());
        writeln!(out, "      filter_chain_match: {}", chosen.unwrap_or("{}")).unwrap();
        if let Some(tls) = &self.downstream {
            writeln!(out, "      transport_socket: {tls}").unwrap();
        }
    }

    fn write_cluster(&self, out: &mut String, number: usize) {
        let host = format!("{{endpoint: {{address: {}}}}}", address(self.backend));
        let hosts =
            format!("{{cluster_name: \"{number}\", endpoints: [{{lb_endpoints: [{host}]}}]}}");
        writeln!(out, "  - name: \"{number}\"\n    load_assignment: {hosts}").unwrap();
        let inner = self
            .upstream
            .clone()
            .unwrap_or_else(|| message(RAW_BUFFER, "{}"));
        if let Some(config) = self.header {
            let socket = format!("{{config: {config}, transport_socket: {inner}}}");
            let socket = message(UPSTREAM_HEADER, &socket);
            writeln!(out, "    transport_socket: {socket}").unwrap();
        }
        for field in &self.cluster {
            writeln!(out, "    {field}").unwrap();
        }
    }
}

/// An extension: a message of this type with these fields.
fn message(message_type: &str, value: &str) -> String {
    let url = format!("type.googleapis.com/envoy.extensions.{message_type}");
    let value = fields(value);
    format!("{{name: {message_type}, typed_config: {{\"@type\": {url}, {value}}}}}")
}

/// What is in the braces.
fn fields(value: &str) -> &str {
    let value = value.strip_prefix('{').unwrap();
    value.strip_suffix('}').unwrap()
}

fn address(text: &str) -> String {
    let Ok(address) = text.parse::<SocketAddr>() else {
        return format!("{{pipe: {{path: \"{text}\"}}}}");
    };
    let (ip, port) = (address.ip(), address.port());
    let both = ip.is_ipv6() && ip.is_unspecified();
    format!("{{socket_address: {{address: \"{ip}\", port_value: {port}, ipv4_compat: {both}}}}}")
}

const PROXY_PROTOCOL: &str = "filters.listener.proxy_protocol.v3.ProxyProtocol";
const TLS_INSPECTOR: &str = "filters.listener.tls_inspector.v3.TlsInspector";
const TCP_PROXY: &str = "filters.network.tcp_proxy.v3.TcpProxy";
const DOWNSTREAM_TLS: &str = "transport_sockets.tls.v3.DownstreamTlsContext";
const UPSTREAM_TLS: &str = "transport_sockets.tls.v3.UpstreamTlsContext";
const RAW_BUFFER: &str = "transport_sockets.raw_buffer.v3.RawBuffer";
const UPSTREAM_HEADER: &str = "transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport";
