//! Version 1: a line of fields, separated by single spaces.
//!
//! There is one question, how short the rest of the line can be, and the verdict follows from the
//! answer: nothing is missing, that many bytes are, or no rest makes a line.

mod field;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use proxy_proto::{AddressFamily, Command, TransportProtocol, Version};

use super::Settings;
use crate::{Place, Seen, Verdict};
use field::Field;

/// The verdict on an input that starts with `P`.
pub(super) fn decode(input: &[u8], settings: &Settings) -> Verdict {
    let line = first_line(input);
    match missing(line, settings) {
        Some(0) => Verdict::Complete(seen(line)),
        Some(at_least) => Verdict::NeedMore { at_least },
        None => {
            // The wrong byte follows the longest prefix that some line has. If no line has a
            // prefix, none has a longer one.
            let can_continue = |end: &usize| missing(&line[..*end], settings).is_some();
            let offset = (0..line.len()).rev().find(can_continue).unwrap_or(0);
            Verdict::Invalid { offset }
        }
    }
}

/// `input` up to and with the first CR LF. Nothing after byte 108 matters: 107 are allowed.
fn first_line(input: &[u8]) -> &[u8] {
    let input = &input[..input.len().min(MAX_LEN + 1)];
    let cr = input.windows(2).position(|pair| pair == b"\r\n");
    cr.map_or(input, |cr| &input[..cr + 2])
}

/// How many bytes follow `start` in the shortest line that starts with it; 0 if `start` is a line,
/// `None` if no line starts with it. A1, A7
fn missing(start: &[u8], settings: &Settings) -> Option<usize> {
    let address_of_tcp6 = if settings.v4_in_tcp6 {
        Field::Ipv6OrIpv4
    } else {
        Field::Ipv6
    };
    let lines = [
        missing_of_fields(start, "TCP4", Field::Ipv4),
        missing_of_fields(start, "TCP6", address_of_tcp6),
        missing_of_unknown(start),
    ];
    let shortest = lines.into_iter().flatten().min()?;
    (start.len() + shortest <= MAX_LEN).then_some(shortest)
}

/// The same for a line with addresses.
fn missing_of_fields(start: &[u8], protocol: &'static str, address: Field) -> Option<usize> {
    let fields = [
        Field::Word("PROXY"),
        Field::Word(protocol),
        address,
        address,
        Field::Port,
        Field::Port,
    ];
    let (start, missing_of_crlf) = split_crlf(start);
    let texts: Vec<&str> = std::str::from_utf8(start).ok()?.split(' ').collect();
    let (last, before) = texts.split_last()?;
    let missing_of_last = fields.get(before.len())?.missing(last)?;
    // A space ended those before the last one.
    let are_whole = fields
        .iter()
        .zip(before)
        .all(|(field, text)| field.missing(text) == Some(0));
    let after = &fields[texts.len()..];
    let missing_after: usize = after.iter().map(|it| " ".len() + it.shortest_len()).sum();
    let missing_of_fields = missing_of_last + missing_after;
    // CR follows all of them.
    let has_early_cr = missing_of_crlf < CRLF_LEN && missing_of_fields > 0;
    (are_whole && !has_early_cr).then_some(missing_of_fields + missing_of_crlf)
}

/// The same for `UNKNOWN`, with or without bytes to ignore. A6
fn missing_of_unknown(start: &[u8]) -> Option<usize> {
    let word = b"PROXY UNKNOWN";
    if word.starts_with(start) {
        return Some(word.len() - start.len() + CRLF_LEN);
    }
    let (line, missing_of_crlf) = split_crlf(start);
    let ignored = match line.strip_prefix(word)? {
        [] => &[],
        [b' ', ignored @ ..] => ignored,
        _ => return None,
    };
    let is_one_line = !ignored.contains(&b'\r') && !ignored.contains(&b'\n');
    is_one_line.then_some(missing_of_crlf)
}

/// `start` without the CR LF at its end, and how much of that is missing.
fn split_crlf(start: &[u8]) -> (&[u8], usize) {
    match start {
        [line @ .., b'\r', b'\n'] => (line, 0),
        [line @ .., b'\r'] => (line, 1),
        line => (line, CRLF_LEN),
    }
}

/// What a whole line states. A8
fn seen(line: &[u8]) -> Seen {
    let text = String::from_utf8_lossy(split_crlf(line).0);
    let fields: Vec<&str> = text.split(' ').collect();
    let unknown = Seen {
        consumed: line.len(),
        version: Version::V1,
        command: Command::Proxy,
        family: AddressFamily::Unspec,
        transport: TransportProtocol::Unspec,
        source: None,
        destination: None,
        tlvs: Vec::new(),
    };
    match *fields {
        ["PROXY", "TCP4", from, to, from_port, to_port] => Seen {
            family: AddressFamily::Inet,
            transport: TransportProtocol::Stream,
            source: Some(place(from, from_port)),
            destination: Some(place(to, to_port)),
            ..unknown
        },
        ["PROXY", "TCP6", from, to, from_port, to_port] => Seen {
            family: AddressFamily::Inet6,
            transport: TransportProtocol::Stream,
            source: Some(place6(from, from_port)),
            destination: Some(place6(to, to_port)),
            ..unknown
        },
        _ => unknown,
    }
}

fn place(address: &str, port: &str) -> Place {
    let address: Ipv4Addr = address.parse().expect("checked as a field");
    socket_address(address.into(), port)
}

/// An IPv4 text after `TCP6` stands for the address that maps it. A5
fn place6(address: &str, port: &str) -> Place {
    let address = match address.parse().expect("checked as a field") {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    socket_address(address.into(), port)
}

fn socket_address(address: IpAddr, port: &str) -> Place {
    let port = port.parse().expect("checked as a field");
    Place::Ip(SocketAddr::new(address, port))
}

/// Maximum length of a line, in bytes, CR LF included. Spec: §2.1.
const MAX_LEN: usize = 107;

const CRLF_LEN: usize = 2;
