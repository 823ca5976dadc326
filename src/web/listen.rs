//! Connections: taken as long as there is room, with or without TLS, each with its time limits, ended in peace.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::app::App;
use super::crowd::Crowd;
use super::patient::Patient;
use super::peer::Peer;
use super::router::router;
use super::work::Limits;

/// Bytes of the head of a request at most.
const HEAD: usize = 32 * 1024;
/// Header fields of a request at most.
const FIELDS: usize = 64;
/// What is being answered may take this long after the end was asked for.
const PEACE: Duration = Duration::from_secs(10);
/// How often ended sessions are looked for and counts are handed over.
const TIDY: Duration = Duration::from_mins(1);

/// Answers on `listener` until `stop` is done.
pub async fn serve(listener: TcpListener, tls: Option<Arc<ServerConfig>>, app: App, stop: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let tidying = tokio::spawn(tidy(app.clone()));
    let accepting = accept(&listener, tls.map(TlsAcceptor::from), &app, &graceful);
    tokio::select! {
        () = accepting => {}
        () = stop => {}
    }
    drop(listener);
    tidying.abort();
    app.close();
    // What is not done by then is cut off.
    let _ = timeout(PEACE, graceful.shutdown()).await;
    app.keys.lock();
    app.counts.flush(&app.home);
}

async fn accept(listener: &TcpListener, tls: Option<TlsAcceptor>, app: &App, graceful: &GracefulShutdown) {
    let places = Arc::new(Semaphore::new(app.options.limits.connections));
    let (router, crowd) = (router(app.clone()), Crowd::default());
    // So that one alone does not keep all others out.
    let most = app.options.limits.connections.div_ceil(2);
    loop {
        // Without a place nobody is let in; the system keeps those who come next waiting.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, address) = match listener.accept().await {
            Ok(taken) => taken,
            Err(error) => {
                // Out of file descriptors, mostly; one that is gone again is no matter.
                if error.kind() != io::ErrorKind::ConnectionAborted {
                    sleep(Duration::from_millis(100)).await;
                }
                continue;
            }
        };
        let peer = Peer::new(address.ip());
        let Some(member) = crowd.enter(peer, most) else { continue };
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        let (limits, behind) = (app.options.limits.clone(), app.options.behind_another);
        let asks = Asks { peer, behind, router };
        tokio::spawn(async move {
            connection(stream, asks, tls, &limits, watcher).await;
            drop((member, place));
        });
    }
}

/// One connection: who asks, and what answers.
struct Asks {
    peer: Peer,
    /// Whether another server asks for somebody else.
    behind: bool,
    router: Router,
}

async fn connection(stream: TcpStream, asks: Asks, tls: Option<TlsAcceptor>, limits: &Limits, watcher: Watcher) {
    let _ = stream.set_nodelay(true);
    // Whoever takes nothing of an answer has gone.
    let stream = Patient::new(stream, limits.answer);
    match tls {
        None => answer(stream, asks, limits.head, watcher).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(limits.head, tls.accept(stream)).await {
                answer(stream, asks, limits.head, watcher).await;
            }
        }
    }
}

async fn answer<S>(stream: S, asks: Asks, head: Duration, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let peer = Peer::of(asks.peer, asks.behind.then(|| request.headers()));
        request.extensions_mut().insert(peer);
        asks.router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(HEAD)
        .max_headers(FIELDS)
        .serve_connection(TokioIo::new(stream), service);
    // A connection that breaks is the other end's business.
    let _ = watcher.watch(connection).await;
}

/// Looks after what nobody asks for: keys of sessions that have ended, counts.
async fn tidy(app: App) {
    loop {
        sleep(TIDY).await;
        app.lock_when_nobody_is_here();
        let counting = app.clone();
        let _ = tokio::task::spawn_blocking(move || counting.counts.flush(&counting.home)).await;
    }
}
