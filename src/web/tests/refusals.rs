//! What is refused, and how.

use axum::body::Body;
use axum::http::header::HOST;
use axum::http::{Method, Request};

use super::{Answer, Server, json, request};

fn assert_problem(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_refused_everywhere() {
    let server = Server::fresh();
    for path in ["/", "/health", "/metrics", "/api/v1/session", "/api/v1/openapi.json"] {
        let request = Request::builder().uri(path).header(HOST, "evil.example:8470").body(Body::empty()).unwrap();
        assert_problem(&server.ask(request).await, 421);
    }
    let none = Request::builder().uri("/").body(Body::empty()).unwrap();
    assert_problem(&server.ask(none).await, 400);
    let two = request(Method::GET, "/").header(HOST, "evil.example").body(Body::empty()).unwrap();
    assert_problem(&server.ask(two).await, 421);
    let absolute = request(Method::GET, "http://evil.example/").body(Body::empty()).unwrap();
    assert_problem(&server.ask(absolute).await, 421);
}

#[tokio::test]
async fn addresses_that_look_for_files_find_nothing() {
    let server = Server::fresh();
    for path in [
        "/../Cargo.toml",
        "/desk/../../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/..%2fCargo.toml",
        "/..%5cCargo.toml",
        "/%252e%252e/x",
        "/a%00.html",
        "//etc/passwd",
        "/desk//etc/passwd",
        "/.well-known/../x",
    ] {
        assert_problem(&server.ask(request(Method::GET, path).body(Body::empty()).unwrap()).await, 400);
    }
    for path in [
        "/Cargo.toml",
        "/etc/passwd.txt",
        "/.git/config.txt",
        "/web/passphrase.txt",
        "/index.php",
        "/api",
        "/api/v1/typos",
        "/api/v2/x.json",
        "/desk/nothing",
        "/desk/index.html.bak",
        "/built/SOURCES.txt",
        "/gate/index.html",
    ] {
        let answer = server.get(path).await;
        if path == "/api" {
            assert_eq!(answer.status, 200, "an address without an ending is a link");
        } else {
            assert_problem(&answer, 404);
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let server = Server::fresh();
    let answer = server.ask(request(Method::PUT, "/api/v1/session").body(Body::empty()).unwrap()).await;
    assert_problem(&answer, 405);
    assert_eq!(answer.header("allow"), "GET,HEAD,POST,DELETE");
    assert_eq!(answer.json()["wanted"], "GET,HEAD,POST,DELETE");
    let answer = server.ask(request(Method::POST, "/").body(Body::empty()).unwrap()).await;
    assert_problem(&answer, 405);
}

#[tokio::test]
async fn a_body_that_is_not_the_json_that_is_wanted_is_told_where() {
    let server = Server::with_passphrase();
    let post = |body: &'static str| server.ask(json(Method::POST, "/api/v1/session").body(body.into()).unwrap());
    let broken = post("{\"passphrase\":\n oops}").await;
    assert_problem(&broken, 400);
    assert_eq!(broken.json()["line"], 2);
    assert_problem(&post("{}").await, 422);
    assert_problem(&post("{\"passphrase\": 12345678}").await, 422);
    assert!(!String::from_utf8(post("{\"passphrase\": 12345678}").await.body).unwrap().contains("12345678"));
    assert_problem(&post("{\"passphrase\": \"a\", \"more\": 1}").await, 422);
    let untyped = request(Method::POST, "/api/v1/session").body("{}".into()).unwrap();
    assert_problem(&server.ask(untyped).await, 415);
    let large = json(Method::POST, "/api/v1/session").body(vec![b' '; 9000].into()).unwrap();
    assert_problem(&server.ask(large).await, 413);
}
