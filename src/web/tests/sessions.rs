//! Signing in and out.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use super::{PASSPHRASE, Server, json as json_request};
use crate::web::session::IDLE;

const SESSION: &str = "/api/v1/session";

#[tokio::test]
async fn who_knows_the_passphrase_is_signed_in_until_signing_out() {
    let server = Server::with_passphrase();
    assert_eq!(server.get(SESSION).await.json()["signed_in"], false);
    let clerk = server.sign_in().await;
    let asked = || clerk.cookie_only(Method::GET, SESSION).body(Body::empty()).unwrap();
    let state = server.ask(asked()).await.json();
    assert_eq!(state["signed_in"], true);
    assert_eq!(state["csrf"], clerk.csrf);
    let out = server.ask(clerk.request(Method::DELETE, SESSION).body(Body::empty()).unwrap()).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(server.ask(asked()).await.json()["signed_in"], false);
    let again = server.ask(clerk.request(Method::DELETE, SESSION).body(Body::empty()).unwrap()).await;
    assert_eq!(again.status, 401);
}

#[tokio::test]
async fn an_id_that_the_browser_brought_is_never_used() {
    let server = Server::with_passphrase();
    let fixed = "A".repeat(43);
    let body = json!({"passphrase": PASSPHRASE}).to_string();
    let request = json_request(Method::POST, SESSION).header("cookie", format!("nansen_session={fixed}"));
    let answer = server.ask(request.body(body.clone().into()).unwrap()).await;
    let first = answer.session().unwrap();
    assert_ne!(first, fixed);
    // Signing in again ends the session that was there.
    let request = json_request(Method::POST, SESSION).header("cookie", format!("nansen_session={first}"));
    let second = server.ask(request.body(body.into()).unwrap()).await.session().unwrap();
    assert_ne!(first, second);
    assert!(server.app.sessions.find(&first, server.app.now()).is_none());
    assert!(server.app.sessions.find(&second, server.app.now()).is_some());
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let server = Server::with_passphrase();
    let answer = server.post(SESSION, &json!({"passphrase": PASSPHRASE})).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/"), "{cookie}");
    assert!(!cookie.contains("Secure"), "over HTTP the browser would drop it");
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends() {
    let server = Server::with_passphrase();
    let clerk = server.sign_in().await;
    server.clock.forward(IDLE.as_secs() - 1);
    let asked = || clerk.cookie_only(Method::GET, SESSION).body(Body::empty()).unwrap();
    assert_eq!(server.ask(asked()).await.json()["signed_in"], true);
    server.clock.forward(IDLE.as_secs());
    assert_eq!(server.ask(asked()).await.json()["signed_in"], false);
}

#[tokio::test]
async fn a_change_needs_the_token_of_its_own_session() {
    let server = Server::with_passphrase();
    let (clerk, other) = (server.sign_in().await, server.sign_in().await);
    let lock = |builder: axum::http::request::Builder| builder.body(Body::empty()).unwrap();
    let path = "/api/v1/key/lock";
    for request in [
        clerk.cookie_only(Method::POST, path),
        clerk.cookie_only(Method::POST, path).header("x-csrf-token", ""),
        clerk.cookie_only(Method::POST, path).header("x-csrf-token", &other.csrf),
        clerk.cookie_only(Method::POST, path).header("x-csrf-token", &clerk.csrf[1..]),
    ] {
        let answer = server.ask(lock(request)).await;
        assert_eq!(answer.status, 403);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    assert_eq!(server.ask(lock(clerk.request(Method::POST, path))).await.status, 204);
}

#[tokio::test]
async fn a_change_that_a_page_of_another_site_asks_for_is_refused() {
    let server = Server::with_passphrase();
    let clerk = server.sign_in().await;
    let ask = |name: &'static str, value: &'static str| {
        let request = clerk.request(Method::POST, "/api/v1/key/lock").header(name, value);
        server.ask(request.body(Body::empty()).unwrap())
    };
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://localhost:8471"),
        ("origin", "http://localhost"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(ask(name, value).await.status, 403, "{name}: {value}");
    }
    for (name, value) in [("origin", "http://localhost:8470"), ("sec-fetch-site", "same-origin")] {
        assert_eq!(ask(name, value).await.status, 204, "{name}: {value}");
    }
}

#[tokio::test]
async fn guessing_the_passphrase_costs_waiting() {
    let server = Server::with_passphrase();
    let wrong = json!({"passphrase": "over the polar see"});
    for _ in 0..5 {
        assert_eq!(server.post(SESSION, &wrong).await.status, 401);
    }
    let answer = server.post(SESSION, &json!({"passphrase": PASSPHRASE})).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "1"));
    server.clock.forward(1);
    server.sign_in().await;
    assert_eq!(server.post(SESSION, &wrong).await.status, 401);
}

#[tokio::test]
async fn the_setup_token_sets_the_passphrase_once() {
    let server = Server::fresh();
    assert_eq!(server.get(SESSION).await.json()["setup_needed"], true);
    assert_eq!(server.post(SESSION, &json!({"passphrase": PASSPHRASE})).await.status, 409);
    let token = server.app.passphrase.take_setup_token().unwrap();
    let order = |token: &str, passphrase: &str| json!({"token": token, "passphrase": passphrase, "name": "Kakuma desk", "country": "KEN"});
    let path = "/api/v1/setup";
    assert_eq!(server.post(path, &order("0000-0000-0000-0000", PASSPHRASE)).await.status, 403);
    let weak = server.post(path, &order(token.reveal(), "short")).await;
    assert_eq!((weak.status.as_u16(), weak.json()["found"].clone()), (422, json!("5 letters")));
    let done = server.post(path, &order(token.reveal(), PASSPHRASE)).await;
    assert_eq!(done.status, 200, "{}", done.json());
    let state = done.json();
    assert_eq!(state["desk"]["name"], "Kakuma desk");
    assert_eq!(
        (&state["signed_in"], &state["key"], &state["setup_needed"]),
        (&json!(true), &json!("open"), &json!(false))
    );
    assert_eq!(server.post(path, &order(token.reveal(), "another passphrase")).await.status, 409);
    server.sign_in().await;
}

#[tokio::test]
async fn a_setup_token_that_is_too_old_is_refused() {
    let server = Server::fresh();
    let token = server.app.passphrase.take_setup_token().unwrap();
    server.clock.forward(30 * 60);
    let order = json!({"token": token.reveal(), "passphrase": PASSPHRASE, "name": "Kakuma desk"});
    assert_eq!(server.post("/api/v1/setup", &order).await.status, 403);
}

#[tokio::test]
async fn the_keys_are_locked_when_the_last_session_ends() {
    let server = Server::fresh();
    let token = server.app.passphrase.take_setup_token().unwrap();
    let order = json!({"token": token.reveal(), "passphrase": PASSPHRASE, "name": "Kakuma desk"});
    server.post("/api/v1/setup", &order).await;
    let clerk = server.sign_in().await;
    let ask = |method: Method, path: &'static str| server.ask(clerk.request(method, path).body(Body::empty()).unwrap());
    assert_eq!(ask(Method::POST, "/api/v1/key/lock").await.status, 204);
    assert_eq!(ask(Method::GET, SESSION).await.json()["key"], "locked");
    let unlock = |passphrase: &str| {
        let request = clerk.request(Method::POST, "/api/v1/key/unlock").header("content-type", "application/json");
        server.ask(request.body(json!({"passphrase": passphrase}).to_string().into()).unwrap())
    };
    assert_eq!(unlock("another passphrase").await.status, 403);
    assert_eq!(unlock(PASSPHRASE).await.json()["key"], "open");
    server.clock.forward(IDLE.as_secs());
    server.app.lock_when_nobody_is_here();
    assert!(!server.app.keys.is_open());
}
