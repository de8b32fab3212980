//! Silent peers keep no one waiting.

use std::{future::poll_fn, pin::pin};

use tokio::io::AsyncWriteExt;

use crate::support::{TCP4, client, listener, policy, raise_descriptor_limit, until_pending};

const SILENT: usize = 1000;

/// Whether its header is there when it is accepted or arrives later, a good client is handed on by the
/// first poll after that, and no silent one has to leave for it: the clock stands still.
#[tokio::test(start_paused = true)]
async fn a_good_client_is_served_at_once_among_a_thousand_silent_ones() {
    // Both ends of each connection are in this process.
    raise_descriptor_limit();
    let (mut listener, events) = listener(policy());
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(client(&listener, 1, b"").await);
        until_pending(&mut listener, silent.len()).await;
    }
    for split in [0, 20] {
        let mut good = client(&listener, 1, &TCP4[..split]).await;
        until_pending(&mut listener, SILENT + 1).await;
        good.write_all(&TCP4[split..]).await.unwrap();

        let mut polls = Vec::new();
        let accepting = async {
            let mut accepting = pin!(listener.accept());
            poll_fn(|cx| {
                let polled = accepting.as_mut().poll(cx);
                polls.push(polled.is_ready());
                polled
            })
            .await
            .unwrap()
        };
        let (_, info) = accepting.await;
        assert!(info.is_proxied());
        // One that finds nothing before its event, and the one that the event causes.
        assert!(polls.len() <= 2, "{polls:?}");
    }
    let _good = client(&listener, 1, TCP4).await;
    assert!(listener.accept().await.unwrap().1.is_proxied());
    assert!(events.names().is_empty());
    assert_eq!(listener.pending(), SILENT);
}
