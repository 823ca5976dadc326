//! From the form to the paper, its read-back, and its end.

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};

use super::{AtTheDesk, person, registration};
use crate::desk::preview::draw;

/// A face that is none, but a picture.
fn photo() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(160, 200, |x, y| image::Rgb([x as u8, y as u8, (x + y) as u8]));
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

#[tokio::test]
async fn a_form_becomes_a_paper_that_reads_back_until_it_is_withdrawn() {
    let at = AtTheDesk::new().await;
    let form = at.get("/types/registration").await.json();
    assert!(form["fields"].as_array().unwrap().iter().any(|field| field["name"] == "individual_id"));
    assert!(form["layouts"].as_array().unwrap().iter().any(|layout| layout["name"] == "a4" && layout["title"] == "A4"));
    assert_eq!(form["photo"], true);

    let mut order = registration(&[person(1), person(2)]);
    order["photos"] = json!({"2": format!("data:image/png;base64,{}", Base64::encode_string(&photo()))});
    let job = at.issue(&order).await;
    assert_eq!((&job["state"], &job["document"]), (&json!("done"), &json!(true)), "{job}");
    let serials: Vec<&str> = job["serials"].as_array().unwrap().iter().map(|serial| serial.as_str().unwrap()).collect();
    assert_eq!(serials.len(), 2);
    let id = job["id"].as_str().unwrap();
    let pdf = at.get(&format!("/jobs/{id}/document.pdf")).await;
    assert_eq!((pdf.status.as_u16(), pdf.header("content-type")), (200, "application/pdf"));

    // The file says nothing about a paper; a scan of it does.
    let file = at.send("/readback", "application/pdf", pdf.body.clone()).await.json();
    assert_eq!((&file[0]["reason"], &file[0]["found"]), (&json!("not-a-scan"), &json!(false)));
    let scans = draw(pdf.body, 300).unwrap();
    let read = at.send("/readback", "image/png", scans[1].clone()).await.json();
    assert_eq!((read[0]["serial"].as_str(), read[0]["good"].as_bool()), (Some(serials[1]), Some(true)), "{read}");
    assert_eq!((&read[0]["grade"], &read[0]["verdict"], &read[0]["copy"]), (&json!("A"), &json!("valid"), &json!(1)));

    let found = at.get("/register?q=amina%20b&state=valid").await.json();
    assert_eq!(found["entries"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["entries"][0]["serial"], serials[0]);
    let path = format!("/register/{}", serials[1]);
    let again = at.post(&format!("{path}/reprint"), &json!({})).await;
    assert_eq!((again.status.as_u16(), again.header("x-copy")), (200, "2"));
    let second = draw(again.body, 300).unwrap().remove(0);
    let read = at.send("/readback", "image/png", second).await.json();
    assert_eq!((&read[0]["copy"], &read[0]["good"]), (&json!(2), &json!(true)));

    let revoked = at.post(&format!("{path}/revoke"), &json!({"reason": "reported lost"})).await;
    assert_eq!(revoked.json(), json!({"serial": serials[1], "before": "valid", "after": "revoked"}));
    let read = at.send("/readback", "image/png", scans[1].clone()).await.json();
    assert_eq!((&read[0]["good"], &read[0]["reason"]), (&json!(false), &json!("revoked")));
    let refused = at.post(&format!("{path}/reprint"), &json!({})).await;
    assert_eq!(refused.status, 409, "{}", refused.json());
    assert!(!refused.json()["next"].as_str().unwrap().contains("nansen "), "{}", refused.json());
    let back = at.post(&format!("{path}/reinstate"), &json!({"reason": "found again"})).await.json();
    assert_eq!(back["after"], "valid");

    let whole = at.get(&path).await.json();
    assert_eq!((whole["papers"].as_array().unwrap().len(), whole["history"].as_array().unwrap().len()), (2, 2));
    assert_eq!(whole["claims"]["family_name"], "Okoth");
    assert!(whole["photo_bytes"].as_u64().is_some_and(|bytes| bytes > 100), "{whole}");
    numbers(&at).await;
}

async fn numbers(at: &AtTheDesk) {
    let day = at.server.app.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut register = crate::desk::register::open(&at.server.app.home).unwrap();
    register.count_verified(day, "valid", "", 64).unwrap();
    let rows = at.get("/numbers").await.json();
    let count = |event: &str, reason: &str| {
        let row = rows.as_array().unwrap().iter().find(|row| row["event"] == event && row["reason"] == reason);
        row.map_or(0, |row| row["count"].as_u64().unwrap())
    };
    assert_eq!([count("issued", ""), count("printed", ""), count("verified", "")], [2, 3, 1], "{rows}");
    assert_eq!([count("status", "revoked"), count("status", "valid")], [1, 1], "{rows}");
    let csv = at.get(&format!("/numbers.csv?from={day}&to={day}")).await;
    let text = String::from_utf8(csv.body).unwrap();
    assert!(text.starts_with("day,event,type_or_verdict,reason,count,median_ms\n"), "{text}");
    assert!(text.contains(&format!("\n{day},verified,valid,,1,64\n")), "{text}");
    assert_eq!(at.get("/numbers?from=2026-12-01&to=2026-11-01").await.status, 400);
    assert_eq!(at.get("/numbers?from=yesterday").await.status, 400);
}

#[tokio::test]
async fn the_register_is_told_page_by_page() {
    let at = AtTheDesk::new().await;
    let rows: Vec<Value> = (0..5).map(person).collect();
    let mut order = registration(&rows);
    order["valid_until"] = json!("2026-12-20");
    let job = at.issue(&order).await;
    assert_eq!(job["state"], "done", "{job}");
    let first = at.get("/register?limit=3").await.json();
    assert_eq!(first["entries"].as_array().unwrap().len(), 3);
    let rest = at.get(&format!("/register?limit=3&after={}", first["next"])).await.json();
    assert_eq!((rest["entries"].as_array().unwrap().len(), &rest["next"]), (2, &Value::Null));
    assert_eq!(at.get("/register?state=expired").await.json()["entries"], json!([]));
    at.server.clock.forward(20 * 24 * 3600);
    // The session has ended meanwhile, as it should.
    let clerk = at.server.sign_in().await;
    let at = AtTheDesk { clerk, ..at };
    assert_eq!(at.get("/register?state=expired").await.json()["entries"].as_array().unwrap().len(), 5);
    assert_eq!(at.get("/register?state=valid").await.json()["entries"], json!([]));
    assert_eq!(at.get("/register?state=gone").await.status, 400);
    assert_eq!(at.get("/register/not-a-serial").await.status, 404);
    assert_eq!(at.get("/register/0000-0000").await.status, 404);
}

#[tokio::test]
async fn a_damaged_paper_is_replaced_under_a_new_serial() {
    let at = AtTheDesk::new().await;
    let job = at.issue(&registration(&[person(1)])).await;
    let old = job["serials"][0].as_str().unwrap();
    let new = at.post(&format!("/register/{old}/reprint"), &json!({"replace": true})).await;
    assert_eq!(new.status, 200, "{}", new.json());
    assert_ne!(new.header("x-serial"), old);
    assert_eq!(at.get(&format!("/register/{old}")).await.json()["state"], "superseded");
    let left: Vec<_> = std::fs::read_dir(crate::web::files::folder(&at.server.app.home)).unwrap().collect();
    assert!(left.iter().all(|entry| !entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("paper-")));
}

#[tokio::test]
async fn a_paper_that_has_run_out_is_not_handed_over() {
    let at = AtTheDesk::new().await;
    let mut order = registration(&[person(1)]);
    order["valid_until"] = json!(at.server.app.now().to_zoned(jiff::tz::TimeZone::UTC).date().to_string());
    let job = at.issue(&order).await;
    let pdf = at.get(&format!("/jobs/{}/document.pdf", job["id"].as_str().unwrap())).await;
    let scan = draw(pdf.body, 300).unwrap().remove(0);
    at.server.clock.forward(2 * 24 * 3600);
    let clerk = at.server.sign_in().await;
    let at = AtTheDesk { clerk, ..at };
    let read = at.send("/readback", "image/png", scan).await.json();
    assert_eq!((&read[0]["good"], &read[0]["verdict"]), (&json!(false), &json!("invalid")), "{read}");
    assert_eq!((&read[0]["grade"], &read[0]["reason"]), (&json!("A"), &json!("expired")), "{read}");
}
