//! The API's own description (OpenAPI 3.1), made from the handlers that answer.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};

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
