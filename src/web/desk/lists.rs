//! `/check` and `/preview`: what is wrong with a list, and what a paper will look like. Nothing is issued.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::jobs::RowFault;
use super::order::ListOrder;
use super::refusal::{fault, in_words};
use crate::desk::issue::Source;
use crate::desk::issue::report::{Report, check as check_list};
use crate::desk::issue::table::Cells;
use crate::desk::preview::{Looked, preview as look};
use crate::desk::{Desk, Silent};
use crate::web::extract::{media_type, wrong_media_type};
use crate::web::work::Lane;
use crate::web::{App, Json, Problem, Query, SignedIn};

/// Bytes of a list at most.
const LIST_BYTES: usize = 32 << 20;
/// Bytes of a row with its photo at most.
const ROW_BYTES: usize = 24 << 20;
/// Pixels of an inch of a preview.
const PREVIEW_DPI: u32 = 110;
/// How many bytes are left for a photo.
const PHOTO_BYTES: HeaderName = HeaderName::from_static("x-photo-bytes");

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(check)).routes(routes!(preview))
}

/// What a list that comes as a file is to be.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfFile {
    /// The credential type; with a CSV file only.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    /// The page; with a CSV file only.
    pub layout: Option<String>,
}

/// What came of a check.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checked {
    /// Rows of data.
    pub rows: u64,
    /// Credentials that could be issued.
    pub good: u64,
    /// Faults: the first thousand.
    pub problems: Vec<RowFault>,
    /// What to look at: the first thousand.
    pub warnings: Vec<Warning>,
    /// Faults and warnings beyond those.
    pub more: u64,
    /// The cells, to be mended in place.
    pub table: Cellular,
}

/// Something to look at, which stops nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Warning {
    /// Number of the row of data, from 1; none for the header.
    pub row: Option<u64>,
    /// Line on which it begins.
    pub line: Option<u64>,
    /// In words.
    pub text: String,
    /// The serial that this person holds already: without `reissue` the row is refused.
    pub holds: Option<String>,
}

/// The cells of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cellular {
    /// The columns.
    pub columns: Vec<String>,
    /// The rows of data.
    pub rows: Vec<Vec<String>>,
    /// The line on which each begins.
    pub lines: Vec<u64>,
    /// Whether there are more rows.
    pub more: bool,
}

impl From<Report> for Checked {
    fn from(report: Report) -> Self {
        let problem = |found: crate::desk::issue::report::RowProblem| RowFault {
            row: found.row,
            ..RowFault::from(fault(&found.problem))
        };
        let warning = |found: crate::desk::issue::report::RowWarning| Warning {
            row: found.row,
            line: found.line,
            text: in_words(&found.text),
            holds: found.holds.map(|serial| serial.to_string()),
        };
        let (lines, rows) = report.table.rows.into_iter().map(|row| (row.line, row.cells)).unzip();
        Self {
            rows: report.rows,
            good: report.good,
            problems: report.problems.into_iter().map(problem).collect(),
            warnings: report.warnings.into_iter().map(warning).collect(),
            more: report.more,
            table: Cellular { columns: report.table.columns, rows, lines, more: report.table.more },
        }
    }
}

/// Check a list
#[utoipa::path(
    post, path = "/check", tag = "desk", params(OfFile), security(("session" = [], "csrf" = [])),
    request_body(content((ListOrder = "application/json"), (String = "text/csv")), description = "The rows, or a CSV file in UTF-8"),
    responses(
        (status = 200, description = "What is wrong with it, if anything", body = Checked),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such type", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither JSON nor CSV", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not a list of this type at all", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn check(
    State(app): State<App>,
    _who: SignedIn,
    Query(of): Query<OfFile>,
    request: Request,
) -> Result<Json<Checked>, Problem> {
    let (parts, body) = request.into_parts();
    let media_type = media_type(&parts.headers);
    let is_csv = media_type == "text/csv";
    if !is_csv && media_type != "application/json" {
        return Err(wrong_media_type(&media_type, "application/json or text/csv"));
    }
    let bytes = app.work.read(Lane::Desk, &parts.headers, body, LIST_BYTES).await?;
    let report = app.run(Lane::Desk, move |app| {
        let (order, strangers) = if is_csv {
            let type_name = of.type_name.ok_or_else(|| {
                Problem::unusable("the type of the credentials is not said").wanted("?type= and the name of a type")
            })?;
            let asked = ListOrder { type_name, layout: of.layout, ..ListOrder::default() };
            (asked.with_list(Source::Memory(Arc::from(&bytes[..])))?, Vec::new())
        } else {
            serde_json::from_slice::<ListOrder>(&bytes).map_err(|error| not_an_order(&error))?.order(&app.home)?
        };
        let mut report = check_list(desk_without_keys(app), &order).map_err(Problem::from)?;
        for column in strangers {
            let text = format!("the column {column:?} is not a field of {} and is left out", order.type_name);
            report.warnings.push(crate::desk::issue::report::RowWarning {
                row: None,
                line: Some(1),
                text,
                holds: None,
            });
        }
        Ok::<_, Problem>(report)
    });
    Ok(Json(report.await??.into()))
}

/// A row to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"type": "registration", "layout": "a4", "row": {"individual_id": "KEN-1", "full_name": "Amina Okoth"}}))]
pub struct RowOrder {
    /// The credential type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The page; `a4` when it is not said.
    #[serde(default)]
    pub layout: Option<String>,
    /// The printer, such as `203dpi`.
    #[serde(default)]
    pub printer: Option<String>,
    /// Language of the fixed words.
    #[serde(default)]
    pub language: Option<String>,
    /// Last day of validity.
    #[serde(default)]
    pub valid_until: Option<String>,
    /// Column → cell.
    #[schema(value_type = BTreeMap<String, String>)]
    pub row: Cells,
    /// The members of a household: further rows, which share the cells of `row` that they do not say themselves.
    #[serde(default)]
    #[schema(value_type = Vec<BTreeMap<String, String>>)]
    pub members: Vec<Cells>,
    /// A picture file in Base64.
    #[serde(default)]
    pub photo: Option<String>,
}

impl RowOrder {
    fn list(self) -> ListOrder {
        let rows = if self.members.is_empty() {
            vec![self.row]
        } else {
            let with = |member: Cells| self.row.clone().into_iter().chain(member).collect();
            self.members.into_iter().map(with).collect()
        };
        ListOrder {
            type_name: self.type_name,
            layout: self.layout,
            printer: self.printer,
            language: self.language,
            valid_until: self.valid_until,
            photos: self.photo.into_iter().map(|photo| ("1".to_owned(), photo)).collect(),
            rows,
            ..ListOrder::default()
        }
    }
}

/// What a paper will look like
#[utoipa::path(
    post, path = "/preview", tag = "desk", request_body = RowOrder, security(("session" = [], "csrf" = [])),
    responses(
        (status = 200, description = "The first page in colour, marked as a specimen, with a symbol that says nothing.             The header X-Photo-Bytes says how many bytes are left for a photo", body = [u8], content_type = "image/png"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such type or layout", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The row has faults: `problems`", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn preview(
    State(app): State<App>,
    _who: SignedIn,
    Json(row): Json<RowOrder, ROW_BYTES>,
) -> Result<Response, Problem> {
    let drawn = app.run(Lane::Desk, move |app| {
        let (order, _) = row.list().order(&app.home)?;
        let told = Problem::from;
        match look(desk_without_keys(app), &order).map_err(told)? {
            Looked::Page(page) => Ok((page.png(PREVIEW_DPI).map_err(told)?, page.photo_room)),
            Looked::Problems(problems) => {
                let problems: Vec<RowFault> =
                    problems.iter().map(|found| RowFault { row: Some(1), ..RowFault::from(fault(found)) }).collect();
                let listed = serde_json::to_value(&problems).unwrap_or_default();
                Err(Problem::unusable("the row cannot be issued as it is").with("problems", listed))
            }
        }
    });
    let (png, room) = drawn.await??;
    // Too little for a face is no room for a photo.
    let room = room.unwrap_or(0).to_string();
    Ok(([(CONTENT_TYPE, "image/png"), (PHOTO_BYTES, room.as_str())], Bytes::from(png)).into_response())
}

/// The desk for work that signs nothing.
fn desk_without_keys(app: &App) -> Desk<'_> {
    Desk { home: &app.home, unlock: &None, random: app.random, now: app.now(), observer: &Silent }
}

fn not_an_order(error: &serde_json::Error) -> Problem {
    Problem::unusable("the JSON has not the members that are wanted")
        .found(error.to_string())
        .next("GET /api/v1/openapi.json says what is wanted")
}
