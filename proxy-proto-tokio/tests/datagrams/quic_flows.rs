//! What the QUIC service remembers about its clients, compared with a plain list.

use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    time::{Duration, Instant},
};

use proptest::{collection::vec, prelude::*};

use crate::flows::Flows;

const IDLE: Duration = Duration::from_secs(30);

fn flows(max: usize) -> Flows {
    Flows::new(NonZeroUsize::new(max).unwrap(), IDLE)
}

fn client(host: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, host], 56324))
}

fn balancer(port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 2], port))
}

#[test]
fn the_client_that_was_silent_the_longest_makes_room() {
    let mut flows = flows(2);
    let now = Instant::now();
    flows.heard(client(1), balancer(1), now);
    flows.heard(client(2), balancer(2), now);
    flows.heard(client(1), balancer(1), now);
    // Being sent to does not count.
    assert_eq!(flows.balancer_of(client(2), now), Some(balancer(2)));
    flows.heard(client(3), balancer(3), now);
    assert_eq!(flows.len(), 2);
    assert_eq!(flows.balancer_of(client(1), now), Some(balancer(1)));
    assert_eq!(flows.balancer_of(client(2), now), None);
    assert_eq!(flows.balancer_of(client(3), now), Some(balancer(3)));
}

#[test]
fn a_client_is_forgotten_when_it_has_been_silent_for_the_whole_time() {
    let mut flows = flows(2);
    let start = Instant::now();
    flows.heard(client(1), balancer(1), start);
    let last = IDLE - Duration::from_nanos(1);
    assert_eq!(
        flows.balancer_of(client(1), start + last),
        Some(balancer(1))
    );
    assert_eq!(flows.balancer_of(client(1), start + IDLE), None);
    flows.heard(client(2), balancer(2), start + IDLE);
    assert_eq!(flows.len(), 1);
}

proptest! {
    /// Clients and balancers by number, each heard from some seconds after the one before.
    #[test]
    fn a_plain_list_remembers_the_same(
        max in 1_usize..5,
        steps in vec((0_u8..7, 0_u16..3, 0_u64..12), 0..60),
    ) {
        let mut flows = flows(max);
        let mut list: Vec<(u8, u16, Instant)> = Vec::new();
        let mut now = Instant::now();
        for (host, port, seconds) in steps {
            now += Duration::from_secs(seconds);
            flows.heard(client(host), balancer(port), now);
            list.retain(|&(other, _, heard)| other != host && now - heard < IDLE);
            list.push((host, port, now));
            if list.len() > max {
                list.remove(0);
            }
            prop_assert_eq!(flows.len(), list.len());
            // Also those that would expire before the next one is heard from.
            for at in [now, now + Duration::from_secs(20)] {
                for host in 0..7 {
                    let known = list.iter().find(|&&(other, _, heard)| other == host && at - heard < IDLE);
                    let want = known.map(|&(_, port, _)| balancer(port));
                    prop_assert_eq!(flows.balancer_of(client(host), at), want);
                }
            }
        }
    }
}
