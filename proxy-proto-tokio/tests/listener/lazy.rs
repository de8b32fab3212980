//! The socket of a buffered connection, before and after it has to wait.

use std::{
    io::{ErrorKind, IoSlice},
    net::SocketAddr,
    sync::Arc,
};

use proxy_proto_tokio::{LazySocket, Prefixed, ProxyListener, proxy_proto::Policy};
use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{PAYLOAD, TCP4, client, listener, policy};

/// A client whose payload has been read with the header, and its connection.
async fn connection() -> (TcpStream, Prefixed<LazySocket<TcpStream>>) {
    let mut listener = listener(policy()).0.buffered();
    let client = client(&listener, 1, &[TCP4, PAYLOAD].concat()).await;
    let (stream, _) = listener.accept().await.unwrap();
    (client, stream)
}

fn reset(client: TcpStream) {
    client.set_zero_linger().unwrap();
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn it_answers_at_once_and_closes() {
    let (mut client, mut stream) = connection().await;
    let mut payload = vec![0; PAYLOAD.len()];
    stream.read_exact(&mut payload).await.unwrap();
    assert_eq!(payload, PAYLOAD);
    let pieces = [IoSlice::new(b"a "), IoSlice::new(b"OK\r\n")];
    assert!(stream.is_write_vectored());
    assert_eq!(stream.write_vectored(&pieces).await.unwrap(), 6);
    stream.flush().await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "a OK\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_long_conversation_waits_for_each_line() {
    let (mut client, mut stream) = connection().await;
    let mut payload = vec![0; PAYLOAD.len()];
    stream.read_exact(&mut payload).await.unwrap();
    let service = async {
        for line in 0..50_u8 {
            assert_eq!(stream.read_u8().await.unwrap(), line);
            stream.write_all(&[line]).await.unwrap();
        }
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
        stream.shutdown().await.unwrap();
    };
    let client = async {
        for line in 0..50_u8 {
            client.write_u8(line).await.unwrap();
            assert_eq!(client.read_u8().await.unwrap(), line);
        }
        client.shutdown().await.unwrap();
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    };
    tokio::join!(service, client);
}

#[tokio::test(start_paused = true)]
async fn bytes_that_have_arrived_are_read_without_waiting() {
    let (mut client, mut stream) = connection().await;
    client.write_all(&[7; 50]).await.unwrap();
    let mut all = vec![0; PAYLOAD.len() + 50];
    stream.read_exact(&mut all[..PAYLOAD.len()]).await.unwrap();
    for byte in &mut all[PAYLOAD.len()..] {
        *byte = stream.read_u8().await.unwrap();
    }
    assert_eq!(all, [PAYLOAD, &[7; 50]].concat());
}

/// So much that the socket is full before the client reads.
#[tokio::test(start_paused = true)]
async fn a_long_answer_waits_for_a_slow_client() {
    const LEN: usize = 16 << 20;
    let (mut client, mut stream) = connection().await;
    let service = async {
        let answer = vec![b'x'; LEN];
        stream.write_all(&answer).await.unwrap();
        stream.shutdown().await.unwrap();
    };
    let client = async {
        tokio::task::yield_now().await;
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer.len(), LEN);
    };
    tokio::join!(service, client);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_gone_is_an_error() {
    let (client, mut stream) = connection().await;
    reset(client);
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let error = stream.write_all(b"BYE\r\n").await.unwrap_err();
        kinds.push(error.kind());
    }
    assert_eq!(kinds, [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe]);
}

/// As with a socket of tokio, registered or not.
#[tokio::test(start_paused = true)]
async fn shutting_down_after_the_client_has_gone_is_not_an_error() {
    for is_registered in [false, true] {
        let (client, mut stream) = connection().await;
        if is_registered {
            stream.get_mut().registered().unwrap();
        }
        reset(client);
        stream.shutdown().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn it_becomes_a_socket_of_tokio_on_request() {
    let (mut client, mut stream) = connection().await;
    let socket = stream.get_mut().registered().unwrap();
    socket.set_nodelay(true).unwrap();
    client.write_all(b"more").await.unwrap();
    let (prefix, socket) = stream.into_parts();
    assert_eq!(prefix, PAYLOAD);
    let mut socket: TcpStream = socket.into_registered().unwrap();
    assert!(socket.nodelay().unwrap());
    let mut more = [0; 4];
    socket.read_exact(&mut more).await.unwrap();
    assert_eq!(&more, b"more");
}

#[tokio::test(start_paused = true)]
async fn it_can_be_exchanged_for_its_socket_of_tokio() {
    let (mut client, stream) = connection().await;
    let mut socket = stream.into_parts().1.into_registered().unwrap();
    socket.write_all(b"OK").await.unwrap();
    let mut answer = [0; 2];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"OK");
}

#[tokio::test(start_paused = true)]
async fn its_local_address_is_its_own_if_the_listener_has_none() {
    let any: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let listener = ProxyListener::bind(any, Arc::new(policy())).unwrap();
    let mut listener = listener.buffered();
    let _balancer = client(&listener, 1, TCP4).await;
    let (mut stream, info) = listener.accept().await.unwrap();
    let socket = stream.get_mut().registered().unwrap();
    assert_eq!(info.local_addr(), socket.local_addr().unwrap());
}

#[tokio::test(start_paused = true)]
async fn its_peer_is_the_one_that_connected() {
    for any_port in ["127.0.0.1:0", "[::1]:0"] {
        let policy = Arc::new(Policy::new("127.0.0.1 ::1".parse().unwrap()));
        let listener = ProxyListener::bind(any_port.parse().unwrap(), policy).unwrap();
        let mut listener = listener.buffered();
        let server = SocketAddr::try_from(listener.local_addr()).unwrap();
        let mut client = TcpStream::connect(server).await.unwrap();
        client.write_all(TCP4).await.unwrap();
        let (_, info) = listener.accept().await.unwrap();
        assert_eq!(info.peer_addr(), client.local_addr().unwrap());
        assert_eq!(info.local_addr(), server);
    }
}

/// A task that accepts and reads, and never has to wait, is not the only one of its runtime.
#[tokio::test(start_paused = true)]
async fn it_lets_other_tasks_run() {
    const BUDGET: usize = 128;
    let mut listener = listener(policy()).0.buffered();
    let mut clients = Vec::new();
    for _ in 0..=BUDGET {
        clients.push(client(&listener, 1, TCP4).await);
    }
    let other = tokio::spawn(async {});
    for _ in 0..BUDGET {
        listener.accept().await.unwrap();
    }
    let (mut stream, _) = listener.accept().await.unwrap();
    assert!(other.is_finished());

    let mut sent = [0; BUDGET + 1];
    clients[BUDGET].write_all(&sent).await.unwrap();
    let other = tokio::spawn(async {});
    for byte in &mut sent {
        *byte = stream.read_u8().await.unwrap();
    }
    assert!(other.is_finished());
}
