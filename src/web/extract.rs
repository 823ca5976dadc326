//! What handlers take from a request, with refusals in words: axum's extractors with [`Problem`]s.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::app::App;
use super::problem::Problem;
use super::work::Lane;

/// A JSON body of `MOST` bytes at most, and a JSON answer that nobody keeps.
#[derive(Clone, Copy, Debug)]
pub struct Json<T, const MOST: usize = { 1 << 20 }>(pub T);

impl<T: DeserializeOwned, const MOST: usize> FromRequest<App> for Json<T, MOST> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let media_type = media_type(&parts.headers);
        if media_type != "application/json" {
            return Err(wrong_media_type(&media_type, "application/json"));
        }
        let bytes = app.work.read(Lane::Desk, &parts.headers, body, MOST).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| bad_json(&error))
    }
}

impl<T: Serialize, const MOST: usize> IntoResponse for Json<T, MOST> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
                ([json, (CACHE_CONTROL, HeaderValue::from_static("no-store"))], bytes).into_response()
            }
            Err(error) => Problem::internal(&error).into_response(),
        }
    }
}

fn bad_json(error: &serde_json::Error) -> Problem {
    let mut problem = if error.is_data() {
        Problem::unusable("the JSON has not the members that are wanted")
    } else {
        Problem::bad_request("the body is not JSON")
    };
    problem = problem.found(error.to_string()).next("GET /api/v1/openapi.json says what is wanted");
    if error.line() > 0 {
        problem = problem.at(error.line() as u64, error.column().to_string());
    }
    problem
}

/// The media type of a body, in small letters and without parameters; empty when there is none.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// 415: a body of another kind than wanted.
pub fn wrong_media_type(found: &str, wanted: &str) -> Problem {
    let found = if found.is_empty() { "no Content-Type" } else { found };
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is of a kind that is not taken here")
        .found(found.chars().take(100).collect::<String>())
        .wanted(wanted)
}

/// What stands behind the `?` of an address.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(error) => Err(Problem::bad_request("what stands behind the ? of the address cannot be used")
                .found(error.body_text())
                .next("GET /api/v1/openapi.json says what is wanted")),
        }
    }
}

/// The variable parts of an address.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(error) => Err(Problem::not_found("there is nothing at this address").found(error.body_text())),
        }
    }
}
