//! With TLS in front, and a client certificate that is optional and may be one that HAProxy does not
//! trust.

use proxy_proto_tokio::proxy_proto::SslSubTlvType as Sub;

use crate::senders::{
    keys::{CLIENT, ROGUE},
    mode::{
        Certificate::{Absent, Rogue, Trusted},
        Front, Mode, Tlv, UniqueId,
    },
};

macro_rules! with {
    ($server:literal) => {
        concat!(
            "bind FRONT ssl crt DIR/server.pem ca-file DIR/ca.pem verify optional \
            crt-ignore-err all ca-ignore-err all alpn h2,imap,http/1.1
            unique-id-format %[uuid()]
            server one BACKEND ",
            $server
        )
    };
}

pub(super) const MODES: &[Mode] = &[
    Mode::new("haproxy-v2-ssl-nocert", 2, with!("send-proxy-v2-ssl"))
        .tls(Absent, &[])
        .tlvs(&[Tlv::Ssl(1, 0, &[TLS13])]),
    Mode::new("haproxy-v2-ssl-cert", 2, with!("send-proxy-v2-ssl"))
        .tls(Trusted, &[])
        .tlvs(&[Tlv::Ssl(7, 0, &[TLS13])]),
    Mode::new("haproxy-v2-ssl-cn-nocert", 2, with!("send-proxy-v2-ssl-cn"))
        .tls(Absent, &[])
        .tlvs(&[Tlv::Ssl(1, 0, &[TLS13])]),
    Mode::new("haproxy-v2-ssl-cn-cert", 2, with!("send-proxy-v2-ssl-cn"))
        .tls(Trusted, &[])
        .tlvs(&[Tlv::Ssl(7, 0, &[TLS13, (Sub::CN, CLIENT)])]),
    Mode::new(
        "haproxy-v2-ssl-cn-cert-unverified",
        2,
        with!("send-proxy-v2-ssl-cn"),
    )
    .tls(Rogue, &[])
    .tlvs(&[Tlv::Ssl(7, SELF_SIGNED, &[TLS13, (Sub::CN, ROGUE)])]),
    Mode::new(
        "haproxy-v2-authority",
        2,
        with!("send-proxy-v2 proxy-v2-options authority"),
    )
    .tls(Absent, &[])
    .tlvs(&[Tlv::Authority]),
    Mode::new("haproxy-v2-full-nocert", 2, FULL)
        .tls(Absent, &[])
        .tlvs(&[Tlv::Crc32c, Tlv::Authority, UUID, FULL_NOCERT]),
    Mode::new("haproxy-v2-full-nocert-alpn-h2", 2, FULL)
        .tls(Absent, &[b"h2"])
        .tlvs(&[
            Tlv::Crc32c,
            Tlv::Alpn("h2"),
            Tlv::Authority,
            UUID,
            FULL_NOCERT,
        ]),
    Mode::new("haproxy-v2-full-cert-alpn-imap", 2, FULL)
        .tls(Trusted, &[b"imap"])
        .tlvs(&[
            Tlv::Crc32c,
            Tlv::Alpn("imap"),
            Tlv::Authority,
            UUID,
            FULL_CERT,
        ]),
    Mode::new("haproxy-v2-full-cert-unverified", 2, FULL)
        .tls(Rogue, &[])
        .tlvs(&[Tlv::Crc32c, Tlv::Authority, UUID, FULL_ROGUE]),
    Mode::new("haproxy-v2-full-cert-tcp6", 2, FULL)
        .front(Front::Inet6)
        .tls(Trusted, &[])
        .tlvs(&[Tlv::Crc32c, Tlv::Authority, UUID, FULL_CERT]),
];

const FULL: &str = with!(
    "send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c,unique-id"
);

/// What OpenSSL reports for a self-signed certificate that is not in the list.
const SELF_SIGNED: u32 = 18;

const UUID: Tlv = Tlv::UniqueId(UniqueId::Uuid);
const FULL_NOCERT: Tlv = Tlv::Ssl(1, 0, &[TLS13, KEY, SIGNATURE, CIPHER]);
const FULL_CERT: Tlv = Tlv::Ssl(7, 0, &[TLS13, (Sub::CN, CLIENT), KEY, SIGNATURE, CIPHER]);
const FULL_ROGUE: Tlv = Tlv::Ssl(
    7,
    SELF_SIGNED,
    &[TLS13, (Sub::CN, ROGUE), KEY, SIGNATURE, CIPHER],
);

const TLS13: (Sub, &str) = (Sub::VERSION, "TLSv1.3");
const KEY: (Sub, &str) = (Sub::KEY_ALG, "EC256");
const SIGNATURE: (Sub, &str) = (Sub::SIG_ALG, "ecdsa-with-SHA256");
const CIPHER: (Sub, &str) = (Sub::CIPHER, "TLS_AES_256_GCM_SHA384");
