//! The table of waiting connections: deadlines, places, and which connection gives up its own.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that fails fails the test that called it"
)]

use core::{net::SocketAddr, time::Duration};

use proxy_proto::{
    Endpoint, Entry, Gate, HeaderMode, Inserted, Limits, Pending, Policy, Refusal, UnixAddress,
    WhenFull,
};

const TIMEOUT: Duration = Duration::from_secs(3);

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn policy() -> Policy {
    Policy::new("0.0.0.0/0 ::/0 unix".parse().unwrap()).with_timeout(TIMEOUT)
}

fn open(policy: &Policy, peer: Endpoint<'_>) -> Gate {
    match Gate::open(policy, peer) {
        Entry::Read(gate) => gate,
        other => panic!("{other:?}"),
    }
}

/// A gate of a peer at this address.
fn gate(ip: &str) -> Gate {
    let address = SocketAddr::new(ip.parse().unwrap(), 40528);
    open(&policy(), address.into())
}

/// A silent peer at an address of its own.
fn silent(number: u8) -> Gate {
    gate(&format!("10.0.0.{number}"))
}

/// The same, after a part of its header.
fn speaking(number: u8) -> Gate {
    let mut gate = silent(number);
    speak(&mut gate);
    gate
}

fn speak(gate: &mut Gate) {
    let step = gate.feed(b"PROXY");
    assert_eq!(step.consume(), 5);
}

/// The key of a connection that got a place that no other had to give up.
#[track_caller]
fn placed(inserted: Inserted<'_, u32>) -> usize {
    match inserted {
        Inserted::Placed {
            key, dropped: None, ..
        } => key,
        other => panic!("{other:?}"),
    }
}

/// Which stream ends, why, and whether the new one got a place.
fn dropped(inserted: Inserted<'_, u32>) -> (u32, Refusal, bool) {
    match inserted {
        Inserted::Placed {
            dropped: Some(dropped),
            ..
        } => (dropped.stream, dropped.refusal, true),
        Inserted::Refused(dropped) => (dropped.stream, dropped.refusal, false),
        other => panic!("{other:?}"),
    }
}

/// All whose time is up.
fn expired(pending: &mut Pending<u32>, now: Duration) -> Vec<u32> {
    core::iter::from_fn(|| pending.expire(now))
        .map(|dropped| dropped.stream)
        .collect()
}

#[test]
fn a_connection_is_found_by_its_key_until_it_leaves() {
    let mut pending = Pending::new(Limits::new());
    assert!(pending.is_empty());
    let first = placed(pending.insert(1, silent(1), at(0)));
    let Inserted::Placed {
        key: second,
        stream,
        ..
    } = pending.insert(0, silent(2), at(0))
    else {
        panic!();
    };
    *stream = 2;
    assert_eq!(pending.len(), 2);
    assert_eq!(pending.limits(), &Limits::new());

    let (stream, gate) = pending.get_mut(second).unwrap();
    assert_eq!(*stream, 2);
    speak(gate);
    let (stream, gate) = pending.remove(second).unwrap();
    assert_eq!((stream, gate.received()), (2, 5));
    assert!(pending.get_mut(second).is_none());
    assert!(pending.remove(second).is_none());
    assert_eq!(*pending.get_mut(first).unwrap().0, 1);
}

#[test]
fn a_key_is_used_again_and_is_less_than_the_limit() {
    let mut pending = Pending::new(Limits::new().with_pending(2));
    for number in 0..100 {
        let first = placed(pending.insert(number, silent(1), at(0)));
        let second = placed(pending.insert(number, silent(2), at(0)));
        assert!(first < 2 && second < 2);
        assert!(pending.remove(first).is_some());
        assert!(pending.remove(second).is_some());
    }
}

#[test]
fn a_deadline_is_reached_and_not_before() {
    let mut pending = Pending::new(Limits::new());
    assert_eq!(pending.next_deadline(), None);
    placed(pending.insert(1, speaking(1), at(10)));
    assert_eq!(pending.next_deadline(), Some(at(13)));

    let just_before = at(13) - Duration::from_nanos(1);
    assert!(pending.expire(just_before).is_none());
    let dropped = pending.expire(at(13)).unwrap();
    assert_eq!(dropped.stream, 1);
    assert_eq!(dropped.refusal, Refusal::timed_out(TIMEOUT, 5));
    assert_eq!(dropped.gate.peer_addr().to_string(), "10.0.0.1:40528");
    assert!(pending.is_empty());
    assert_eq!(pending.next_deadline(), None);
}

#[test]
fn connections_expire_in_the_order_of_their_deadlines() {
    let mut pending = Pending::new(Limits::new());
    for number in 0..10 {
        placed(pending.insert(number, silent(1), at(number.into())));
    }
    assert_eq!(expired(&mut pending, at(6)), [0, 1, 2, 3]);
    assert_eq!(pending.next_deadline(), Some(at(7)));
    assert_eq!(expired(&mut pending, at(100)), [4, 5, 6, 7, 8, 9]);
}

#[test]
fn a_deadline_under_another_timeout_is_inserted_in_order() {
    let policy = |seconds| policy().with_timeout(at(seconds));
    let gate = |seconds| {
        let address: SocketAddr = "10.0.0.1:40528".parse().unwrap();
        open(&policy(seconds), address.into())
    };
    let mut pending = Pending::new(Limits::new());
    placed(pending.insert(30, gate(30), at(0)));
    let gone = placed(pending.insert(0, gate(9), at(0)));
    placed(pending.insert(10, gate(10), at(0)));
    assert!(pending.remove(gone).is_some());
    placed(pending.insert(20, gate(20), at(0)));
    placed(pending.insert(5, gate(5), at(0)));
    placed(pending.insert(21, gate(20), at(0)));
    assert_eq!(pending.next_deadline(), Some(at(5)));
    assert_eq!(expired(&mut pending, at(30)), [5, 10, 20, 21, 30]);
}

#[test]
fn a_reused_key_does_not_have_the_deadline_of_the_connection_that_left() {
    let mut pending = Pending::new(Limits::new());
    let key = placed(pending.insert(1, silent(1), at(0)));
    assert!(pending.remove(key).is_some());
    assert_eq!(pending.next_deadline(), None);
    let again = placed(pending.insert(2, silent(2), at(2)));
    assert_eq!(again, key);
    assert_eq!(pending.next_deadline(), Some(at(5)));
    assert!(pending.expire(at(4)).is_none());
}

#[test]
fn a_timeout_without_end_is_never_reached() {
    let policy = policy().with_timeout(Duration::MAX);
    let address: SocketAddr = "10.0.0.1:40528".parse().unwrap();
    let mut pending = Pending::new(Limits::new());
    placed(pending.insert(1, open(&policy, address.into()), at(1)));
    assert_eq!(pending.next_deadline(), Some(Duration::MAX));
    assert!(pending.expire(at(1_000_000)).is_none());
}

#[test]
fn the_oldest_silent_connection_gives_up_its_place() {
    let mut pending = Pending::new(Limits::new().with_pending(3));
    placed(pending.insert(1, speaking(1), at(0)));
    let second = placed(pending.insert(2, silent(2), at(0)));
    placed(pending.insert(3, silent(3), at(0)));
    assert!(pending.is_full());
    assert!(pending.accepts());

    // The second one has sent bytes since.
    speak(pending.get_mut(second).unwrap().1);
    let inserted = pending.insert(4, silent(4), at(1));
    assert_eq!(dropped(inserted), (3, Refusal::LimitReached, true));
    let inserted = pending.insert(5, speaking(5), at(1));
    assert_eq!(dropped(inserted), (4, Refusal::LimitReached, true));

    // Now all of them have.
    let inserted = pending.insert(6, silent(6), at(1));
    assert_eq!(dropped(inserted), (6, Refusal::LimitReached, false));
    assert_eq!(pending.len(), 3);
    assert_eq!(expired(&mut pending, at(4)), [1, 2, 5]);
}

#[test]
fn the_newest_is_refused_if_that_is_set() {
    let limits = Limits::new()
        .with_pending(1)
        .with_when_full(WhenFull::RefuseNewest);
    let mut pending = Pending::new(limits);
    let key = placed(pending.insert(1, silent(1), at(0)));
    assert!(pending.accepts());
    let inserted = pending.insert(2, silent(2), at(0));
    assert_eq!(dropped(inserted), (2, Refusal::LimitReached, false));
    assert!(pending.remove(key).is_some());
    placed(pending.insert(3, silent(3), at(0)));
}

#[test]
fn a_listener_stops_while_there_is_no_place() {
    let limits = Limits::new()
        .with_pending(1)
        .with_when_full(WhenFull::StopAccepting);
    let mut pending = Pending::new(limits);
    assert!(pending.accepts());
    let key = placed(pending.insert(1, silent(1), at(0)));
    assert!(!pending.accepts());
    // One that was accepted anyway does not push another out.
    let inserted = pending.insert(2, silent(2), at(0));
    assert_eq!(dropped(inserted), (2, Refusal::LimitReached, false));
    assert!(pending.remove(key).is_some());
    assert!(pending.accepts());
}

#[test]
fn places_are_limited_per_source() {
    let mut pending = Pending::new(Limits::new().with_per_source(2));
    let unix = || open(&policy(), Endpoint::Unix(UnixAddress::UNNAMED));
    let sources: [[Gate; 3]; 4] = [
        [gate("10.0.0.1"), gate("::ffff:10.0.0.1"), gate("10.0.0.1")],
        [gate("10.0.0.2"), gate("10.0.0.2"), gate("10.0.0.2")],
        [
            gate("2001:db8::1"),
            gate("2001:db8::2"),
            gate("2001:db8:0:0:ffff::"),
        ],
        [unix(), unix(), unix()],
    ];
    for [first, second, third] in sources {
        let key = placed(pending.insert(1, first, at(0)));
        placed(pending.insert(2, second, at(0)));
        let inserted = pending.insert(3, third.clone(), at(0));
        assert_eq!(dropped(inserted), (3, Refusal::SourceLimitReached, false));
        // One that leaves makes room for another.
        assert!(pending.remove(key).is_some());
        placed(pending.insert(4, third.clone(), at(0)));
        let inserted = pending.insert(5, third, at(0));
        assert_eq!(dropped(inserted), (5, Refusal::SourceLimitReached, false));
    }
    placed(pending.insert(6, gate("2001:db8:0:1::1"), at(0)));
    assert_eq!(pending.len(), 9);
    assert_eq!(expired(&mut pending, at(3)).len(), 9);
    placed(pending.insert(7, gate("10.0.0.1"), at(3)));
    placed(pending.insert(8, gate("10.0.0.1"), at(3)));
}

#[test]
fn a_source_at_its_limit_pushes_no_other_out() {
    let limits = Limits::new().with_pending(2).with_per_source(1);
    let mut pending = Pending::new(limits);
    placed(pending.insert(1, gate("10.0.0.1"), at(0)));
    placed(pending.insert(2, gate("10.0.0.2"), at(0)));
    let inserted = pending.insert(3, gate("10.0.0.2"), at(0));
    assert_eq!(dropped(inserted), (3, Refusal::SourceLimitReached, false));
    let inserted = pending.insert(4, gate("10.0.0.3"), at(0));
    assert_eq!(dropped(inserted), (1, Refusal::LimitReached, true));
    // It freed the place of its source as well.
    let inserted = pending.insert(5, gate("10.0.0.1"), at(0));
    assert_eq!(dropped(inserted), (2, Refusal::LimitReached, true));
}

#[test]
fn a_limit_of_0_places_counts_as_1() {
    let limits = Limits::new().with_pending(0);
    assert_eq!(limits.pending(), 1);
    assert_eq!(Limits::default(), Limits::new());
    let mut pending = Pending::new(limits);
    placed(pending.insert(1, silent(1), at(0)));
}

/// While one connection waits, any number of others may come and go. Compared with a plain list of
/// deadlines.
#[test]
fn deadlines_agree_with_a_list_whatever_comes_and_goes() {
    let mut pending = Pending::new(Limits::new());
    let mut waiting: Vec<(usize, u32, Duration)> = Vec::new();
    // A fixed sequence that looks random: the multiplier is Knuth's.
    let mut random = 1_u64;
    let mut next = |below: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) % below
    };
    let address: SocketAddr = "10.0.0.1:40528".parse().unwrap();
    for number in 0..4000_u32 {
        let now = at(number.into());
        let timeout = at(if next(10) == 0 { 10 } else { 200 });
        let gate = open(&policy().with_timeout(timeout), address.into());
        let key = placed(pending.insert(number, gate, now));
        waiting.push((key, number, now + timeout));
        if next(3) > 0 {
            let chosen = usize::try_from(next(waiting.len().try_into().unwrap())).unwrap();
            let (key, number, _) = waiting.swap_remove(chosen);
            assert_eq!(pending.remove(key).unwrap().0, number);
        }
        while let Some(dropped) = pending.expire(now) {
            let index = waiting
                .iter()
                .position(|(_, number, _)| *number == dropped.stream);
            assert!(waiting.swap_remove(index.unwrap()).2 <= now);
        }
        let earliest = waiting.iter().map(|(_, _, deadline)| *deadline).min();
        assert_eq!(pending.next_deadline(), earliest);
        assert_eq!(pending.len(), waiting.len());
    }
}

/// A peer whose header is optional, after part of a signature.
fn undecided(number: u8) -> Gate {
    let address = SocketAddr::from(([10, 0, 0, number], 40528));
    let mut gate = open(&policy().with_mode(HeaderMode::Optional), address.into());
    assert_eq!(gate.feed(b"PRO").consume(), 0);
    gate
}

#[test]
fn an_undecided_connection_is_looked_at_again_as_often_as_requested() {
    let mut pending = Pending::new(Limits::new());
    let key = placed(pending.insert(1, undecided(1), at(10)));
    let due = at(10) + Gate::LOOK_AGAIN;
    assert_eq!(pending.next_deadline(), Some(due));
    // One is scheduled already.
    pending.look_again(key, at(11));
    assert_eq!(pending.next_look(at(10)), None);
    assert_eq!(pending.next_look(due), Some(key));
    assert_eq!(pending.next_look(due), None);
    assert_eq!(pending.next_deadline(), Some(at(13)));

    pending.look_again(key, due);
    assert_eq!(pending.next_look(at(11)), Some(key));
}

#[test]
fn a_look_is_not_inherited_with_the_key() {
    let mut pending = Pending::new(Limits::new());
    let key = placed(pending.insert(1, undecided(1), at(10)));
    let other = placed(pending.insert(2, undecided(2), at(11)));
    pending.remove(key);
    assert_eq!(placed(pending.insert(3, silent(3), at(12))), key);
    assert_eq!(pending.next_look(at(12)), Some(other));
    assert_eq!(pending.next_look(at(12)), None);
}
