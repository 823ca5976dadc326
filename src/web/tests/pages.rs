//! The pages and the headers that everything leaves with.

use std::io::Read as _;

use axum::body::Body;
use axum::http::Method;

use super::{Server, request};
use crate::web::{Options, headers};

#[tokio::test]
async fn every_answer_leaves_with_the_headers() {
    let server = Server::fresh();
    let not_ours = request(Method::GET, "/").header("host", "evil.example").body(Body::empty()).unwrap();
    let mut answers = vec![("another host", server.ask(not_ours).await)];
    for path in ["/", "/desk/", "/desk", "/x.js", "/a%2fb", "/health", "/metrics", "/api/v1/session", "/api/v1/nothing"]
    {
        answers.push((path, server.get(path).await));
    }
    for (path, answer) in answers {
        assert_eq!(answer.header("content-security-policy"), headers::POLICY, "{path}");
        assert_eq!(answer.header("permissions-policy"), headers::PERMISSIONS, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
        let wanted = if ["/", "/desk/"].contains(&path) { "no-cache" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), wanted, "{path}");
    }
    let secure = Server::with(Options { secure: true, ..Options::default() });
    assert!(secure.get("/").await.header("strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn what_is_looked_for_in_the_register_is_kept_by_nobody() {
    let server = Server::with_passphrase();
    let clerk = server.sign_in().await;
    let path = "/api/v1/register?q=Amina%20Bertrand";
    let wrong = "/api/v1/register?q=Amina%20Bertrand&limit=many";
    let ask = |path| server.ask(clerk.cookie_only(Method::GET, path).body(Body::empty()).unwrap());
    for answer in [server.get(path).await, ask(path).await, ask(wrong).await] {
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{}", answer.status);
        assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.status);
        assert_eq!(answer.header("location"), "");
    }
    let metrics = String::from_utf8(server.get("/metrics").await.body).unwrap();
    assert!(metrics.contains(r#"route="/api/v1/register""#), "counted by the pattern, as it is logged: {metrics}");
    assert!(!metrics.contains("Amina") && !metrics.contains('?'), "{metrics}");
}

#[tokio::test]
async fn an_address_without_an_ending_shows_the_gate() {
    let server = Server::fresh();
    let gate = server.get("/").await;
    assert_eq!((gate.status.as_u16(), gate.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(server.get("/c/NANSEN").await.body, gate.body);
    assert_ne!(server.get("/desk/").await.body, gate.body);
    let desk = server.get("/desk").await;
    assert_eq!((desk.status.as_u16(), desk.header("location")), (308, "/desk/"));
}

#[tokio::test]
async fn the_core_is_sent_as_small_as_the_browser_can_take_it() {
    let server = Server::fresh();
    let ask = |how: &'static str| {
        server.ask(request(Method::GET, "/nansen.wasm").header("accept-encoding", how).body(Body::empty()).unwrap())
    };
    let mut tags = Vec::new();
    for (takes, how) in [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0, identity", ""),
        ("", ""),
    ] {
        let answer = ask(takes).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-encoding")), (200, how), "{takes}");
        assert_eq!((answer.header("content-type"), answer.header("vary")), ("application/wasm", "Accept-Encoding"));
        assert_eq!(how.is_empty(), answer.body.starts_with(b"\0asm"), "{takes}");
        tags.push(answer.header("etag").to_owned());
    }
    tags.dedup();
    assert_eq!(tags.len(), 3, "each form has a tag of its own: {tags:?}");
}

#[tokio::test]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let server = Server::fresh();
    let ask = |name: &'static str, value: String| {
        server.ask(request(Method::GET, "/").header(name, value).body(Body::empty()).unwrap())
    };
    let page = server.get("/").await;
    let tag = page.header("etag").to_owned();
    let again = ask("if-none-match", format!("\"x\", W/{tag}")).await;
    assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
    assert_eq!(ask("if-none-match", "\"x\"".to_owned()).await.status, 200);
}

#[tokio::test]
async fn text_is_packed_for_those_who_take_it() {
    let folder = assets(&[("gate/index.html", &"<p>hello</p>".repeat(99)), ("desk/index.html", ""), ("built/x", "")]);
    let server = Server::with(Options { assets: Some(folder.path().to_owned()), ..Options::default() });
    let ask = |value: &'static str| {
        server.ask(request(Method::GET, "/").header("accept-encoding", value).body(Body::empty()).unwrap())
    };
    let plain = server.get("/").await;
    for takes in ["gzip", "br, gzip;q=0.5", "*"] {
        let packed = ask(takes).await;
        assert_eq!((packed.header("content-encoding"), packed.header("vary")), ("gzip", "Accept-Encoding"), "{takes}");
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body);
        assert_ne!(packed.header("etag"), plain.header("etag"));
    }
    for does_not in ["br", "gzip;q=0", "*;q=0", "identity", "gzip;q=0, *"] {
        assert_eq!(ask(does_not).await.header("content-encoding"), "", "{does_not}");
    }
}

#[tokio::test]
async fn the_worker_knows_every_file_of_the_gate_and_its_version() {
    let worker = "const version = \"@VERSION@\", files = \"@FILES@\";";
    let mut core = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut core, b"\0asm").unwrap();
    let files = [
        ("gate/index.html", "gate"),
        ("gate/words/en.json", "{}"),
        ("gate/sw.js", worker),
        ("desk/desk.js", "desk"),
        ("shared/dom.js", "both"),
    ];
    let folder = assets(&files);
    std::fs::create_dir(folder.path().join("built")).unwrap();
    std::fs::write(folder.path().join("built/nansen.wasm.gz"), core.finish().unwrap()).unwrap();
    let serve = || Server::with(Options { assets: Some(folder.path().to_owned()), ..Options::default() });
    let server = serve();
    let list = server.get("/assets.json").await.json();
    let paths: Vec<&str> =
        list["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/", "/nansen.wasm", "/shared/dom.js", "/words/en.json"]);
    // The desk has the same files below its own address, which the gate's worker leaves alone.
    assert_eq!(&server.get("/desk/shared/dom.js").await.body[..], b"both");
    let version = list["version"].as_str().unwrap();
    let sent = String::from_utf8(server.get("/sw.js").await.body).unwrap();
    assert_eq!(sent, format!("const version = \"{version}\", files = {};", list["files"]));
    let wasm = server.get("/nansen.wasm").await;
    assert_eq!((&wasm.body[..], wasm.header("content-type")), (&b"\0asm"[..], "application/wasm"));
    std::fs::write(folder.path().join("gate/words/en.json"), "{\"a\":1}").unwrap();
    assert_ne!(serve().get("/assets.json").await.json()["version"], version);
}

fn assets(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}
