//! `decode --pcap` of what tcpdump captured between a balancer and a service.

use core::net::SocketAddr;
use std::{path::PathBuf, process::Stdio};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

use crate::support::{
    Dovecot, Haproxy, Listen, Nginx, Reserved, Scratch, eventually, is_listening, run, within,
};

#[tokio::test]
#[ignore = "needs haproxy and tcpdump, and root: .ci/run interop"]
async fn haproxy_is_found_in_a_capture() {
    let front = Reserved::on("127.0.0.1");
    is_found(front.address(), |service| {
        Haproxy::start(
            &format!(
                "listen imap\n bind {}\n server one {service} send-proxy-v2\n",
                front.address()
            ),
            &[],
        )
    })
    .await;
}

#[tokio::test]
#[ignore = "needs nginx with its stream module and tcpdump, and root: .ci/run interop"]
async fn nginx_is_found_in_a_capture() {
    let front = Reserved::on("127.0.0.1");
    is_found(front.address(), |service| Nginx::start(&front, service)).await;
}

#[tokio::test]
#[ignore = "needs dovecot and tcpdump, and root: .ci/run interop"]
async fn what_dovecot_received_is_found_in_a_capture() {
    let dovecot = Dovecot::start();
    is_listening(dovecot.address()).await;
    let capture = Capture::start(dovecot.address()).await;
    let address = dovecot.address().to_string();
    let client = "192.0.2.1:56324";
    let destination = "198.51.100.7:143";
    let options = ["--source", client, "--destination", destination];
    let answer = run(
        &[&["send", &address], &options[..]].concat(),
        "a LOGOUT\r\n",
    )
    .await;
    assert!(answer.stdout.starts_with("* OK"), "{answer:?}");
    capture
        .has(|it| it["destination"] == address && it["verdict"]["source"] == client)
        .await;
}

/// Sends through a balancer to `listen`, whose records are compared with the capture.
async fn is_found<B>(front: SocketAddr, balancer: impl FnOnce(SocketAddr) -> B) {
    let mut listen = Listen::start(&[]).await;
    let capture = Capture::start(listen.address()).await;
    let _balancer = balancer(listen.address());
    is_listening(front).await;
    // nginx would close both sides once the client ends its own, even before the header is sent.
    let send = ["send", &front.to_string(), "--no-header", "--keep-open"];
    let answer = run(&send, "hello").await;
    assert!(answer.stdout.starts_with("client=127.0.0.1:"), "{answer:?}");
    let record = listen.record(|it| it["outcome"] == "accepted").await;
    capture
        .has(|it| {
            Some(&it["source"]) == record.get("peer")
                && Some(&it["verdict"]) == record.get("verdict")
        })
        .await;
}

/// A running tcpdump.
struct Capture {
    _tcpdump: Child,
    /// Open as long as it runs: it may have more to say.
    _messages: Lines<BufReader<ChildStderr>>,
    _scratch: Scratch,
    file: PathBuf,
    port: String,
}

impl Capture {
    /// Captures what is sent to and from this port.
    async fn start(address: SocketAddr) -> Self {
        let scratch = Scratch::new();
        let file = scratch.path("trace.pcap");
        let port = address.port().to_string();
        // Each packet is in the file at once, and the file is its owner's. In that mode the kernel's buffer
        // has room for a few packets of the maximum size only, and drops others: so they are small.
        let options = "-i any --immediate-mode -s 2048 -U -Z root -w".split(' ');
        let mut tcpdump = Command::new("tcpdump")
            .args(options)
            .arg(&file)
            .args(["tcp", "port", &port])
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut messages = BufReader::new(tcpdump.stderr.take().unwrap()).lines();
        within("tcpdump listening", async {
            while let Some(line) = messages.next_line().await.unwrap() {
                if line.contains("listening on") {
                    return;
                }
            }
            panic!("tcpdump has not started");
        })
        .await;
        Self {
            _tcpdump: tcpdump,
            _messages: messages,
            _scratch: scratch,
            file,
            port,
        }
    }

    /// Waits until `decode` finds such a connection in it.
    async fn has(&self, is_expected: impl Fn(&Value) -> bool) {
        let file = self.file.to_str().unwrap();
        let arguments = ["decode", "--jsonl", "--pcap", file, "--port", &self.port];
        eventually("the header in the capture", async || {
            let decoded = run(&arguments, "").await;
            let mut starts = decoded.stdout.lines();
            if starts.any(|line| is_expected(&serde_json::from_str(line).unwrap())) {
                Ok(())
            } else {
                Err(format!("not in {decoded:?}"))
            }
        })
        .await;
    }
}
