//! `decode --pcap` of what tcpdump captured between a balancer and a service.

use std::process::Stdio;

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use crate::support::{Haproxy, Listen, Reserved, Scratch, eventually, is_listening, run, within};

#[tokio::test]
#[ignore = "needs haproxy and tcpdump, and root: .ci/run interop"]
async fn haproxy_is_found_in_a_capture() {
    let mut listen = Listen::start(&[]).await;
    let scratch = Scratch::new();
    let file = scratch.path("trace.pcap");
    let port = listen.address().port().to_string();
    // Each packet is in the file at once, and the file is its owner's.
    let options = ["-i", "any", "--immediate-mode", "-U", "-Z", "root", "-w"];
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

    let front = Reserved::on("127.0.0.1");
    let _haproxy = Haproxy::start(
        &format!(
            "listen imap\n bind {}\n server one {} send-proxy-v2\n",
            front.address(),
            listen.address()
        ),
        &[],
    );
    is_listening(front.address()).await;
    let address = front.address().to_string();
    let answer = run(&["send", &address, "--no-header"], "hello").await;
    assert!(answer.stdout.starts_with("client=127.0.0.1:"), "{answer:?}");
    let record = listen.record(|it| it["outcome"] == "accepted").await;

    let arguments = [
        "decode",
        "--jsonl",
        "--pcap",
        file.to_str().unwrap(),
        "--port",
        &port,
    ];
    eventually("the header in the capture", async || {
        let decoded = run(&arguments, "").await;
        let found = decoded.stdout.lines().any(|line| {
            let start: Value = serde_json::from_str(line).unwrap();
            start["source"] == record["peer"] && start["verdict"] == record["verdict"]
        });
        if found {
            Ok(())
        } else {
            Err(format!("no {} in {decoded:?}", record["verdict"]))
        }
    })
    .await;
}
