//! `send --tls`: TLS starts after the header.

use std::{fs, io::Read, sync::Arc, thread};

use proxy_proto::{Decoded, decode};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, Stream,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::support::{run, scratch, service};

/// A service that reads a header without TLVs, then speaks TLS: its address, the PEM file with its
/// certificate, for `mail.example.com`, and what it has read.
fn tls_service(name: &str) -> (String, String, thread::JoinHandle<Result<String, String>>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["mail.example.com".to_owned()]).unwrap();
    let ca = scratch(name);
    fs::write(&ca, cert.pem()).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let (address, service) = service(|mut stream| {
        let mut header = [0; 28];
        stream.read_exact(&mut header).unwrap();
        assert!(matches!(decode(&header), Decoded::Complete(_)));
        let mut tls = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = Stream::new(&mut tls, &mut stream);
        let mut received = String::new();
        stream
            .read_to_string(&mut received)
            .map_err(|error| error.to_string())?;
        Ok(received)
    });
    (address, ca.to_str().unwrap().to_owned(), service)
}

#[test]
fn a_certificate_of_the_file_is_trusted_for_its_name() {
    let (address, ca, service) = tls_service("trusted.pem");
    let options = ["--tls", "--sni", "mail.example.com", "--ca", &ca];
    let run = run(&[&["send", &address], &options[..]].concat(), "hello");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(service.join().unwrap(), Ok("hello".into()));
}

#[test]
fn any_certificate_is_accepted_on_request() {
    let (address, _, service) = tls_service("insecure.pem");
    let run = run(&["send", &address, "--tls", "--insecure"], "hello");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(service.join().unwrap(), Ok("hello".into()));
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let (address, ca, service) = tls_service("other-name.pem");
    let run = run(&["send", &address, "--tls", "--ca", &ca], "hello");
    assert_eq!(run.status, 69);
    assert!(
        run.stderr.contains("cannot start TLS with"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("certificate not valid for name"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("--sni for its name"), "{}", run.stderr);
    assert!(service.join().unwrap().is_err());
}
