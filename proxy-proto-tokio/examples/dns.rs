//! A DNS service, over UDP and TCP, whose queries come through a balancer that sends a PROXY header.
//!
//! ```sh
//! cargo run -p proxy-proto-tokio --example dns -- 127.0.0.1:5300 127.0.0.1
//! dnsdist --supervised --config dnsdist.conf
//! dig @127.0.0.1 -p 5301 whoami.example TXT
//! ```
//!
//! `dnsdist.conf`:
//!
//! ```lua
//! setLocal('127.0.0.1:5301')
//! newServer({address='127.0.0.1:5300', useProxyProtocol=true})
//! ```
//!
//! Its arguments are the address to listen on, and the networks that may send a header. It answers
//! every name with the client's address: type A or AAAA, or TXT for addresses, ports and TLVs. SIGINT
//! ends it.
//!
//! Nothing is remembered about a client. An answer over UDP goes without a header to the socket that the
//! query came from: a balancer expects none there, and finds the client by the query's ID. A service
//! that answers later keeps two addresses with the query: the balancer's, to answer to, and the
//! client's, for its decisions. Listen on one address, not on all: an answer has to come from the address
//! that the query was sent to.

use std::{env, error::Error, io, net::IpAddr, pin::pin, sync::Arc, time::Duration};

use proxy_proto_tokio::{
    ProxyListener,
    proxy_proto::{ConnectionInfo, OwnedHeader, Policy},
};
use simple_dns::{
    CLASS, CharacterString, OPCODE, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE,
    rdata::{RData, TXT},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::timeout,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().ok_or("no address to listen on")?;
    let trusted = arguments.collect::<Vec<_>>().join(" ");
    let policy = Arc::new(Policy::new(trusted.parse()?));
    let mut listener = ProxyListener::bind(address.parse()?, Arc::clone(&policy))?
        .on_event(|event| eprintln!("{}: {}", event.listener, event.kind));
    let address = listener.local_addr().socket_addr().ok_or("no port")?;
    let socket = UdpSocket::bind(address).await?;
    println!("listening {address}");

    let mut datagrams = pin!(serve_datagrams(&socket, &policy));
    let mut stop = pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, info) = accepted?;
                // How long a connection may last; a balancer opens another when it needs one.
                tokio::spawn(timeout(Duration::from_secs(10), serve_stream(stream, info)));
            }
            result = &mut datagrams => return Ok(result?),
            stopped = &mut stop => return Ok(stopped?),
        }
    }
}

async fn serve_datagrams(socket: &UdpSocket, policy: &Policy) -> io::Result<()> {
    let local = socket.local_addr()?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let (len, peer) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            // Some systems report here that an earlier answer did not arrive.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => continue,
            Err(error) => return Err(error),
        };
        let datagram = buffer.get(..len).unwrap_or_default();
        let (header, query) = match policy.decode_datagram(peer.into(), datagram) {
            Ok(decoded) => decoded,
            Err(refusal) => {
                eprintln!("dropped: peer={peer}, reason={refusal}");
                continue;
            }
        };
        let info = ConnectionInfo::new(peer, local, header.map(OwnedHeader::from));
        if let Some(answer) = answer(query, &info, UDP_MAX_LEN) {
            // To the client, an answer that cannot be sent is like one that was lost on its way.
            drop(socket.send_to(&answer, peer).await);
        }
    }
}

/// Over TCP there is one header for all queries of the connection.
async fn serve_stream(mut stream: TcpStream, info: ConnectionInfo) -> io::Result<()> {
    loop {
        let mut query = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut query).await?;
        let Some(answer) = answer(&query, &info, u16::MAX) else {
            return Ok(());
        };
        let len = u16::try_from(answer.len()).unwrap_or_default();
        let message = [&len.to_be_bytes()[..], &answer].concat();
        stream.write_all(&message).await?;
    }
}

/// The answer to a query, of at most `max_len` bytes; `None` if it is not a query.
fn answer(query: &[u8], info: &ConnectionInfo, max_len: u16) -> Option<Vec<u8>> {
    let query = Packet::parse(query).ok()?;
    // Answering a response could go on forever.
    if query.has_flags(PacketFlag::RESPONSE) {
        return None;
    }
    let mut answer = Packet::new_reply(query.id());
    *answer.opcode_mut() = query.opcode();
    if query.opcode() != OPCODE::StandardQuery {
        *answer.rcode_mut() = RCODE::NotImplemented;
    }
    answer.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
    if query.has_flags(PacketFlag::RECURSION_DESIRED) {
        answer.set_flags(PacketFlag::RECURSION_DESIRED);
    }
    // No service answers more than one question at once.
    for question in query.questions.into_iter().take(1) {
        if let Some(data) = data(question.qtype, info) {
            let name = question.qname.clone();
            answer
                .answers
                .push(ResourceRecord::new(name, CLASS::IN, 0, data));
        }
        answer.questions.push(question);
    }
    let bytes = answer.build_bytes_vec_compressed().ok()?;
    if bytes.len() <= usize::from(max_len) {
        return Some(bytes);
    }
    // The client comes back over TCP.
    answer.answers.clear();
    answer.set_flags(PacketFlag::TRUNCATION);
    answer.build_bytes_vec_compressed().ok()
}

/// What a record of this type says about the client, if anything.
fn data(qtype: QTYPE, info: &ConnectionInfo) -> Option<RData<'static>> {
    match (qtype, info.client_ip()?) {
        (QTYPE::TYPE(TYPE::A), IpAddr::V4(ip)) => Some(RData::A(ip.into())),
        (QTYPE::TYPE(TYPE::AAAA), IpAddr::V6(ip)) => Some(RData::AAAA(ip.into())),
        (QTYPE::TYPE(TYPE::TXT), _) => Some(RData::TXT(text(info))),
        _ => None,
    }
}

fn text(info: &ConnectionInfo) -> TXT<'static> {
    let addresses = [
        format!("client={}", info.client_addr()),
        format!("server={}", info.server_addr()),
    ];
    let header = info.header();
    let tlvs = header.iter().flat_map(|header| header.tlvs());
    let tlvs = tlvs.map(|tlv| format!("{}={}", tlv.tlv_type(), tlv.value().escape_ascii()));
    let mut text = TXT::new();
    for line in addresses.into_iter().chain(tlvs) {
        // One that does not fit in a string of DNS is left out.
        if let Ok(line) = CharacterString::try_from(line) {
            text.add_char_string(line);
        }
    }
    text
}

/// What every client accepts over UDP, without the extension EDNS. Spec: RFC 1035, §4.2.1.
const UDP_MAX_LEN: u16 = 512;
