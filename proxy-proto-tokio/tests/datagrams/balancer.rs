//! A balancer for UDP: it puts a header in front of every datagram of a client, and gives each client a
//! socket of its own to the service, by which it recognizes what is for that client.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};

use tokio::net::UdpSocket;

use super::support::datagram;

/// What the QUIC service says that it accepts, so that header and payload fit in a packet together.
pub(crate) const MAX_PAYLOAD: usize = 1300;

/// A running balancer, which ends with the test.
pub(crate) struct Balancer {
    front: Arc<UdpSocket>,
    sockets: Arc<Mutex<HashMap<SocketAddr, Arc<UdpSocket>>>>,
}

impl Balancer {
    /// Listens on this address, any port.
    pub(crate) async fn start(ip: &str, service: SocketAddr) -> Self {
        let this = Self {
            front: Arc::new(bind(ip).await),
            sockets: Arc::default(),
        };
        let (front, sockets) = (Arc::clone(&this.front), Arc::clone(&this.sockets));
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            loop {
                let (len, client) = front.recv_from(&mut buffer).await.unwrap();
                assert!(len <= MAX_PAYLOAD, "{len}");
                let known = sockets.lock().unwrap().get(&client).cloned();
                let socket = match known {
                    Some(socket) => socket,
                    None => {
                        let socket = Arc::new(connected(service).await);
                        tokio::spawn(answer(Arc::clone(&socket), Arc::clone(&front), client));
                        let shared = Arc::clone(&socket);
                        sockets.lock().unwrap().insert(client, shared);
                        socket
                    }
                };
                let datagram = datagram(client, front.local_addr().unwrap(), &buffer[..len]);
                socket.send(&datagram).await.unwrap();
            }
        });
        this
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.front.local_addr().unwrap()
    }

    /// The socket that this client has now.
    pub(crate) fn socket_of(&self, client: SocketAddr) -> SocketAddr {
        self.sockets.lock().unwrap()[&client].local_addr().unwrap()
    }

    /// The next datagram of the client goes through another socket.
    pub(crate) fn forget(&self, client: SocketAddr) {
        self.sockets.lock().unwrap().remove(&client).unwrap();
    }
}

/// Passes on what the service sends to this client.
async fn answer(socket: Arc<UdpSocket>, front: Arc<UdpSocket>, client: SocketAddr) {
    let mut buffer = [0; 2048];
    loop {
        let len = socket.recv(&mut buffer).await.unwrap();
        front.send_to(&buffer[..len], client).await.unwrap();
    }
}

/// A socket on this address, any port.
pub(crate) async fn bind(ip: &str) -> UdpSocket {
    let ip: IpAddr = ip.parse().unwrap();
    UdpSocket::bind((ip, 0)).await.unwrap()
}

/// A socket on the service's own address, which it trusts.
async fn connected(service: SocketAddr) -> UdpSocket {
    let socket = bind(&service.ip().to_string()).await;
    socket.connect(service).await.unwrap();
    socket
}
