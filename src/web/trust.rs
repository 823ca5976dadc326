//! The trust lists that papers are decided by, read again when the folder changes: `/trust`.

use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::app::App;
use super::extract::{Json, Path, Query, media_type, wrong_media_type};
use super::problem::Problem;
use super::session::SignedIn;
use super::work::Lane;
use crate::credential::Types;
use crate::desk::{Desk, Home, OpenKeys, Silent, templates, trust};
use crate::seal::Kid;
use crate::trust::{Bundle, Fingerprint, HeldList, MAX_BUNDLE_BYTES, TrustFolder};
use crate::verify::Gate;

/// Lists are read again after this long, whether the folder has changed or not: their age counts.
const AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// Files that are looked at for changes at most.
const FILES: usize = 4096;

/// The routes, below `/api/v1`.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(lists, import)).routes(routes!(bundle))
}

/// What papers are decided by.
#[derive(Debug)]
pub struct Judge {
    /// The trust lists.
    pub gate: Gate,
    /// The types of this desk.
    pub types: Types,
}

impl Judge {
    fn load(home: &Home, now: Timestamp) -> Result<Self, Problem> {
        let (store, types) = (trust::store(home)?, templates::types(home.path())?);
        Ok(Self { gate: Gate::new(store, &types, now), types })
    }
}

/// The judge of now.
#[derive(Debug, Default)]
pub struct Judges(Mutex<Option<Loaded>>);

#[derive(Debug)]
struct Loaded {
    judge: Arc<Judge>,
    stamp: Stamp,
    at: Timestamp,
}

/// Files with their sizes and times: when none differs, nothing was changed.
type Stamp = Vec<(PathBuf, u64, Option<SystemTime>)>;

impl Judges {
    /// What is decided by at `now`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn at(&self, home: &Home, now: Timestamp) -> Result<Arc<Judge>, Problem> {
        self.loaded(home, now, || Judge::load(home, now))
    }

    fn loaded(
        &self,
        home: &Home,
        now: Timestamp,
        load: impl FnOnce() -> Result<Judge, Problem>,
    ) -> Result<Arc<Judge>, Problem> {
        let stamp = stamp(home);
        let is_good =
            |loaded: &&Loaded| loaded.stamp == stamp && now >= loaded.at && now.duration_since(loaded.at) < AGAIN;
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = held.as_ref().filter(is_good) {
            return Ok(Arc::clone(&loaded.judge));
        }
        // First, so that what is remembered of the time is no reason to read all again. A gate on a read-only disk still
        // checks papers.
        let _ = TrustFolder::new(home.trust()).remember(now);
        // Before the lists: what changes while they are read, such as a paper that is withdrawn at this moment, makes the
        // next one who asks read them again.
        let stamp = self::stamp(home);
        let judge = Arc::new(load()?);
        *held = Some(Loaded { judge: Arc::clone(&judge), stamp, at: now });
        Ok(judge)
    }
}

fn stamp(home: &Home) -> Stamp {
    let mut stamp = Stamp::new();
    for folder in [home.trust(), home.path().join("templates")] {
        add(&folder, &mut stamp);
    }
    stamp.sort();
    stamp
}

fn add(folder: &FilePath, stamp: &mut Stamp) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(about) = entry.metadata() else { continue };
        if stamp.len() >= FILES {
            return;
        }
        stamp.push((entry.path(), about.len(), about.modified().ok()));
        if about.is_dir() {
            add(&entry.path(), stamp);
        }
    }
}

/// The trust lists in use.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"lists": [{
    "root": "0f3a8c5512d4b97e", "name": "Kakuma registration desk", "sequence": 12, "issued": "2026-11-21T09:00:00Z",
    "fingerprint": "1f2e 3d4c 5b6a 7980 1f2e 3d4c 5b6a 7980 1f2e 3d4c 5b6a 7980 1f2e 3d4c 5b6a 7980"
}]}))]
pub struct Lists {
    /// One for each root.
    pub lists: Vec<Listed>,
}

/// A trust list in use.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed {
    /// Identifier of the key that signed it.
    pub root: String,
    /// Who keeps it.
    pub name: String,
    /// Its number; a higher one replaces it.
    pub sequence: u64,
    /// When it was signed.
    pub issued: String,
    /// What to compare with its keeper before it is believed.
    pub fingerprint: String,
}

/// The trust lists that papers are checked by here
#[utoipa::path(
    get, path = "/trust", tag = "verify",
    responses((status = 200, description = "One entry for each root", body = Lists)),
)]
async fn lists(State(app): State<App>) -> Result<Json<Lists>, Problem> {
    let judge = app.run(Lane::Files, |app| app.trust.at(&app.home, app.now())).await??;
    let listed = judge.gate.store().lists().iter().map(|held| Listed {
        root: held.root_kid().to_string(),
        name: held.list().root_name.clone(),
        sequence: held.list().sequence,
        issued: held.list().issued.to_string(),
        fingerprint: Fingerprint::of(held.root()).to_string(),
    });
    Ok(Json(Lists { lists: listed.collect() }))
}

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "root": "0f3a8c5512d4b97e", "sequence": 12, "first_time": false, "left_out": [],
    "fingerprint": "1f2e 3d4c 5b6a 7980 1f2e 3d4c 5b6a 7980 1f2e 3d4c 5b6a 7980 1f2e 3d4c 5b6a 7980"
}))]
pub struct Taken {
    /// Identifier of the key that signed the list.
    pub root: String,
    /// Its number.
    pub sequence: u64,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Whether the root was unknown until now.
    pub first_time: bool,
    /// Why status lists of the bundle were left out.
    pub left_out: Vec<String>,
}

/// What was compared.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Compared {
    /// The fingerprint of the root as its keeper gave it, for a root that is not known yet; 32 digits at least.
    fingerprint: Option<String>,
}

/// Take in a trust list
///
/// The list of a root that is not known here is refused with its fingerprint, until somebody has compared that with the
/// keeper of the list and sends it along.
#[utoipa::path(
    post, path = "/trust", tag = "verify", params(Compared), security(("session" = [], "csrf" = [])),
    request_body(description = "A bundle of `nansen trust export` or of GET /trust/{root}", content((Vec<u8> = "application/octet-stream"))),
    responses(
        (status = 200, description = "The list is in use", body = Taken),
        (status = 401, description = "Nobody is signed in", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No or another CSRF token", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The root is not known (with its `fingerprint` and `name`), or borrows a name", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not a bundle by its media type", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not a bundle, or older than the list in use", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn import(
    State(app): State<App>,
    _who: SignedIn,
    Query(compared): Query<Compared>,
    request: Request,
) -> Result<Json<Taken>, Problem> {
    let (parts, body) = request.into_parts();
    let kind = media_type(&parts.headers);
    if !["application/octet-stream", "application/cbor"].contains(&&*kind) {
        return Err(wrong_media_type(&kind, "application/octet-stream"));
    }
    let upload = app.work.read(Lane::Desk, &parts.headers, body, MAX_BUNDLE_BYTES).await?;
    app.run(Lane::Desk, move |app| take(app, &upload, compared.fingerprint.as_deref())).await?.map(Json)
}

fn take(app: &App, bytes: &[u8], fingerprint: Option<&str>) -> Result<Taken, Problem> {
    let unusable = |error: &dyn std::fmt::Display| {
        Problem::unusable("this is not a trust list that can be used")
            .found(error.to_string())
            .next("have it exported again")
    };
    let bundle = Bundle::parse(bytes).map_err(|error| unusable(&error))?;
    let (held, _) = HeldList::from_bundle(&bundle).map_err(|error| unusable(&error))?;
    if fingerprint.is_none() && !TrustFolder::new(app.home.trust()).holds(held.root_kid()) {
        return Err(Problem::conflict("this list is signed by a root that is not known here")
            .next("compare the fingerprint with the keeper of the list, then send it along")
            .with("reason", "unknown-root".into())
            .with("fingerprint", Fingerprint::of(held.root()).to_string().into())
            .with("name", held.list().root_name.clone().into()));
    }
    let locked = OpenKeys::default();
    let desk = Desk { home: &app.home, unlock: &locked, random: app.random, now: app.now(), observer: &Silent };
    let done = trust::import(desk, bytes, fingerprint)?;
    Ok(Taken {
        root: done.root.to_string(),
        sequence: done.sequence,
        fingerprint: done.fingerprint.to_string(),
        first_time: done.first_time,
        left_out: done.tokens_left_out,
    })
}

/// A trust list with its status lists, for another verifier
#[utoipa::path(
    get, path = "/trust/{root}", tag = "verify",
    params(("root" = String, Path, description = "Identifier of the key that signed the list", example = "0f3a8c5512d4b97e")),
    responses(
        (status = 200, description = "The bundle, as `nansen trust import` takes it", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 404, description = "No list of this root is in use", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn bundle(State(app): State<App>, Path(root): Path<String>) -> Result<Response, Problem> {
    let unknown = || {
        Problem::not_found("no trust list of this root is in use here")
            .found(root.chars().take(100).collect::<String>())
            .next("GET /api/v1/trust lists those that are")
    };
    let kid: Kid = root.parse().map_err(|_| unknown())?;
    let judge = app.run(Lane::Files, |app| app.trust.at(&app.home, app.now())).await??;
    let held = judge.gate.store().lists().iter().find(|held| held.root_kid() == kid).ok_or_else(unknown)?;
    let name = format!("attachment; filename=\"{kid}.trust\"");
    Ok(([(CONTENT_TYPE, "application/octet-stream".to_owned()), (CONTENT_DISPOSITION, name)], held.bundle().to_bytes())
        .into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_change_while_they_are_read_are_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        home.create().unwrap();
        let judges = Judges::default();
        let now = "2026-11-22T09:00:00Z".parse().unwrap();
        let first = judges.loaded(&home, now, || {
            let loaded = Judge::load(&home, now);
            // A paper is withdrawn at this moment.
            std::fs::write(home.trust().join("status"), b"new").unwrap();
            loaded
        });
        let second = judges.at(&home, now).unwrap();
        assert!(!Arc::ptr_eq(&first.unwrap(), &second), "what was read before the change is not kept");
        assert!(Arc::ptr_eq(&second, &judges.at(&home, now).unwrap()), "nothing has changed since");
    }
}
