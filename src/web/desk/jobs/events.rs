//! The state of a job as server-sent events (WHATWG HTML §9.2): one whenever it changes, until the job ends or whoever
//! listens has signed out.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use http_body_util::channel::{Channel, Sender};

use super::{Job, JobState, JobView};
use crate::web::App;
use crate::web::session::SessionKey;

/// A line that says nothing, so often, keeps the connection open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Events are not closer together: a batch of thousands must not drown a browser.
const PAUSE: Duration = Duration::from_millis(100);

/// The answer, which goes on until the job, the session or the server ends.
pub fn answer(app: App, job: &Arc<Job>, session: SessionKey) -> Response {
    let (sender, body) = Channel::<Bytes, Infallible>::new(4);
    let watched = job.watch();
    tokio::spawn(async move {
        tokio::select! {
            () = app.closed() => {}
            () = tell(&app, session, sender, watched) => {}
        }
    });
    let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    (headers, Body::new(body)).into_response()
}

async fn tell(
    app: &App,
    session: SessionKey,
    mut sender: Sender<Bytes>,
    mut watched: tokio::sync::watch::Receiver<JobView>,
) {
    // Rows with faults are told with what stands in them.
    while app.sessions.goes_on(session, app.now()) {
        let view = watched.borrow_and_update().clone();
        let json = serde_json::to_string(&view).unwrap_or_default();
        if sender.send_data(Bytes::from(format!("event: job\ndata: {json}\n\n"))).await.is_err() {
            return;
        }
        if view.state != JobState::Running {
            return;
        }
        tokio::time::sleep(PAUSE).await;
        loop {
            match tokio::time::timeout(KEEP_ALIVE, watched.changed()).await {
                Ok(Ok(())) => break,
                Ok(Err(_)) => return,
                Err(_) => {
                    if !app.sessions.goes_on(session, app.now()) {
                        return;
                    }
                    if sender.send_data(Bytes::from_static(b": still at work\n\n")).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
