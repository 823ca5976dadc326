//! The desk over HTTP, asked in the same process.

mod doors;
mod jobs;
mod lists;
mod round_trip;

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::keys::KeyKind;
use crate::desk::{Desk, Passphrase, Silent, init};
use crate::web::app::tests::counting;
use crate::web::passphrase::Secret;
use crate::web::tests::{Answer, Clerk, PASSPHRASE, Server};

/// A desk that is set up, somebody who has signed in, and open keys.
pub struct AtTheDesk {
    pub server: Server,
    pub clerk: Clerk,
}

impl AtTheDesk {
    pub async fn new() -> Self {
        let at = Self::locked().await;
        at.unlock();
        at
    }

    /// The same with locked keys.
    pub async fn locked() -> Self {
        let server = Server::with_passphrase();
        let unlock = Some(Passphrase::new(PASSPHRASE.to_owned()));
        let (home, now) = (&server.app.home, server.app.now());
        let desk = Desk { home, unlock: &unlock, random: counting, now, observer: &Silent };
        init::init(desk, "Lakeside desk", Some("KEN"), KeyKind::P256).unwrap();
        let clerk = server.sign_in().await;
        Self { server, clerk }
    }

    pub fn unlock(&self) {
        self.server.app.keys.unlock(&self.server.app.home, &Secret::new(PASSPHRASE.to_owned())).unwrap();
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = self.clerk.cookie_only(Method::GET, &format!("/api/v1{path}"));
        self.server.ask(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(path, "application/json", body.to_string().into_bytes()).await
    }

    pub async fn send(&self, path: &str, media_type: &str, body: Vec<u8>) -> Answer {
        let request = self.clerk.request(Method::POST, &format!("/api/v1{path}")).header("content-type", media_type);
        self.server.ask(request.body(body.into()).unwrap()).await
    }

    /// The job when it has ended.
    pub async fn ended(&self, id: &str) -> Value {
        loop {
            let job = self.get(&format!("/jobs/{id}")).await.json();
            if job["state"] != "running" {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Issues a list and waits for its end.
    pub async fn issue(&self, order: &Value) -> Value {
        let begun = self.post("/issue", order).await;
        assert_eq!(begun.status, StatusCode::ACCEPTED, "{}", begun.json());
        self.ended(begun.json()["job"].as_str().unwrap()).await
    }
}

/// A row of a person, by number.
pub fn person(number: usize) -> Value {
    json!({
        "individual_id": format!("KEN-{number:05}"), "given_names": format!("Amina {}", letters(number)), "family_name": "Okoth",
        "date_of_birth": "1987~", "sex": "F", "nationality": "ERI", "country_of_origin": "ERI",
        "arrival_date": "2024-03-09", "legal_status": "refugee",
    })
}

/// Names have no digits.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

pub fn registration(rows: &[Value]) -> Value {
    json!({"type": "registration", "rows": rows})
}
