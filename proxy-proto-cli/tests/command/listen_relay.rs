//! `listen --to`: a relay that strips, keeps or rewrites the header.

use std::io::Write;

use crate::support::{Listen, hex, read_to_end, service};

const V1: &[u8] = b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n";
/// PROXY with ALPN `h2`.
const V2: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x11\xc0\0\x02\x01\xc0\0\x02\x02\0\x01\0\x02\x01\0\x02h2";
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

#[test]
fn the_header_is_stripped_kept_or_rewritten() {
    let without_alpn = [&V2[..15], b"\x0c", &V2[16..28]].concat();
    let table: [(&[u8], &str, &[u8]); 11] = [
        (V1, "strip", b""),
        (V2, "strip", b""),
        (V1, "keep", V1),
        (V2, "keep", V2),
        (LOCAL, "keep", LOCAL),
        (V1, "v2", &without_alpn),
        (V2, "v2", V2),
        (LOCAL, "v2", LOCAL),
        (V1, "v1", V1),
        (V2, "v1", V1),
        (LOCAL, "v1", b"PROXY UNKNOWN\r\n"),
    ];
    for (sent, change, want) in table {
        let (sent, received) = relay(sent, &["--trust", "127.0.0.1", "--header", change]);
        assert_eq!(
            hex(&received),
            hex(&[want, b"hello"].concat()),
            "{change} {}",
            hex(&sent)
        );
    }
}

#[test]
fn a_direct_client_gets_a_header_when_rewritten() {
    let direct = ["--trust", "192.0.2.0/24", "--mode", "by-source", "--header"];
    let (_, received) = relay(b"", &[&direct[..], &["keep"]].concat());
    assert_eq!(received, b"hello");
    let (_, received) = relay(b"", &[&direct[..], &["v1"]].concat());
    assert!(received.starts_with(b"PROXY TCP4 127.0.0.1 127.0.0.1 "));
}

#[test]
fn the_answer_of_the_server_comes_back() {
    let (server, thread) = service(|mut stream| {
        stream.write_all(b"* OK ready\r\n").unwrap();
        read_to_end(&mut stream)
    });
    let listen = Listen::start(&["--trust", "127.0.0.1", "--to", &server]);
    let mut client = listen.connect();
    client.write_all(V1).unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(read_to_end(&mut client), b"* OK ready\r\n");
    assert_eq!(thread.join().unwrap(), b"");
}

/// What a server receives of a connection that begins with these bytes, and then says hello.
fn relay(sent: &[u8], options: &[&str]) -> (Vec<u8>, Vec<u8>) {
    let (server, thread) = service(|mut stream| read_to_end(&mut stream));
    let listen = Listen::start(&[&["--to", &server][..], options].concat());
    let mut client = listen.connect();
    client.write_all(sent).unwrap();
    client.write_all(b"hello").unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let received = thread.join().unwrap();
    (sent.to_vec(), received)
}
