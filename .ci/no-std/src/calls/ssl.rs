use proxy_proto::{Ssl, SslClientFlags, SslSubTlv, SslSubTlvType};

use super::{any, used};

pub(super) fn calls() -> Option<()> {
    ssl(any()?);
    sub_tlv(any()?);

    used(SslSubTlvType::name(any()?));
    used(SslSubTlvType::text_encoding(any()?));
    used(SslClientFlags::has(any()?, any()?));
    used(SslClientFlags::with(any()?, any()?));
    Some(())
}

fn ssl(ssl: Ssl<'_>) -> Option<()> {
    used(Ssl::client(&ssl));
    used(Ssl::verify(&ssl));
    used(Ssl::client_has_certificate(&ssl));
    used(Ssl::client_is_verified(&ssl));
    used(Ssl::version(&ssl));
    used(Ssl::cn(&ssl));
    used(Ssl::cipher(&ssl));
    used(Ssl::sig_alg(&ssl));
    used(Ssl::key_alg(&ssl));
    used(Ssl::group(&ssl));
    used(Ssl::sig_scheme(&ssl));
    used(Ssl::client_cert(&ssl));
    Ssl::sub_tlvs(&ssl).for_each(used);
    used(Ssl::sub_tlv(&ssl, any()?));
    Some(())
}

fn sub_tlv(tlv: SslSubTlv<'_>) {
    used(SslSubTlv::sub_type(&tlv));
    used(SslSubTlv::value(&tlv));
    used(SslSubTlv::offset(&tlv));
    used(SslSubTlv::text(&tlv));
}
