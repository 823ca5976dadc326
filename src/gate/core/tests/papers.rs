//! Papers, and what is said of them.

use super::world::{START, new_key, paint, pdf, symbol, time};
use super::{DAY, World, json};
use crate::credential::Credential;
use crate::envelope;
use crate::status::Status;

fn pair(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}

#[test]
fn a_paper_of_a_trusted_desk_is_valid_and_shown_in_every_language() {
    let mut world = World::trusting();
    let text = world.text(&world.with_photo());
    let reply = world.ask(&text, DAY);
    let answer = &reply["answers"][0];
    assert_eq!((&answer["verdict"], &answer["reason"]), (&json!("valid"), &json!(null)), "{reply}");
    assert_eq!(answer["issuer"]["root_name"], "Root of Kakuma");
    let shown = &answer["shown"];
    assert_eq!(shown["checked"], true);
    assert!(shown["title"]["en"].is_string() && shown["title"]["ar"].is_string(), "{shown}");
    assert_eq!(shown["names"], json!([{"text": "ሰናይት ተስፋይ", "lang": "ti"}, {"text": "Senait Tesfay"}]));
    let field = |name: &str| {
        let all = shown["fields"].as_array().unwrap();
        all.iter().find(|field| field["name"] == name).unwrap_or_else(|| panic!("no {name}: {shown}"))
    };
    let birth = field("date_of_birth");
    assert_eq!((&birth["kind"], &birth["value"]), (&json!("date"), &json!("1987~")));
    assert_eq!((&birth["certainty"], &birth["words"]["en"]), (&json!("approximate"), &json!("about 1987")));
    assert!(birth["labels"]["fr"].is_string());
    let nationality = field("nationality");
    assert_eq!((&nationality["kind"], &nationality["words"]["es"]), (&json!("country"), &json!("Eritrea")));
    assert_eq!(field("sex")["kind"], "code");
    assert_eq!(shown["photo"]["media_type"], "image/webp");
    assert!(shown["photo"]["data"].as_str().unwrap().starts_with("UklGR"), "a file with its container");
}

#[test]
fn what_is_wrong_with_a_paper_has_its_reason() {
    let mut world = World::trusting();
    let forger = new_key();
    // The kid of the desk stands in the header, and another key has signed.
    let mut forged = world.message(&world.credential(), &world.desk);
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let forged = envelope::to_text(&envelope::pack(&forged)).unwrap();
    assert_eq!(world.verdict(&forged, DAY), pair("invalid", "bad-signature"));
    let unknown = envelope::to_text(&envelope::pack(&world.message(&world.credential(), &forger))).unwrap();
    assert_eq!(world.verdict(&unknown, DAY), pair("undecided", "unknown-issuer"));
    let reply = world.ask(&unknown, DAY);
    assert_eq!(reply["answers"][0]["shown"]["checked"], false);
    assert_eq!(reply["answers"][0]["claims"], json!(null), "nothing unverified is a claim");
    let short = Credential { expires: Some(time(2 * DAY)), ..world.credential() };
    let short = world.text(&short);
    assert_eq!(world.verdict(&short, DAY), pair("valid", ""));
    assert_eq!(world.verdict(&short, 3 * DAY), pair("invalid", "expired"));
    let good = world.text(&world.credential());
    assert_eq!(world.verdict(&good, 91 * DAY), pair("undecided", "stale-trust"));
    assert_eq!(world.verdict(&world.text(&world.with_status(7)), DAY), pair("undecided", "no-status"));
    assert_eq!(world.verdict("https://example.org/x", DAY), pair("undecided", "network-only"));
}

#[test]
fn a_revoked_paper_is_refused_once_the_bundle_has_arrived() {
    let mut world = World::trusting();
    let revoked = world.text(&world.with_status(7));
    let bundle = world.bundle_with(&world.list(2, 0), vec![world.token(7, Status::Invalid)]);
    let reply = world.import(&bundle, DAY, &json!({}));
    assert_eq!((&reply["state"], &reply["list"]["statuses"]), (&json!("newer"), &json!(1)), "{reply}");
    assert_eq!(world.verdict(&revoked, DAY), pair("invalid", "revoked"));
    assert_eq!(world.verdict(&world.text(&world.with_status(8)), DAY), pair("valid", ""));
    // A later list without tokens does not take them away.
    let reply = world.import(&world.bundle(3, 0), DAY, &json!({}));
    assert_eq!(reply["list"]["statuses"], 1);
    assert_eq!(world.verdict(&revoked, DAY), pair("invalid", "revoked"));
}

#[test]
fn an_address_is_read_with_or_without_its_s_and_line_ends() {
    let mut world = World::trusting();
    let packed = envelope::pack(&world.message(&world.credential(), &world.desk));
    let address = envelope::to_url("https://verify.example.org/", &packed).unwrap();
    let local = address.replacen("https://verify.example.org", "http://127.0.0.1:8080", 1);
    for text in [address.clone(), format!("{address}\r\n"), format!("\n{address}"), local] {
        assert_eq!(world.verdict(&text, DAY), pair("valid", ""), "{text}");
    }
}

#[test]
fn parts_of_a_document_come_one_by_one() {
    let mut world = World::trusting();
    let packed = envelope::pack(&world.message(&world.credential(), &world.desk));
    let parts = envelope::split(&packed, 2, 3).unwrap();
    let texts: Vec<String> = parts.iter().map(|part| envelope::to_text(part).unwrap()).collect();
    let first = world.ask(&texts[2], DAY);
    assert_eq!((first["answers"].as_array().unwrap().len(), &first["answers"][0]["reason"]), (1, &json!("incomplete")));
    assert_eq!(first["missing"], json!([{"have": 1, "need": 2, "of": 3, "absent": [1, 2], "damaged": false}]));
    assert_eq!(world.verdict(&texts[2], DAY), pair("undecided", "incomplete"), "the same once more");
    let other = world.text(&world.credential());
    assert_eq!(world.verdict(&other, DAY), pair("valid", ""), "another paper between them is answered alone");
    let second = world.ask(&texts[0], DAY);
    assert_eq!((&second["answers"][0]["verdict"], &second["missing"]), (&json!("valid"), &json!([])), "{second}");
    world.call(&json!({"do": "forget"}), &[]);
    assert_eq!(world.verdict(&texts[1], DAY), pair("undecided", "incomplete"));
}

#[test]
fn a_document_with_two_papers_has_two_answers_and_one_without_has_one() {
    let mut world = World::trusting();
    let other = Credential { copy: Some(2), ..world.credential() };
    let symbols = [world.text(&world.credential()), world.text(&other)].map(|text| symbol(&text));
    let header = json!({"do": "document", "now": START + DAY, "name": "two.pdf"});
    let reply = world.call(&header, &pdf(&symbols));
    let verdicts: Vec<_> = reply["answers"].as_array().unwrap().iter().map(|answer| &answer["verdict"]).collect();
    assert_eq!(verdicts, ["valid", "valid"], "{reply}");
    assert_eq!(reply["answers"][0]["source"], "two.pdf");
    let reply = world.call(&header, &pdf(&[]));
    assert_eq!((reply["answers"].as_array().unwrap().len(), &reply["answers"][0]["reason"]), (1, &json!("no-symbol")));
    let reply = world.call(&header, b"neither picture nor paper");
    assert_eq!(reply["answers"][0]["reason"], "no-symbol");
    assert!(reply["notes"][0]["next"].is_string(), "{reply}");
    let file = world.message(&world.credential(), &world.desk);
    let reply = world.call(&header, &file);
    let answer = &reply["answers"][0];
    assert_eq!((&answer["verdict"], &answer["source_kind"]), (&json!("valid"), &json!("file")));
}

#[test]
fn a_picture_and_frames_are_read_and_a_frame_answers_once() {
    let mut world = World::trusting();
    let (width, height, grey) = paint(&[symbol(&world.text(&world.credential()))]);
    let rgba: Vec<u8> = grey.iter().flat_map(|pixel| [*pixel, *pixel, *pixel, 255]).collect();
    let ask = |verb: &str, format: &str| json!({"do": verb, "now": START + DAY, "width": width, "height": height, "format": format});
    for (format, pixels) in [("grey", &grey), ("rgba", &rgba)] {
        let reply = world.call(&ask("picture", format), pixels);
        assert_eq!(reply["answers"][0]["verdict"], "valid", "{reply}");
        assert_eq!(reply["answers"][0]["symbol"]["kind"], "qr");
    }
    let blank = vec![255; grey.len()];
    assert_eq!(world.call(&ask("picture", "grey"), &blank)["answers"][0]["reason"], "no-symbol");
    let mut answers = || {
        let replies = (0..3).map(|_| world.call(&ask("frame", "grey"), &grey)).collect::<Vec<_>>();
        let count = replies.iter().map(|reply| reply["answers"].as_array().unwrap().len()).sum::<usize>();
        (count, world.call(&json!({"do": "forget"}), &[]))
    };
    assert_eq!(answers(), (1, json!({})));
    assert_eq!(answers().0, 1, "what was forgotten is answered anew");
}
