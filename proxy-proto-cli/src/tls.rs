//! TLS of the client, after the header.

mod insecure;

use std::{io, path::PathBuf, sync::Arc};

use clap::Args;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use crate::failure::{self, Failure};

#[derive(Args, Debug)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsOptions {
    /// Start TLS after the header.
    #[arg(long)]
    tls: bool,
    /// The name to request, which the certificate must have; by default the host.
    #[arg(long, value_name = "NAME", requires = "tls")]
    sni: Option<String>,
    /// PEM file with the certificates to trust, instead of those of the system.
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca: Option<PathBuf>,
    /// Accept any certificate.
    #[arg(long, requires = "tls", conflicts_with = "ca")]
    insecure: bool,
}

/// What a handshake needs.
pub(crate) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl TlsOptions {
    /// What the handshake needs, if TLS is requested: all that can fail before there is a connection.
    pub(crate) fn prepare(&self, host: Option<&str>) -> Result<Option<Tls>, Failure> {
        if !self.tls {
            return Ok(None);
        }
        let Some(name) = self.sni.as_deref().or(host) else {
            return Err(Failure::usage("TLS needs a name: pass it with --sni"));
        };
        let name = ServerName::try_from(name.to_owned()).map_err(|error| {
            Failure::usage(format!("cannot start TLS with the name {name}: {error}"))
        })?;
        let builder = ClientConfig::builder();
        let config = if self.insecure {
            builder
                .dangerous()
                .with_custom_certificate_verifier(insecure::verifier())
                .with_no_client_auth()
        } else {
            builder
                .with_root_certificates(self.roots()?)
                .with_no_client_auth()
        };
        let connector = TlsConnector::from(Arc::new(config));
        Ok(Some(Tls { connector, name }))
    }

    fn roots(&self) -> Result<RootCertStore, Failure> {
        let mut roots = RootCertStore::empty();
        let (name, certificates) = match &self.ca {
            Some(path) => {
                let name = path.display().to_string();
                let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
                let read: Vec<_> = read.map_err(|error| {
                    let message = format!("cannot read certificates from {name}: {error}");
                    Failure::new(failure::IO_ERROR, message)
                })?;
                (name, read)
            }
            None => {
                let loaded = rustls_native_certs::load_native_certs();
                ("the system".into(), loaded.certs)
            }
        };
        let (added, _) = roots.add_parsable_certificates(certificates);
        if added == 0 {
            let message = format!("{name} has no certificates to trust");
            let advice = "name a PEM file with --ca, or accept any certificate with --insecure";
            return Err(Failure::usage(message).advise(advice));
        }
        Ok(roots)
    }
}

impl Tls {
    pub(crate) async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        self.connector.connect(self.name.clone(), stream).await
    }
}
