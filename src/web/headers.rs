//! The headers of every answer, and what is counted and told of every request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::app::App;
use super::problem::{MEDIA_TYPE, Problem};

/// Everything comes from this server, nothing runs that is not a file of ours, nobody puts us in a frame.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob: data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; font-src 'self'; \
    media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

/// The camera for our own pages, nothing else for anybody.
pub const PERMISSIONS: &str = "camera=(self), accelerometer=(), ambient-light-sensor=(), autoplay=(), \
    bluetooth=(), browsing-topics=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), \
    gyroscope=(), hid=(), idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), \
    xr-spatial-tracking=()";

/// How long browsers insist on HTTPS, in seconds.
const INSIST: &str = "max-age=31536000";

const FIXED: [(HeaderName, &str); 8] = [
    (HeaderName::from_static("content-security-policy"), POLICY),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (HeaderName::from_static("x-content-type-options"), "nosniff"),
    (HeaderName::from_static("x-frame-options"), "DENY"),
    (HeaderName::from_static("referrer-policy"), "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
];

/// The outermost layer: every answer leaves with these headers, and every refusal as a [`Problem`].
pub async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let counted = app.metrics.begin();
    let response = next.run(request).await;
    let route = response.extensions().get::<Route>().map_or_else(|| "page".to_owned(), |route| route.0.clone());
    let mut response = as_problem(response, &method, &path);
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if app.options.secure {
        headers.insert(HeaderName::from_static("strict-transport-security"), HeaderValue::from_static(INSIST));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    counted.end(&route, &method, response.status());
    if app.options.log {
        // No query, no address, no name: who asked for what is nobody's business later.
        eprintln!("{method} {route} {} {} ms", response.status().as_u16(), begun.elapsed().as_millis());
    }
    response
}

/// The pattern of the route, never the address itself: a serial stands in that.
#[derive(Clone, Debug)]
struct Route(String);

/// The innermost layer: notes which route answered.
pub async fn note_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| Route(path.as_str().to_owned()));
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// Refusals of the router, which have no words, in words.
fn as_problem(response: Response, method: &Method, path: &str) -> Response {
    let status = response.status();
    let is_problem = response.headers().get(CONTENT_TYPE).is_some_and(|found| found == MEDIA_TYPE);
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let allowed = response.headers().get(ALLOW).cloned();
    let problem = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            let wanted = allowed.as_ref().and_then(|value| value.to_str().ok()).unwrap_or("another method");
            Problem::new(status, "this address has no such method").found(method.as_str()).wanted(wanted)
        }
        StatusCode::NOT_FOUND => super::router::nothing_here(path),
        status => Problem::new(status, "the request cannot be answered"),
    };
    let mut told = problem.into_response();
    if let Some(allowed) = allowed {
        told.headers_mut().insert(ALLOW, allowed);
    }
    told
}
