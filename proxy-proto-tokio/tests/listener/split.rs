//! However the input is split, the service reads exactly the payload.

use std::time::Duration;

use proptest::{collection::vec, prelude::*};
use proxy_proto_tokio::{Delivery, ProxyListener};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    runtime::Builder,
};

use crate::support::{TCP4, client, listener, policy};

/// Sends header and payload in these pieces, and returns what the service reads.
async fn payload_read<D: Delivery>(
    mut listener: ProxyListener<TcpListener, D>,
    sent: Vec<u8>,
    splits: Vec<usize>,
) -> Vec<u8> {
    let mut client = client(&listener, 1, b"").await;
    let sending = tokio::spawn(async move {
        let mut at = 0;
        for split in splits {
            client.write_all(&sent[at..split]).await.unwrap();
            at = split;
            // Until the other side has read what it wants of it.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        client.write_all(&sent[at..]).await.unwrap();
    });
    let (mut stream, info) = listener.accept().await.unwrap();
    assert_eq!(info.header().unwrap().as_bytes(), TCP4);
    let mut payload = Vec::new();
    stream.read_to_end(&mut payload).await.unwrap();
    sending.await.unwrap();
    payload
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_service_reads_exactly_the_payload(
        payload in vec(any::<u8>(), 0..4000),
        mut splits in vec(any::<prop::sample::Index>(), 0..12),
        near in vec(0..TCP4.len() + 3, 0..4),
    ) {
        let sent = [TCP4, &payload].concat();
        let mut splits: Vec<_> = splits.drain(..).map(|it| it.index(sent.len() + 1)).collect();
        splits.extend(near.into_iter().map(|it| it.min(sent.len())));
        splits.sort_unstable();
        let runtime = Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let (untouched, _) = listener(policy());
            let (buffered, _) = listener(policy());
            let read = payload_read(untouched, sent.clone(), splits.clone()).await;
            assert!(read == payload, "{splits:?}");
            let read = payload_read(buffered.buffered(), sent, splits.clone()).await;
            assert!(read == payload, "{splits:?}, buffered");
        });
    }
}
