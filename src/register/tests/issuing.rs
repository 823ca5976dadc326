//! Batches: resumed where they stopped, nobody twice.

use super::*;
use crate::register::{IssuedRow, NewPrint, RegisterError};

#[test]
fn an_unfinished_batch_is_taken_up_with_the_rows_that_are_done() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(2), credential(1)]).unwrap();
    let batch = register.begin_batch(&plan(1, 10), at(60)).unwrap();
    let done = vec![IssuedRow { row: 1, serial: serial(1) }, IssuedRow { row: 2, serial: serial(2) }];
    assert_eq!(batch, Batch::Resumed { id, done: done.clone() });
    assert_eq!(batch.done(), done);
    assert_eq!(register.rows_of(id).unwrap(), done);
}

#[test]
fn another_list_or_another_type_is_another_batch() {
    let mut register = memory();
    let first = new_batch(&mut register, 1);
    let second = new_batch(&mut register, 2);
    let diploma = BatchPlan { type_name: "diploma", ..plan(1, 10) };
    let third = register.begin_batch(&diploma, at(0)).unwrap().id();
    assert!(first != second && second != third && first != third);
}

#[test]
fn a_finished_batch_takes_nothing_more_and_is_not_resumed() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1)]).unwrap();
    assert_eq!(register.unfinished_batches().unwrap()[0].recorded, 1);
    assert_eq!(register.finish_batch(id, at(9)).unwrap(), 1);
    assert_eq!(register.finish_batch(id, at(10)).unwrap(), 1);
    assert!(register.unfinished_batches().unwrap().is_empty());
    let error = register.record(id, &[credential(2)]).unwrap_err();
    assert!(matches!(error, RegisterError::BatchFinished { batch } if batch == id));
    assert_ne!(new_batch(&mut register, 1), id);
}

#[test]
fn a_batch_that_was_never_begun_is_named() {
    let mut register = memory();
    let other = {
        let mut other = memory();
        new_batch(&mut other, 1);
        new_batch(&mut other, 2)
    };
    assert!(matches!(register.record(other, &[]).unwrap_err(), RegisterError::UnknownBatch { .. }));
    assert!(matches!(register.finish_batch(other, at(0)).unwrap_err(), RegisterError::UnknownBatch { .. }));
}

#[test]
fn a_person_who_holds_the_type_is_refused_by_row_and_serial() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1)]).unwrap();
    let again = NewCredential { row: 7, serial: serial(7), ..credential(1) };
    let error = register.record(id, &[credential(2), again.clone()]).unwrap_err();
    assert_eq!(error.to_string(), format!("row 7: this person already holds {}", serial(1)));
    assert!(!register.contains(serial(2)).unwrap(), "all or none");

    let diploma = BatchPlan { type_name: "diploma", ..plan(1, 10) };
    let diplomas = register.begin_batch(&diploma, at(0)).unwrap().id();
    register.record(diplomas, &[again]).unwrap();
}

#[test]
fn a_list_that_names_a_person_twice_is_refused_whole() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    let twice = NewCredential { row: 2, serial: serial(2), ..credential(1) };
    let error = register.record(id, &[credential(1), twice]).unwrap_err();
    assert!(matches!(error, RegisterError::AlreadyHolds { row: 2, .. }));
    assert!(register.rows_of(id).unwrap().is_empty());
}

#[test]
fn what_is_taken_is_named() {
    let mut register = memory();
    register.reserve(1, &mut randomness(1)).unwrap();
    let id = new_batch(&mut register, 1);
    register.record(id, &[in_slot(1, 0, 77)]).unwrap();
    let cases = [
        (
            NewCredential { row: 1, ..credential(2) },
            format!("row 1 of this batch is recorded already, as {}", serial(1)),
        ),
        (
            NewCredential { serial: serial(1), ..credential(2) },
            format!("row 2: serial {} was issued before", serial(1)),
        ),
        (in_slot(2, 0, 77), "row 2: place 77 of status list 0 is taken".into()),
        (in_slot(2, 9, 77), format!("row 2: the record of {} breaks a rule of the register", serial(2))),
        (
            NewCredential { subject: String::new(), ..credential(2) },
            format!("row 2: the record of {} breaks a rule of the register", serial(2)),
        ),
    ];
    for (credential, expected) in cases {
        assert_eq!(register.record(id, &[credential]).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_reissue_supersedes_what_the_person_held() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1)]).unwrap();
    let newer = NewCredential { row: 2, serial: serial(2), supersedes: Some(serial(1)), ..credential(1) };
    register.record(id, &[newer]).unwrap();
    let old = register.find(serial(1)).unwrap().unwrap();
    assert_eq!(old.entry.status, crate::register::Status::Superseded);
    assert_eq!(old.superseded_by, Some(serial(2)));
    assert!(!old.entry.current);
    let new = register.find(serial(2)).unwrap().unwrap();
    assert_eq!((new.entry.supersedes, new.entry.current), (Some(serial(1)), true));
    let history = register.status_history(serial(1)).unwrap();
    assert_eq!(history[0].reason, format!("replaced by {}", serial(2)));
}

#[test]
fn only_the_persons_own_current_credential_can_be_superseded() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1), credential(2)]).unwrap();
    for old in [2, 99] {
        let newer = NewCredential { row: 3, serial: serial(3), supersedes: Some(serial(old)), ..credential(1) };
        let error = register.record(id, &[newer]).unwrap_err();
        assert!(matches!(error, RegisterError::CannotSupersede { row: 3, .. }), "{error}");
    }
}

#[test]
fn the_database_itself_forbids_two_current_credentials() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1)]).unwrap();
    let copy = "INSERT INTO credentials (serial, batch, list_row, type, subject, name_key, name, search, issued, wire, kid,
        envelope, record, copy, status, current)
        SELECT x'0000000001', batch, 9, type, subject, name_key, name, search, issued, wire, kid, envelope, record, copy,
        status, current FROM credentials";
    let error = register.connection.execute(copy, []).unwrap_err();
    assert!(error.to_string().contains("credentials.type, credentials.subject"), "{error}");
}

#[test]
fn what_was_handed_out_can_be_neither_deleted_nor_rewritten() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1)]).unwrap();
    register.record_prints(&[print(1, 1)], "out.pdf", at(5)).unwrap();
    register.revoke(&[serial(1)], "lost", at(6)).unwrap();
    register.record_volume(id, 1, "out.pdf", &[], at(7)).unwrap();
    register.close_volume(id, 1, at(8)).unwrap();
    for sql in [
        "DELETE FROM credentials",
        "DELETE FROM prints",
        "DELETE FROM volumes",
        "UPDATE volumes SET file = 'other.pdf'",
        "DELETE FROM status_changes",
        "UPDATE credentials SET envelope = x'00'",
        "UPDATE credentials SET subject = 'P-00009'",
        "UPDATE prints SET copy = 2",
        "UPDATE status_changes SET reason = 'none'",
    ] {
        assert!(register.connection.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn everything_recorded_is_read_back_as_it_was() {
    let mut register = memory();
    register.reserve(1, &mut randomness(1)).unwrap();
    let id = new_batch(&mut register, 1);
    let given = NewCredential {
        expires: Some(at(1000)),
        photo: Some(vec![9; 600]),
        copy: 2,
        name: "አሚና ኦኮት".into(),
        ..in_slot(4, 0, 65_535)
    };
    register.record(id, std::slice::from_ref(&given)).unwrap();
    let stored = register.find(given.serial).unwrap().unwrap();
    let entry = stored.entry;
    let read = NewCredential {
        row: entry.row,
        serial: entry.serial,
        subject: entry.subject,
        name_key: stored.name_key,
        name: entry.name,
        issued: entry.issued,
        expires: entry.expires,
        slot: entry.slot,
        wire: entry.wire,
        kid: stored.kid,
        envelope: stored.envelope,
        record: stored.record,
        photo: stored.photo,
        supersedes: entry.supersedes,
        copy: entry.copy,
    };
    assert!(read == given);
    assert_eq!((entry.batch, entry.type_name.as_str()), (id, "registration"));
    assert_eq!(register.find(serial(5)).unwrap(), None);
}

fn print(n: u32, copy: u32) -> NewPrint {
    NewPrint { serial: serial(n), copy, sheet: 1, signed: None }
}

#[test]
fn every_print_has_its_copy_number() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1), credential(2)]).unwrap();
    assert_eq!(register.next_copy(serial(2)).unwrap(), 1);
    register.record_prints(&[print(1, 1), print(2, 1)], "a.pdf", at(5)).unwrap();
    assert_eq!(register.next_copy(serial(2)).unwrap(), 2);
    register.record_prints(&[print(2, 2)], "b.pdf", at(6)).unwrap();
    let error = register.record_prints(&[print(1, 2), print(2, 2)], "c.pdf", at(7)).unwrap_err();
    assert_eq!(error.to_string(), format!("copy 2 of {} is recorded already", serial(2)));
    let error = register.record_prints(&[print(1, 2), print(3, 1)], "c.pdf", at(7)).unwrap_err();
    assert!(matches!(error, RegisterError::UnknownSerial { serial: unknown } if unknown == serial(3)), "{error}");
    assert!(matches!(register.next_copy(serial(3)).unwrap_err(), RegisterError::UnknownSerial { .. }));
    assert_eq!(register.prints_of(serial(1)).unwrap().len(), 1, "all or none");
    let prints = register.prints_of(serial(2)).unwrap();
    assert_eq!((prints[1].copy, prints[1].file.as_str(), prints[1].at), (2, "b.pdf", at(6)));
    assert_eq!(register.find(serial(2)).unwrap().unwrap().entry.prints, 2);
}

#[test]
fn a_copy_that_was_signed_anew_is_kept_with_the_key_that_signed_it() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1)]).unwrap();
    let signed = Some((b"NP1:COPY".to_vec(), vec![7; 8]));
    register.record_prints(&[NewPrint { signed, ..print(1, 2) }], "copy.pdf", at(5)).unwrap();
    assert_eq!(register.prints_of(serial(1)).unwrap()[0].kid, Some(vec![7; 8]));
    let kids = register.kids().unwrap();
    assert_eq!(kids, [vec![1, 2, 3, 4, 5, 6, 7, 8], vec![7; 8]], "its status is signed by that key, too");
}

#[test]
fn no_error_and_no_debug_output_says_who_it_is_about() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1)]).unwrap();
    let again = NewCredential { row: 2, serial: serial(2), ..credential(1) };
    let long = NewCredential { name: "Okoth".repeat(300), ..credential(3) };
    let mut said = format!("{again:?} {:?}", register.find(serial(1)).unwrap());
    for bad in [again, long] {
        let error = register.record(id, &[bad]).unwrap_err();
        said.extend([error.to_string(), format!("{error:?}")]);
    }
    assert!(!said.contains("Okoth") && !said.contains("P-0000") && !said.contains("1987"), "{said}");
}
