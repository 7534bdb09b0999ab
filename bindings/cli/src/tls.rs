//! Whom https trusts: the system's authorities, or those of one file (RFC 8446, RFC 5280).
//!
//! There is no way to trust everybody: what a stranger answers says nothing about the server that was meant.

use std::path::Path;
use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::fault::Fault;
use crate::input;

/// TLS that trusts the certificates in this PEM file, or the system's if there is none.
pub(crate) fn trusting(authorities: Option<&Path>) -> Result<TlsConfig, Fault> {
    let roots = match authorities {
        Some(path) => read_authorities(path)?,
        // What cannot be read is missing below, where the handshake tells of it.
        None => rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|authority| Certificate::from_der(authority).to_owned())
            .collect(),
    };
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::from(roots))
        .unversioned_rustls_crypto_provider(Arc::new(backend::default_provider()))
        .build())
}

fn read_authorities(path: &Path) -> Result<Vec<Certificate<'static>>, Fault> {
    let pem = input::read(path, "a PEM file of certificates with --cacert")?;
    let certificates: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        let next = "--cacert wants -----BEGIN CERTIFICATE----- blocks";
        return Err(Fault::new(format!("{}: no certificate in PEM", input::name_of(path))).next(next));
    }
    Ok(certificates)
}

#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as backend;
#[cfg(not(feature = "aws-lc-rs"))]
use rustls::crypto::ring as backend;
