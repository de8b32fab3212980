//! What the benches decode, and the right answer to each.

use crate::{
    answer::{Answer, Complete},
    made,
    peers::{Ours, Walk, answer},
    samples::{self, address},
    tables,
};

/// Something to decode.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Input {
    /// What the benches call it.
    pub name: &'static str,
    /// What is done with it.
    pub task: Task,
    /// The bytes: one message, or of a mix several.
    pub messages: Vec<Message>,
}

/// Bytes, and the right answer to them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Message {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The right answer.
    pub right: Answer,
}

/// What is done with an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Task {
    /// Decode it.
    Decode,
    /// Decode it and look at every TLV, which come to this.
    Walk(Walk),
    /// Decode it and compare its checksum, in the last 4 bytes.
    Verify,
    /// Decode it as it comes, a byte at a time.
    Feed,
}

/// All of them.
///
/// # Panics
///
/// If one is written wrongly here.
#[must_use]
pub fn all() -> Vec<Input> {
    let tlvs = made::tlvs(&samples::tlvs());
    let with_tlvs = v2("192.0.2.1:56324", "198.51.100.2:443", &tlvs, false);
    let with_checksum = v2("192.0.2.1:56324", "198.51.100.2:443", &tlvs, true);
    let one_tlv = made::tlvs(&samples::one_tlv());
    let certificate = made::tlvs(&[samples::certificate()]);
    let line = v1("192.0.2.1:56324", "198.51.100.2:443");
    let binary = v2("192.0.2.1:56324", "198.51.100.2:443", &[], false);
    let [source, destination] = samples::unix_fields();
    let unix = [source, destination].concat();
    let mut bad_signature = binary.bytes.clone();
    bad_signature.splice(4..5, *b"X");
    let walk = Walk {
        tlvs: 7,
        bytes: tlvs.len().wrapping_sub(7 * 3),
    };
    let partial = |message: &Message, len| {
        let bytes = message.bytes.get(..len).unwrap_or_default().to_vec();
        Message::new(bytes, Answer::NeedMore)
    };
    let invalid = |bytes: &[u8]| Message::new(bytes.to_vec(), Answer::Invalid);
    let none = |bytes: Vec<u8>| Message::new(bytes.clone(), Answer::no_endpoints(bytes.len()));
    let long = "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535";
    let longest = "255.255.255.255:65535";
    let one = |name, message| Input::new(name, Task::Decode, message);
    vec![
        one("v1-tcp4-32", v1("0.0.0.0:0", "0.0.0.0:0")),
        one("v1-tcp4-45", line.clone()),
        one("v1-tcp4-56", v1(longest, longest)),
        one("v1-tcp6-46", v1("[2001:db8::1]:56324", "[2001:db8::2]:443")),
        one("v1-tcp6-104", v1(long, long)),
        one("v1-unknown", none(b"PROXY UNKNOWN\r\n".to_vec())),
        one("v2-ipv4", binary.clone()),
        one(
            "v2-ipv6",
            v2("[2001:db8::1]:56324", "[2001:db8::2]:443", &[], false),
        ),
        one(
            "v2-unix",
            Message::new(
                made::binary(0x21, 0x31, &unix),
                Answer::unix(232, &source, &destination),
            ),
        ),
        one("v2-local", none(made::binary(0x20, 0x00, &[]))),
        one(
            "v2-one-tlv",
            v2("192.0.2.1:56324", "198.51.100.2:443", &one_tlv, false),
        ),
        one("v2-tlvs", with_tlvs.clone()),
        Input::new("v2-tlvs-walked", Task::Walk(walk), with_tlvs.clone()),
        Input::new("v2-tlvs-crc32c", Task::Verify, with_checksum),
        one(
            "v2-certificate",
            v2("192.0.2.1:56324", "198.51.100.2:443", &certificate, false),
        ),
        one(
            "reject-http",
            invalid(b"GET / HTTP/1.1\r\nHost: imap.example.com\r\n\r\n"),
        ),
        one("reject-tls", invalid(TLS_HELLO)),
        one("reject-signature", invalid(&bad_signature)),
        one("partial-v1", partial(&line, 40)),
        one("partial-v2", partial(&with_tlvs, 100)),
        Input::new("bytewise-v1", Task::Feed, line),
        Input::new("bytewise-v2", Task::Feed, binary),
        Input::new("bytewise-v2-tlvs", Task::Feed, with_tlvs),
        captures(),
    ]
}

/// The headers among the captures, payload included, with our answers: the core's own tests hold
/// those against the table.
fn captures() -> Input {
    let rows = tables::captures().into_iter();
    let messages = rows.filter_map(|row| match answer::<Ours>(&row.bytes) {
        right @ Answer::Complete(_) => Some(Message::new(row.bytes, right)),
        _ => None,
    });
    Input {
        name: "captures",
        task: Task::Decode,
        messages: messages.collect(),
    }
}

impl Input {
    fn new(name: &'static str, task: Task, message: Message) -> Self {
        Self {
            name,
            task,
            messages: vec![message],
        }
    }

    /// Bytes of headers in it; where there is no header, of all.
    #[must_use]
    pub fn header_len(&self) -> usize {
        let lens = self.messages.iter().map(|message| match message.right {
            Answer::Complete(Complete { len, .. }) => len,
            _ => message.bytes.len(),
        });
        lens.sum()
    }
}

impl Message {
    const fn new(bytes: Vec<u8>, right: Answer) -> Self {
        Self { bytes, right }
    }
}

fn v1(source: &str, destination: &str) -> Message {
    let (source, destination) = (address(source), address(destination));
    let bytes = made::line(source, destination);
    let right = Answer::ip(bytes.len(), source, destination);
    Message::new(bytes, right)
}

fn v2(source: &str, destination: &str, tlvs: &[u8], checksum: bool) -> Message {
    let (source, destination) = (address(source), address(destination));
    let bytes = made::tcp(source, destination, tlvs, checksum);
    let right = Answer::ip(bytes.len(), source, destination);
    Message::new(bytes, right)
}

/// How a client starts that speaks TLS where a header should be.
const TLS_HELLO: &[u8] =
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x5a\x21\xb8\x0e\x17\x8f\x33\
\x72\x0c\x44\x91\xd5\x6a\xee\x02\x7d\x38\xc0\x1b\x99\x50\xa4\xf1\x63\x2e\xd8\x8b\x05\x47\x20";
