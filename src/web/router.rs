//! Which address is answered by what.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Redirect;
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::app::App;
use super::problem::Problem;
use super::{assets, desk, guard, headers, openapi, public, sign_in, trust, verify};

/// Where the API begins.
pub const API: &str = "/api/v1";

/// The routes of the API with their description.
fn described() -> (Router<App>, OpenApi) {
    OpenApiRouter::with_openapi(openapi::base())
        .merge(public::routes())
        .nest(
            API,
            sign_in::routes()
                .merge(openapi::routes())
                .merge(verify::routes())
                .merge(trust::routes())
                .merge(desk::routes()),
        )
        .split_for_parts()
}

/// The API's description.
pub fn description() -> OpenApi {
    let mut document = described().1;
    openapi::complete(&mut document);
    document
}

/// Everything that the server answers.
pub fn router(app: App) -> Router {
    let (routes, _) = described();
    let inner = routes
        .route("/desk", get(async || Redirect::permanent("/desk/")))
        .fallback(assets::page)
        .layer(from_fn(headers::note_route))
        .with_state(app.clone());
    // Around the whole router, so that its own refusals, such as of a method, pass through too.
    Router::new()
        .fallback_service(inner)
        .layer(from_fn_with_state(app.clone(), guard::guard))
        .layer(from_fn_with_state(app, headers::headers))
}

/// 404 with where to look.
pub fn nothing_here(path: &str) -> Problem {
    let found: String = path.chars().take(100).collect();
    let problem = Problem::not_found("there is nothing at this address").found(found);
    if path.starts_with("/api/") { problem.next("GET /api/v1/openapi.json lists what there is") } else { problem }
}
