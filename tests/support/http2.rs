//! A push service: real HTTP/2 over TLS under a CA of its own, many requests at once, and the bad habits that such a service may
//! have: it resets requests, tells its callers to leave, hangs up, keeps silent, lets few in at a time.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::Value;
use std::future::pending;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::spawn;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{oneshot, watch};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

/// A question that was put to the service.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// The certificate that the caller showed, DER.
    pub certificate: Option<Vec<u8>>,
    /// Which connection it came by, from 1.
    pub connection: usize,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The body, read as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What the service does with a question.
#[derive(Clone, Debug)]
pub enum Said {
    /// Answers with a status, headers and a body.
    With(u16, Vec<(&'static str, String)>, String),
    /// Does it after a while.
    Late(Duration, Box<Said>),
    /// Resets the request, for this reason.
    Reset(h2::Reason),
    /// Tells the caller to leave (GOAWAY), and does it; what comes on the connection before the caller heard is answered, too.
    Leave(Box<Said>),
    /// Hangs up without a word, on all that is under way on the connection.
    HangUp,
    /// Never answers.
    Nothing,
}

impl Said {
    /// 200 without a body.
    pub fn ok() -> Said {
        Said::With(200, Vec::new(), String::new())
    }

    /// Answers with JSON.
    pub fn json(status: u16, body: &Value) -> Said {
        Said::With(status, vec![("content-type", "application/json".to_owned())], body.to_string())
    }
}

/// How the service takes its callers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Door {
    /// So many requests at once on a connection; `None`: 200, as hyper has it.
    pub streams: Option<u32>,
    /// Must a caller show a certificate of its CA?
    pub certificate: bool,
}

/// A running service; it ends when it is dropped.
pub struct Http2Peer {
    address: SocketAddr,
    ca: Ca,
    shared: Arc<Shared>,
    _open: oneshot::Sender<()>,
}

type Ca = CertifiedIssuer<'static, KeyPair>;

struct Shared {
    answers: Box<dyn Fn(&Asked) -> Said + Send + Sync>,
    asked: Mutex<Vec<Asked>>,
    connections: AtomicUsize,
    door: Door,
}

/// What becomes of a connection.
#[derive(Clone, Copy)]
enum Fate {
    Open,
    Leaving,
    Cut,
}

impl Http2Peer {
    /// Starts a service that answers with what `answers` says to a question. That must not block.
    pub fn start(answers: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Http2Peer {
        Self::behind(Door::default(), answers)
    }

    /// One that takes its callers so.
    pub fn behind(door: Door, answers: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Http2Peer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port for the service");
        let address = listener.local_addr().expect("the address of the service");
        let ca = ca();
        let tls = TlsAcceptor::from(Arc::new(tls(&ca, door.certificate)));
        let (asked, connections) = (Mutex::default(), AtomicUsize::default());
        let shared = Arc::new(Shared { answers: Box::new(answers), asked, connections, door });
        let served = Arc::clone(&shared);
        let (open, closed) = oneshot::channel();
        spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, tls, served) => {}
                    _ = closed => {}
                }
            });
        });
        Http2Peer { address, ca, shared, _open: open }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// Its CA, PEM.
    pub fn ca(&self) -> String {
        self.ca.pem()
    }

    /// A certificate of its CA for a caller, and the key: both PEM.
    pub fn certify(&self, name: &str) -> (String, String) {
        let (certificate, key) = certify(&self.ca, name, ExtendedKeyUsagePurpose::ClientAuth);
        (certificate.pem(), key.serialize_pem())
    }

    /// The questions since the last look.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.shared.asked.lock().expect("the questions"))
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

fn ca() -> Ca {
    let mut params = CertificateParams::new(Vec::new()).expect("a CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a CA")
}

fn certify(ca: &Ca, name: &str, purpose: ExtendedKeyUsagePurpose) -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a certificate");
    params.insert_extended_key_usage(purpose);
    let key = KeyPair::generate().expect("a key");
    (params.signed_by(&key, ca).expect("a certificate"), key)
}

fn tls(ca: &Ca, certificate: bool) -> ServerConfig {
    let (own, key) = certify(ca, "127.0.0.1", ExtendedKeyUsagePurpose::ServerAuth);
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let callers = if certificate {
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).expect("a CA");
        ServerConfig::builder()
            .with_client_cert_verifier(WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("a verifier"))
    } else {
        ServerConfig::builder().with_no_client_auth()
    };
    let mut tls = callers.with_single_cert(vec![own.der().clone()], key).expect("TLS");
    tls.alpn_protocols = vec![b"h2".to_vec()];
    tls
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, shared: Arc<Shared>) {
    listener.set_nonblocking(true).expect("a listener that does not block");
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, tls.clone(), Arc::clone(&shared)));
    }
}

/// Serves one connection until one of both ends it.
async fn serve(stream: TcpStream, tls: TlsAcceptor, shared: Arc<Shared>) {
    let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
    let Ok(stream) = tls.accept(stream).await else { return };
    let certificates = stream.get_ref().1.peer_certificates();
    let certificate = certificates.and_then(<[CertificateDer<'_>]>::first).map(|own| own.to_vec());
    let (fate, mut changed) = watch::channel(Fate::Open);
    let streams = shared.door.streams;
    let service =
        service_fn(move |request| answer(request, Arc::clone(&shared), certificate.clone(), number, fate.clone()));
    let mut builder = Builder::new(TokioExecutor::new());
    if streams.is_some() {
        builder.max_concurrent_streams(streams);
    }
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            Ok(()) = changed.changed() => match *changed.borrow_and_update() {
                Fate::Open => {}
                Fate::Leaving => connection.as_mut().graceful_shutdown(),
                Fate::Cut => return,
            },
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    certificate: Option<Vec<u8>>,
    connection: usize,
    fate: watch::Sender<Fate>,
) -> Result<Response<Full<Bytes>>, h2::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| h2::Error::from(h2::Reason::CANCEL))?.to_bytes();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let path = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let asked = Asked { method: head.method.to_string(), path, headers, body, certificate, connection };
    let mut said = (shared.answers)(&asked);
    shared.asked.lock().expect("the questions").push(asked);
    loop {
        said = match said {
            Said::With(status, headers, body) => {
                let head = headers
                    .into_iter()
                    .fold(Response::builder().status(status), |head, (name, value)| head.header(name, value));
                return Ok(head.body(Full::from(body)).expect("an answer"));
            }
            Said::Late(pause, said) => {
                sleep(pause).await;
                *said
            }
            Said::Leave(said) => {
                let _ = fate.send(Fate::Leaving);
                *said
            }
            Said::Reset(reason) => return Err(reason.into()),
            Said::HangUp => {
                let _ = fate.send(Fate::Cut);
                pending().await
            }
            Said::Nothing => pending().await,
        };
    }
}
