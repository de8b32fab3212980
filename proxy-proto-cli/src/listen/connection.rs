//! One connection, from its first byte to its end.

use std::{io, sync::Arc};

use proxy_proto::Policy;

use crate::{
    capture::Transport,
    failure,
    listen::{arrival, record::Record, serve::Service, socket::Accepted},
};

pub(super) struct Connection {
    pub(super) number: usize,
    pub(super) accepted: Accepted,
    pub(super) policy: Arc<Policy>,
    pub(super) service: Service,
    pub(super) jsonl: bool,
}

impl Connection {
    /// Receives the header, prints the record, and serves the connection if it is accepted. An error in
    /// serving it is a line on standard error.
    ///
    /// # Errors
    ///
    /// The record cannot be printed.
    pub(super) async fn run(self) -> io::Result<()> {
        let Accepted {
            mut stream,
            peer,
            local,
        } = self.accepted;
        let (arrival, outcome) = arrival::receive(&mut stream, &peer, &self.policy).await;
        let payload = arrival.payload().to_vec();
        let outcome = outcome.map(|accepted| accepted.info(local.clone()));
        let record = Record {
            transport: Transport::Stream,
            number: self.number,
            peer: &peer,
            local: &local,
            bytes: &arrival.bytes,
            pieces: &arrival.pieces,
            outcome: outcome.as_ref(),
        };
        record.print(self.jsonl)?;
        if let Ok(info) = outcome {
            if let Err(error) = self.service.serve(stream, &info, &payload).await {
                failure::note(&format!("connection {}: {error}", self.number));
            }
        }
        Ok(())
    }
}
