//! Real connections: slow ones, many, encrypted ones, and the end.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::Server;
use crate::web::work::Limits;
use crate::web::{Options, files, listen, tls};

struct Running {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
    server: Server,
}

async fn run(options: Options, config: Option<Arc<ServerConfig>>) -> Running {
    run_server(Server::with(options), config).await
}

async fn run_server(server: Server, config: Option<Arc<ServerConfig>>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let app = server.app.clone();
    let task = tokio::spawn(listen::serve(listener, config, app, async move {
        let _ = stopped.await;
    }));
    Running { address, stop, task, server }
}

fn quick() -> Options {
    let short = Duration::from_millis(200);
    Options { limits: Limits { head: short, pause: short, ..Limits::default() }, ..Options::default() }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// What comes until the other end closes.
async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), path: &str) -> String {
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    rest(stream).await
}

#[tokio::test]
async fn a_head_that_comes_too_slowly_ends_the_connection() {
    let running = run(quick(), None).await;
    let mut stream = running.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: loc").await.unwrap();
    let told = rest(&mut stream).await;
    assert!(told.is_empty() || told.starts_with("HTTP/1.1 408"), "{told}");
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_is_ended() {
    let running = run(quick(), None).await;
    let mut stream = running.connect().await;
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200"));
    // And one that never asked anything.
    rest(&mut running.connect().await).await;
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_told_so() {
    let running = run(quick(), None).await;
    let mut stream = running.connect().await;
    let head =
        "POST /api/v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\n0123";
    stream.write_all(head.as_bytes()).await.unwrap();
    let told = rest(&mut stream).await;
    assert!(told.starts_with("HTTP/1.1 408") && told.contains("too slowly"), "{told}");
}

#[tokio::test]
async fn a_full_house_keeps_the_next_waiting_and_then_lets_it_in() {
    let mut options = quick();
    options.limits.connections = 1;
    let running = run(options, None).await;
    let mut first = running.connect().await;
    first.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut second = running.connect().await;
    assert!(ask(&mut second, "/health").await.starts_with("HTTP/1.1 200"));
    assert!(rest(&mut first).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn the_end_waits_for_what_has_begun() {
    let running = run(Options::default(), None).await;
    let mut stream = running.connect().await;
    let head =
        "POST /api/v1/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nHE";
    stream.write_all(head.as_bytes()).await.unwrap();
    // Begun, when it is counted.
    while !running.server.app.metrics.text(0).contains("nansen_in_flight 1") {
        tokio::task::yield_now().await;
    }
    running.stop.send(()).unwrap();
    stream.write_all(b"LLO").await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200"));
    running.task.await.unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn other_machines_are_answered_by_https_with_a_certificate_of_our_own() {
    let server = Server::with(Options { secure: true, ..Options::default() });
    // The other end looks at the machine's clock.
    let identity = tls::own(&server.app.home, [127, 0, 0, 1].into(), &[], jiff::Timestamp::now()).unwrap();
    let certificate = files::read(&server.app.home, "certificate.pem").unwrap().unwrap();
    let running = run_server(server, Some(identity.config)).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let connector = TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()));
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = connector.connect(name, running.connect().await).await.unwrap();
    let told = ask(&mut stream, "/health").await;
    assert!(told.starts_with("HTTP/1.1 200") && told.contains("strict-transport-security: max-age="), "{told}");
    // Without TLS nothing is answered there.
    let plain = ask(&mut running.connect().await, "/health").await;
    assert!(!plain.contains("200"), "{plain}");
}

#[tokio::test]
async fn a_head_of_no_measure_is_refused() {
    let running = run(quick(), None).await;
    let mut stream = running.connect().await;
    let _ =
        stream.write_all(format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(70_000)).as_bytes()).await;
    assert!(!rest(&mut stream).await.contains(" 200 "));
    let mut stream = running.connect().await;
    let fields = "X-A: b\r\n".repeat(100);
    let _ = stream.write_all(format!("GET / HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n").as_bytes()).await;
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 431"));
}
