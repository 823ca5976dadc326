//! Checking papers for anybody: `/verify`.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::counts::Verdict;
use super::extract::{Json, media_type, wrong_media_type};
use super::peer::Peer;
use super::problem::Problem;
use super::weight::{self, WeightError};
use super::work::Upload;
use crate::gate::{Answers, Basis, Session, TEXT_MAX, json, secured, thorough, what_next, without_ends};
use crate::scan::{Options, ScanError};

/// Bytes of a picture or a document at most.
const FILE_MAX: usize = 16 << 20;
/// Pixels of a picture at most: a page at 600 dpi has 35 million.
const PIXELS_MAX: u64 = 50_000_000;
/// Pages of a document at most.
const PAGES_MAX: u32 = 50;
/// Time for a document at most.
const DOCUMENT_TIME: std::time::Duration = std::time::Duration::from_secs(20);
/// What papers come as.
const WANTED: &str = "image/*, application/pdf, application/cwt, application/octet-stream, or text/plain";

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(verify))
}

/// The answers to one question.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "answers": [{
        "source": "upload", "page": 1, "format": "nansen", "type": "diploma", "verdict": "valid", "reason": null,
        "detail": null, "issuer": {"name": "University of Nairobi", "country": "KEN", "kid": "0f3a8c5512d4b97e", "root_name": "Ministry of Education"},
        "serial": "8F3K-22QD-M", "issued": "2026-11-21T09:00:00Z", "expires": null,
        "claims": {"given_names": "Amina", "date_of_birth": "1987~"}, "photo": null,
        "trust": {"sequence": 12, "age_days": 3, "state": "fresh", "root": "Ministry of Education"}, "shown": null
    }],
    "notes": [], "missing": []
}))]
pub struct Verified {
    /// One for each credential, at least one.
    #[schema(value_type = Vec<Answer>)]
    pub answers: Value,
    /// What people should hear beside them.
    #[schema(value_type = Vec<Note>)]
    pub notes: Value,
    /// Documents of which symbols are missing.
    #[schema(value_type = Vec<Missing>)]
    pub missing: Value,
}

/// One credential and what is to be thought of it; the object that `nansen verify --format json` prints, with `shown`.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "describes what crate::gate::json writes")]
pub struct Answer {
    /// `valid`, `invalid`, `undecided` or `unreadable`.
    verdict: String,
    /// Why, when it is not valid.
    reason: Option<String>,
    /// Why, in more words.
    detail: Option<String>,
    /// How it is written: `nansen`, `claim169`, `hcert`, …
    format: Option<String>,
    /// Credential type.
    #[schema(rename = "type")]
    kind: Option<String>,
    /// Who issued it, and who vouches for that.
    issuer: Option<Value>,
    /// Its number.
    serial: Option<String>,
    /// When it was issued.
    issued: Option<String>,
    /// From when on it is not valid.
    expires: Option<String>,
    /// What it says, by the names of the columns.
    claims: Option<Value>,
    /// What a screen shows of it: title, names, fields, photo.
    shown: Option<Value>,
    /// The trust list that it was decided by.
    trust: Option<Value>,
    /// The symbol that it was read from.
    symbol: Option<Value>,
}

/// What people should hear beside the answers.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "describes what crate::gate::json writes")]
pub struct Note {
    /// What it is about.
    note: String,
    /// In words.
    text: String,
}

/// A document of which symbols are missing.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "describes what crate::gate::json writes")]
pub struct Missing {
    /// Symbols that were read.
    have: u32,
    /// Symbols that are needed.
    need: u32,
    /// Symbols that there are.
    of: u32,
}

/// Check a paper: a photograph, a scan, a PDF, a signed file, or the text of a symbol
///
/// Nothing of it is kept; only the verdict is counted, by day.
#[utoipa::path(
    post, path = "/verify", tag = "verify",
    request_body(
        description = "A picture or a document of at most 16 MiB, or the text of a symbol (at most 64 kB)",
        content(
            (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "application/pdf"), (Vec<u8> = "application/cwt"),
            (String = "text/plain"),
        ),
    ),
    responses(
        (status = 200, description = "The answers", body = Verified),
        (status = 400, description = "The body ends too early", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither picture, document nor text", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "An empty text", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too often", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many at a time", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn verify(State(app): State<App>, peer: Peer, request: Request) -> Result<Json<Verified>, Problem> {
    let limits = &app.options.limits;
    let taken = app.verifications.take(peer, limits.verify_burst, limits.verify_rate, app.now());
    taken.map_err(|seconds| Problem::too_many("too many papers in a short time", seconds))?;
    let (parts, body) = request.into_parts();
    let kind = media_type(&parts.headers);
    let is_text = kind == "text/plain";
    let is_file = kind.starts_with("image/")
        || ["application/pdf", "application/cwt", "application/cose", "application/octet-stream"].contains(&&*kind);
    if !is_text && !is_file {
        return Err(wrong_media_type(&kind, WANTED));
    }
    let most = if is_text { TEXT_MAX } else { FILE_MAX };
    let upload = app.work.read_paper(peer, &parts.headers, body, most).await?;
    let (upload, memory) = if is_text { (upload, 0) } else { weighed(&app, peer, upload).await? };
    app.look(peer, memory, move |app| examine(app, upload, is_text)).await?.map(Json)
}

/// The memory that looking at a file takes. Its header is read in a turn of its own, because that takes time too.
async fn weighed(app: &App, peer: Peer, mut upload: Upload) -> Result<(Upload, u64), Problem> {
    let weigh = move |_: &App| {
        let weight = weight::weigh(upload.bytes_mut(), PIXELS_MAX);
        weight.map(|memory| (upload, memory))
    };
    app.look(peer, 0, weigh).await?.map_err(too_much)
}

fn too_much(error: WeightError) -> Problem {
    let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the picture is too large").found(error.to_string());
    match error {
        WeightError::Pixels { .. } => problem
            .wanted(format!("at most {} million pixels", PIXELS_MAX / 1_000_000))
            .next("send it smaller; a photograph of a paper needs no more than 12 million pixels"),
        WeightError::Header => {
            problem.wanted("a picture with a plain header").next("save it again without a colour profile")
        }
        WeightError::Images => {
            problem.wanted(format!("at most {PAGES_MAX} pages")).next("send the pages in smaller files")
        }
    }
}

fn examine(app: &App, upload: Upload, is_text: bool) -> Result<Verified, Problem> {
    let (begun, now) = (Instant::now(), app.now());
    let judge = app.trust.at(&app.home, now)?;
    let at = judge.gate.store().decision_time(now);
    let basis = Basis { gate: &judge.gate, types: &judge.types, now: at };
    let mut session = Session::new();
    let (answers, error) = if is_text {
        let text = without_ends(&upload);
        if text.is_empty() {
            return Err(Problem::unusable("there is no text").wanted("the text of a symbol").next("scan it again"));
        }
        (session.ask_text(&basis, &secured(text)), None)
    } else {
        let (bytes, place) = upload.into_parts();
        let done = session.ask_file(&basis, "upload", bytes, &options());
        drop(place);
        done
    };
    let time = begun.elapsed();
    app.metrics.verified_in(time);
    count(app, &answers, u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    Ok(verified(&answers, error.as_ref()))
}

fn options() -> Options {
    Options { max_pixels: PIXELS_MAX, max_pages: PAGES_MAX, document_budget: DOCUMENT_TIME, ..thorough() }
}

fn count(app: &App, answers: &Answers, ms: u64) {
    let day = app.now().to_zoned(TimeZone::UTC).date();
    for answer in &answers.answers {
        let verdict = answer.finding.verdict().to_string();
        let reason = answer.finding.reason().map(|reason| reason.to_string()).unwrap_or_default();
        app.metrics.verdict(&verdict, &reason);
        app.counts.add(Verdict { day, verdict, reason, ms });
    }
}

fn verified(answers: &Answers, error: Option<&ScanError>) -> Verified {
    let mut all = json::answers(answers);
    if let (Some(error), Some(notes)) = (error, all["notes"].as_array_mut()) {
        let next = what_next(error);
        notes.push(serde_json::json!({"note": "not-read", "text": error.to_string(), "next": next}));
    }
    Verified { answers: all["answers"].take(), notes: all["notes"].take(), missing: all["missing"].take() }
}
