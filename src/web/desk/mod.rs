//! The desk's part of the API: types, forms, lists, previews, jobs, read-back, register, numbers.

mod issue;
pub mod jobs;
mod lists;
mod numbers;
pub mod order;
mod readback;
pub mod refusal;
mod register;
#[cfg(test)]
mod tests;
mod types;

use utoipa_axum::router::OpenApiRouter;

use super::app::App;

/// The routes of the desk, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(types::routes())
        .merge(lists::routes())
        .merge(issue::routes())
        .merge(readback::routes())
        .merge(register::routes())
        .merge(numbers::routes())
}
