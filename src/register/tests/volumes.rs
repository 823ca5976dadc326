//! Files of a batch: what stands where, and what a killed process leaves behind.

use super::*;
use crate::register::{Place, RegisterError};

fn places(numbers: std::ops::Range<u32>) -> Vec<Place> {
    numbers.clone().map(|n| Place { serial: serial(n), sheet: n - numbers.start + 1 }).collect()
}

#[test]
fn the_register_knows_the_sheet_and_the_file_of_every_credential() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &(1..=5).map(credential).collect::<Vec<_>>()).unwrap();
    register.record_volume(id, 1, "out-001.pdf", &places(1..4), at(5)).unwrap();
    register.close_volume(id, 1, at(6)).unwrap();
    register.record_volume(id, 2, "out-002.pdf", &places(4..6), at(7)).unwrap();
    let volumes = register.volumes_of(id).unwrap();
    assert_eq!(volumes.len(), 2);
    let first = &volumes[0];
    assert_eq!((first.number, first.file.as_str(), first.closed), (1, "out-001.pdf", true));
    assert_eq!((first.credentials, first.sheets), (3, 3));
    assert!(!volumes[1].closed);
    let placed = register.places_of(id).unwrap();
    let of_five = placed.iter().find(|place| place.row == 5).unwrap();
    assert_eq!((of_five.serial, of_five.volume, of_five.sheet, of_five.closed), (serial(5), 2, 2, false));
    assert_eq!((of_five.copy, &of_five.kid), (1, &vec![1, 2, 3, 4, 5, 6, 7, 8]));
    let print = &register.prints_of(serial(5)).unwrap()[0];
    assert_eq!((print.copy, print.sheet, print.file.as_str()), (1, Some(2), "out-002.pdf"));
}

#[test]
fn a_file_that_is_noted_again_after_a_kill_adds_nothing() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &(1..=3).map(credential).collect::<Vec<_>>()).unwrap();
    for second in 0..2 {
        register.record_volume(id, 1, "out.pdf", &places(1..4), at(second)).unwrap();
    }
    assert_eq!(register.volumes_of(id).unwrap().len(), 1);
    let prints = register.prints_of(serial(3)).unwrap();
    assert_eq!((prints.len(), prints[0].at), (1, at(0)));
}

#[test]
fn a_file_that_has_its_name_takes_nothing_more() {
    let mut register = memory();
    let id = new_batch(&mut register, 1);
    register.record(id, &[credential(1), credential(2)]).unwrap();
    register.record_volume(id, 1, "out.pdf", &places(1..2), at(1)).unwrap();
    register.close_volume(id, 1, at(2)).unwrap();
    register.close_volume(id, 1, at(3)).unwrap();
    let error = register.record_volume(id, 1, "out.pdf", &places(2..3), at(4)).unwrap_err();
    assert!(matches!(error, RegisterError::VolumeClosed { number: 1, .. }), "{error}");
    assert!(register.prints_of(serial(2)).unwrap().is_empty());
}

#[test]
fn only_credentials_of_the_batch_stand_in_its_files() {
    let mut register = memory();
    let first = new_batch(&mut register, 1);
    register.record(first, &[credential(1)]).unwrap();
    let second = new_batch(&mut register, 2);
    register.record_volume(second, 1, "out.pdf", &places(1..2), at(1)).unwrap();
    assert!(register.prints_of(serial(1)).unwrap().is_empty());
    assert_eq!(register.volumes_of(second).unwrap()[0].credentials, 0);
}
