//! Who may not do it.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use super::{AtTheDesk, person, registration};
use crate::web::router::description;
use crate::web::tests::{PASSPHRASE, request};

/// What the desk answers, of those who are signed in.
const ANSWERS: [(&str, &str); 20] = [
    ("GET", "/types"),
    ("GET", "/types/registration"),
    ("POST", "/check"),
    ("POST", "/preview"),
    ("POST", "/issue"),
    ("GET", "/jobs"),
    ("GET", "/jobs/0"),
    ("GET", "/jobs/0/events"),
    ("POST", "/jobs/0/cancel"),
    ("POST", "/jobs/0/resume"),
    ("GET", "/jobs/0/document.pdf"),
    ("POST", "/readback"),
    ("GET", "/register"),
    ("GET", "/register/0000-0000"),
    ("POST", "/register/0000-0000/reprint"),
    ("POST", "/register/0000-0000/revoke"),
    ("POST", "/register/0000-0000/reinstate"),
    ("GET", "/numbers"),
    ("GET", "/numbers.csv"),
    ("GET", "/types/..%2f..%2fetc"),
];

#[tokio::test]
async fn nobody_is_answered_who_has_not_signed_in() {
    let at = AtTheDesk::new().await;
    for (method, path) in ANSWERS {
        let (method, path) = (method.parse::<Method>().unwrap(), format!("/api/v1{path}"));
        let answer = at.server.ask(request(method.clone(), &path).body(Body::empty()).unwrap()).await;
        let wanted = if path.contains("%2f") { [400, 401, 404] } else { [401; 3] };
        assert!(wanted.contains(&answer.status.as_u16()), "{method} {path}: {} {}", answer.status, answer.json());
    }
}

#[tokio::test]
async fn a_page_without_the_token_changes_nothing() {
    let at = AtTheDesk::new().await;
    for (_, path) in ANSWERS.iter().filter(|(method, _)| *method == "POST") {
        let request = at.clerk.cookie_only(Method::POST, &format!("/api/v1{path}"));
        let request = request.header("content-type", "application/json");
        let answer = at.server.ask(request.body(registration(&[person(1)]).to_string().into()).unwrap()).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.json());
    }
    assert_eq!(at.get("/register").await.json()["entries"], json!([]));
    assert_eq!(at.get("/jobs").await.json(), json!([]));
}

#[tokio::test]
async fn locked_keys_sign_nothing() {
    let at = AtTheDesk::locked().await;
    for (path, body) in [
        ("/issue", registration(&[person(1)])),
        ("/register/0000-0000/reprint", json!({})),
        ("/register/0000-0000/revoke", json!({"reason": "lost"})),
        ("/register/0000-0000/reinstate", json!({"reason": "found"})),
    ] {
        assert_eq!(at.post(path, &body).await.status, 423, "{path}");
    }
    at.unlock();
    for (path, body, status) in [
        ("/issue", json!({"type": "nothing", "rows": []}), 404),
        ("/issue", json!({"type": "../registration", "rows": []}), 404),
        ("/issue", json!({"type": "registration"}), 422),
        ("/register/0000-0000/reprint", json!({}), 404),
        ("/register/0000-0000/revoke", json!({"reason": "lost"}), 404),
        ("/register/0000-0000/revoke", json!({"reason": " "}), 422),
        ("/register/..%2f..%2fx/revoke", json!({"reason": "lost"}), 404),
        ("/jobs/0/cancel", json!({}), 404),
        ("/jobs/..%2f0/resume", json!({}), 404),
    ] {
        let answer = at.post(path, &body).await;
        assert!([status, 400].contains(&answer.status.as_u16()), "{path}: {} {}", answer.status, answer.json());
    }
}

#[test]
fn every_answer_is_described() {
    let description = serde_json::to_value(description()).unwrap();
    for (method, path) in ANSWERS {
        let pattern = path
            .replace("/types/registration", "/types/{name}")
            .replace("/0000-0000", "/{serial}")
            .replace("/jobs/0", "/jobs/{id}");
        if pattern.contains('%') {
            continue;
        }
        let operation = &description["paths"][format!("/api/v1{pattern}")][method.to_lowercase()];
        assert!(operation["responses"]["401"].is_object(), "{method} {pattern}: {operation}");
        assert!(operation["security"].is_array() && operation["tags"].is_array(), "{method} {pattern}");
    }
    let schemas: Vec<&String> = match &description["components"]["schemas"] {
        Value::Object(schemas) => schemas.keys().collect(),
        _ => Vec::new(),
    };
    for schema in
        ["ListOrder", "RowOrder", "JobView", "RowFault", "TypeForm", "FieldForm", "Line", "Whole", "Read", "Problem"]
    {
        assert!(schemas.iter().any(|known| *known == schema), "{schema} is not described: {schemas:?}");
    }
}

#[tokio::test]
async fn what_a_power_cut_kept_from_verifiers_reaches_them_when_the_keys_are_opened() {
    let at = AtTheDesk::new().await;
    let job = at.issue(&registration(&[person(1)])).await;
    let serial = job["serials"][0].as_str().unwrap().parse().unwrap();
    let mut register = crate::desk::register::open(&at.server.app.home).unwrap();
    let text = register.find(serial).unwrap().unwrap().envelope;
    let verdict = || async {
        let told = at.send("/verify", "text/plain", text.clone()).await.json();
        told["answers"][0]["verdict"].clone()
    };
    assert_eq!(verdict().await, "valid");
    register.revoke(&[serial], "reported lost", at.server.app.now()).unwrap();
    assert_eq!(verdict().await, "valid", "the register alone tells no verifier");
    assert_eq!(at.post("/key/unlock", &json!({"passphrase": PASSPHRASE})).await.status, 200);
    assert_eq!(verdict().await, "invalid");
}
