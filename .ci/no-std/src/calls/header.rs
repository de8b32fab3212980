use proxy_proto::Header;

use super::{any, used};

pub(super) fn calls() -> Option<()> {
    header(any()?)
}

fn header(header: Header<'_>) -> Option<()> {
    used(Header::version(&header));
    used(Header::command(&header));
    used(Header::address_family(&header));
    used(Header::transport_protocol(&header));
    used(Header::addresses(&header));
    used(Header::source(&header));
    used(Header::destination(&header));
    used(Header::as_bytes(&header));
    used(Header::block(&header));
    used(Header::len(&header));

    used(Header::tlvs(&header));
    used(Header::tlv(&header, any()?));
    used(Header::alpn(&header));
    used(Header::authority(&header));
    used(Header::unique_id(&header));
    used(Header::ssl(&header));
    used(Header::netns(&header));
    Some(())
}
