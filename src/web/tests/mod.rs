//! The server as a whole, asked in the same process.

mod described;
mod listener;
mod pages;
mod papers;
mod refusals;
mod sessions;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::app::tests::{Standing, counting};
use super::passphrase::Secret;
use super::{App, Options, router};
use crate::desk::Home;

pub const PASSPHRASE: &str = "over the polar sea";

/// A server with a data folder of its own, whose clock stands.
pub struct Server {
    pub router: Router,
    pub app: App,
    pub clock: Standing,
    #[expect(dead_code, reason = "it is there as long as this")]
    pub folder: TempDir,
}

/// An answer with its body.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The session id that the answer sets.
    pub fn session(&self) -> Option<String> {
        let cookie = self.headers.get(SET_COOKIE)?.to_str().unwrap();
        Some(cookie.strip_prefix("nansen_session=")?.split(';').next()?.to_owned())
    }
}

/// Somebody who has signed in.
#[derive(Clone)]
pub struct Clerk {
    pub session: String,
    pub csrf: String,
}

impl Server {
    /// A new data folder, no passphrase.
    pub fn fresh() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Standing::at("2026-12-15T12:00:00Z");
        let app = App::new(Home::at(folder.path()), options, clock.clone(), counting).unwrap();
        Self { router: router(app.clone()), app, clock, folder }
    }

    /// With the passphrase of the desk, and no keys.
    pub fn with_passphrase() -> Self {
        let server = Self::fresh();
        server.app.passphrase.set(&server.app.home, &Secret::new(PASSPHRASE.to_owned()), counting).unwrap();
        server
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(json(Method::POST, path).body(body.to_string().into()).unwrap()).await
    }

    pub async fn sign_in(&self) -> Clerk {
        let answer = self.post("/api/v1/session", &serde_json::json!({"passphrase": PASSPHRASE})).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        Clerk { session: answer.session().unwrap(), csrf: answer.json()["csrf"].as_str().unwrap().to_owned() }
    }
}

impl Clerk {
    /// A request with the cookie and the token.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        self.cookie_only(method, path).header("x-csrf-token", &self.csrf)
    }

    pub fn cookie_only(&self, method: Method, path: &str) -> axum::http::request::Builder {
        request(method, path).header("cookie", format!("theme=dark; nansen_session={}", self.session))
    }
}

pub fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(HOST, "localhost:8470")
}

pub fn json(method: Method, path: &str) -> axum::http::request::Builder {
    request(method, path).header(CONTENT_TYPE, "application/json")
}
