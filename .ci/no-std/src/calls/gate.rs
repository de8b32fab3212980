use proxy_proto::{Gate, Limits, OwnedEndpoint, Pending, Step, WhenFull};

use super::{any, text::debug, used};

pub(super) fn calls() -> Option<()> {
    gate(any()?)?;
    limits(any()?)?;
    pending(any()?)?;

    used(OwnedEndpoint::endpoint(any()?));
    used(Step::consume(any()?));
    used(Limits::new());
    debug::<Limits>();
    debug::<WhenFull>();
    Some(())
}

fn gate(gate: &mut Gate) -> Option<()> {
    used(Gate::at_least(gate));
    used(Gate::received(gate));
    used(Gate::timeout(gate));
    used(Gate::timed_out(gate));
    used(Gate::closed(gate));
    used(Gate::peer_addr(gate));
    Some(())
}

fn limits(limits: Limits) -> Option<()> {
    used(Limits::pending(&limits));
    used(Limits::per_source(&limits));
    used(Limits::when_full(&limits));
    used(Limits::with_pending(limits, any()?));
    used(Limits::with_per_source(limits, any()?));
    used(Limits::with_when_full(limits, any()?));
    Some(())
}

fn pending(pending: &mut Pending<u32>) -> Option<()> {
    used(Pending::<u32>::accepts(pending));
    used(Pending::<u32>::is_empty(pending));
    used(Pending::<u32>::is_full(pending));
    used(Pending::<u32>::len(pending));
    used(Pending::<u32>::limits(pending));
    used(Pending::<u32>::next_deadline(pending));
    used(Pending::<u32>::next_look(pending, any()?));
    used(Pending::<u32>::get_mut(pending, any()?));
    for connection in Pending::<u32>::iter(pending) {
        used(connection);
    }
    Some(())
}
