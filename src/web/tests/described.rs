//! The API's description, against what the server answers.

use axum::body::Body;
use axum::http::Method;
use serde_json::Value;

use super::{Server, request};
use crate::web::router::description;

/// Every method of every path of the description.
fn operations() -> Vec<(String, Method, Value)> {
    let document: Value = serde_json::from_str(&description().to_json().unwrap()).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_ascii_uppercase().parse().unwrap();
            all.push((path.clone(), method, operation.clone()));
        }
    }
    all
}

#[tokio::test]
async fn the_description_is_openapi_3_1_and_served() {
    let served = Server::fresh().get("/api/v1/openapi.json").await;
    assert_eq!((served.status.as_u16(), served.header("content-type")), (200, "application/json"));
    let document = served.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["components"]["securitySchemes"]["session"]["in"], "cookie");
}

#[test]
fn every_name_in_the_description_is_described() {
    let text = description().to_json().unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    for reference in text.split("\"#/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document.pointer(&format!("/{reference}")).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn every_operation_is_answered_by_a_handler_that_says_what_it_does() {
    let server = Server::fresh();
    for (path, method, operation) in operations() {
        let place = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{place}");
        assert!(operation["tags"][0].is_string(), "{place}");
        let asked = path.replace(['{', '}'], "");
        let answer = server.ask(request(method, &asked).body(Body::empty()).unwrap()).await;
        assert_ne!(answer.status, 405, "{place}");
        // A handler may say that there is no such root; the router has no words for it.
        assert_ne!(answer.json()["detail"], "there is nothing at this address", "{place}");
    }
}

#[tokio::test]
async fn what_needs_a_session_says_so_and_refuses_everybody_else() {
    let server = Server::with_passphrase();
    let clerk = server.sign_in().await;
    for (path, method, operation) in operations() {
        let place = format!("{method} {path}");
        let asked = path.replace(['{', '}'], "");
        let answer = server.ask(request(method.clone(), &asked).body(Body::empty()).unwrap()).await;
        let is_secured = operation.get("security").is_some();
        assert_eq!(answer.status == 401, is_secured, "{place}: {}", answer.json());
        if is_secured && method != Method::GET {
            let request = clerk.cookie_only(method, &asked).body(Body::empty()).unwrap();
            assert_eq!(server.ask(request).await.status, 403, "{place} without a CSRF token");
            assert!(operation["security"][0].get("csrf").is_some(), "{place} does not say that it needs the token");
        }
    }
}
