//! What is wrong with a list, and what a paper will look like.

use serde_json::{Value, json};

use super::{AtTheDesk, person, registration};

#[tokio::test]
async fn bad_cells_are_told_by_row_and_column() {
    let at = AtTheDesk::new().await;
    let mut rows = vec![person(1), json!({}), person(2), person(3)];
    rows[2]["date_of_birth"] = json!("31.02.1987");
    rows[3]["individual_id"] = json!("");
    rows[3]["shoe_size"] = json!("44");
    let checked = at.post("/check", &registration(&rows)).await.json();
    assert_eq!((&checked["rows"], &checked["good"]), (&json!(3), &json!(1)), "{checked}");
    let problems = checked["problems"].as_array().unwrap();
    let places: Vec<(&Value, &Value)> = problems.iter().map(|problem| (&problem["row"], &problem["column"])).collect();
    // The row without any cell is none, as in any list.
    assert_eq!(places, [(&json!(2), &json!("date_of_birth")), (&json!(3), &json!("individual_id"))], "{checked}");
    assert_eq!(problems[0]["found"], "31.02.1987");
    assert!(problems[0]["wanted"].as_str().unwrap().contains("1987-03-14"));
    assert!(checked["warnings"][0]["text"].as_str().unwrap().contains("shoe_size"), "{checked}");
    let failed = at.issue(&registration(&rows)).await;
    assert_eq!((&failed["state"], failed["problem"]["status"].as_u64()), (&json!("failed"), Some(422)), "{failed}");
    assert_eq!(failed["problems"].as_array().unwrap().len(), 2);
    assert_eq!(at.get("/register").await.json()["entries"], json!([]));
}

#[tokio::test]
async fn a_csv_file_is_checked_with_its_cells() {
    let at = AtTheDesk::new().await;
    let csv = "\u{feff}individual_id;given_names;family_name;date_of_birth;legal_status\n\
        KEN-1;Amina;Okoth;1987~;refugee\nKEN-2;\"two\nlines\";Okoth;0000;refugee\n";
    let answer = at.send("/check?type=registration&layout=a4", "text/csv; charset=utf-8", csv.into()).await;
    let checked = answer.json();
    assert_eq!(answer.status, 200, "{checked}");
    assert_eq!(checked["table"]["columns"][0], "individual_id");
    assert_eq!(checked["table"]["rows"][1][1], "two\nlines");
    assert_eq!(checked["table"]["lines"], json!([2, 3]));
    let of_second = checked["problems"].as_array().unwrap().iter().filter(|problem| problem["row"] == 2).count();
    assert!(of_second > 0, "{checked}");
    for (path, media_type, body, status) in [
        ("/check?type=registration", "text/csv", &b"individual_id\n\xff\n"[..], 422),
        ("/check?type=registration", "text/csv", b"PK\x03\x04", 422),
        ("/check?type=registration", "text/csv", b"", 422),
        ("/check?type=nothing", "text/csv", b"a\n1\n", 404),
        ("/check", "text/csv", b"a\n1\n", 422),
        ("/check", "text/plain", b"a\n1\n", 415),
        ("/check", "application/json", b"{", 422),
        ("/check", "application/json", b"{\"type\":\"registration\",\"rows\":[{\"a\":1}]}", 422),
    ] {
        let answer = at.send(path, media_type, body.to_vec()).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {body:?}: {}", answer.json());
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn somebody_who_holds_a_credential_is_pointed_out() {
    let at = AtTheDesk::new().await;
    let job = at.issue(&registration(&[person(1)])).await;
    let serial = job["serials"][0].as_str().unwrap();
    let mut like = person(1);
    like["individual_id"] = json!("KEN-99999");
    let checked = at.post("/check", &registration(&[person(1), like])).await.json();
    let warnings = checked["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|warning| warning["holds"] == serial && warning["row"] == 1), "{checked}");
    assert!(warnings.iter().any(|warning| warning["holds"].is_null() && warning["row"] == 2), "{checked}");
    let refused = at.issue(&registration(&[person(1)])).await;
    assert_eq!(refused["state"], "failed");
    assert!(!refused.to_string().contains("--reissue"), "{refused}");
    let mut again = registration(&[person(1)]);
    again["reissue"] = json!(true);
    assert_eq!(at.issue(&again).await["state"], "done");
    assert_eq!(at.get(&format!("/register/{serial}")).await.json()["state"], "superseded");
}

#[tokio::test]
async fn a_preview_is_a_specimen_that_no_gate_takes_for_a_paper() {
    // Not even the keys are needed.
    let at = AtTheDesk::locked().await;
    let mut order = json!({"type": "registration", "layout": "a4", "language": "en", "row": person(1)});
    let answer = at.post("/preview", &order).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/png"), "{}", answer.json());
    assert!(answer.header("x-photo-bytes").parse::<u32>().unwrap() > 500);
    let picture = image::load_from_memory(&answer.body).unwrap().to_rgb8();
    assert!((900..920).contains(&picture.width()), "A4 at 110 dpi");
    let red = |pixel: &image::Rgb<u8>| pixel.0[0] > pixel.0[1].saturating_add(40);
    assert!(picture.pixels().filter(|pixel| red(pixel)).count() > 10_000, "SPECIMEN is written across it");
    let mut texts: Vec<Vec<u8>> = Vec::new();
    let options = crate::scan::Options::default();
    crate::scan::scan_all(&answer.body, &options, &mut |seen| {
        if let crate::scan::Seen::Page(page) = seen {
            texts.extend(page.found().into_iter().map(|found| found.bytes));
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    assert!(texts.iter().all(|text| !text.starts_with(b"NP1:")), "{texts:?}");

    order["row"]["date_of_birth"] = json!("tomorrow");
    let refused = at.post("/preview", &order).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["problems"][0]["column"]), (422, &json!("date_of_birth")));
    for (member, value, status) in [
        ("layout", json!("papyrus"), 404),
        ("language", json!("tlh"), 422),
        ("printer", json!("7dpi"), 422),
        ("valid_until", json!("someday"), 422),
        ("photo", json!("%%%"), 422),
        ("colour", json!("red"), 422),
    ] {
        let mut order = json!({"type": "registration", "row": person(1)});
        order[member] = value;
        let refused = at.post("/preview", &order).await;
        assert_eq!(refused.status.as_u16(), status, "{member}: {}", refused.json());
    }
}

#[tokio::test]
async fn a_photo_that_is_none_is_told_at_its_row() {
    let at = AtTheDesk::new().await;
    let mut order = registration(&[person(1), person(2)]);
    order["photos"] = json!({"2": "bm90IGEgcGljdHVyZQ=="});
    let checked = at.post("/check", &order).await.json();
    assert_eq!(
        (&checked["problems"][0]["row"], &checked["problems"][0]["column"]),
        (&json!(2), &json!("photo")),
        "{checked}"
    );
    order["photos"] = json!({"3": "bm90IGEgcGljdHVyZQ=="});
    assert_eq!(at.post("/check", &order).await.status, 422);
    // No name of a file leads to a file of the server.
    let mut row = person(1);
    row["photo"] = json!("/etc/passwd");
    let checked = at.post("/check", &registration(&[row])).await.json();
    assert_eq!(checked["good"], 1, "{checked}");
}
