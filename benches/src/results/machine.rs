//! What the results were measured on and with.

use std::fs;

use crate::{
    peers::{Contestant, Visitor, visit_peers},
    versions,
};

/// Machine, versions and date as a Markdown list.
pub(crate) fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models = cpus.lines().filter(|line| line.starts_with("model name"));
    let count = models.clone().count();
    let model = models
        .clone()
        .next()
        .and_then(|line| line.split(':').nth(1));
    let model = model.unwrap_or("unknown processor").trim();
    let kernel = versions::first_line("uname", &["-srm"]);
    let date = versions::first_line("date", &["-u", "+%F"]);
    let commit = versions::first_line("git", &["describe", "--always", "--dirty"]);
    let mut peers = Peers(Vec::new());
    visit_peers(&mut peers);
    format!(
        "- {date}, proxy-proto {} at commit {commit}\n\
         - {model}, {count} processors, {kernel}\n\
         - {}, release: fat LTO, one codegen unit\n\
         - {}\n",
        env!("CARGO_PKG_VERSION"),
        versions::rustc(),
        peers.0.join(", "),
    )
}

struct Peers(Vec<String>);

impl Visitor for Peers {
    fn visit<C: Contestant>(&mut self) {
        self.0
            .push(format!("{} {}", C::NAME, versions::of(C::NAME)));
    }
}
