//! The table.

mod accepted;
mod refused;
mod sources;

use std::{net::IpAddr, time::Duration};

use proxy_proto::{DecodeOptions, HeaderMode, Policy, Version, Versions};

use crate::{
    client::Act,
    headers::{Endpoints, ValidHeader, valid_headers},
};

/// A listener under one policy, and what happens on it.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) listen: Listen,
    pub(crate) policy: Policy,
    pub(crate) rows: Vec<Row>,
}

#[derive(Clone, Copy)]
pub(crate) enum Listen {
    V4,
    /// A socket on which an IPv4 peer is v4-mapped.
    V4Mapped,
    Unix,
}

/// One connection.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) source: IpAddr,
    pub(crate) acts: Vec<Act>,
    pub(crate) want: Want,
}

#[derive(Clone, Debug)]
pub(crate) enum Want {
    /// For exactly this reason.
    Refused(String),
    /// For a reason that starts like this.
    RefusedLike(String),
    Served {
        /// Empty for a direct client.
        header: Vec<u8>,
        endpoints: Endpoints,
        payload: Vec<u8>,
    },
}

const TRUSTED: &str = "127.0.0.2";
const STRANGER: &str = "127.0.0.9";

/// Contains the bytes of two more headers, which must never be interpreted as such.
const PAYLOAD: &[u8] = b"a LOGIN\r\nPROXY UNKNOWN\r\n\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
const TCP4: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";

pub(crate) fn groups() -> Vec<Group> {
    let group = |name, listen, policy, rows| Group {
        name,
        listen,
        policy,
        rows,
    };
    let optional = policy().with_mode(HeaderMode::Optional);
    let by_source = policy().with_mode(HeaderMode::BySource);
    let only_v2 = DecodeOptions::new().with_versions(Versions::Only(Version::V2));
    vec![
        group("required", Listen::V4, policy(), accepted::required()),
        group("split", Listen::V4, policy(), accepted::split()),
        group("invalid", Listen::V4, policy(), refused::invalid()),
        group("endings", Listen::V4, policy(), refused::endings()),
        group("v4-mapped", Listen::V4Mapped, policy(), sources::all()),
        group("unix", Listen::Unix, policy(), accepted::unix()),
        group("by source", Listen::V4, by_source, sources::direct()),
        group(
            "optional",
            Listen::V4,
            optional.clone(),
            sources::optional(),
        ),
        group(
            "late",
            Listen::V4,
            policy().with_timeout(SOON),
            refused::late(),
        ),
        group(
            "optional, late",
            Listen::V4,
            optional.with_timeout(SOON),
            refused::late_optional(),
        ),
        group(
            "limit",
            Listen::V4,
            policy().with_max_header_len(536),
            accepted::limit(),
        ),
        group(
            "only v2",
            Listen::V4,
            policy().with_decode_options(only_v2),
            accepted::versions(),
        ),
    ]
}

fn policy() -> Policy {
    let trusted = "127.0.0.2 unix".parse().unwrap();
    Policy::new(trusted).with_timeout(Duration::from_secs(60))
}

/// The deadline of rows that wait for it.
const SOON: Duration = Duration::from_millis(300);

/// Every valid header in one segment with its payload.
fn whole() -> Vec<Row> {
    let row = |header| {
        let want = served(&header, PAYLOAD);
        let acts = vec![
            Act::Send([&header.bytes[..], PAYLOAD].concat()),
            Act::HalfClose,
        ];
        row(header.name, TRUSTED, acts, want)
    };
    valid_headers().into_iter().map(row).collect()
}

fn row(name: impl Into<String>, source: &str, acts: Vec<Act>, want: Want) -> Row {
    Row {
        name: name.into(),
        source: source.parse().unwrap(),
        acts,
        want,
    }
}

fn refused(reason: &str) -> Want {
    Want::Refused(reason.to_owned())
}

fn direct_client(payload: &[u8]) -> Want {
    Want::Served {
        header: Vec::new(),
        endpoints: Endpoints::Own,
        payload: payload.to_vec(),
    }
}

fn served(header: &ValidHeader, payload: &[u8]) -> Want {
    Want::Served {
        header: header.bytes.clone(),
        endpoints: header.endpoints.clone(),
        payload: payload.to_vec(),
    }
}

fn send(bytes: &[u8]) -> Act {
    Act::Send(bytes.to_vec())
}
