//! On blocking sockets, one thread.

use std::{
    io::Read,
    net::{TcpListener, TcpStream},
    sync::Arc,
};

use proxy_proto::{Policy, io};

use crate::contestants::assert_payload;

pub(crate) fn bare(listener: TcpListener, _: &Arc<Policy>, connections: usize) {
    for _ in 0..connections {
        let (stream, _) = listener.accept().unwrap();
        read(stream);
    }
}

pub(crate) fn ours(listener: TcpListener, policy: &Arc<Policy>, connections: usize) {
    for _ in 0..connections {
        let (stream, _info) = io::accept(&listener, policy).unwrap().unwrap();
        read(stream);
    }
}

pub(crate) fn refused(listener: TcpListener, policy: &Arc<Policy>, connections: usize) {
    for _ in 0..connections {
        assert!(io::accept(&listener, policy).unwrap().is_err());
    }
}

fn read(mut stream: TcpStream) {
    let mut buffer = [0; 512];
    let len = stream.read(&mut buffer).unwrap();
    assert_payload(&buffer[..len]);
}
