//! `decode --pcap`: what each connection of a capture begins with.

use std::fs;

use etherparse::{PacketBuilder, PacketBuilderStep, TcpHeader};
use serde_json::{Value, json};

use crate::support::{run, scratch};

const HEADER: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
const ETHERNET: u32 = 1;

#[test]
fn a_connection_is_decoded_in_sequence_order() {
    let (first, second) = HEADER.split_at(20);
    let packets = [
        syn(1000, 100),
        // The second segment, the server's greeting, the first segment, and that again with more.
        segment(1000, 101 + 20, second),
        from_server(1000, b"PROXY UNKNOWN\r\n"),
        segment(1000, 101, first),
        segment(1000, 101, HEADER),
        segment(1000, 101 + 45, b"a1 NOOP\r\n"),
    ];
    let (status, answers) = decode("sequence.pcap", &pcap(ETHERNET, &packets), &[]);
    assert_eq!(status, 0);
    assert_eq!(answers.len(), 1);
    let answer = &answers[0];
    assert_eq!(answer["transport"], "stream");
    assert_eq!(answer["source"], "10.0.0.1:1000");
    assert_eq!(answer["destination"], "10.0.0.2:143");
    assert_eq!(
        (&answer["packet"], &answer["whole"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(answer["verdict"]["source"], "192.0.2.1:56324");
}

/// However the payload was sent, it is counted, and not kept.
#[test]
fn the_payload_in_a_capture_is_counted() {
    let (first, second) = HEADER.split_at(20);
    let packets = [
        syn(1000, 100),
        segment(1000, 101, first),
        segment(1000, 121, &[second, b"a1 "].concat()),
        segment(1000, 149, b"NOOP\r\n"),
    ];
    let run = run(&["decode", "--pcap", "-"], pcap(ETHERNET, &packets));
    let last = "complete: 45 bytes, then 9 of payload\n\n";
    assert!(run.text().ends_with(last), "{}", run.text());
}

#[test]
fn sequence_numbers_wrap() {
    let (first, second) = HEADER.split_at(20);
    let packets = [
        syn(1000, u32::MAX - 10),
        segment(1000, 10, second),
        segment(1000, u32::MAX - 9, first),
        // A retransmission of the SYN, and of what came before.
        syn(1000, u32::MAX - 10),
        segment(1000, u32::MAX - 9, &HEADER[..30]),
    ];
    let (status, answers) = decode("wrap.pcap", &pcap(ETHERNET, &packets), &[]);
    assert_eq!((status, answers.len()), (0, 1), "{answers:?}");
    assert_eq!(answers[0]["verdict"]["consumed"], 45);
}

/// The number of the client's first byte is in the answer to its SYN.
#[test]
fn a_connection_without_its_syn_is_recognized_by_the_answer() {
    let packets = [
        syn_ack(1000, 101),
        segment(1000, 101 + 20, &HEADER[20..]),
        segment(1000, 101, &HEADER[..20]),
    ];
    let (status, answers) = decode("syn-ack.pcap", &pcap(ETHERNET, &packets), &[]);
    assert_eq!((status, answers.len()), (0, 1), "{answers:?}");
    assert_eq!(answers[0]["whole"], true);
}

#[test]
fn a_connection_whose_beginning_is_missing_says_so() {
    let file = pcap(ETHERNET, &[segment(1000, 500, HEADER)]);
    let (status, answers) = decode("middle.pcap", &file, &[]);
    assert_eq!((status, &answers[0]["whole"]), (0, &json!(false)));
    let path = scratch("middle.pcap");
    let text = run(&["decode", "--pcap", path.to_str().unwrap()], "");
    let note = "the beginning of the connection is not in the capture\n";
    assert!(text.text().contains(note), "{}", text.text());
}

#[test]
fn a_port_that_is_used_again_begins_another_connection() {
    let packets = [
        syn(1000, 100),
        segment(1000, 101, HEADER),
        syn(1000, 7000),
        segment(1000, 7001, b"GET / HTTP/1.1\r\n"),
        syn(1001, 1),
    ];
    let (status, answers) = decode("again.pcap", &pcap(ETHERNET, &packets), &[]);
    let verdicts: Vec<_> = answers
        .iter()
        .map(|it| it["verdict"]["status"].clone())
        .collect();
    assert_eq!(verdicts, ["complete", "invalid", "need_more"]);
    assert_eq!(status, 1);
}

/// More of a datagram's header cannot follow, so part of one is invalid.
#[test]
fn each_datagram_is_decoded() {
    let packets = [
        datagram(53, &[HEADER, b"query"].concat()),
        datagram(53, &HEADER[..20]),
        datagram(54, b"x"),
    ];
    let file = pcap(ETHERNET, &packets);
    let (status, answers) = decode("udp.pcap", &file, &[]);
    let verdicts: Vec<_> = answers
        .iter()
        .map(|it| it["verdict"]["status"].clone())
        .collect();
    assert_eq!(
        (status, &*verdicts),
        (
            1,
            &[json!("complete"), json!("invalid"), json!("invalid")][..]
        )
    );
    let (status, answers) = decode("udp.pcap", &file, &["--port", "54", "--port", "55"]);
    assert_eq!((status, answers.len()), (1, 1));
}

/// Ethernet, raw IP, the loopback of BSD, and both kinds of Linux's "any" device.
#[test]
fn every_usual_link_layer_is_read() {
    let ethernet = segment(1000, 1, HEADER);
    let ip = &ethernet[14..];
    let with = |len: usize| [&vec![0; len][..], ip].concat();
    for (link, packet) in [
        (1, ethernet.clone()),
        (101, with(0)),
        (0, with(4)),
        (113, with(16)),
        (276, with(20)),
    ] {
        let (status, answers) = decode("link.pcap", &pcap(link, &[packet]), &[]);
        assert_eq!((status, answers.len()), (0, 1), "{link}");
    }
}

#[test]
fn pcapng_is_read_too() {
    let packet = segment(1000, 1, HEADER);
    let block = |kind: u32, body: &[u8]| {
        let padded = body.len().next_multiple_of(4);
        let len = u32::try_from(padded + 12).unwrap().to_le_bytes();
        let mut padded_body = body.to_vec();
        padded_body.resize(padded, 0);
        [&kind.to_le_bytes()[..], &len, &padded_body, &len].concat()
    };
    let words = |words: &[u32]| {
        words
            .iter()
            .flat_map(|it| it.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let len = u32::try_from(packet.len()).unwrap();
    let file = [
        block(0x0A0D_0D0A, &words(&[0x1A2B_3C4D, 1, u32::MAX, u32::MAX])),
        block(1, &words(&[ETHERNET, 0])),
        block(6, &[words(&[0, 0, 0, len, len]), packet].concat()),
    ];
    let (status, answers) = decode("next.pcapng", &file.concat(), &[]);
    assert_eq!((status, answers.len()), (0, 1));
    assert_eq!(answers[0]["verdict"]["consumed"], 45);
}

#[test]
fn json_is_an_array() {
    let file = pcap(ETHERNET, &[datagram(53, HEADER), datagram(53, HEADER)]);
    let run = run(&["decode", "--json", "--pcap", "-"], file);
    assert_eq!((run.status, run.json().as_array().unwrap().len()), (0, 2));
}

#[test]
fn a_file_that_cannot_be_used_is_an_error() {
    let whole = pcap(ETHERNET, &[segment(1000, 1, HEADER)]);
    let table = [
        (
            &b"GET / HTTP/1.1\r\n"[..],
            74,
            "it is not a capture in the format pcap or pcapng",
        ),
        (b"", 74, "it is empty"),
        (
            &whole[..whole.len() - 1],
            74,
            "after 0 packets: it ends within a packet",
        ),
        (
            &whole[..24],
            1,
            "no TCP connection or UDP datagram in the capture",
        ),
    ];
    for (file, status, want) in table {
        let run = run(&["decode", "--pcap", "-"], file);
        assert_eq!(run.status, status, "{want}: {}", run.stderr);
        assert!(run.stderr.contains(want), "{}", run.stderr);
        assert!(run.stderr.contains("hint: "), "{}", run.stderr);
    }
    let other = run(&["decode", "--pcap", "-"], pcap(ETHERNET, &[vec![0; 60]]));
    assert!(
        other
            .stderr
            .starts_with("proxy-proto: packets skipped: 1; they are neither TCP nor UDP")
    );
}

/// The exit status and the lines for this file.
fn decode(name: &str, file: &[u8], options: &[&str]) -> (i32, Vec<Value>) {
    let path = scratch(name);
    fs::write(&path, file).unwrap();
    let arguments = ["decode", "--jsonl", "--pcap", path.to_str().unwrap()];
    let run = run(&[&arguments, options].concat(), "");
    let lines = run
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    (run.status, lines.collect())
}

/// A file of pcap: its header, and each packet after its lengths.
fn pcap(link: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xA1B2_C3D4, 0x0004_0002, 0, 0, 0x4_0000, link] {
        file.extend_from_slice(&u32::to_le_bytes(word));
    }
    for packet in packets {
        let len = u32::try_from(packet.len()).unwrap();
        for word in [0, 0, len, len] {
            file.extend_from_slice(&u32::to_le_bytes(word));
        }
        file.extend_from_slice(packet);
    }
    file
}

fn syn(port: u16, sequence_number: u32) -> Vec<u8> {
    tcp(true, port, sequence_number, |header| header.syn = true, &[])
}

fn syn_ack(port: u16, acknowledged: u32) -> Vec<u8> {
    let set = |header: &mut TcpHeader| {
        header.syn = true;
        header.ack = true;
        header.acknowledgment_number = acknowledged;
    };
    tcp(false, port, 9000, set, &[])
}

fn segment(port: u16, sequence_number: u32, payload: &[u8]) -> Vec<u8> {
    tcp(
        true,
        port,
        sequence_number,
        |header| header.ack = true,
        payload,
    )
}

fn from_server(port: u16, payload: &[u8]) -> Vec<u8> {
    tcp(false, port, 9001, |header| header.ack = true, payload)
}

/// A packet of the client, or of the server.
fn tcp(
    is_client: bool,
    port: u16,
    sequence_number: u32,
    set: impl FnOnce(&mut TcpHeader),
    payload: &[u8],
) -> Vec<u8> {
    let (source, destination) = if is_client { (port, 143) } else { (143, port) };
    let mut header = TcpHeader::new(source, destination, sequence_number, 1024);
    set(&mut header);
    let mut packet = Vec::new();
    let step = ip(is_client);
    step.tcp_header(header).write(&mut packet, payload).unwrap();
    packet
}

fn datagram(port: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    ip(true)
        .udp(1000, port)
        .write(&mut packet, payload)
        .unwrap();
    packet
}

fn ip(is_client: bool) -> PacketBuilderStep<etherparse::IpHeaders> {
    let (client, server) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let (source, destination) = if is_client {
        (client, server)
    } else {
        (server, client)
    };
    PacketBuilder::ethernet2([1; 6], [2; 6]).ipv4(source, destination, 64)
}
