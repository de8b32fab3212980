//! The clients, and where and how long threads run.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use rustix::{
    net::{AddressFamily, SocketType, listen, socket, sockopt::set_socket_reuseport},
    thread::{CpuSet, sched_setaffinity},
    time::{ClockId, clock_gettime},
};

pub(crate) const HEADER: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x8f";
pub(crate) const CLIENT_PORT: u16 = 0xdc04;
pub(crate) const PAYLOAD: &[u8] = b"a1 LOGIN alice secret\r\n";

/// Opens this many connections, each with this header and the payload sent.
pub(crate) fn open(server: SocketAddr, connections: usize, header: &[u8]) -> Vec<TcpStream> {
    let sent = [header, PAYLOAD].concat();
    let mut opened = Vec::new();
    for _ in 0..connections {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.write_all(&sent).unwrap();
        opened.push(stream);
    }
    opened
}

/// Asserts that the server has closed them; a refused one may have been reset.
pub(crate) fn assert_closed(opened: Vec<TcpStream>, refused: bool) {
    for mut stream in opened {
        match stream.read(&mut [0]) {
            Ok(len) => assert_eq!(len, 0),
            Err(error) => assert!(refused && error.kind() == ErrorKind::ConnectionReset),
        }
    }
}

/// A listener whose queue has room for all connections of a round.
pub(crate) fn bind() -> TcpListener {
    bind_shared(SocketAddr::from(([127, 0, 0, 1], 0)))
}

/// Like [`bind`], at an address that listeners share by `SO_REUSEPORT`.
pub(crate) fn bind_shared(address: SocketAddr) -> TcpListener {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    set_socket_reuseport(&socket, true).unwrap();
    rustix::net::bind(&socket, &address).unwrap();
    listen(&socket, 4096).unwrap();
    TcpListener::from(socket)
}

/// Keeps this thread on one core.
pub(crate) fn pin(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).unwrap();
}

/// The CPU time that this thread has used.
pub(crate) fn thread_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}
