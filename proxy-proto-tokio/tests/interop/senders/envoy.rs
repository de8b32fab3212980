//! Envoy, which is not in Debian: `.ci/run interop` installs it from PyPI.
//!
//! What a mode's lines are is explained in `support/envoy/relays.rs`. Envoy has no way to send a header over UDP.

use super::{
    mode::{
        Backend,
        Certificate::{Absent, Trusted},
        Client, Front, Header, Mode, Names, Tlv, UniqueId,
    },
    run::Sender,
};
use crate::support::{Envoy, relays};

#[tokio::test]
#[ignore = "needs envoy: .ci/run interop"]
async fn every_mode_of_envoy() {
    let sender = Sender {
        name: "Envoy",
        // It prints a commit, the version and the kind of build.
        version: &["sh", "-c", "envoy --version | cut -d / -f 2"],
        shares_port: true,
        start: |scratch, sections| Box::new(Envoy::start(scratch, &relays(sections))),
        modes: &[PLAIN, CHAINED, ADDED, WITH_TLS, CHECKS],
    };
    sender.run().await;
}

/// One that has only the version of its header configured.
const fn plain(id: &'static str, version: u8) -> Mode {
    let config = if version == 1 {
        "listener FRONT
        cluster BACKEND
        ProxyProtocolConfig {version: V1}"
    } else {
        "listener FRONT
        cluster BACKEND
        ProxyProtocolConfig {version: V2}"
    };
    Mode::new(id, version, config)
}

const PLAIN: &[Mode] = &[
    plain("envoy-v1-tcp4", 1),
    plain("envoy-v1-tcp6", 1).front(Front::Inet6),
    plain("envoy-v1-tcp4-of-dual", 1).front(Front::Dual),
    plain("envoy-v1-tcp4-to-v6-server", 1).backend(Backend::Inet6),
    plain("envoy-v1-to-unix-server", 1).backend(Backend::Unix),
    plain("envoy-v2-tcp4", 2),
    plain("envoy-v2-tcp6", 2).front(Front::Inet6),
    plain("envoy-v2-tcp4-of-dual", 2).front(Front::Dual),
    plain("envoy-v2-tcp4-to-v6-server", 2).backend(Backend::Inet6),
    plain("envoy-v2-to-unix-server", 2).backend(Backend::Unix),
    // A fault: there is no header. With version 1, Envoy crashes.
    plain("envoy-v2-unix", 2)
        .front(Front::Unix)
        .header(Header::Invalid(0)),
];

/// The client is another proxy. Its LOCAL and UNKNOWN are sent as PROXY, with that proxy's own address.
const CHAINED: &[Mode] = &[
    chained("envoy-v1-chained-from-local", 1, LOCAL),
    chained("envoy-v1-chained-from-unknown", 1, b"PROXY UNKNOWN\r\n"),
    chained("envoy-v1-chained-from-tcp6-tlvs", 1, TCP6_TLVS).names(NAMES),
    chained("envoy-v2-chained-from-local", 2, LOCAL),
    chained("envoy-v2-chained-from-unknown", 2, b"PROXY UNKNOWN\r\n"),
    chained(
        "envoy-v2-chained-from-tcp6",
        2,
        b"PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n",
    )
    .names(NAMES),
    chained("envoy-v2-chained-unix", 2, TCP6_TLVS)
        .front(Front::Unix)
        .names(NAMES),
    Mode::new(
        "envoy-v2-chained-from-tcp6-tlvs",
        2,
        "listener FRONT
        ProxyProtocol {pass_through_tlvs: {match_type: INCLUDE_ALL}}
        cluster BACKEND
        ProxyProtocolConfig {version: V2, pass_through_tlvs: {match_type: INCLUDE_ALL}}",
    )
    .after(TCP6_TLVS)
    .names(NAMES)
    .tlvs(&[NAME, VPCE, ID]),
    Mode::new(
        "envoy-v2-chained-authority",
        2,
        "listener FRONT
        ProxyProtocol {pass_through_tlvs: {match_type: INCLUDE_ALL}}
        cluster BACKEND
        ProxyProtocolConfig {version: V2, pass_through_tlvs: {match_type: INCLUDE, tlv_type: [2]}}",
    )
    .after(TCP6_TLVS)
    .names(NAMES)
    .tlvs(&[NAME]),
    // The added TLV replaces the received one of its type.
    Mode::new(
        "envoy-v2-chained-added",
        2,
        "listener FRONT
        ProxyProtocol {pass_through_tlvs: {match_type: INCLUDE_ALL}}
        cluster BACKEND
        ProxyProtocolConfig {version: V2, pass_through_tlvs: {match_type: INCLUDE_ALL}, \
            added_tlvs: [{type: 5, value: aGVsbG8=}]}",
    )
    .after(TCP6_TLVS)
    .names(NAMES)
    .tlvs(&[Tlv::UniqueId(UniqueId::Text("hello")), NAME, VPCE]),
];

/// One that passes no TLV on.
const fn chained(id: &'static str, version: u8, first: &'static [u8]) -> Mode {
    let config = if version == 1 {
        "listener FRONT
        ProxyProtocol {}
        cluster BACKEND
        ProxyProtocolConfig {version: V1}"
    } else {
        "listener FRONT
        ProxyProtocol {}
        cluster BACKEND
        ProxyProtocolConfig {version: V2}"
    };
    Mode::new(id, version, config).after(first)
}

const ADDED: &[Mode] = &[
    // A value is in base64, a format string is plain text.
    Mode::new(
        "envoy-v2-added",
        2,
        "listener FRONT
        cluster BACKEND
        ProxyProtocolConfig {version: V2, added_tlvs: [{type: 0xE4, value: aGVsbG8=}, \
            {type: 0xE5, format_string: {text_format_source: {inline_string: aGVsbG8=}}}]}",
    )
    .tlvs(&[Tlv::Raw(0xE4, "hello"), Tlv::Raw(0xE5, "aGVsbG8=")]),
    // Among the cluster's TLVs, this would be the address of the server: their connection is that to the server.
    Mode::new(
        "envoy-v2-added-client",
        2,
        "listener FRONT
        TcpProxy {proxy_protocol_tlvs: [{type: 5, \
            format_string: {text_format_source: {inline_string: '%DOWNSTREAM_REMOTE_ADDRESS%'}}}]}
        cluster BACKEND
        ProxyProtocolConfig {version: V2, pass_through_tlvs: {match_type: INCLUDE_ALL}}",
    )
    .tlvs(&[Tlv::UniqueId(UniqueId::Client)]),
];

/// The header says nothing about TLS, unless it is configured as in the last mode.
const WITH_TLS: &[Mode] = &[
    Mode::new(
        "envoy-v2-ssl-nocert",
        2,
        "listener FRONT
        DownstreamTlsContext {common_tls_context: {tls_certificates: \
            [{certificate_chain: {filename: DIR/server.pem}, private_key: {filename: DIR/server.pem}}]}}
        cluster BACKEND
        ProxyProtocolConfig {version: V2}",
    )
    .tls(Absent, &[]),
    Mode::new(
        "envoy-v2-ssl-cert",
        2,
        "listener FRONT
        DownstreamTlsContext {require_client_certificate: true, common_tls_context: {tls_certificates: \
            [{certificate_chain: {filename: DIR/server.pem}, private_key: {filename: DIR/server.pem}}], \
            validation_context: {trusted_ca: {filename: DIR/ca.pem}}}}
        cluster BACKEND
        ProxyProtocolConfig {version: V2}",
    )
    .tls(Trusted, &[]),
    Mode::new(
        "envoy-v2-ssl-cert-added",
        2,
        "listener FRONT
        TlsInspector {}
        DownstreamTlsContext {require_client_certificate: true, common_tls_context: {tls_certificates: \
            [{certificate_chain: {filename: DIR/server.pem}, private_key: {filename: DIR/server.pem}}], \
            validation_context: {trusted_ca: {filename: DIR/ca.pem}}}}
        TcpProxy {upstream_connect_mode: ON_DOWNSTREAM_TLS_HANDSHAKE, max_early_data_bytes: 0, \
            proxy_protocol_tlvs: [{type: 2, \
            format_string: {text_format_source: {inline_string: '%REQUESTED_SERVER_NAME%'}}}, {type: 0xE5, \
            format_string: {text_format_source: {inline_string: '%DOWNSTREAM_TLS_VERSION% %DOWNSTREAM_PEER_SUBJECT%'}}}]}
        cluster BACKEND
        ProxyProtocolConfig {version: V2, pass_through_tlvs: {match_type: INCLUDE_ALL}}",
    )
    .tls(Trusted, &[])
    .tlvs(&[Tlv::Authority, Tlv::Raw(0xE5, "TLSv1.3 CN=client.example.com")]),
];

/// LOCAL in version 2, the connection's own addresses in version 1. A check of a connection alone, without
/// `receive`, sends no header.
const CHECKS: &[Mode] = &[
    check(
        "envoy-v1-check",
        1,
        "cluster BACKEND
        health_checks: [{timeout: 60s, interval: 3600s, unhealthy_threshold: 1, healthy_threshold: 1, \
            http_health_check: {path: /health}}]
        ProxyProtocolConfig {version: V1}",
    )
    .payload(b"GET /health HTTP/1.1\r\n"),
    check(
        "envoy-v2-check",
        2,
        "cluster BACKEND
        health_checks: [{timeout: 60s, interval: 3600s, unhealthy_threshold: 1, healthy_threshold: 1, \
            http_health_check: {path: /health}}]
        ProxyProtocolConfig {version: V2}",
    )
    .payload(b"GET /health HTTP/1.1\r\n")
    .header(Header::Local),
    check(
        "envoy-v2-check-tcp",
        2,
        "cluster BACKEND
        health_checks: [{timeout: 60s, interval: 3600s, unhealthy_threshold: 1, healthy_threshold: 1, \
            tcp_health_check: {send: {text: 68656c6c6f0d0a}, receive: [{text: 2e}]}}]
        ProxyProtocolConfig {version: V2}",
    )
    .header(Header::Local),
    // For the check only, in front of a server that clients reach without a header.
    check(
        "envoy-v2-check-tcp-alone",
        2,
        "cluster BACKEND
        health_checks: [{timeout: 60s, interval: 3600s, unhealthy_threshold: 1, healthy_threshold: 1, \
            tcp_health_check: {send: {text: 68656c6c6f0d0a}, receive: [{text: 2e}], \
            proxy_protocol_config: {version: V2}}}]",
    )
    .header(Header::Local),
];

const fn check(id: &'static str, version: u8, config: &'static str) -> Mode {
    Mode::new(id, version, config)
        .client(Client::Absent)
        .ungreeted()
        .names(Names::Connection)
}

const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
const TCP6_TLVS: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x45\
    \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\
    \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\
    \xdc\x04\x01\xbb\
    \x02\0\x0ein.example.com\xea\0\x07\x01vpce-1\x05\0\x03uid";
const NAMES: Names = Names::These("[2001:db8::1]:56324", "[2001:db8::2]:443");
const NAME: Tlv = Tlv::Raw(2, "in.example.com");
const VPCE: Tlv = Tlv::Raw(0xEA, "\u{1}vpce-1");
const ID: Tlv = Tlv::UniqueId(UniqueId::Text("uid"));
