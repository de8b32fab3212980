//! How many connections may wait, by the limit on descriptors.

use proxy_proto::Limits;

/// These limits, with no more places than half of the descriptors that the process may open: the other
/// half is for the connections that are served.
pub(super) fn fit(limits: Limits) -> Limits {
    match descriptors() {
        Some(descriptors) => limits.with_pending(limits.pending().min(descriptors / 2)),
        None => limits,
    }
}

/// The soft limit, if there is one.
#[cfg(unix)]
fn descriptors() -> Option<usize> {
    use rustix::process::{Resource, getrlimit};

    let limit = getrlimit(Resource::Nofile).current?;
    Some(usize::try_from(limit).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn descriptors() -> Option<usize> {
    None
}
