//! The SSL TLV and its sub-TLVs. Spec: §2.2.6.

#![expect(
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use proxy_proto::{
    OutgoingSsl, OutgoingSslSubTlv, OutgoingTlv, Ssl, SslClientFlags, SslSubTlvType, TextEncoding,
    TlvErrorKind, TlvType, TypedTlv,
};
use proxy_proto_fuzz::oracle::typed::{Meaning, ssl_meaning, ssl_sub_tlv_name};

use crate::common::encoding::{complete_rows, inet};
use crate::common::header;

/// What a row means: client, verify, has a certificate, is verified, then VERSION, CN,
/// CIPHER, SIG_ALG, KEY_ALG, GROUP and SIG_SCHEME.
type Meant<'a> = (u8, u32, bool, bool, [Option<&'a str>; 7]);

const RSA: Option<&str> = Some("RSA2048");
const SHA256: Option<&str> = Some("RSA-SHA256");
const EC: Option<&str> = Some("EC256");
const EC_SHA256: Option<&str> = Some("ecdsa-with-SHA256");
const TLS13: Option<&str> = Some("TLSv1.3");
const AES: Option<&str> = Some("TLS_AES_256_GCM_SHA384");
const CN: Option<&str> = Some("client.example.com");

/// HAProxy on clear text, without a client certificate, with one, with one it could not verify;
/// hitch and nginx, which send `verify` 1 where HAProxy sends 0.
const PLAIN: Meant<'_> = (0, 0, false, false, [None; 7]);
const NO_CERT: Meant<'_> = (
    1,
    0,
    false,
    false,
    [TLS13, None, None, None, None, None, None],
);
const CERT: Meant<'_> = (
    7,
    0,
    true,
    true,
    [TLS13, None, None, None, None, None, None],
);
const CN_CERT: Meant<'_> = (7, 0, true, true, [TLS13, CN, None, None, None, None, None]);
const FULL_NO_CERT: Meant<'_> = (
    1,
    0,
    false,
    false,
    [TLS13, None, AES, SHA256, RSA, None, None],
);
const FULL_CERT: Meant<'_> = (7, 0, true, true, [TLS13, CN, AES, SHA256, RSA, None, None]);
const EC_NO_CERT: Meant<'_> = (
    1,
    0,
    false,
    false,
    [TLS13, None, AES, EC_SHA256, EC, None, None],
);
const EC_CERT: Meant<'_> = (
    7,
    0,
    true,
    true,
    [TLS13, CN, AES, EC_SHA256, EC, None, None],
);
const HITCH: Meant<'_> = (
    1,
    1,
    false,
    false,
    [TLS13, None, AES, None, None, None, None],
);

const NGINX: Meant<'_> = (
    1,
    1,
    false,
    false,
    [TLS13, None, AES, EC_SHA256, EC, None, None],
);

#[test]
fn what_the_rows_with_an_ssl_tlv_mean() {
    let rogue = Some("rogue.example.com");
    let utf8 = Some("Zo\u{eb} \u{dc}n\u{ef}code");
    let group = [
        TLS13,
        None,
        None,
        None,
        None,
        Some("x25519"),
        Some("rsa_pss_rsae_sha256"),
    ];
    let table: [(&str, Meant<'_>); 34] = [
        ("haproxy-v2-allopts-plain-tcp4", PLAIN),
        ("haproxy-v2-ssl-nocert", NO_CERT),
        ("haproxy-v2-ssl-cert", CERT),
        ("haproxy-v2-ssl-cn-nocert", NO_CERT),
        ("haproxy-v2-ssl-cn-cert", CN_CERT),
        (
            "haproxy-v2-ssl-cn-cert-unverified",
            (
                7,
                18,
                true,
                false,
                [TLS13, rogue, None, None, None, None, None],
            ),
        ),
        ("haproxy-v2-full-nocert", EC_NO_CERT),
        ("haproxy-v2-full-nocert-alpn-h2", EC_NO_CERT),
        ("haproxy-v2-full-cert-alpn-imap", EC_CERT),
        (
            "haproxy-v2-full-cert-unverified",
            (
                7,
                18,
                true,
                false,
                [TLS13, rogue, AES, EC_SHA256, EC, None, None],
            ),
        ),
        ("haproxy-v2-full-cert-tcp6", EC_CERT),
        ("haproxy35-v2-allopts-plain-tcp4", PLAIN),
        ("haproxy35-v2-ssl-nocert", NO_CERT),
        ("haproxy35-v2-ssl-cn-nocert", NO_CERT),
        ("haproxy35-v2-full-nocert", FULL_NO_CERT),
        ("haproxy35-v2-full-nocert-nosni", FULL_NO_CERT),
        ("haproxy35-v2-full-nocert-alpn-h2", FULL_NO_CERT),
        ("haproxy35-v2-full-cert-alpn-imap", FULL_CERT),
        (
            "haproxy35-v2-full-cert-utf8cn",
            (
                7,
                0,
                true,
                true,
                [TLS13, utf8, AES, SHA256, RSA, None, None],
            ),
        ),
        ("hitch-v2-tcp4", HITCH),
        ("hitch-v2-tcp6", HITCH),
        ("hitch-v2-to-unix-server", HITCH),
        ("hitch-v2-tcp4-nocert", HITCH),
        (
            "hitch-v2-tcp4-cert",
            (7, 0, true, true, [TLS13, None, AES, None, None, None, None]),
        ),
        ("hitch-v2-tcp4-alpn-h2", HITCH),
        ("nginx131-v2-ssl-nocert", NGINX),
        ("nginx131-v2-ssl-alpn", NGINX),
        ("nginx131-v2-ssl-cert", EC_CERT),
        (
            "nginx131-v2-ssl-cert-unverified",
            (
                7,
                18,
                true,
                false,
                [TLS13, rogue, AES, EC_SHA256, EC, None, None],
            ),
        ),
        (
            "v2-tlv-ssl",
            (7, 0, true, true, [TLS13, CN, AES, SHA256, RSA, None, None]),
        ),
        ("v2-tlv-ssl-new-sub", (1, 1, false, false, group)),
        ("v2-tlv-ssl-no-sub", PLAIN),
        (
            "v2-tlv-ssl-client1-no-version",
            (1, 0, false, false, [None; 7]),
        ),
        ("v2-tlv-ssl-sub-unknown", (1, 0, false, false, [None; 7])),
    ];
    let mut rows = 0;
    for row in complete_rows() {
        let seen = header(&row.header);
        let Ok(Some(ssl)) = seen.ssl() else {
            continue;
        };
        if ssl.cn().is_err() {
            continue;
        }
        let (_, want) = table.iter().find(|(id, _)| *id == row.id).expect(&row.id);
        assert_eq!(meaning(&ssl), *want, "{}", row.id);
        let tlv = seen.tlv(TlvType::SSL).unwrap();
        assert_eq!(tlv.typed(), Ok(TypedTlv::Ssl(ssl)), "{}", row.id);
        rows += 1;
    }
    assert_eq!(rows, table.len());
}

#[test]
fn rows_with_an_invalid_ssl_tlv_are_errors_with_a_reason() {
    let table = [
        ("v2-tlv-ssl-short-4", "SSL at byte 28: 4 bytes, 5 needed"),
        ("v2-tlv-ssl-len0", "SSL at byte 28: 0 bytes, 5 needed"),
        (
            "v2-tlv-ssl-sub-overrun",
            "SSL at byte 28: sub-TLV overruns at byte 36",
        ),
        (
            "v2-tlv-ssl-sub-remnant",
            "SSL at byte 28: sub-TLV overruns at byte 36",
        ),
    ];
    for (id, want) in table {
        let rows = complete_rows();
        let row = rows.iter().find(|row| row.id == id).expect(id);
        let error = header(&row.header).ssl().unwrap_err();
        assert_eq!(error.to_string(), want, "{id}");
    }
}

#[test]
fn an_invalid_cn_leaves_everything_else_readable() {
    let rows = complete_rows();
    let row = rows.iter().find(|row| row.id == "v2-tlv-ssl-cn-bad-utf8");
    let ssl = header(&row.unwrap().header).ssl().unwrap().unwrap();
    let error = ssl.cn().unwrap_err();
    assert_eq!(error.to_string(), "SSL CN at byte 36: not UTF-8");
    assert_eq!(error.kind, TlvErrorKind::NotUtf8);
    assert_eq!(ssl.version(), Ok(None));
    assert!(ssl.client_is_verified());
    assert_eq!(ssl.sub_tlv(SslSubTlvType::CN).unwrap().value(), b"\xff");
}

#[test]
fn verified_needs_a_certificate_and_verify_0() {
    for byte in 0..=u8::MAX {
        for verify in [0, 1, 18, 0x0100_0000, u32::MAX] {
            let client = SslClientFlags(byte);
            let sent = ssl_header(client, verify, &[]);
            let ssl = header(&sent).ssl().unwrap().unwrap();
            // Bits without a name included.
            assert_eq!((ssl.client(), ssl.verify()), (client, verify));
            let has_certificate = byte & 0x06 != 0;
            assert_eq!(ssl.client_has_certificate(), has_certificate, "{byte:#x}");
            assert_eq!(ssl.client_is_verified(), has_certificate && verify == 0);
            assert_eq!(client.has(SslClientFlags::SSL), byte & 1 == 1);
        }
    }
    let both = SslClientFlags::CERT_CONN.with(SslClientFlags::CERT_SESS);
    assert_eq!(both, SslClientFlags(0x06));
    assert!(both.has(SslClientFlags::CERT_SESS) && !SslClientFlags::CERT_SESS.has(both));
}

#[test]
fn a_bit_that_is_added_twice_is_set() {
    let both = SslClientFlags::SSL.with(SslClientFlags::CERT_CONN);
    assert_eq!(both.with(SslClientFlags::SSL), both);
}

#[test]
fn every_sub_tlv_has_the_name_of_the_spec() {
    for byte in 0..=u8::MAX {
        let sub_type = SslSubTlvType(byte);
        let numbered = |name| format!("{name}({byte:#04x})");
        let (name, shown) = match ssl_sub_tlv_name(byte) {
            Some(name) => (name, name.to_owned()),
            None => ("UNASSIGNED", numbered("UNASSIGNED")),
        };
        assert_eq!((sub_type.name(), sub_type.to_string()), (name, shown));
        assert_eq!(format!("{sub_type:?}"), numbered(name));
        let is_assigned = SslSubTlvType::ASSIGNED.contains(&sub_type);
        assert_eq!(is_assigned, ssl_sub_tlv_name(byte).is_some());
    }
}

#[test]
fn every_sub_tlv_survives_and_is_text_where_the_spec_says_so() {
    for byte in 0..=u8::MAX {
        let sub_type = SslSubTlvType(byte);
        let sent = ssl_header(
            SslClientFlags::SSL,
            0,
            &[
                OutgoingSslSubTlv::Raw(sub_type, b"text"),
                OutgoingSslSubTlv::Raw(sub_type, "Zo\u{eb}".as_bytes()),
                OutgoingSslSubTlv::Raw(sub_type, b"\xff"),
                OutgoingSslSubTlv::Raw(sub_type, b""),
            ],
        );
        let ssl = header(&sent).ssl().unwrap().unwrap();
        let values: Vec<_> = ssl
            .sub_tlvs()
            .map(|tlv| (tlv.sub_type(), tlv.value()))
            .collect();
        let bytes: [&[u8]; 4] = [b"text", "Zo\u{eb}".as_bytes(), b"\xff", b""];
        assert_eq!(values, bytes.map(|value| (sub_type, value)));

        let invalid = sub_type.text_encoding().map(|encoding| match encoding {
            TextEncoding::Ascii => TlvErrorKind::NotAscii,
            TextEncoding::Utf8 => TlvErrorKind::NotUtf8,
            _ => unreachable!("no other encoding is in the spec"),
        });
        for (sub_tlv, value) in ssl.sub_tlvs().zip(bytes) {
            let want = match ssl_meaning(byte, value) {
                Some(Meaning::Text(text)) => Ok(Some(text)),
                Some(_) => Ok(None),
                None => Err(invalid),
            };
            let found = sub_tlv.text().map_err(|error| Some(error.kind));
            assert_eq!(found, want, "{sub_type:?} {}", value.escape_ascii());
        }
    }
}

#[test]
fn each_invalid_text_names_its_sub_tlv_and_place() {
    for &sub_type in SslSubTlvType::ASSIGNED {
        let Some(encoding) = sub_type.text_encoding() else {
            continue;
        };
        let name = match encoding {
            TextEncoding::Ascii => "US-ASCII",
            _ => "UTF-8",
        };
        let bad = [OutgoingSslSubTlv::Raw(sub_type, b"caf\xe9")];
        let sent = ssl_header(SslClientFlags::SSL, 0, &bad);
        let ssl = header(&sent).ssl().unwrap().unwrap();
        let sub_tlv = ssl.sub_tlv(sub_type).unwrap();
        assert_eq!(sub_tlv.offset(), 36);
        let error = sub_tlv.text().unwrap_err();
        let want = format!("SSL {sub_type} at byte 36: not {name}");
        assert_eq!(error.to_string(), want);
    }
}

#[test]
fn accessors_return_the_first_of_repeated_sub_tlvs() {
    let sent = ssl_header(
        SslClientFlags::SSL,
        0,
        &[
            OutgoingSslSubTlv::Text(SslSubTlvType::CN, "first"),
            OutgoingSslSubTlv::Raw(SslSubTlvType::CLIENT_CERT, b"1"),
            OutgoingSslSubTlv::Text(SslSubTlvType::CN, "second"),
            OutgoingSslSubTlv::Raw(SslSubTlvType::CLIENT_CERT, b"2"),
        ],
    );
    let ssl = header(&sent).ssl().unwrap().unwrap();
    assert_eq!(ssl.cn(), Ok(Some("first")));
    assert_eq!(ssl.client_cert(), Some(&b"1"[..]));
    assert_eq!(ssl.sub_tlvs().count(), 4);
}

/// No recursion: not even its framing is checked.
#[test]
fn an_ssl_tlv_inside_an_ssl_tlv_is_an_unknown_sub_tlv() {
    let inner = b"\x07\0\0\0\0\x22\xff\xffoverrun";
    let sub_type = SslSubTlvType(TlvType::SSL.0);
    let sent = ssl_header(
        SslClientFlags::SSL,
        1,
        &[OutgoingSslSubTlv::Raw(sub_type, inner)],
    );
    let ssl = header(&sent).ssl().unwrap().unwrap();
    let sub_tlv = ssl.sub_tlv(sub_type).unwrap();
    assert_eq!((sub_tlv.value(), sub_tlv.text()), (&inner[..], Ok(None)));
    assert_eq!(sub_type.name(), "UNASSIGNED");
    assert_eq!((ssl.cn(), ssl.client_has_certificate()), (Ok(None), false));
}

fn ssl_header(client: SslClientFlags, verify: u32, sub_tlvs: &[OutgoingSslSubTlv<'_>]) -> Vec<u8> {
    let ssl = OutgoingSsl {
        client,
        verify,
        sub_tlvs,
    };
    inet(&[OutgoingTlv::Ssl(ssl)]).to_vec().unwrap()
}

fn meaning<'a>(ssl: &Ssl<'a>) -> Meant<'a> {
    let texts = [
        ssl.version(),
        ssl.cn(),
        ssl.cipher(),
        ssl.sig_alg(),
        ssl.key_alg(),
        ssl.group(),
        ssl.sig_scheme(),
    ];
    (
        ssl.client().0,
        ssl.verify(),
        ssl.client_has_certificate(),
        ssl.client_is_verified(),
        texts.map(Result::unwrap),
    )
}

#[test]
fn a_sub_tlv_is_shown_escaped() {
    let cn = [OutgoingSslSubTlv::Text(SslSubTlvType::CN, "b\u{1b}")];
    let ssl = OutgoingTlv::Ssl(OutgoingSsl {
        client: SslClientFlags::SSL,
        verify: 0,
        sub_tlvs: &cn,
    });
    let written = inet(&[ssl]).to_vec().unwrap();
    let shown = format!("{:?}", header(&written).ssl());
    assert!(shown.contains(r#"CN(0x22) "b\x1b""#), "{shown}");
}
