//! Why a GET brought nothing, in the words of who looks for the cause: name, connection, certificate, time.

use std::io;

use ureq::Error;

/// Why a GET brought nothing. Holds no byte of a body.
#[derive(Debug)]
pub(crate) struct GetFault {
    /// If a response came.
    pub(crate) status: Option<u16>,
    /// In words for an operator.
    pub(crate) cause: String,
    /// What to do about it.
    pub(crate) next: Option<&'static str>,
}

impl GetFault {
    /// A fault before any response.
    pub(crate) fn new(cause: impl Into<String>) -> GetFault {
        GetFault { status: None, cause: cause.into(), next: None }
    }

    /// A response with a status that is no answer.
    pub(crate) fn status(status: u16) -> GetFault {
        GetFault { status: Some(status), ..GetFault::new(format!("HTTP {status}")) }
    }
}

/// The client's error as a fault.
pub(crate) fn fault(error: Error) -> GetFault {
    match error {
        Error::Timeout(_) => GetFault::new("timeout"),
        Error::HostNotFound => GetFault::new("DNS: no address for this host"),
        Error::Rustls(error) => tls_fault(&error),
        Error::Tls(what) => GetFault::new(format!("TLS: {what}")),
        Error::ConnectProxyFailed(what) => GetFault::new(format!("proxy: {what}")),
        Error::Io(error) => io_fault(&error),
        other => GetFault::new(other.to_string()),
    }
}

fn io_fault(error: &io::Error) -> GetFault {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls_fault(error);
    }
    let text = error.to_string();
    // What the standard library says when the resolver fails; it has no kind of its own.
    let is_dns = text.starts_with("failed to lookup address information");
    match error.kind() {
        _ if is_dns => GetFault::new(format!("DNS: {text}")),
        io::ErrorKind::ConnectionRefused => GetFault::new("connection refused"),
        io::ErrorKind::UnexpectedEof => GetFault::new("the connection ended before the answer did"),
        _ => GetFault::new(text),
    }
}

fn tls_fault(error: &rustls::Error) -> GetFault {
    // What `openssl req -x509` makes; the library has no variant for it, only this name in its text.
    if error.to_string().contains("CaUsedAsEndEntity") {
        let next = "make one for the server with basicConstraints CA:FALSE, signed by the authority of --cacert";
        return GetFault {
            next: Some(next),
            ..GetFault::new("TLS: an authority's own certificate stands for a server")
        };
    }
    let is_certificate = matches!(error, rustls::Error::InvalidCertificate(_));
    let next = is_certificate.then_some("--cacert FILE names the authority that signed the server's certificate");
    GetFault { next, ..GetFault::new(format!("TLS: {error}")) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::{CertificateError, OtherError};

    use super::*;

    /// Stands for the certificate library's error of this name.
    #[derive(Debug)]
    struct CaUsedAsEndEntity;

    impl std::fmt::Display for CaUsedAsEndEntity {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("CaUsedAsEndEntity")
        }
    }

    impl std::error::Error for CaUsedAsEndEntity {}

    #[test]
    fn a_certificate_of_an_authority_is_told_in_words() {
        let other = CertificateError::Other(OtherError(Arc::new(CaUsedAsEndEntity)));
        let fault = tls_fault(&rustls::Error::InvalidCertificate(other));
        assert_eq!(fault.cause, "TLS: an authority's own certificate stands for a server");
        assert!(fault.next.is_some_and(|next| next.contains("CA:FALSE")));
        let fault = tls_fault(&rustls::Error::InvalidCertificate(CertificateError::Expired));
        assert!(fault.next.is_some_and(|next| next.starts_with("--cacert FILE")), "{}", fault.cause);
    }
}
