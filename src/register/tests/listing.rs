//! What a clerk asks, and what a new list is compared with.

use super::*;
use crate::register::{Filter, Status, fold};

fn desk() -> Register {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    let names = [(1, "José Ñandú"), (2, "အောင်ဆန်း"), (3, "Amina OKOTH"), (4, "اَمينة")];
    let credentials: Vec<_> =
        names.iter().map(|&(n, name)| NewCredential { name: name.into(), ..credential(n) }).collect();
    register.record(id, &credentials).unwrap();
    register
}

fn found(register: &Register, filter: Filter) -> Vec<u32> {
    register.list(filter).map(|entry| entry.unwrap().row).collect()
}

fn search(text: &str) -> Filter {
    Filter { text: Some(text.into()), ..Filter::default() }
}

#[test]
fn a_search_forgives_case_and_accents_in_any_script() {
    let register = desk();
    for (text, rows) in [
        ("jose nandu", vec![1]),
        ("JOSÉ", vec![1]),
        ("amina okoth 19", vec![]),
        ("okoth|1987", vec![4, 3, 2, 1]),
        ("အောင်", vec![2]),
        ("امينة", vec![4]),
        ("p-00002", vec![2]),
        ("%", vec![]),
        (" ", vec![4, 3, 2, 1]),
    ] {
        assert_eq!(found(&register, search(text)), rows, "{text:?}");
    }
    assert_eq!(found(&register, search(&serial(3).to_string().to_lowercase())), [3]);
    assert_eq!(fold("Ǆ İ ﬁ"), fold("dž i fi"));
}

#[test]
fn filters_meet() {
    let mut register = desk();
    register.revoke(&[serial(2)], "lost", at(9)).unwrap();
    let all = Filter::default;
    assert_eq!(found(&register, all()), [4, 3, 2, 1]);
    assert_eq!(found(&register, Filter { from: Some(at(2)), until: Some(at(4)), ..all() }), [3, 2]);
    assert_eq!(found(&register, Filter { status: Some(Status::Revoked), ..all() }), [2]);
    assert_eq!(found(&register, Filter { type_name: Some("diploma".into()), ..all() }), [0u32; 0]);
    assert_eq!(found(&register, Filter { limit: Some(2), ..all() }), [4, 3]);
    assert_eq!(found(&register, Filter { limit: Some(0), ..all() }), [0u32; 0]);
    let third = register.list(all()).nth(1).unwrap().unwrap().number;
    assert_eq!(found(&register, Filter { before: Some(third), ..all() }), [2, 1]);
    let counts: Vec<_> = register.counts().unwrap().into_iter().map(|c| (c.status, c.credentials)).collect();
    assert_eq!(counts, [(Status::Revoked, 1), (Status::Valid, 3)]);
}

#[test]
fn a_long_register_is_listed_over_several_pages() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    let credentials: Vec<_> = (1..=1203).map(credential).collect();
    register.record(id, &credentials).unwrap();
    assert_eq!(found(&register, Filter::default()), (1..=1203).rev().collect::<Vec<_>>());
    assert_eq!(found(&register, Filter { limit: Some(600), ..Filter::default() }).len(), 600);
    assert_eq!(found(&register, Filter { batch: Some(id), ..Filter::default() }).len(), 1203);
}

#[test]
fn those_who_hold_the_type_are_found_before_anything_is_signed() {
    let mut register = desk();
    let id = new_batch(&mut register, 2);
    let newer = NewCredential { row: 9, serial: serial(9), supersedes: Some(serial(1)), ..credential(1) };
    register.record(id, &[newer]).unwrap();
    let holders = register.holders_of("registration", &["P-00001", "P-00002", "P-00077"]).unwrap();
    assert_eq!(holders.len(), 2);
    assert_eq!(holders["P-00001"].serial, serial(9));
    assert_eq!(holders["P-00002"].issued, at(2));
    assert!(register.holders_of("diploma", &["P-00001"]).unwrap().is_empty());
    let rows: Vec<_> = register.find_by_subject("P-00001").unwrap().into_iter().map(|entry| entry.row).collect();
    assert_eq!(rows, [9, 1]);
}

#[test]
fn people_who_look_alike_are_found_by_their_name_key() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    let twin = |n| NewCredential { name_key: "OKOTH AMINA|19870314".into(), ..credential(n) };
    let nameless = NewCredential { name_key: String::new(), ..credential(4) };
    register.record(id, &[twin(1), twin(2), credential(3), nameless]).unwrap();
    let found = register.lookalikes("registration", &["OKOTH AMINA|19870314", "", "NOBODY|"]).unwrap();
    assert_eq!(found.len(), 1);
    let subjects: Vec<_> = found["OKOTH AMINA|19870314"].iter().map(|holder| &*holder.subject).collect();
    assert_eq!(subjects, ["P-00001", "P-00002"]);
}
