//! A client, the proxy and a backend.

#[path = "../support/example.rs"]
#[expect(dead_code, reason = "login-server is the example of other tests")]
mod example;
#[path = "../support/tcp_proxy.rs"]
mod tcp_proxy;

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use proxy_proto_tokio::proxy_proto::{
    Addresses, Encoder, OutgoingTlv, TransportProtocol, UnixAddress,
};

pub(crate) use tcp_proxy::{TcpProxy, command};

pub(crate) const TCP4: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 143\r\n";
pub(crate) const PAYLOAD: &[u8] = b"a LOGIN alice secret\r\n";

/// Any port.
pub(crate) fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

pub(crate) fn proxy(backend: &TcpListener, mode: &str) -> TcpProxy {
    TcpProxy::start("127.0.0.1", backend.local_addr().unwrap(), mode)
}

/// A client of the proxy that has sent these bytes.
pub(crate) fn client(proxy: &TcpProxy, sent: &[u8]) -> TcpStream {
    let mut client = waiting(TcpStream::connect(proxy.address()).unwrap());
    client.write_all(sent).unwrap();
    client
}

pub(crate) fn accept(backend: &TcpListener) -> TcpStream {
    waiting(backend.accept().unwrap().0)
}

/// What the backend receives of a client that sends these bytes, then ends its side. The backend
/// answers after that.
pub(crate) fn received(backend: &TcpListener, proxy: &TcpProxy, sent: &[u8]) -> Vec<u8> {
    relayed(backend, proxy, sent).1
}

/// The same, and the client's address.
pub(crate) fn relayed(
    backend: &TcpListener,
    proxy: &TcpProxy,
    sent: &[u8],
) -> (SocketAddr, Vec<u8>) {
    let mut client = client(proxy, sent);
    client.shutdown(Shutdown::Write).unwrap();
    let mut stream = accept(backend);
    let mut received = Vec::new();
    stream.read_to_end(&mut received).unwrap();
    stream.write_all(b"bye").unwrap();
    drop(stream);
    let mut reply = Vec::new();
    client.read_to_end(&mut reply).unwrap();
    assert_eq!(reply, b"bye");
    let line = proxy.line();
    assert!(line.starts_with("relayed client="), "{line}");
    (client.local_addr().unwrap(), received)
}

pub(crate) fn v2(transport: TransportProtocol, addresses: Addresses<'_>) -> Encoder<'_> {
    Encoder::v2(transport, addresses).unwrap()
}

/// The addresses of [`TCP4`].
pub(crate) fn inet() -> Addresses<'static> {
    let [source, destination] =
        ["192.0.2.1:56324", "198.51.100.7:143"].map(|address| address.parse().unwrap());
    Addresses::inet(source, destination)
}

pub(crate) fn with_tlvs(tlvs: &[OutgoingTlv<'_>]) -> Vec<u8> {
    v2(TransportProtocol::Stream, inet())
        .with_tlvs(tlvs)
        .to_vec()
        .unwrap()
}

pub(crate) fn unix() -> Vec<u8> {
    let addresses = Addresses::unix(UnixAddress::UNNAMED, UnixAddress::UNNAMED);
    v2(TransportProtocol::Stream, addresses).to_vec().unwrap()
}

/// The fixed bytes of UNSPEC, and a block that is not TLVs.
pub(crate) fn unspec() -> Vec<u8> {
    b"\r\n\r\n\0\r\nQUIT\n\x21\x00\x00\x03abc".to_vec()
}

/// One that a cloud provider's balancer sends: a family, no addresses, and TLVs.
pub(crate) fn local() -> Vec<u8> {
    b"\r\n\r\n\0\r\nQUIT\n\x20\x11\x00\x08\x04\x00\x05\0\0\0\0\0".to_vec()
}

/// A test fails, rather than hangs.
fn waiting(stream: TcpStream) -> TcpStream {
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}
