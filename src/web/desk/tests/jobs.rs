//! Batches: watched, ended early, taken up again.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};

use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::{AtTheDesk, person, registration};
use crate::desk::issue::Prepared;
use crate::desk::{Desk, Kind, Observer, Stage, Told};
use crate::web::app::tests::counting;
use crate::web::desk::jobs::events;
use crate::web::desk::order::ListOrder;
use crate::web::tests::Answer;
use crate::web::{App, Options, router};

fn rows(many: usize) -> Vec<Value> {
    (0..many).map(person).collect()
}

/// Asks for the end when so many credentials have been issued.
struct EndsAfter(AtomicU64);

impl Observer for EndsAfter {
    fn tell(&self, _: Told) {}

    fn begin(&self, stage: Stage, _: u64) {
        self.0.store(if stage == Stage::Checking { u64::MAX } else { 128 }, Ordering::SeqCst);
    }

    fn advance(&self, steps: u64) {
        self.0.store(self.0.load(Ordering::SeqCst).saturating_sub(steps), Ordering::SeqCst);
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }
}

#[tokio::test]
async fn a_batch_that_a_dead_server_has_left_is_taken_up_where_it_stopped() {
    let at = AtTheDesk::new().await;
    let app = &at.server.app;
    let order: ListOrder = serde_json::from_value(registration(&rows(300))).unwrap();
    let id = "0123456789abcdef0123";
    let folder = crate::web::files::folder(&app.home).join("jobs").join(id);
    std::fs::create_dir_all(&folder).unwrap();
    let kept = json!({"began": app.now().to_string(), "order": order});
    std::fs::write(folder.join("order.json"), kept.to_string()).unwrap();
    // What a server does until it is killed: one chunk is in the register by then.
    let (mut issued, _) = order.order(&app.home).unwrap();
    issued.output = Some(folder.join("document.pdf"));
    let (keys, observer) = (app.keys.open().unwrap(), EndsAfter(AtomicU64::new(u64::MAX)));
    let desk = Desk { home: &app.home, unlock: &*keys, random: counting, now: app.now(), observer: &observer };
    let prepared = Prepared::new(desk, &issued).unwrap();
    let checker = prepared.checker();
    let checked = prepared.check(&checker).unwrap();
    assert_eq!(prepared.issue(&checker, &checked).unwrap_err().kind(), Kind::Cancelled);

    let at = at_the_restarted(at).await;
    let left = at.get("/jobs").await.json();
    assert_eq!((&left[0]["id"], &left[0]["state"]), (&json!(id), &json!("interrupted")), "{left}");
    assert_eq!(at.post(&format!("/jobs/{id}/resume"), &json!({})).await.status, 423, "the keys are locked");
    at.unlock();
    let resumed = at.post(&format!("/jobs/{id}/resume"), &json!({})).await;
    assert_eq!(resumed.status, 202, "{}", resumed.json());
    let job = at.ended(id).await;
    assert_eq!((&job["state"], &job["done_before"]), (&json!("done"), &json!(128)), "{job}");
    let serials: HashSet<&str> =
        job["serials"].as_array().unwrap().iter().map(|serial| serial.as_str().unwrap()).collect();
    assert_eq!(serials.len(), 300);
    assert_eq!(at.get("/register?limit=500").await.json()["entries"].as_array().unwrap().len(), 300);
    assert!(!folder.join("order.json").exists(), "people's data stay no longer than they are needed");
    assert_eq!(at.post(&format!("/jobs/{id}/resume"), &json!({})).await.status, 409);
    assert_eq!(at.get(&format!("/jobs/{id}/document.pdf")).await.status, 200);
}

#[tokio::test]
async fn one_job_runs_at_a_time_and_ends_when_it_is_asked_to() {
    let at = AtTheDesk::new().await;
    let order = registration(&rows(600));
    let first = at.post("/issue", &order).await.json()["job"].as_str().unwrap().to_owned();
    let second = at.post("/issue", &registration(&[person(9999)])).await;
    assert_eq!(
        (second.status.as_u16(), second.json()["found"].as_str()),
        (409, Some(first.as_str())),
        "{}",
        second.json()
    );
    assert_eq!(at.post(&format!("/jobs/{first}/resume"), &json!({})).await.status, 409);
    assert_eq!(at.post(&format!("/jobs/{first}/cancel"), &json!({})).await.status, 202);
    let job = at.ended(&first).await;
    assert_eq!(job["state"], "cancelled", "{job}");
    assert_eq!(at.get(&format!("/jobs/{first}/document.pdf")).await.status, 404);
    assert_eq!(at.post(&format!("/jobs/{first}/resume"), &json!({})).await.status, 202);
    // Every event is the job as it stands; the last one says that it is done.
    let events = at.get(&format!("/jobs/{first}/events")).await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    let text = String::from_utf8(events.body).unwrap();
    let last = text.lines().rfind(|line| line.starts_with("data: ")).unwrap();
    let last: Value = serde_json::from_str(&last["data: ".len()..]).unwrap();
    assert_eq!((&last["state"], last["done"].as_u64()), (&json!("done"), Some(600)), "{last}");
    assert_eq!(at.get("/register?limit=500").await.json()["entries"].as_array().unwrap().len(), 500);
}

/// Asks for the same with the same key.
async fn issue_with(at: &AtTheDesk, key: &str, order: &Value) -> Answer {
    let request =
        at.clerk.request(axum::http::Method::POST, "/api/v1/issue").header("content-type", "application/json");
    at.server.ask(request.header("idempotency-key", key).body(order.to_string().into()).unwrap()).await
}

fn restarted(at: &AtTheDesk) -> App {
    App::new(at.server.app.home.clone(), Options::default(), at.server.clock.clone(), counting).unwrap()
}

async fn at_the_restarted(at: AtTheDesk) -> AtTheDesk {
    let app = restarted(&at);
    let server = crate::web::tests::Server { router: router(app.clone()), app, ..at.server };
    let clerk = server.sign_in().await;
    AtTheDesk { server, clerk }
}

async fn recorded(at: &AtTheDesk) -> usize {
    at.get("/register?limit=500").await.json()["entries"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_request_that_is_sent_again_because_its_answer_was_lost_issues_once() {
    let at = AtTheDesk::new().await;
    let mut order = registration(&[person(1)]);
    order["reissue"] = json!(true);
    let key = "7d0f2c54-4b1e-4a57-9b53-0f1d2c3b4a59";
    let first = issue_with(&at, key, &order).await;
    assert_eq!(first.status, 202, "{}", first.json());
    let id = first.json()["job"].as_str().unwrap().to_owned();
    assert_eq!(at.get("/jobs").await.json()[0]["key"], key, "whoever has lost the answer finds the job");
    assert_eq!(issue_with(&at, key, &order).await.json()["job"], json!(id), "while it runs, or just after");
    assert_eq!(at.ended(&id).await["state"], "done");
    assert_eq!(issue_with(&at, key, &order).await.json()["job"], json!(id));
    let other = issue_with(&at, key, &registration(&[person(2)])).await;
    assert_eq!(other.status, 422, "{}", other.json());
    for bad in ["short", "with a space in it", &"x".repeat(129)] {
        assert_eq!(issue_with(&at, bad, &order).await.status, 400, "{bad}");
    }
    let at = at_the_restarted(at).await;
    at.unlock();
    assert_eq!(issue_with(&at, key, &order).await.json()["job"], json!(id), "after a restart too");
    assert_eq!(recorded(&at).await, 1);
    let again = issue_with(&at, "another-key", &order).await.json()["job"].as_str().unwrap().to_owned();
    assert_eq!(at.ended(&again).await["state"], "done");
    assert_eq!(recorded(&at).await, 2);
}

#[tokio::test]
async fn a_job_that_was_done_when_its_server_died_is_not_issued_again() {
    let at = AtTheDesk::new().await;
    let mut order = registration(&[person(1), person(2)]);
    order["reissue"] = json!(true);
    let job = at.issue(&order).await;
    let (id, serials) = (job["id"].as_str().unwrap().to_owned(), job["serials"].clone());
    // As it was before the job could be noted as done.
    let folder = crate::web::files::folder(&at.server.app.home).join("jobs").join(&id);
    let order: ListOrder = serde_json::from_value(order).unwrap();
    let kept = json!({"began": at.server.app.now().to_string(), "order": order});
    std::fs::write(folder.join("order.json"), kept.to_string()).unwrap();
    std::fs::remove_file(folder.join("done.json")).unwrap();
    let at = at_the_restarted(at).await;
    at.unlock();
    assert_eq!(at.get(&format!("/jobs/{id}")).await.json()["state"], "interrupted");
    assert_eq!(at.post(&format!("/jobs/{id}/resume"), &json!({})).await.status, 202);
    let job = at.ended(&id).await;
    assert_eq!((&job["state"], &job["serials"], &job["document"]), (&json!("done"), &serials, &json!(true)), "{job}");
    assert_eq!(recorded(&at).await, 2);
    assert_eq!(at.get(&format!("/jobs/{id}/document.pdf")).await.status, 200);
}

#[tokio::test]
async fn a_paper_is_withdrawn_while_a_batch_is_issued() {
    let at = AtTheDesk::new().await;
    let job = at.issue(&registration(&[person(1)])).await;
    let serial = job["serials"][0].as_str().unwrap().to_owned();
    // Held as a batch holds it from its first row to its last.
    let _held = crate::desk::DeskLock::to_issue(&at.server.app.home).unwrap();
    let revoked = at.post(&format!("/register/{serial}/revoke"), &json!({"reason": "lost"})).await;
    assert_eq!(revoked.status, 200, "{}", revoked.json());
    assert_eq!(at.get(&format!("/register/{serial}")).await.json()["state"], "revoked");
}

#[tokio::test]
async fn a_desk_that_another_program_holds_is_busy() {
    let at = AtTheDesk::new().await;
    let held = crate::desk::DeskLock::to_issue(&at.server.app.home).unwrap();
    let job = at.issue(&registration(&[person(1)])).await;
    assert_eq!((&job["state"], job["problem"]["status"].as_u64()), (&json!("failed"), Some(503)), "{job}");
    drop(held);
    let id = job["id"].as_str().unwrap();
    assert_eq!(at.post(&format!("/jobs/{id}/resume"), &json!({})).await.status, 202);
    assert_eq!(at.ended(id).await["state"], "done");
}

#[tokio::test]
async fn papers_go_when_the_last_clerk_does() {
    let at = AtTheDesk::new().await;
    let job = at.issue(&registration(&[person(1)])).await;
    let id = job["id"].as_str().unwrap();
    let paper = crate::web::files::folder(&at.server.app.home).join("jobs").join(id).join("document.pdf");
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(paper.parent().unwrap()).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o700);
    }
    assert!(paper.is_file());
    let out = at.clerk.request(axum::http::Method::DELETE, "/api/v1/session");
    at.server.ask(out.body(axum::body::Body::empty()).unwrap()).await;
    assert!(!paper.exists());
    let clerk = at.server.sign_in().await;
    let at = AtTheDesk { clerk, ..at };
    assert_eq!(at.get(&format!("/jobs/{id}")).await.json()["document"], false);
    at.server.clock.forward(25 * 3600);
    let clerk = at.server.sign_in().await;
    let at = AtTheDesk { clerk, ..at };
    assert_eq!(at.get("/jobs").await.json(), json!([]));
    assert!(!paper.parent().unwrap().exists());
}

#[tokio::test]
async fn papers_that_a_dead_server_has_left_wait_for_the_next_clerk() {
    let at = AtTheDesk::new().await;
    let job = at.issue(&registration(&[person(1)])).await;
    let id = job["id"].as_str().unwrap();
    let restarted = restarted(&at);
    // What the server does each minute.
    restarted.lock_when_nobody_is_here();
    let server = crate::web::tests::Server { router: router(restarted.clone()), app: restarted, ..at.server };
    let clerk = server.sign_in().await;
    let at = AtTheDesk { server, clerk };
    assert_eq!(at.get(&format!("/jobs/{id}/document.pdf")).await.status, 200);
    at.server.clock.forward(25 * 3600);
    at.server.app.lock_when_nobody_is_here();
    let folder = crate::web::files::folder(&at.server.app.home).join("jobs").join(id);
    assert!(!folder.exists(), "nobody has to ask for the jobs before old ones go");
}

#[tokio::test]
async fn who_has_signed_out_hears_no_more_of_a_job() {
    let at = AtTheDesk::new().await;
    let job = at.issue(&registration(&[person(1)])).await;
    let app = &at.server.app;
    let held = app.jobs.find(app, job["id"].as_str().unwrap()).unwrap();
    let (session, _) = app.sessions.find(&at.clerk.session, app.now()).unwrap();
    let told = || async {
        let body = events::answer(app.clone(), &held, session).into_body();
        body.collect().await.unwrap().to_bytes()
    };
    assert!(told().await.starts_with(b"event: job"));
    app.sessions.close(session);
    assert!(told().await.is_empty());
}
