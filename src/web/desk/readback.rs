//! `/readback`: a printed paper, scanned before it is handed over: whose it is, and how well it reads.

use axum::extract::{Request, State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::desk::readback::words::{next, why};
use crate::desk::readback::{Event, Paper, Scans};
use crate::desk::{Failure, trust};
use crate::register::Status;
use crate::scan::Quality;
use crate::web::work::Lane;
use crate::web::{App, Json, Problem, SignedIn};

/// Bytes of a scan at most.
const SCAN_BYTES: usize = 48 << 20;
/// The worst grade that may be handed over: C.
const LEAST: u8 = 2;
/// Under this name the register has scans that came from a browser.
const SOURCE: &str = "scan";

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(readback))
}

/// What came of a symbol, a page or the file.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(example = json!({
    "page": 1, "found": true, "serial": "K7QX-2M9D", "copy": 1, "grade": "A", "good": true, "verdict": "valid",
    "reason": null, "why": null, "next": "hand it over"
}))]
pub struct Read {
    /// Page of the scan.
    pub page: Option<u32>,
    /// Whether a paper of this desk was found.
    pub found: bool,
    /// Its serial.
    pub serial: Option<String>,
    /// Number of the copy.
    pub copy: Option<u32>,
    /// Other copies that have the same symbol.
    pub same_symbol: Vec<u32>,
    /// How well it reads: A, B, C, D or F.
    pub grade: Option<String>,
    /// Whether it may be handed over.
    pub good: bool,
    /// `valid`, `invalid` when it was withdrawn or has run out, `undecided` when it is none of this desk, `unreadable`.
    pub verdict: &'static str,
    /// Why it is not valid: `expired`, `revoked`, `suspended`, `superseded`, `unknown-issuer`, `no-symbol`, `damaged`, `not-a-scan`.
    pub reason: Option<&'static str>,
    /// What the grade comes from, in words.
    pub why: Option<String>,
    /// What to do.
    pub next: String,
}

/// Read a printed paper back
#[utoipa::path(
    post, path = "/readback", tag = "desk", security(("session" = [], "csrf" = [])),
    request_body(content(([u8] = "image/png"), ([u8] = "image/jpeg"), ([u8] = "application/pdf")), description = "A scan or photograph of the printed paper"),
    responses(
        (status = 200, description = "One answer for each symbol, or for what has none", body = Vec<Read>),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Neither an image nor a PDF", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn readback(State(app): State<App>, _who: SignedIn, request: Request) -> Result<Json<Vec<Read>>, Problem> {
    let (parts, body) = request.into_parts();
    let scan = app.work.read(Lane::Desk, &parts.headers, body, SCAN_BYTES).await?;
    let read = app.run(Lane::Desk, move |app| {
        let mut scans = Scans::begin(&app.home, trust::store(&app.home)?, LEAST, app.now())?;
        let (mut answers, mut unreadable) = (Vec::new(), None);
        scans.scan(SOURCE, &scan, &mut |_, event| match event {
            Event::Unreadable(failure) => unreadable = Some(failure),
            event => answers.extend(answer(&event)),
        })?;
        scans.finish()?;
        Ok::<_, Failure>((answers, unreadable))
    });
    let (mut answers, unreadable) = read.await?.map_err(Problem::from)?;
    if let Some(failure) = unreadable.filter(|_| answers.is_empty()) {
        return Err(Problem::unusable("the scan cannot be looked at")
            .found(failure.told())
            .wanted("a JPEG, PNG or TIFF picture, or a PDF of a scanner")
            .next("scan the paper at 300 dpi, or take a photograph of it"));
    }
    if answers.is_empty() {
        answers.push(nothing(None));
    }
    Ok(Json(answers))
}

fn nothing(page: Option<u32>) -> Read {
    Read {
        page,
        verdict: "unreadable",
        reason: Some("no-symbol"),
        next: "if a symbol is printed on it, scan it again, flat, clean and at 300 dpi".to_owned(),
        ..Read::default()
    }
}

fn answer(event: &Event) -> Option<Read> {
    Some(match event {
        Event::Read(paper) => of_paper(paper),
        Event::NoSymbol { page } => nothing(Some(*page)),
        Event::NotAScan { why } => Read {
            verdict: "unreadable",
            reason: Some("not-a-scan"),
            why: Some(why.clone()),
            next: "this is the file, not the paper: print it, scan the paper at 300 dpi, and give the scan".to_owned(),
            ..Read::default()
        },
        Event::Stranger { page } => Read {
            page: Some(*page),
            verdict: "undecided",
            reason: Some("unknown-issuer"),
            next: "take the paper out: it is none of this desk".to_owned(),
            ..Read::default()
        },
        Event::NotGraded { page } => Read {
            page: Some(*page),
            verdict: "unreadable",
            reason: Some("damaged"),
            next: "scan again at 300 dpi, with the whole symbol and its white border on the scan".to_owned(),
            ..Read::default()
        },
        _ => return None,
    })
}

fn of_paper(paper: &Paper) -> Read {
    let (verdict, reason) = match paper.status {
        Status::Valid if paper.expired => ("invalid", Some("expired")),
        Status::Valid => ("valid", None),
        Status::Revoked => ("invalid", Some("revoked")),
        Status::Suspended => ("invalid", Some("suspended")),
        Status::Superseded => ("invalid", Some("superseded")),
    };
    let worst = paper.worst();
    let next = match (paper.status, paper.good, worst) {
        (Status::Valid, _, _) if paper.expired => "do not hand it over: this credential has run out",
        (Status::Valid, true, _) => "hand it over",
        (Status::Valid, false, Some(worst)) => next(worst),
        (Status::Valid, false, None) => "print it again",
        _ => "do not hand it over: this credential is withdrawn",
    };
    Read {
        page: Some(paper.page),
        found: true,
        serial: Some(paper.read.serial.to_string()),
        copy: Some(paper.read.copy),
        same_symbol: if paper.copies.len() > 1 { paper.copies.clone() } else { Vec::new() },
        grade: Some(Quality::letter(paper.read.grade).to_string()),
        good: paper.good,
        verdict,
        reason,
        why: worst.map(why),
        next: next.to_owned(),
    }
}
