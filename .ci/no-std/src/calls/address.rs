use core::net::SocketAddr;

use proxy_proto::{Addresses, Endpoint, UnixAddress, UnixName};

use super::{any, used};

pub(super) fn calls() -> Option<()> {
    addresses(any()?);
    endpoint(any()?)?;
    unix_address(any()?);

    used(Addresses::inet(any()?, any()?));
    used(Addresses::inet6(any()?, any()?));
    used(Addresses::unix(any()?, any()?));
    used(Addresses::ip(any()?, any()?));
    used(Addresses::ip_mapped(any()?, any()?));
    used(Endpoint::from(any::<SocketAddr>()?));
    used(UnixAddress::new(any()?));
    used(UnixAddress::field(any::<UnixName<'_>>()?));
    Some(())
}

fn addresses(addresses: Addresses<'_>) {
    used(Addresses::family(&addresses));
    used(Addresses::source(&addresses));
    used(Addresses::destination(&addresses));
}

fn endpoint(endpoint: Endpoint<'_>) -> Option<()> {
    used(Endpoint::to_canonical(endpoint));
    used(Endpoint::socket_addr(&endpoint));
    used(SocketAddr::try_from(endpoint));
    used(endpoint == any::<SocketAddr>()?);
    used(Endpoint::ip(&endpoint));
    used(Endpoint::port(&endpoint));
    Some(())
}

fn unix_address(address: UnixAddress<'_>) {
    used(UnixAddress::name(&address));
    used(UnixAddress::as_bytes(&address));
}
