//! The desk's part of the API: types, forms, lists, previews, jobs, read-back, register, numbers.

use utoipa_axum::router::OpenApiRouter;

use super::app::App;

/// The routes of the desk, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
