//! The API's own description (`OpenAPI` 3.1), made from the handlers that answer.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::problem::MEDIA_TYPE;
use super::router::description;

use super::session::{COOKIE_NAME, CSRF_HEADER};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "nansen serve",
        description = "Signed credentials on paper: verification for anybody, and the desk for who has signed in. \
            Errors are `application/problem+json` (RFC 9457) with what was found, what was wanted, and what to do next.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "session", description = "Signing in and out, and the keys of the desk"),
        (name = "verify", description = "Checking papers, and the trust lists that it is done by; for anybody"),
        (name = "desk", description = "Types, lists, issuing, jobs, read-back"),
        (name = "register", description = "What was issued, printed and withdrawn"),
        (name = "server", description = "For machines that look after machines"),
    ),
)]
struct Document;

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(document))
}

/// This description
#[utoipa::path(
    get, path = "/openapi.json", tag = "server",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value, content_type = "application/json")),
)]
async fn document() -> Response {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(description().to_json().unwrap_or_default()));
    ([(CONTENT_TYPE, "application/json")], TEXT.clone()).into_response()
}

/// Adds to every operation what the frame around the handlers answers: refusals of names, origins, media types, sizes.
pub fn complete(document: &mut OpenApi) {
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let refusal = ResponseBuilder::new()
        .description("Refused before it was looked at, or the server's own fault")
        .content(MEDIA_TYPE, problem)
        .build();
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post, &mut item.delete, &mut item.put].into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            responses.entry("default".to_owned()).or_insert_with(|| RefOr::T(refusal.clone()));
        }
    }
}

/// The document without its paths.
pub fn base() -> OpenApi {
    let mut document = <Document as utoipa::OpenApi>::openapi();
    let components = document.components.get_or_insert_with(Components::new);
    let cookie = ApiKeyValue::with_description(COOKIE_NAME, "The cookie that signing in sets");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let header = ApiKeyValue::with_description(CSRF_HEADER, "The member `csrf` of GET /api/v1/session");
    components.add_security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(header)));
    document
}
