//! `/issue` and `/jobs`: a batch is begun, watched, ended, taken up again, and its document fetched.

use std::fs::File;
use std::io::{self, Read as _};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use http_body_util::channel::Channel;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::jobs::{JobView, OrderKey, events};
use super::order::ListOrder;
use crate::web::work::Lane;
use crate::web::{App, Json, Path, Problem, SignedIn};

/// Bytes of an order at most, photos included.
const ORDER_BYTES: usize = 48 << 20;
/// Bytes of a document that are in memory at a time.
const PIECE: usize = 256 * 1024;

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(issue))
        .routes(routes!(jobs))
        .routes(routes!(job))
        .routes(routes!(job_events))
        .routes(routes!(cancel))
        .routes(routes!(resume))
        .routes(routes!(document))
}

/// A job that was begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"job": "9f3a0c417bd2e8a6c510"}))]
pub struct Begun {
    /// Names the job: GET /api/v1/jobs/{job}.
    pub job: String,
}

/// Issue credentials
///
/// With a header `Idempotency-Key` of 8 to 128 visible ASCII letters, made up for this order, the same request with the same
/// key begins no second job when the answer to the first was lost.
// Not among `params`: a header that is described makes fuzzers expect that all others are refused.
#[utoipa::path(
    post, path = "/issue", tag = "desk", request_body = ListOrder, security(("session" = [], "csrf" = [])),
    responses(
        (status = 202, description = "A job has begun, or the same request has begun it before", body = Begun),
        (status = 400, description = "The key is none", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such type", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another job is running", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The order cannot be carried out", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "The keys are locked", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn issue(
    State(app): State<App>,
    _who: SignedIn,
    key: OrderKey,
    Json(order): Json<ListOrder, ORDER_BYTES>,
) -> Result<Response, Problem> {
    let keys = app.keys.open()?;
    let view = app.run(Lane::Files, move |app| app.jobs.begin(app, order, key, keys)).await??;
    Ok((StatusCode::ACCEPTED, Json::<_>(Begun { job: view.id })).into_response())
}

/// The jobs
#[utoipa::path(
    get, path = "/jobs", tag = "desk", security(("session" = [])),
    responses(
        (status = 200, description = "The jobs of this desk, the newest first", body = Vec<JobView>),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn jobs(State(app): State<App>, _who: SignedIn) -> Result<Json<Vec<JobView>>, Problem> {
    app.run(Lane::Files, |app| app.jobs.all(app)).await.map(Json)
}

/// A job
#[utoipa::path(
    get, path = "/jobs/{id}", tag = "desk", security(("session" = [])),
    params(("id" = String, Path, description = "The job")),
    responses(
        (status = 200, description = "How it stands", body = JobView),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn job(State(app): State<App>, _who: SignedIn, Path(id): Path<String>) -> Result<Json<JobView>, Problem> {
    app.run(Lane::Files, move |app| app.jobs.find(app, &id)).await?.map(|job| Json(job.view()))
}

/// What becomes of a job
#[utoipa::path(
    get, path = "/jobs/{id}/events", tag = "desk", security(("session" = [])),
    params(("id" = String, Path, description = "The job")),
    responses(
        (status = 200, description = "An event `job` with the job as its data whenever it changes, until it ends", body = String, content_type = "text/event-stream"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn job_events(State(app): State<App>, who: SignedIn, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = app.run(Lane::Files, move |app| app.jobs.find(app, &id)).await??;
    Ok(events::answer(app, &job, who.session))
}

/// End a job
#[utoipa::path(
    post, path = "/jobs/{id}/cancel", tag = "desk", security(("session" = [], "csrf" = [])),
    params(("id" = String, Path, description = "The job")),
    responses(
        (status = 202, description = "It ends after what is in hand, and can be taken up again", body = JobView),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn cancel(State(app): State<App>, _who: SignedIn, Path(id): Path<String>) -> Result<Response, Problem> {
    let job = app.run(Lane::Files, move |app| app.jobs.find(app, &id)).await??;
    job.cancel();
    Ok((StatusCode::ACCEPTED, Json::<_>(job.view())).into_response())
}

/// Take up a job again
#[utoipa::path(
    post, path = "/jobs/{id}/resume", tag = "desk", security(("session" = [], "csrf" = [])),
    params(("id" = String, Path, description = "The job")),
    responses(
        (status = 202, description = "It goes on where it stopped", body = JobView),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It has not ended early, or another is running", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "The keys are locked", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn resume(State(app): State<App>, _who: SignedIn, Path(id): Path<String>) -> Result<Response, Problem> {
    let keys = app.keys.open()?;
    let view = app.run(Lane::Files, move |app| app.jobs.resume(app, &id, keys)).await??;
    Ok((StatusCode::ACCEPTED, Json::<_>(view)).into_response())
}

/// The document of a job
#[utoipa::path(
    get, path = "/jobs/{id}/document.pdf", tag = "desk", security(("session" = [])),
    params(("id" = String, Path, description = "The job")),
    responses(
        (status = 200, description = "The papers, to be printed", body = [u8], content_type = "application/pdf"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such job, or its document is gone", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn document(State(app): State<App>, _who: SignedIn, Path(id): Path<String>) -> Result<Response, Problem> {
    let paper = app.run(Lane::Files, move |app| app.jobs.document(app, &id)).await??;
    let length = paper.metadata().map_err(|error| Problem::internal(&error))?.len();
    let mut answer = pdf(streamed(paper), "papers.pdf");
    answer.headers_mut().insert(CONTENT_LENGTH, length.into());
    Ok(answer)
}

/// A file piece by piece: thousands of papers are more than a small machine should hold at once.
fn streamed(file: File) -> Body {
    let (mut sender, body) = Channel::<Bytes, io::Error>::new(1);
    tokio::spawn(async move {
        let mut file = file;
        loop {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = Vec::with_capacity(PIECE);
                (&mut file).take(PIECE as u64).read_to_end(&mut piece).map(|_| (file, piece))
            });
            match read.await.unwrap_or_else(|panic| Err(io::Error::other(panic))) {
                Ok((_, piece)) if piece.is_empty() => return,
                Ok((rest, piece)) => {
                    file = rest;
                    if sender.send_data(piece.into()).await.is_err() {
                        return;
                    }
                }
                Err(error) => return sender.abort(error),
            }
        }
    });
    Body::new(body)
}

/// A PDF that the browser shows.
pub fn pdf(bytes: impl Into<Body>, name: &str) -> Response {
    let shown = format!("inline; filename=\"{name}\"");
    ([(CONTENT_TYPE, "application/pdf"), (CONTENT_DISPOSITION, shown.as_str())], bytes.into()).into_response()
}
