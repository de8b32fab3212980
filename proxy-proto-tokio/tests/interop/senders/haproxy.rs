//! HAProxy.

mod checks;
mod plain;
mod tls;

use super::run::Sender;
use crate::support::Haproxy;

#[tokio::test]
#[ignore = "needs haproxy: .ci/run interop"]
async fn every_mode_of_haproxy() {
    let sender = Sender {
        name: "HAProxy",
        version: &["haproxy", "-v"],
        shares_port: true,
        start: |_, sections| {
            let proxies = sections.iter().enumerate();
            let proxies = proxies.map(|(number, section)| format!("listen {number}\n{section}\n"));
            Box::new(Haproxy::start(&proxies.collect::<String>(), &[]))
        },
        modes: &[plain::MODES, tls::MODES, checks::MODES],
    };
    sender.run().await;
}
