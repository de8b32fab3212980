//! The command line.

use std::{net::SocketAddr, time::Duration};

use clap::{
    Args, CommandFactory, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
    error::ErrorKind,
};
use proxy_proto_tokio::proxy_proto::{HeaderMode, Policy, TrustedNetworks, Version};

use crate::header::Outgoing;

#[derive(Parser)]
#[command(name = "tcp-proxy")]
pub(crate) struct Options {
    /// Where clients or balancers connect.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
    /// The backend.
    #[arg(long, value_name = "ADDR")]
    pub(crate) to: SocketAddr,
    /// Checks this often whether the backend accepts connections.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    check: Option<u64>,
    #[command(subcommand)]
    mode: Mode,
}

#[derive(Subcommand)]
enum Mode {
    /// Clients send no header; the backend receives one with their address.
    Add {
        /// The version to send.
        #[arg(long, default_value = "2", value_parser = version())]
        version: Version,
        #[command(flatten)]
        tlvs: Tlvs,
    },
    /// The backend receives the same header.
    Forward {
        #[command(flatten)]
        balancers: Balancers,
        /// Rewrites headers of the other version, without their TLVs.
        #[arg(long, value_parser = version())]
        version: Option<Version>,
    },
    /// The backend receives the header in version 2, with TLVs that replace those of the same type.
    Merge {
        #[command(flatten)]
        balancers: Balancers,
        #[command(flatten)]
        tlvs: Tlvs,
    },
    /// The backend receives no header.
    Strip {
        #[command(flatten)]
        balancers: Balancers,
    },
}

#[derive(Args)]
struct Balancers {
    /// Networks that must send a header, separated by spaces or commas.
    #[arg(long, value_name = "LIST")]
    trust: TrustedNetworks,
}

/// The TLVs of this proxy.
#[derive(Args, Clone, Copy, Default)]
pub(crate) struct Tlvs {
    /// Sends a new UNIQUE_ID for each connection.
    #[arg(long)]
    pub(crate) unique_id: bool,
    /// Sends a checksum.
    #[arg(long)]
    pub(crate) crc32c: bool,
}

impl Options {
    /// Who must send a header.
    pub(crate) fn policy(&self) -> Policy {
        match &self.mode {
            // No one is trusted, so everyone is a direct client.
            Mode::Add { .. } => Policy::new(TrustedNetworks::new()).with_mode(HeaderMode::BySource),
            Mode::Forward { balancers, .. }
            | Mode::Merge { balancers, .. }
            | Mode::Strip { balancers } => Policy::new(balancers.trust.clone()),
        }
    }

    /// What the backend receives. Ends the process if that is impossible.
    pub(crate) fn header(&self) -> Outgoing {
        let (version, tlvs) = match self.mode {
            Mode::Add {
                version: Version::V1,
                tlvs,
            } if tlvs.unique_id || tlvs.crc32c => {
                let error = "version 1 has no TLVs";
                Self::command()
                    .error(ErrorKind::ArgumentConflict, error)
                    .exit()
            }
            Mode::Add { version, tlvs } => (Some(version), tlvs),
            Mode::Forward { version, .. } => (version, Tlvs::default()),
            Mode::Merge { tlvs, .. } => (Some(Version::V2), tlvs),
            Mode::Strip { .. } => return Outgoing::None,
        };
        Outgoing::Header { version, tlvs }
    }

    pub(crate) fn check(&self) -> Option<Duration> {
        self.check.map(Duration::from_secs)
    }
}

fn version() -> impl TypedValueParser<Value = Version> {
    PossibleValuesParser::new(["1", "2"]).map(|version| match version.as_str() {
        "1" => Version::V1,
        _ => Version::V2,
    })
}
