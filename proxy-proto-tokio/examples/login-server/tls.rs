//! TLS with a certificate generated at startup, so that the service needs no file.

use core::error::Error;
use std::sync::Arc;

use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    },
};

/// A self-signed certificate for the loopback names of this machine, and an acceptor that uses it.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) certificate: CertificateDer<'static>,
}

impl Tls {
    pub(crate) fn self_signed() -> Result<Self, Box<dyn Error>> {
        let made = rcgen::generate_simple_self_signed(NAMES.map(str::to_owned))?;
        let certificate = made.cert.der().clone();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key.into())?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate,
        })
    }
}

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
