//! Signing in and out, setting up, and the key: `/session`, `/setup`, `/key`.

use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::extract::Json;
use super::key::KeyState;
use super::passphrase::{MIN_LETTERS, Secret, check_new};
use super::peer::Peer;
use super::problem::Problem;
use super::session::{SignedIn, cookie};
use super::work::Lane;

/// Bytes of a body with a passphrase at most.
const SMALL: usize = 8 * 1024;

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session, sign_in, sign_out))
        .routes(routes!(set_up))
        .routes(routes!(unlock))
        .routes(routes!(lock))
}

/// Who is signed in, and what can be done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "signed_in": true, "csrf": "Zm9vYmFy…", "setup_needed": false,
    "desk": {"name": "Kakuma registration desk", "country": "KEN", "kid": "0f3a8c5512d4b97e"}, "key": "open"
}))]
pub struct SessionState {
    /// Whether this browser has a session.
    pub signed_in: bool,
    /// What every changing request of the session carries as `X-CSRF-Token`.
    pub csrf: Option<String>,
    /// Whether there is no passphrase of the desk yet.
    pub setup_needed: bool,
    /// Whose desk it is.
    pub desk: Option<DeskOf>,
    /// The keys that sign.
    pub key: KeyState,
}

/// Whose desk it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeskOf {
    /// Name of the issuer, as verifiers read it.
    pub name: String,
    /// Its country code.
    pub country: Option<String>,
    /// Its key in use.
    pub kid: Option<String>,
}

/// A passphrase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"passphrase": "correct horse battery staple"}))]
pub struct Passphrase {
    /// The passphrase.
    #[schema(value_type = String, max_length = 1024)]
    pub passphrase: Secret,
}

/// What a desk is set up with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "token": "k7f2-9qxm-4w0c-aa5r", "passphrase": "correct horse battery staple",
    "name": "Kakuma registration desk", "country": "KEN"
}))]
pub struct SetUp {
    /// What `nansen serve` wrote when it was started.
    #[schema(value_type = String)]
    pub token: Secret,
    /// The passphrase of the desk from now on; of new keys too.
    #[schema(value_type = String, min_length = 12, max_length = 1024)]
    pub passphrase: Secret,
    /// Name of the issuer, as verifiers read it; not needed when the data folder has one already.
    #[serde(default)]
    pub name: Option<String>,
    /// Its country: ISO 3166 alpha-3, or what passports use beside it.
    #[serde(default)]
    pub country: Option<String>,
}

/// Who is signed in
#[utoipa::path(
    get, path = "/session", tag = "session",
    responses((status = 200, description = "Who is signed in, and what can be done", body = SessionState)),
)]
async fn session(State(app): State<App>, headers: HeaderMap) -> Result<Json<SessionState>, Problem> {
    let csrf = app.sessions.of_request(&headers, app.now()).map(|(_, csrf)| csrf);
    Ok(Json(state(&app, csrf).await?))
}

/// Sign in
#[utoipa::path(
    post, path = "/session", tag = "session", request_body = Passphrase,
    responses(
        (status = 200, description = "Signed in; the cookie `nansen_session` is set", body = SessionState),
        (status = 401, description = "Another passphrase", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "No passphrase is set yet", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn sign_in(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Json(body): Json<Passphrase, SMALL>,
) -> Result<Response, Problem> {
    if !app.passphrase.is_set() {
        return Err(Problem::conflict("this desk has no passphrase yet")
            .next("set one with the token that nansen serve wrote: POST /api/v1/setup"));
    }
    begin(&app, peer)?;
    let known = app.run(Lane::Hash, move |app| app.passphrase.is(&body.passphrase)).await?;
    if !known {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "this is not the passphrase of the desk")
            .next("type it again; capital letters and the keyboard's language count"));
    }
    app.attempts.succeeded(peer, app.now());
    // Keys without a passphrase need nobody to unlock them.
    app.run(Lane::Files, |app| {
        let was_locked = !app.keys.is_open();
        app.keys.unlock_unencrypted(&app.home);
        // Not at each sign-in: every status list is signed anew.
        if was_locked {
            super::key::publish(app);
        }
    })
    .await?;
    signed_in(&app, &headers).await
}

/// Sign out
#[utoipa::path(
    delete, path = "/session", tag = "session", security(("session" = [], "csrf" = [])),
    responses(
        (status = 204, description = "Signed out; with the last session the keys are locked"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn sign_out(State(app): State<App>, who: SignedIn) -> Response {
    app.sessions.close(who.session);
    app.lock_when_nobody_is_here();
    with_cookie(StatusCode::NO_CONTENT.into_response(), &cookie("", app.options.secure))
}

/// Set up the desk
#[utoipa::path(
    post, path = "/setup", tag = "session", request_body = SetUp,
    responses(
        (status = 200, description = "Set up and signed in", body = SessionState),
        (status = 403, description = "Another token, or too late", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Set up already", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The passphrase or the name cannot be used", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn set_up(
    State(app): State<App>,
    peer: Peer,
    headers: HeaderMap,
    Json(body): Json<SetUp, SMALL>,
) -> Result<Response, Problem> {
    if !app.passphrase.is_set() {
        begin(&app, peer)?;
    }
    app.passphrase.check_setup(&body.token, app.now())?;
    check_new(&body.passphrase).map_err(|weak| {
        Problem::unusable("the passphrase is too easy to guess, or too long")
            .found(weak.to_string())
            .wanted(format!("at least {MIN_LETTERS} letters; four words are good"))
    })?;
    app.run(Lane::Hash, move |app| super::setup::set_up(app, &body)).await??;
    app.attempts.succeeded(peer, app.now());
    signed_in(&app, &headers).await
}

/// Unlock the keys that sign
#[utoipa::path(
    post, path = "/key/unlock", tag = "session", request_body = Passphrase,
    security(("session" = [], "csrf" = [])),
    responses(
        (status = 200, description = "The keys are open until they are locked or the last session ends", body = SessionState),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Another passphrase or CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There are no keys yet", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn unlock(
    State(app): State<App>,
    who: SignedIn,
    peer: Peer,
    headers: HeaderMap,
    Json(body): Json<Passphrase, SMALL>,
) -> Result<Json<SessionState>, Problem> {
    begin(&app, peer)?;
    let opened = app.run(Lane::Hash, move |app| {
        app.keys.unlock(&app.home, &body.passphrase)?;
        super::key::publish(app);
        Ok::<_, Problem>(())
    });
    opened.await??;
    app.attempts.succeeded(peer, app.now());
    // Whoever has signed out meanwhile leaves no open keys behind.
    app.lock_when_nobody_is_here();
    let _ = who;
    session(State(app), headers).await
}

/// Lock the keys
#[utoipa::path(
    post, path = "/key/lock", tag = "session", security(("session" = [], "csrf" = [])),
    responses(
        (status = 204, description = "Locked; jobs that have begun go on"),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn lock(State(app): State<App>, _who: SignedIn) -> StatusCode {
    app.keys.lock();
    StatusCode::NO_CONTENT
}

fn begin(app: &App, peer: Peer) -> Result<(), Problem> {
    let begun = app.attempts.begin(peer, app.now());
    begun.map_err(|seconds| Problem::too_many("too many attempts", seconds))
}

/// Opens a session under a new id, whatever id the browser came with.
async fn signed_in(app: &App, headers: &HeaderMap) -> Result<Response, Problem> {
    if let Some((old, _)) = app.sessions.of_request(headers, app.now()) {
        app.sessions.close(old);
    }
    let new = app.sessions.open(app.random, app.now());
    app.somebody.store(true, Ordering::SeqCst);
    let answer = Json::<_>(state(app, Some(new.csrf)).await?).into_response();
    Ok(with_cookie(answer, &cookie(&new.id, app.options.secure)))
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

async fn state(app: &App, csrf: Option<String>) -> Result<SessionState, Problem> {
    let (setup_needed, signed_in) = (!app.passphrase.is_set(), csrf.is_some());
    let (desk, key) = app.run(Lane::Files, super::key::desk_and_key).await??;
    Ok(SessionState { signed_in, csrf, setup_needed, desk, key })
}
