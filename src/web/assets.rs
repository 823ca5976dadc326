//! The pages: the files of `web/`, which are in the program, with their digests as tags.
//!
//! `/` is the gate (`web/gate`), `/desk/` the desk (`web/desk`), `/nansen.wasm` the core and `/nansen-pdf.wasm` its
//! reader of PDFs (`web/built`). What both pages use is in `web/shared`. An address that is
//! none of these and has no file ending shows the gate: the links in symbols land there, and what a paper says stands
//! behind their `#`, which no browser sends.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use include_dir::{Dir, include_dir};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::app::App;
use super::problem::Problem;
use super::router::nothing_here;
use crate::desk::Failure;

static GATE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web/gate");
static DESK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web/desk");
static SHARED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web/shared");
static BUILT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web/built");

/// The core and its reader of PDFs: packed by gzip (`.gz`) and by Brotli (`.br`), as the build leaves them. Browsers ask for them
/// without the last ending.
const MODULES: [&str; 2] = ["nansen.wasm", "nansen-pdf.wasm"];
/// Where what both pages have in common is: for each of them below its own address, because the gate's is kept on the
/// device with the rest of its version, and the desk's is not.
const SHARED_AT: [&str; 2] = ["/shared/", "/desk/shared/"];
/// The program that keeps the gate for when there is no network.
const WORKER: &str = "/sw.js";
/// Lists what the worker keeps.
const LIST: &str = "/assets.json";
/// What stands in `sw.js` for the version and for the files: two JSON values.
const VERSION_PLACE: &str = "\"@VERSION@\"";
const FILES_PLACE: &str = "\"@FILES@\"";
/// Bytes of an unpacked module at most: a damaged file must not fill the memory.
const MODULE_MAX: u64 = 64 << 20;

/// One file.
#[derive(Clone, Debug)]
struct Asset {
    bytes: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
    media_type: &'static str,
    sha256: String,
}

/// One file of the list.
#[derive(Clone, Debug, Serialize)]
struct Listed {
    path: String,
    sha256: String,
    bytes: usize,
}

/// The pages.
#[derive(Debug, Default)]
pub struct Assets {
    files: BTreeMap<String, Asset>,
}

impl Assets {
    /// The pages of the program, or of a folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn load(folder: Option<&Path>) -> Result<Self, Failure> {
        let mut assets = Self::default();
        match folder {
            None => {
                assets.add_dir("/", &GATE);
                assets.add_dir("/desk/", &DESK);
                SHARED_AT.iter().for_each(|base| assets.add_dir(base, &SHARED));
                let built = |name: String| Some(BUILT.get_file(name)?.contents().to_vec());
                MODULES.iter().for_each(|name| assets.add_module(name, built));
            }
            Some(folder) => {
                assets.add_folder("/", &folder.join("gate"))?;
                assets.add_folder("/desk/", &folder.join("desk"))?;
                let shared = folder.join("shared");
                for base in SHARED_AT.into_iter().filter(|_| shared.is_dir()) {
                    assets.add_folder(base, &shared)?;
                }
                let built = |name: String| std::fs::read(folder.join("built").join(name)).ok();
                MODULES.iter().for_each(|name| assets.add_module(name, built));
            }
        }
        assets.add_list();
        Ok(assets)
    }

    fn add_dir(&mut self, base: &str, dir: &'static Dir<'static>) {
        for file in dir.files() {
            if let Some(path) = file.path().to_str() {
                self.add(format!("{base}{}", path.replace('\\', "/")), Bytes::from_static(file.contents()));
            }
        }
        dir.dirs().for_each(|dir| self.add_dir(base, dir));
    }

    fn add_folder(&mut self, base: &str, folder: &Path) -> Result<(), Failure> {
        let failure = |error: std::io::Error| {
            Failure::new(format!("{} cannot be read: {error}", folder.display()))
                .hint("--assets names a folder with the folders gate, desk and built in it")
        };
        for entry in std::fs::read_dir(folder).map_err(failure)? {
            let entry = entry.map_err(failure)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_dir() {
                self.add_folder(&format!("{base}{name}/"), &entry.path())?;
            } else {
                self.add(format!("{base}{name}"), Bytes::from(std::fs::read(entry.path()).map_err(failure)?));
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, bytes: Bytes) {
        // Files that begin with a dot are for the repository.
        let is_hidden = path.split('/').any(|step| step.starts_with('.'));
        let Some((media_type, is_text)) = media_type(&path).filter(|_| !is_hidden) else { return };
        let gzip = is_text.then(|| gzip(&bytes)).filter(|packed| packed.len() < bytes.len());
        let sha256 = digest(&bytes);
        let path = path.strip_suffix("index.html").map(ToOwned::to_owned).unwrap_or(path);
        self.files.insert(path, Asset { bytes, gzip, brotli: None, media_type, sha256 });
    }

    fn add_module(&mut self, name: &str, built: impl Fn(String) -> Option<Vec<u8>>) {
        let Some(packed) = built(format!("{name}.gz")) else { return };
        let mut bytes = Vec::new();
        if GzDecoder::new(&packed[..]).take(MODULE_MAX).read_to_end(&mut bytes).is_ok() {
            let (sha256, bytes) = (digest(&bytes), Bytes::from(bytes));
            let (gzip, brotli) = (Some(Bytes::from(packed)), built(format!("{name}.br")).map(Bytes::from));
            let asset = Asset { bytes, gzip, brotli, media_type: "application/wasm", sha256 };
            self.files.insert(format!("/{name}"), asset);
        }
    }

    /// The list of the gate's files, and the worker that has it in it.
    fn add_list(&mut self) {
        let of_gate = |path: &&String| !path.starts_with("/desk/") && *path != WORKER;
        let files: Vec<Listed> = (self.files.iter().filter(|(path, _)| of_gate(path)))
            .map(|(path, asset)| Listed { path: path.clone(), sha256: asset.sha256.clone(), bytes: asset.bytes.len() })
            .collect();
        // The worker itself counts: a new one of the same files is a new version.
        let mut whole = self.files.get(WORKER).map(|asset| asset.sha256.clone()).unwrap_or_default();
        files.iter().for_each(|file| whole.push_str(&format!("\n{} {}", file.path, file.sha256)));
        let version = digest(whole.as_bytes())[..16].to_owned();
        let list = serde_json::json!({"version": version, "files": files});
        if let Some(worker) = self.files.get(WORKER) {
            let text = String::from_utf8_lossy(&worker.bytes)
                .replace(VERSION_PLACE, &serde_json::json!(version).to_string())
                .replace(FILES_PLACE, &list["files"].to_string());
            self.add(WORKER.to_owned(), Bytes::from(text));
        }
        self.add(LIST.to_owned(), Bytes::from(list.to_string()));
    }

    /// What is at an address.
    fn find(&self, path: &str) -> Option<&Asset> {
        let decoded = percent_decoded(path);
        let path = decoded.as_deref().unwrap_or(path);
        let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
        let is_ours = ["/api/", "/desk/"].iter().any(|ours| path.starts_with(ours));
        self.files.get(path).or_else(|| self.files.get("/").filter(|_| !is_file && !is_ours))
    }
}

/// The fallback of the router: a page, or nothing.
pub async fn page(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    let Some(asset) = app.assets.find(path) else { return nothing_here(path).into_response() };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let wanted = "GET, HEAD";
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "a page can only be looked at").wanted(wanted);
        return ([("allow", wanted)], problem.found(request.method().as_str())).into_response();
    }
    asset.response(request.headers())
}

impl Asset {
    fn response(&self, asked: &HeaderMap) -> Response {
        let packed = [("br", &self.brotli), ("gzip", &self.gzip)];
        let packed =
            packed.into_iter().find_map(|(how, bytes)| Some((how, bytes.as_ref()?)).filter(|_| takes(asked, how)));
        // Each form is a thing of its own (RFC 9110 §8.8.3.3).
        let how = packed.map(|(how, _)| format!("-{how}")).unwrap_or_default();
        let tag = format!("\"{}{how}\"", &self.sha256[..32]);
        let is_known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
            value.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
        });
        let body = packed.map_or(&self.bytes, |(_, bytes)| bytes).clone();
        let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { body.into_response() };
        let headers = response.headers_mut();
        if !is_known {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
            if let Some((how, _)) = packed {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(how));
            }
        }
        if self.gzip.is_some() {
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        // Kept, and asked for again each time: after an update nobody mixes files of two versions.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(ETAG, tag);
        }
        response
    }
}

/// Whether a client takes what is packed so (RFC 9110 §12.5.3). Who takes anything is given gzip.
fn takes(headers: &HeaderMap, how: &str) -> bool {
    let said = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let (mut named, mut any) = (None, None);
    for item in said.flat_map(|value| value.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        match name.as_str() {
            "x-gzip" if how == "gzip" => named = Some(weight > 0.0),
            name if name == how => named = Some(weight > 0.0),
            "*" if how == "gzip" => any = Some(weight > 0.0),
            _ => {}
        }
    }
    named.or(any).unwrap_or(false)
}

/// Media type of a file, and whether it is text; `None` for files that are no part of the pages.
fn media_type(path: &str) -> Option<(&'static str, bool)> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "html" => ("text/html; charset=utf-8", true),
        "css" => ("text/css; charset=utf-8", true),
        "js" | "mjs" => ("text/javascript; charset=utf-8", true),
        "json" => ("application/json", true),
        "webmanifest" => ("application/manifest+json", true),
        "svg" => ("image/svg+xml", true),
        "txt" => ("text/plain; charset=utf-8", true),
        "png" => ("image/png", false),
        "ico" => ("image/vnd.microsoft.icon", false),
        "webp" => ("image/webp", false),
        "jpg" | "jpeg" => ("image/jpeg", false),
        "woff2" => ("font/woff2", false),
        "wav" => ("audio/wav", false),
        "mp3" => ("audio/mpeg", false),
        "ogg" => ("audio/ogg", false),
        "wasm" => ("application/wasm", false),
        "pdf" => ("application/pdf", false),
        _ => return None,
    })
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    Bytes::from(encoder.finish().unwrap_or_default())
}

fn digest(bytes: &[u8]) -> String {
    crate::gate::json::hex(&Sha256::digest(bytes))
}

/// A path without its percent signs; `None` when there are none or what they say is not text.
fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    if !rest.contains(&b'%') {
        return None;
    }
    while let [first, after @ ..] = rest {
        rest = after;
        let mut byte = *first;
        if byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            byte = u8::from_str_radix(digits, 16).ok()?;
            rest = &after[2..];
        }
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}
