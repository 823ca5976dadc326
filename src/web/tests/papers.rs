//! Papers and trust lists for anybody.

use axum::body::Body;
use axum::http::Method;
use jiff::Timestamp;
use serde_json::Value;

use super::{Answer, Server, request};
use crate::trust::{Bundle, TrustFolder};
use crate::web::Options;
use crate::web::work::Limits;

const VERIFY: &str = "/api/v1/verify";

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-scans").join(name)).unwrap()
}

/// Takes in the trust lists of the samples.
fn trust(server: &Server) {
    let folder = TrustFolder::new(server.app.home.trust());
    server.app.home.create().unwrap();
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-scans/trust");
    for entry in std::fs::read_dir(samples).unwrap().flatten() {
        let Ok(bundle) = Bundle::parse(&std::fs::read(entry.path()).unwrap()) else { continue };
        folder.import(&bundle, None, server.app.now()).unwrap();
    }
}

async fn verify(server: &Server, media_type: &str, body: impl Into<Body>) -> Answer {
    server.ask(request(Method::POST, VERIFY).header("content-type", media_type).body(body.into()).unwrap()).await
}

fn verdict(answer: &Answer) -> (Value, Value) {
    let first = &answer.json()["answers"][0];
    (first["verdict"].clone(), first["reason"].clone())
}

#[tokio::test]
async fn a_paper_is_checked_by_the_lists_of_now() {
    let server = Server::fresh();
    let photograph = sample("photographed.jpg");
    let before = verify(&server, "image/jpeg", photograph.clone()).await;
    assert_eq!(before.status, 200);
    assert_eq!(verdict(&before), ("undecided".into(), "unknown-issuer".into()));
    trust(&server);
    let after = verify(&server, "image/jpeg", photograph).await;
    assert_eq!(verdict(&after), ("valid".into(), Value::Null), "{}", after.json());
    assert!(after.json()["answers"][0]["shown"].is_object());
    let metrics = String::from_utf8(server.get("/metrics").await.body).unwrap();
    assert!(metrics.contains(r#"nansen_verdicts_total{verdict="valid",reason=""} 1"#), "{metrics}");
    assert!(
        metrics.contains(r#"nansen_requests_total{route="/api/v1/verify",method="POST",status="200"} 2"#),
        "{metrics}"
    );
    assert!(metrics.contains("nansen_verify_seconds_count 2"), "{metrics}");
    let serial = after.json()["answers"][0]["serial"].as_str().unwrap().to_owned();
    assert!(!metrics.contains(&serial));
}

#[tokio::test]
async fn what_cannot_be_read_is_an_answer_and_never_called_forged() {
    let server = Server::fresh();
    for (media_type, body) in [("image/png", &b"not a picture"[..]), ("application/pdf", b""), ("text/plain", b"HELLO")]
    {
        let answer = verify(&server, media_type, body.to_vec()).await;
        assert_eq!(answer.status, 200);
        let (verdict, _) = verdict(&answer);
        assert!(["unreadable", "undecided", "invalid"].contains(&verdict.as_str().unwrap()), "{}", answer.json());
        assert_ne!(answer.json()["answers"][0]["reason"], "bad-signature");
    }
    let unread = verify(&server, "image/png", b"not a picture".to_vec()).await.json();
    assert_eq!(unread["notes"][0]["note"], "not-read");
}

#[tokio::test]
async fn bodies_of_other_kinds_and_sizes_are_refused() {
    let server = Server::fresh();
    assert_eq!(verify(&server, "application/zip", vec![1]).await.status, 415);
    assert_eq!(verify(&server, "text/html", "x").await.status, 415);
    assert_eq!(verify(&server, "text/plain; charset=utf-8", "\n").await.status, 422);
    assert_eq!(verify(&server, "text/plain", vec![b'A'; 64 * 1024 + 1]).await.status, 413);
    assert_eq!(verify(&server, "image/png", vec![0; (16 << 20) + 1]).await.status, 413);
    let bare = server.ask(request(Method::POST, VERIFY).body("x".into()).unwrap()).await;
    assert_eq!(bare.status, 415);
}

/// The header of a PNG file, as far as it is read before the pixels.
fn png(width: u32, height: u32, depth: u8, color: u8) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    let chunk = |kind: [u8; 4], data: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(&kind);
        crc.update(data);
        [&(data.len() as u32).to_be_bytes(), &kind[..], data, &crc.sum().to_be_bytes()].concat()
    };
    [b"\x89PNG\r\n\x1a\n", &chunk(*b"IHDR", &header)[..], &chunk(*b"IDAT", b"")].concat()
}

#[tokio::test]
async fn a_picture_that_takes_too_much_memory_is_refused_by_its_header() {
    let limits = Limits { memory: 512 << 20, ..Limits::default() };
    let server = Server::with(Options { limits, ..Options::default() });
    for (picture, found) in
        [(png(7071, 7071, 16, 6), "601 MB of memory"), (png(20_000, 10_000, 1, 0), "20000 × 10000 pixels")]
    {
        let answer = verify(&server, "image/png", picture).await;
        let told = answer.json();
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (413, "application/problem+json"));
        assert!(told["found"].as_str().unwrap().contains(found), "{told}");
        assert!(told["wanted"].is_string() && told["next"].is_string(), "{told}");
    }
    let answer = verify(&server, "image/png", png(100, 100, 16, 6)).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let metrics = String::from_utf8(server.get("/metrics").await.body).unwrap();
    assert!(metrics.contains("nansen_verify_seconds_count 1"), "what is refused is no verification: {metrics}");
}

#[tokio::test]
async fn one_peer_cannot_ask_without_end() {
    let limits = Limits { verify_burst: 3, verify_rate: 0.1, ..Limits::default() };
    let server = Server::with(Options { limits, ..Options::default() });
    for _ in 0..3 {
        assert_eq!(verify(&server, "text/plain", "HELLO").await.status, 200);
    }
    let answer = verify(&server, "text/plain", "HELLO").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "10"));
    server.clock.forward(10);
    assert_eq!(verify(&server, "text/plain", "HELLO").await.status, 200);
}

#[tokio::test]
async fn a_trust_list_can_be_taken_to_another_verifier() {
    let server = Server::fresh();
    assert_eq!(server.get("/api/v1/trust").await.json()["lists"], Value::Array(vec![]));
    trust(&server);
    let lists = server.get("/api/v1/trust").await.json();
    let root = lists["lists"][0]["root"].as_str().unwrap();
    let bundle = server.get(&format!("/api/v1/trust/{root}")).await;
    assert_eq!((bundle.status.as_u16(), bundle.header("cache-control")), (200, "no-store"));
    let bundle = Bundle::parse(&bundle.body).unwrap();
    let other = tempfile::tempdir().unwrap();
    let now: Timestamp = server.app.now();
    TrustFolder::new(other.path()).import(&bundle, lists["lists"][0]["fingerprint"].as_str(), now).unwrap();
    for unknown in ["0000000000000000", "x", "%20", "..x"] {
        let answer = server.get(&format!("/api/v1/trust/{unknown}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (404, "application/problem+json"));
    }
}

#[tokio::test]
async fn the_list_of_a_root_that_is_not_known_is_taken_when_its_fingerprint_was_compared() {
    let server = Server::with_passphrase();
    let clerk = server.sign_in().await;
    let import = |query: String, body: Vec<u8>| {
        let request = clerk.request(Method::POST, &format!("/api/v1/trust{query}"));
        server.ask(request.header("content-type", "application/cbor").body(body.into()).unwrap())
    };
    let bundle = sample("trust/north.bundle");
    assert_eq!(import(String::new(), b"no bundle".to_vec()).await.status, 422);
    let unknown = import(String::new(), bundle.clone()).await;
    assert_eq!((unknown.status.as_u16(), unknown.json()["reason"].clone()), (409, "unknown-root".into()));
    let fingerprint = unknown.json()["fingerprint"].as_str().unwrap().replace(' ', "");
    let other = import(format!("?fingerprint={}", "0".repeat(64)), bundle.clone()).await;
    assert!(other.status.is_client_error(), "{}", other.json());
    let taken = import(format!("?fingerprint={fingerprint}"), bundle.clone()).await;
    assert_eq!((taken.status.as_u16(), taken.json()["first_time"].clone()), (200, true.into()), "{}", taken.json());
    // From now on newer lists of the same root need no comparison.
    assert_eq!(import(String::new(), bundle).await.json()["first_time"], false);
}
