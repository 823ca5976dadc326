//! Papers that were scanned back are known, and those that were not are too.

use super::*;
use crate::register::{NewPrint, Place, ReadBack, Unread};

fn printed() -> (Register, BatchId) {
    let mut register = memory();
    let batch = new_batch(&mut register, 1);
    register.record(batch, &[credential(1), credential(2), credential(3)]).unwrap();
    let places = [1, 2, 3].map(|n| Place { serial: serial(n), sheet: n });
    register.record_volume(batch, 1, "out.pdf", &places, at(1)).unwrap();
    register.close_volume(batch, 1, at(1)).unwrap();
    (register, batch)
}

fn read(n: u32, copy: u32, grade: u8) -> ReadBack {
    ReadBack { serial: serial(n), copy, at: at(9), grade, file: "scan.pdf".to_owned() }
}

fn left(register: &Register, least: u8) -> Vec<(Serial, u32, Option<u8>)> {
    let unread = register.not_read_back(least, Some(&[serial(1)])).unwrap();
    unread.into_iter().map(|Unread { serial, copy, grade, .. }| (serial, copy, grade)).collect()
}

#[test]
fn what_was_printed_and_not_scanned_back_is_named_until_it_is() {
    let (mut register, _) = printed();
    assert_eq!(left(&register, 2), [(serial(1), 1, None), (serial(2), 1, None), (serial(3), 1, None)]);
    register.record_read_backs(&[read(1, 1, 4), read(2, 1, 1)]).unwrap();
    assert_eq!(left(&register, 2), [(serial(2), 1, Some(1)), (serial(3), 1, None)]);
    register.record_read_backs(&[read(2, 1, 2)]).unwrap();
    assert_eq!(left(&register, 2), [(serial(3), 1, None)]);
    assert_eq!(register.read_backs_of(serial(2)).unwrap(), [read(2, 1, 1), read(2, 1, 2)]);
    let copy = NewPrint { serial: serial(1), copy: 2, sheet: 1, signed: None };
    register.record_prints(&[copy], "again.pdf", at(20)).unwrap();
    assert_eq!(left(&register, 2), [(serial(1), 2, None), (serial(3), 1, None)], "a reprint is another paper");
    assert_eq!(register.not_read_back(2, Some(&[serial(99)])).unwrap(), [], "of no batch");
    assert_eq!(register.not_read_back(0, None).unwrap().len(), 2);
}

#[test]
fn a_scan_of_nothing_that_was_issued_is_refused_with_the_others() {
    let (mut register, _) = printed();
    let error = register.record_read_backs(&[read(1, 1, 4), read(77, 1, 4)]).unwrap_err();
    assert!(matches!(error, RegisterError::UnknownSerial { serial: found } if found == serial(77)), "{error}");
    assert!(register.read_backs_of(serial(1)).unwrap().is_empty());
    assert!(register.record_read_backs(&[read(1, 1, 5)]).is_err());
    assert!(register.record_read_backs(&[read(1, 0, 4)]).is_err());
}

#[test]
fn a_recorded_read_back_stays() {
    let (mut register, _) = printed();
    register.record_read_backs(&[read(1, 1, 1)]).unwrap();
    for change in ["DELETE FROM readbacks", "UPDATE readbacks SET grade = 4"] {
        assert!(register.connection.execute(change, []).is_err(), "{change}");
    }
}

#[test]
fn papers_with_one_symbol_are_told_and_a_copy_signed_anew_is_another() {
    let (mut register, _) = printed();
    let text = register.find(serial(1)).unwrap().unwrap().envelope;
    let same = NewPrint { serial: serial(1), copy: 2, sheet: 1, signed: None };
    let anew = NewPrint { serial: serial(1), copy: 3, sheet: 2, signed: Some((b"part 1\npart 2".to_vec(), vec![7])) };
    register.record_prints(&[same, anew], "again.pdf", at(20)).unwrap();
    let papers = |text: &[u8]| register.papers_with_symbol(serial(1), text).unwrap();
    assert_eq!(papers(&text), [1, 2]);
    assert_eq!(papers(b"part 2"), [3], "one symbol of a paper in parts");
    assert!(papers(b"part").is_empty(), "signed by the same desk, and never stored");
    assert!(register.papers_with_symbol(serial(99), &text).unwrap().is_empty());
}
