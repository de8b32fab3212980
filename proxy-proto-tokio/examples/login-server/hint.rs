//! A command line to try the service with.

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use proxy_proto_tokio::proxy_proto::Admission;

use crate::config::{Config, ListenerConfig};

/// A login with curl from this machine, at the first listener that admits it, preferably one with a
/// header.
///
/// NOOP, because without a command curl sends LIST, and there is no mail to list.
pub(crate) fn curl<'a>(
    listeners: impl Iterator<Item = (&'a ListenerConfig, SocketAddr)> + Clone,
    config: &Config,
) -> Option<String> {
    let open = listeners.map(|(listener, address)| (listener, reachable(address)));
    let mut open = open.filter(|(listener, address)| {
        // A machine that connects to its own address does so from that address.
        let policy = config.policy_of(listener);
        policy.admit((*address).into()) != Admission::Refuse
    });
    let first = open.clone().next();
    let (listener, address) = open.find(|(listener, _)| listener.haproxy).or(first)?;
    let header = if listener.haproxy {
        "--haproxy-protocol "
    } else {
        ""
    };
    let url = if listener.ssl {
        "--insecure imaps"
    } else {
        "imap"
    };
    Some(format!(
        "curl {header}-u alice:secret -X NOOP {url}://{address}/"
    ))
}

/// An address to reach the listener at, even if it is bound to all addresses.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
