//! Servers on loopback for one test: http or https, one connection at a time, ended with the test.
#![allow(dead_code, reason = "two test programs use it, each another part")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as backend;
#[cfg(not(feature = "aws-lc-rs"))]
use rustls::crypto::ring as backend;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a server does with a request.
pub(crate) enum Reply {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// These bytes, then nothing until the client hangs up.
    Hang(Vec<u8>),
    /// The first, and a moment later the others.
    Late(Vec<u8>, Vec<u8>),
    /// These bytes, one at a time.
    Drip(Vec<u8>),
}

/// A request as it came.
pub(crate) struct Asked<'a> {
    pub(crate) path: &'a str,
    /// The request line and the fields.
    pub(crate) head: &'a str,
    /// The server's own.
    pub(crate) origin: &'a str,
}

/// A server that answers until it is dropped.
pub(crate) struct Server {
    /// As in `https://127.0.0.1:4711`.
    pub(crate) origin: String,
    heads: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers by `reply`, one request a connection.
    pub(crate) fn http(reply: impl Fn(&Asked<'_>) -> Reply + Send + 'static) -> Server {
        Server::start("http", None, reply)
    }

    /// The same behind the certificate in `tls/`.
    pub(crate) fn https(reply: impl Fn(&Asked<'_>) -> Reply + Send + 'static) -> Server {
        let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(backend::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Server::start("https", Some(Arc::new(config)), reply)
    }

    fn start(
        scheme: &str,
        tls: Option<Arc<ServerConfig>>,
        reply: impl Fn(&Asked<'_>) -> Reply + Send + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("{scheme}://{}", listener.local_addr().unwrap());
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let (own, seen, stopped) = (origin.clone(), Arc::clone(&heads), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                stream.set_read_timeout(Some(LONGEST)).unwrap();
                stream.set_write_timeout(Some(LONGEST)).unwrap();
                // A client that hangs up early is what some tests are about.
                let _ = match &tls {
                    Some(config) => {
                        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                        serve(StreamOwned::new(connection, stream), &own, &seen, &reply)
                    }
                    None => serve(stream, &own, &seen, &reply),
                };
            }
        });
        Server { origin, heads, stop, thread: Some(thread) }
    }

    /// The heads of the requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// The paths of the requests so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.heads().iter().map(|head| path(head).to_owned()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.origin.split("//").nth(1).unwrap());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking(), "the server of this test failed");
    }
}

fn serve(
    mut stream: impl Read + Write,
    origin: &str,
    heads: &Mutex<Vec<String>>,
    reply: &impl Fn(&Asked<'_>) -> Reply,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
        head.extend(byte);
        if head[0] == TLS_HANDSHAKE {
            // As any http server would.
            return say_and_wait(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    }
    let head = String::from_utf8(head).unwrap();
    heads.lock().unwrap().push(head.clone());
    match reply(&Asked { path: path(&head), head: &head, origin }) {
        Reply::Bytes(bytes) => {
            stream.write_all(&bytes)?;
            stream.flush()
        }
        Reply::Hang(bytes) => say_and_wait(&mut stream, &bytes),
        Reply::Drip(bytes) => bytes.iter().try_for_each(|byte| {
            std::thread::sleep(Duration::from_millis(20));
            stream.write_all(&[*byte])?;
            stream.flush()
        }),
        Reply::Late(first, others) => {
            stream.write_all(&first)?;
            stream.flush()?;
            std::thread::sleep(Duration::from_millis(40));
            stream.write_all(&others)?;
            stream.flush()
        }
    }
}

fn say_and_wait(stream: &mut (impl Read + Write), bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()?;
    while stream.read(&mut [0; 64])? > 0 {}
    Ok(())
}

fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

/// A response with a length.
pub(crate) fn response(status: u16, fields: &str, body: &str) -> Reply {
    let length = body.len();
    Reply::Bytes(format!("HTTP/1.1 {status} X\r\n{fields}Content-Length: {length}\r\n\r\n{body}").into_bytes())
}

/// 200 with this body.
pub(crate) fn ok(body: &str) -> Reply {
    response(200, "", body)
}

/// Answers at `at` with metadata of `name`, where `{}` is the server itself, and at `/keys` with the key set.
pub(crate) fn issuer(name: &'static str, at: &'static str, jwks: &'static str) -> Server {
    Server::http(move |asked| {
        let (name, origin) = (name.replace("{}", asked.origin), asked.origin);
        match asked.path {
            path if path == at => ok(&format!(r#"{{"issuer":"{name}","jwks_uri":"{origin}/keys"}}"#)),
            "/keys" => ok(jwks),
            _ => response(404, "", ""),
        }
    })
}

/// The file whose certificate the https servers have.
pub(crate) fn cacert() -> String {
    format!("{}/tests/cli/tls/cert.pem", env!("CARGO_MANIFEST_DIR"))
}

pub(crate) const OPENID: &str = "/.well-known/openid-configuration";
pub(crate) const OAUTH: &str = "/.well-known/oauth-authorization-server";
/// The first byte of a client that speaks TLS (RFC 8446 section 5.1).
const TLS_HANDSHAKE: u8 = 22;
/// No test of a slow server waits longer for the client to give up.
const LONGEST: Duration = Duration::from_secs(10);
/// For 127.0.0.1 alone, from 2020 to 2119; the key guards nothing.
const CERTIFICATE: &[u8] = include_bytes!("tls/cert.pem");
const KEY: &[u8] = include_bytes!("tls/key.pem");
