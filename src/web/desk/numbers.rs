//! `/numbers`: how much was issued, printed, withdrawn and verified on which day. Nobody's name, serial or address.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::desk::Failure;
use crate::desk::register::{self, failure};
use crate::register::Number;
use crate::web::work::Lane;
use crate::web::{App, Json, Problem, Query, SignedIn};

/// Days that are told when nobody says which.
const DAYS: i64 = 30;

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(numbers)).routes(routes!(numbers_csv))
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Days {
    /// The first day (UTC); 30 days ago when it is not said.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    pub from: Option<String>,
    /// The last day (UTC); today when it is not said.
    #[param(value_type = Option<String>, example = "2026-11-30")]
    pub to: Option<String>,
}

/// One line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"day": "2026-11-21", "event": "verified", "type_or_verdict": "valid", "reason": "", "count": 12, "median_ms": 64}))]
pub struct Row {
    /// The day (UTC).
    pub day: String,
    /// `issued`, `printed`, `status` or `verified`.
    pub event: &'static str,
    /// The credential type, or the verdict.
    pub type_or_verdict: String,
    /// The reason of the verdict, or the new status.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// The time that half of the verifications took at most, in milliseconds.
    pub median_ms: Option<u64>,
}

impl From<Number> for Row {
    fn from(number: Number) -> Self {
        Self {
            day: number.day.to_string(),
            event: number.counted.name(),
            type_or_verdict: number.of,
            reason: number.reason,
            count: number.count,
            median_ms: number.median_ms,
        }
    }
}

/// The numbers of some days
#[utoipa::path(
    get, path = "/numbers", tag = "register", params(Days), security(("session" = [])),
    responses(
        (status = 200, description = "A line for each day, event, type or verdict, and reason", body = Vec<Row>),
        (status = 400, description = "Not days", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn numbers(State(app): State<App>, _who: SignedIn, Query(days): Query<Days>) -> Result<Json<Vec<Row>>, Problem> {
    rows(&app, &days).await.map(Json)
}

/// The numbers of some days, as a spreadsheet
#[utoipa::path(
    get, path = "/numbers.csv", tag = "register", params(Days), security(("session" = [])),
    responses(
        (status = 200, description = "The columns day, event, type_or_verdict, reason, count, median_ms", body = String, content_type = "text/csv"),
        (status = 400, description = "Not days", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn numbers_csv(State(app): State<App>, _who: SignedIn, Query(days): Query<Days>) -> Result<Response, Problem> {
    let mut text = "day,event,type_or_verdict,reason,count,median_ms\n".to_owned();
    for row in rows(&app, &days).await? {
        let Row { day, event, type_or_verdict, reason, count, median_ms } = row;
        let median = median_ms.map_or_else(String::new, |ms| ms.to_string());
        // None of these has a comma: names of types, verdicts and reasons are plain.
        let _ = writeln!(text, "{day},{event},{type_or_verdict},{reason},{count},{median}");
    }
    let headers =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"numbers.csv\"")];
    Ok((headers, text).into_response())
}

async fn rows(app: &App, days: &Days) -> Result<Vec<Row>, Problem> {
    let today = app.now().to_zoned(TimeZone::UTC).date();
    let to = day(days.to.as_deref())?.unwrap_or(today);
    let from = day(days.from.as_deref())?.unwrap_or_else(|| to.saturating_sub(DAYS.days()));
    if from > to {
        let found = format!("from {from}, to {to}");
        return Err(Problem::bad_request("the first day is later than the last")
            .found(found)
            .next("swap the two days"));
    }
    let numbers = app.run(Lane::Files, move |app| {
        // What was verified a moment ago counts too.
        app.counts.flush(&app.home);
        let register = register::open(&app.home)?;
        register.numbers(from, to).map_err(failure)
    });
    let numbers: Result<Vec<Number>, Failure> = numbers.await?;
    Ok(numbers.map_err(Problem::from)?.into_iter().map(Row::from).collect())
}

fn day(text: Option<&str>) -> Result<Option<Date>, Problem> {
    let wrong = |text: &str| {
        Problem::bad_request("this is not a day")
            .found(text.chars().take(40).collect::<String>())
            .wanted("a day like 2026-11-21")
    };
    text.map(|text| text.parse().map_err(|_| wrong(text))).transpose()
}
