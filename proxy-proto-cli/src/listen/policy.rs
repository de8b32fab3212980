//! The policy, as options: that of the library.

use std::time::Duration;

use clap::{Args, ValueEnum};
use proxy_proto::{HeaderMode, Policy, TrustedNetworks};

use crate::values;

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Policy")]
pub(crate) struct PolicyOptions {
    /// Networks that may send a header, separated by spaces or commas; unix for local sockets. Everyone
    /// is '0.0.0.0/0 ::/0'.
    #[arg(long, value_name = "LIST")]
    trust: TrustedNetworks,
    /// Which peers must send a header.
    #[arg(long, value_enum, default_value = "required")]
    mode: Mode,
    /// Seconds for the whole header.
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = values::seconds)]
    timeout: Duration,
    /// Maximum length of a header, in bytes.
    #[arg(long, value_name = "N", default_value_t = Policy::DEFAULT_MAX_HEADER_LEN)]
    max_header_len: usize,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    /// All; peers that are not trusted are refused.
    Required,
    /// Trusted peers; others are direct clients.
    BySource,
    /// No peer must, but trusted peers may.
    Optional,
}

impl PolicyOptions {
    pub(super) fn policy(&self) -> Policy {
        Policy::new(self.trust.clone())
            .with_mode(match self.mode {
                Mode::Required => HeaderMode::Required,
                Mode::BySource => HeaderMode::BySource,
                Mode::Optional => HeaderMode::Optional,
            })
            .with_timeout(self.timeout)
            .with_max_header_len(self.max_header_len)
    }
}
