//! The additions of the features `alloc`, `bytes` and `serde`, except for functions that allocate.

use proxy_proto::{
    Admission, ConnectionInfo, Counters, Encoder, Endpoint, HeaderMode, OwnedHeader, Policy,
    TrustedNetworks, V1_MAX_LEN,
};

use super::{
    any,
    text::{debug, display},
    used,
};

pub(super) fn calls() -> Option<()> {
    trusted_networks(any()?);
    policy(any()?);
    owned_header(any()?);
    connection_info(any()?)?;
    used(Counters::new());
    debug::<Counters>();
    counters(any()?);
    builders();
    debug::<Admission>();
    debug::<HeaderMode>();
    display::<HeaderMode>();
    Some(())
}

fn trusted_networks(trusted: &TrustedNetworks) -> Option<()> {
    used(TrustedNetworks::new());
    used(TrustedNetworks::trusts(trusted, any::<Endpoint<'_>>()?));
    used(TrustedNetworks::contains(trusted, any()?));
    used(TrustedNetworks::trusts_unix(trusted));
    used(TrustedNetworks::is_empty(trusted));
    for range in TrustedNetworks::iter(trusted) {
        used(range);
    }
    Some(())
}

fn policy(policy: &Policy) -> Option<()> {
    used(Policy::admit(policy, any()?));
    used(Policy::decode_datagram(policy, any()?, any()?));
    used(Policy::decoder::<V1_MAX_LEN>(policy));
    used(Policy::refuses_everyone(policy));
    used(Policy::trusted_networks(policy));
    used(Policy::mode(policy));
    used(Policy::timeout(policy));
    used(Policy::max_header_len(policy));
    used(Policy::decode_options(policy));
    Some(())
}

fn builders() -> Option<()> {
    used(Policy::new(any()?));
    used(Policy::with_mode(any()?, any()?));
    used(Policy::with_timeout(any()?, any()?));
    used(Policy::with_max_header_len(any()?, any()?));
    used(Policy::with_decode_options(any()?, any()?));
    Some(())
}

fn owned_header(owned: &OwnedHeader) {
    used(OwnedHeader::header(owned));
    used(OwnedHeader::as_bytes(owned));
}

fn connection_info(info: &ConnectionInfo) -> Option<()> {
    used(ConnectionInfo::client_addr(info));
    used(ConnectionInfo::server_addr(info));
    used(ConnectionInfo::client_ip(info));
    used(ConnectionInfo::peer_addr(info));
    used(ConnectionInfo::local_addr(info));
    used(ConnectionInfo::is_proxied(info));
    used(ConnectionInfo::is_local(info));
    used(ConnectionInfo::header(info));
    used(ConnectionInfo::owned_header(info));
    used(Encoder::for_connection(info, any()?));
    Some(())
}

fn counters(mut counters: Counters) -> Option<()> {
    Counters::record_accepted(&mut counters, any()?);
    Counters::record_refused(&mut counters, any()?);
    Counters::record_io_error(&mut counters);
    Counters::record_accept_failed(&mut counters);
    Counters::record_accept_stopped(&mut counters);
    counters += any()?;
    for counter in Counters::iter(&counters) {
        used(counter);
    }
    Some(())
}
