//! `/register`: what was issued, to whom, how often printed; printing again, withdrawing, putting back into force.

mod entry;

use axum::extract::State;
use axum::http::HeaderName;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::issue::pdf;
use crate::credential::Serial;
use crate::desk::register::{self, Dossier, failure, state};
use crate::desk::reprint::{Reprint, Reprinted, reprint as print_again};
use crate::desk::{Desk, Failure, Silent, revoke as withdraw};
use crate::register::{Change, Filter, Status};
use crate::web::work::Lane;
use crate::web::{App, Json, Path, Problem, Query, SignedIn, files};
use entry::{Line, Whole};

/// Lines in one answer, when nobody says how many, and at most.
const LINES: u32 = 50;
const LINES_MAX: u32 = 500;
/// The number of the copy that was printed.
const COPY: HeaderName = HeaderName::from_static("x-copy");

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(reprint))
        .routes(routes!(revoke))
        .routes(routes!(reinstate))
}

/// Which lines are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// With this text in the name or the id, case and accents aside; or with this serial.
    pub q: Option<String>,
    /// Of this credential type.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    /// `valid`, `expired`, `suspended`, `revoked` or `superseded`.
    pub state: Option<String>,
    /// At most so many, 1 to 500; 50 when it is not said.
    pub limit: Option<u32>,
    /// The `next` of the answer before.
    pub after: Option<i64>,
}

/// Lines of the register.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lines {
    /// The newest first.
    pub entries: Vec<Line>,
    /// What to ask for `after` to get the next ones; nothing when these were the last.
    pub next: Option<i64>,
}

/// Search the register
#[utoipa::path(
    get, path = "/register", tag = "register", params(Wanted), security(("session" = [])),
    responses(
        (status = 200, description = "What was issued, the newest first", body = Lines),
        (status = 400, description = "The question cannot be understood", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn list(State(app): State<App>, _who: SignedIn, Query(wanted): Query<Wanted>) -> Result<Json<Lines>, Problem> {
    app.run(Lane::Files, move |app| lines(app, &wanted)).await?.map(Json)
}

fn lines(app: &App, wanted: &Wanted) -> Result<Lines, Problem> {
    let now = app.now();
    let status = wanted.state.as_deref().map(|state| match state {
        "expired" => Ok(Status::Valid),
        state => state.parse::<Status>().map_err(|_| {
            Problem::bad_request("there is no such state")
                .found(state.chars().take(40).collect::<String>())
                .wanted("valid, expired, suspended, revoked or superseded")
        }),
    });
    let most = wanted.limit.unwrap_or(LINES);
    if !(1..=LINES_MAX).contains(&most) {
        return Err(Problem::bad_request("so many entries are not told at once")
            .found(most.to_string())
            .wanted(format!("a limit of 1 to {LINES_MAX}"))
            .next("leave it out, and go on with `after`"));
    }
    let most = most as usize;
    let filter = Filter {
        type_name: wanted.type_name.clone(),
        text: wanted.q.clone().filter(|text| !text.trim().is_empty()),
        status: status.transpose()?,
        before: wanted.after,
        ..Filter::default()
    };
    let register = register::open(&app.home).map_err(Problem::from)?;
    let (mut entries, mut next) = (Vec::new(), None);
    for entry in register.list(filter) {
        let entry = entry.map_err(|error| Problem::from(failure(error)))?;
        // Whether one has expired is a question of the time, which the register does not know.
        if wanted.state.as_deref().is_some_and(|wanted| wanted != state(&entry, now)) {
            continue;
        }
        if entries.len() == most {
            break;
        }
        next = Some(entry.number);
        entries.push(Line::of(&entry, now));
    }
    let next = next.filter(|_| entries.len() == most);
    Ok(Lines { entries, next })
}

/// Everything about one credential
#[utoipa::path(
    get, path = "/register/{serial}", tag = "register", security(("session" = [])),
    params(("serial" = String, Path, description = "As printed; case and hyphens do not matter", example = "K7QX-2M9D")),
    responses(
        (status = 200, description = "All that the register knows", body = Whole),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such credential was issued here", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn show(State(app): State<App>, _who: SignedIn, Path(serial): Path<String>) -> Result<Json<Whole>, Problem> {
    let serial = parsed(&serial)?;
    let whole = app.run(Lane::Files, move |app| {
        let register = register::open(&app.home)?;
        let dossier = Dossier::of(&register, serial).map_err(failure)?;
        Ok::<_, Failure>(Whole::of(&dossier, app.now()))
    });
    whole.await?.map(Json).map_err(Problem::from)
}

/// How it is printed again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"layout": "a4"}))]
pub struct Again {
    /// The page; `a4` when it is not said.
    #[serde(default)]
    pub layout: Option<String>,
    /// The printer, such as `203dpi`.
    #[serde(default)]
    pub printer: Option<String>,
    /// Under a new serial that supersedes this one: for papers that are damaged, lost or stolen.
    #[serde(default)]
    pub replace: bool,
}

/// Print a credential again
#[utoipa::path(
    post, path = "/register/{serial}/reprint", tag = "register", request_body = Again,
    params(("serial" = String, Path, description = "The credential")),
    security(("session" = [], "csrf" = [])),
    responses(
        (status = 200, description = "The paper: a copy with its number (header X-Copy), or with `replace` a new credential (header X-Serial)", body = [u8], content_type = "application/pdf"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such credential or layout", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is withdrawn, or its holder has a newer one", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "The keys are locked", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The desk is busy", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn reprint(
    State(app): State<App>,
    _who: SignedIn,
    Path(serial): Path<String>,
    Json(again): Json<Again, 4096>,
) -> Result<Response, Problem> {
    let (serial, keys) = (parsed(&serial)?, app.keys.open()?);
    let printer = again
        .printer
        .as_ref()
        .map(|dpi| dpi.parse().map_err(|wanted: String| Problem::unusable("the printer is not known").wanted(wanted)));
    let printer = printer.transpose()?;
    let printed = app.run(Lane::Desk, move |app| {
        let paper = files::paper(&app.home);
        let paper = paper.map_err(|error| Problem::from(cannot(&files::folder(&app.home), &error)))?;
        let order = Reprint {
            serials: vec![serial],
            output: paper.path().join("paper.pdf"),
            layout: again.layout.unwrap_or_else(|| "a4".to_owned()),
            printer,
            template: None,
            replace: again.replace,
        };
        let desk = Desk { home: &app.home, unlock: &*keys, random: app.random, now: app.now(), observer: &Silent };
        let done = print_again(desk, &order).map_err(Problem::from)?;
        let bytes = std::fs::read(&order.output).map_err(|error| Problem::from(cannot(&order.output, &error)))?;
        Ok::<_, Problem>((done, bytes))
    });
    let (done, bytes) = printed.await??;
    let header = match done.first() {
        Some(Reprinted::Replaced { new, .. }) => (HeaderName::from_static("x-serial"), new.to_string()),
        Some(Reprinted::Copy { copy, .. }) => (COPY, copy.to_string()),
        None => (COPY, "1".to_owned()),
    };
    Ok(([header], pdf(bytes, &format!("{serial}.pdf"))).into_response())
}

fn cannot(path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be used: {error}", path.display())).of(crate::desk::Kind::Storage)
}

/// Why a credential is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "reported lost"}))]
pub struct Withdrawal {
    /// In a few words; stays in the register, is not published.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
    /// Only for the time being.
    #[serde(default)]
    pub suspend: bool,
}

/// Why a credential comes back into force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "found again"}))]
pub struct Reinstatement {
    /// In a few words.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// A status that was changed and published.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"serial": "K7QX-2M9D", "before": "valid", "after": "revoked"}))]
pub struct Changed {
    /// The credential.
    pub serial: String,
    /// Its status before.
    pub before: String,
    /// Its status now; verifiers learn of it with the next bundle: GET /api/v1/trust/{root}.
    pub after: String,
}

/// Withdraw a credential
#[utoipa::path(
    post, path = "/register/{serial}/revoke", tag = "register", request_body = Withdrawal,
    params(("serial" = String, Path, description = "The credential")),
    security(("session" = [], "csrf" = [])),
    responses(
        (status = 200, description = "Withdrawn, and the status lists are signed anew", body = Changed),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such credential was issued here", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Its holder has a newer one", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No reason is given", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "The keys are locked", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The desk is busy", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn revoke(
    State(app): State<App>,
    _who: SignedIn,
    Path(serial): Path<String>,
    Json(order): Json<Withdrawal, 8192>,
) -> Result<Json<Changed>, Problem> {
    let work: Work = if order.suspend { withdraw::suspend } else { withdraw::revoke };
    let changed = change(&app, &serial, order.reason, work).await?;
    app.metrics.revoked();
    Ok(Json(changed))
}

/// Put a credential back into force
#[utoipa::path(
    post, path = "/register/{serial}/reinstate", tag = "register", request_body = Reinstatement,
    params(("serial" = String, Path, description = "The credential")),
    security(("session" = [], "csrf" = [])),
    responses(
        (status = 200, description = "In force again, and the status lists are signed anew", body = Changed),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such credential was issued here", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Its holder has a newer one", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No reason is given", body = Problem, content_type = "application/problem+json"),
        (status = 423, description = "The keys are locked", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The desk is busy", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn reinstate(
    State(app): State<App>,
    _who: SignedIn,
    Path(serial): Path<String>,
    Json(order): Json<Reinstatement, 8192>,
) -> Result<Json<Changed>, Problem> {
    change(&app, &serial, order.reason, withdraw::reinstate).await.map(Json)
}

type Work = fn(Desk<'_>, &[Serial], &str) -> Result<Vec<Change>, Failure>;

async fn change(app: &App, serial: &str, reason: String, work: Work) -> Result<Changed, Problem> {
    let (serial, keys) = (parsed(serial)?, app.keys.open()?);
    if reason.trim().is_empty() || reason.chars().count() > 1000 {
        return Err(Problem::unusable("the reason cannot be used").wanted("1 to 1000 letters"));
    }
    let done = app.run(Lane::Desk, move |app| {
        let desk = Desk { home: &app.home, unlock: &*keys, random: app.random, now: app.now(), observer: &Silent };
        work(desk, &[serial], reason.trim())
    });
    let changes = done.await?.map_err(Problem::from)?;
    let change = changes.first().ok_or_else(|| Problem::internal(&"nothing was changed"))?;
    Ok(Changed { serial: serial.to_string(), before: change.before.to_string(), after: change.after.to_string() })
}

fn parsed(serial: &str) -> Result<Serial, Problem> {
    serial.parse().map_err(|_| {
        Problem::not_found("this is not a serial")
            .found(serial.chars().take(40).collect::<String>())
            .wanted("eight letters and digits, such as K7QX-2M9D")
            .next("look it up: GET /api/v1/register?q=NAME")
    })
}
