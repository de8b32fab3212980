//! dnsdist, for DNS over TCP and over UDP.

use core::{net::SocketAddr, time::Duration};
use std::path::Path;

use tokio::{net::UdpSocket, time};

use super::{
    captures::Captures,
    check::{self, Ends},
    client::{Bound, Visit},
    mode::{Front, Mode, Tlv},
    recorder::Recording,
    run::{Sender, section, serve_each},
};
use crate::support::{Scratch, UdpEcho, eventually, serve};

#[tokio::test]
#[ignore = "needs dnsdist: .ci/run interop"]
async fn every_mode_of_dnsdist() {
    let sender = Sender {
        name: "dnsdist",
        version: &["dnsdist", "--version"],
        shares_port: true,
        start,
        modes: &[TCP],
    };
    let mut captures = sender.record().await;
    for mode in UDP {
        datagrams(mode, &mut captures).await;
    }
    captures.finish();
}

fn start(scratch: &Scratch, sections: &[String]) -> Box<dyn core::any::Any> {
    serve_each(scratch, sections, |number, section, log| {
        // An empty suffix: no lookup of security advisories, which would leave this machine.
        let config = format!("{section}\nsetSecurityPollSuffix('')\n");
        let config = scratch.write(&format!("dnsdist-{number}.conf"), &config);
        let arguments = ["--supervised", "--disable-syslog", "--config"].map(Path::new);
        serve("dnsdist", &[&arguments[..], &[&config]].concat(), log)
    })
}

/// One in front of a recorder, and one in front of udp-echo, which logs the client.
async fn datagrams(mode: &Mode, captures: &mut Captures) {
    let scratch = Scratch::new();
    let recorder = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut service = UdpEcho::start("127.0.0.1:0").await;
    let fronts = [0, 1].map(|number| Bound::free(mode.front, &scratch, number, true));
    let backends = [recorder.local_addr().unwrap(), service.address()];
    let sections = [0, 1].map(|it| {
        section(
            mode,
            &fronts[it].text(),
            &backends[it].to_string(),
            &scratch,
        )
    });
    let _dnsdist = start(&scratch, &sections);

    let (client, ends) = client_of(&fronts[0]).await;
    let mut bytes = vec![0; 512];
    let len = eventually("a datagram from dnsdist", async || {
        client
            .send(mode.payload)
            .await
            .map_err(|error| error.to_string())?;
        let received = time::timeout(PATIENCE, recorder.recv(&mut bytes)).await;
        received
            .map_err(|error| error.to_string())?
            .map_err(|error| error.to_string())
    })
    .await;
    bytes.truncate(len);
    let recording = Recording {
        bytes,
        connection: None,
    };
    check::recorded(mode, &Visit::of(Some(ends)), &recording);
    captures.add(mode.id, mode.how(), &recording.bytes);

    let (client, (own, _)) = client_of(&fronts[1]).await;
    let echoed = eventually("a line of udp-echo", async || {
        client
            .send(mode.payload)
            .await
            .map_err(|error| error.to_string())?;
        let echoed = time::timeout(PATIENCE, service.echoed()).await;
        echoed.map_err(|error| error.to_string())
    })
    .await;
    assert_eq!(echoed, (own, mode.payload.len()), "{}", mode.id);
}

/// A client for this front, and the two ends of what it sends.
async fn client_of(front: &Bound) -> (UdpSocket, Ends) {
    let front: SocketAddr = front.text().parse().unwrap();
    let own = if front.is_ipv4() {
        "127.0.0.5:0"
    } else {
        "[::1]:0"
    };
    let client = UdpSocket::bind(own).await.unwrap();
    client.connect(front).await.unwrap();
    let ends = (client.local_addr().unwrap(), front);
    (client, ends)
}

/// Before the query is sent again, as dnsdist may still be starting.
const PATIENCE: Duration = Duration::from_millis(200);

const UDP: &[Mode] = &[
    Mode::new(
        "dnsdist-v2-udp4",
        2,
        "setLocal('FRONT', {reusePort=true})
        newServer({address='BACKEND', useProxyProtocol=true}):setUp()",
    )
    .datagrams()
    .payload(QUERY),
    Mode::new(
        "dnsdist-v2-udp6",
        2,
        "setLocal('FRONT', {reusePort=true})
        newServer({address='BACKEND', useProxyProtocol=true}):setUp()",
    )
    .front(Front::Inet6)
    .datagrams()
    .payload(QUERY),
    Mode::new(
        "dnsdist-v2-udp4-custom-tlvs",
        2,
        "setLocal('FRONT', {reusePort=true})
        newServer({address='BACKEND', useProxyProtocol=true}):setUp()
        addAction(AllRule(), SetProxyProtocolValuesAction({[0xe0]='one', [0xee]='two'}))",
    )
    .datagrams()
    .payload(QUERY)
    .tlvs(CUSTOM),
];

const TCP: &[Mode] = &[
    Mode::new(
        "dnsdist-v2-tcp4",
        2,
        "setLocal('FRONT', {reusePort=true})
        newServer({address='BACKEND', useProxyProtocol=true}):setUp()",
    )
    .ungreeted()
    .payload(QUERY_WITH_LEN),
    Mode::new(
        "dnsdist-v2-tcp6",
        2,
        "setLocal('FRONT', {reusePort=true})
        newServer({address='BACKEND', useProxyProtocol=true}):setUp()",
    )
    .front(Front::Inet6)
    .ungreeted()
    .payload(QUERY_WITH_LEN),
    Mode::new(
        "dnsdist-v2-tcp4-custom-tlvs",
        2,
        "setLocal('FRONT', {reusePort=true})
        newServer({address='BACKEND', useProxyProtocol=true}):setUp()
        addAction(AllRule(), SetProxyProtocolValuesAction({[0xe0]='one', [0xee]='two'}))",
    )
    .ungreeted()
    .payload(QUERY_WITH_LEN)
    .tlvs(CUSTOM),
];

const CUSTOM: &[Tlv] = &[Tlv::Raw(0xe0, "one"), Tlv::Raw(0xee, "two")];

/// A query for the address of example.com.
const QUERY: &[u8] = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01";

/// As it is sent over TCP. The ID is the one that dnsdist itself gives the first query of a connection.
const QUERY_WITH_LEN: &[u8] = b"\0\x1d\0\0\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01";
