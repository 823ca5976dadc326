//! What went wrong, for programs and for people: `application/problem+json` (RFC 9457) with what was found, what was
//! wanted, where, and what to do next.

use std::borrow::Cow;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::desk::refusal::{in_words, is_for_anybody};
use crate::desk::{Failure, Kind};

/// Media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not done.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "title": "Not Found", "status": 404, "detail": "there is nothing at this address",
    "found": "/api/v1/typos", "next": "GET /api/v1/openapi.json lists what there is"
}))]
pub struct Problem {
    /// What the status says, in words.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong.
    pub detail: String,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Line of the list, the first being 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column of the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// More members, such as `problems` of a list.
    #[serde(flatten)]
    #[schema(ignore)]
    pub more: Map<String, Value>,
    /// Seconds after which to try again: the header `Retry-After`.
    #[serde(skip)]
    #[schema(ignore)]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A problem with this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            title: Cow::Borrowed(status.canonical_reason().unwrap_or("Error")),
            status: status.as_u16(),
            detail: detail.into(),
            found: None,
            wanted: None,
            next: None,
            line: None,
            column: None,
            more: Map::new(),
            retry_after: None,
        }
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 401: nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "nobody is signed in here, or the session has ended")
            .wanted("the cookie nansen_session of a session")
            .next("sign in at /desk/, or with POST /api/v1/session")
    }

    /// 403: understood, and refused.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// 404: there is no such thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 409: not in the state that things are in.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// 422: well formed, and its content cannot be used.
    pub fn unusable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// 429: too often.
    pub fn too_many(detail: impl Into<String>, retry_after: u64) -> Self {
        let retry_after = retry_after.max(1);
        Self { retry_after: Some(retry_after), ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
            .next(format!("try again in {retry_after} s"))
    }

    /// 503: not now.
    pub fn busy(detail: impl Into<String>, retry_after: u64) -> Self {
        let retry_after = retry_after.max(1);
        Self { retry_after: Some(retry_after), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
            .next(format!("try again in {retry_after} s"))
    }

    /// 500: our own fault. What it was goes to the server's stderr, not to the one who asked.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        eprintln!("error: {error}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the server could not do it")
            .next("look at what nansen serve wrote where it was started")
    }

    /// Says what was found.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// Says what was wanted.
    #[must_use]
    pub fn wanted(mut self, wanted: impl Into<String>) -> Self {
        self.wanted = Some(wanted.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Says where in a list.
    #[must_use]
    pub fn at(mut self, line: u64, column: impl Into<String>) -> Self {
        self.line = Some(line);
        self.column = Some(column.into());
        self
    }

    /// Adds a member, such as the `problems` of a list.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }
}

/// Hints of a [`Failure`] are for the command line; here its kind says what to do next.
impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let told = in_words(&failure.told());
        let problem = match failure.kind() {
            Kind::NotSetUp => Self::conflict(told).next("set up the desk first: POST /api/v1/setup, or `nansen init`"),
            Kind::SetUpAlready => Self::conflict(told).next("sign in: POST /api/v1/session"),
            Kind::Conflict => Self::conflict(told).next("look at the credential: GET /api/v1/register/{serial}"),
            Kind::Cancelled => Self::conflict(told).next("resume the job: nobody is issued twice"),
            // What is told of a key names its file.
            Kind::Locked => Self::new(StatusCode::LOCKED, "the keys of the desk are locked")
                .next("unlock the keys with their passphrase: POST /api/v1/key/unlock"),
            Kind::WrongPassphrase => {
                Self::forbidden("this is not the passphrase of the keys").next("type it again; nothing was changed")
            }
            Kind::NotPublished => {
                let detail =
                    "it is recorded in the register, but verifiers have not been told: to them it is as before";
                let problem = Self { detail: detail.to_owned(), ..Self::internal(&failure) };
                return problem
                    .next("lock the keys and unlock them again: that publishes it; then check the paper here");
            }
            Kind::Busy => return Self::busy("something is being issued at this desk", 5),
            Kind::Unknown => Self::not_found(told).next("GET /api/v1/types and GET /api/v1/register say what there is"),
            // What the disk says has paths in it, which are nobody's business on the other side of a network.
            Kind::Storage => return Self::internal(&failure),
            Kind::Rows => {
                Self::unusable(told).next("correct the rows; with `reissue` people get a new one in place of theirs")
            }
            _ => Self::unusable(told).next("correct what was given, and send it again"),
        };
        match failure.next().filter(|hint| is_for_anybody(hint)) {
            Some(hint) => problem.next(hint),
            None => problem,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_was_found_wanted_and_what_next() {
        let problem = Problem::unusable("the list cannot be read")
            .found("seven columns")
            .wanted("six")
            .next("take out one")
            .at(3, "country")
            .with("problems", serde_json::json!([1]));
        let json = serde_json::to_value(&problem).unwrap();
        let wanted = serde_json::json!({
            "title": "Unprocessable Entity", "status": 422, "detail": "the list cannot be read", "found": "seven columns",
            "wanted": "six", "next": "take out one", "line": 3, "column": "country", "problems": [1],
        });
        assert_eq!(json, wanted);
        let response = problem.into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], MEDIA_TYPE);
    }

    #[test]
    fn no_problem_tells_where_the_keys_lie() {
        let folder = tempfile::tempdir().unwrap();
        let home = crate::desk::Home::at(folder.path());
        home.create().unwrap();
        std::fs::write(home.keys().join("keys.toml"), "name = ").unwrap();
        let damaged = crate::desk::keys::KeyBook::load(&home).unwrap_err();
        let wrong = Failure::new("the key /home/desk/keys/0f.pem cannot be used").of(Kind::WrongPassphrase);
        for (failure, status) in [(damaged, 500), (wrong, 403)] {
            let problem = Problem::from(failure);
            let told = serde_json::to_string(&problem).unwrap();
            assert!(problem.status == status && !told.contains("keys/") && !told.contains(".toml"), "{told}");
        }
    }

    #[test]
    fn a_problem_that_passes_says_when_to_come_back() {
        let response = Problem::busy("too much to do", 0).into_response();
        assert_eq!((response.status().as_u16(), &response.headers()[RETRY_AFTER]), (503, &HeaderValue::from(1)));
    }
}
