//! Serials and slots: random, and never the same one twice.

use std::collections::HashSet;

use super::*;
use crate::register::{LIST_SLOTS, RegisterError, StatusListUse};

#[test]
fn serials_and_slots_are_handed_out_once() {
    let mut register = memory();
    let mut random = randomness(1);
    let mut serials = HashSet::new();
    let mut slots = HashSet::new();
    for _ in 0..10 {
        for reserved in register.reserve(500, &mut random).unwrap() {
            assert!(serials.insert(reserved.serial));
            assert!(slots.insert(reserved.slot));
        }
    }
    assert_eq!(register.status_lists().unwrap(), [StatusListUse { list: 0, used: 5000 }]);
}

#[test]
fn slots_do_not_follow_the_order_of_the_list() {
    let reserved = memory().reserve(100, &mut randomness(3)).unwrap();
    let rising = reserved.windows(2).filter(|pair| pair[0].slot.index < pair[1].slot.index).count();
    assert!((25..75).contains(&rising), "{rising} of 99");
}

#[test]
fn a_list_is_left_when_it_is_three_quarters_full() {
    let mut register = memory();
    register.reserve(50_000, &mut randomness(1)).unwrap();
    register.reserve(1, &mut randomness(2)).unwrap();
    let full = LIST_SLOTS / 4 * 3;
    let expected = [StatusListUse { list: 0, used: full }, StatusListUse { list: 1, used: 50_001 - full }];
    assert_eq!(register.status_lists().unwrap(), expected);
}

#[test]
fn a_recorded_serial_is_not_handed_out_again() {
    let mut register = memory();
    let first = register.reserve(3, &mut randomness(1)).unwrap();
    let id = new_batch(&mut register, 1);
    let recorded: Vec<_> = first.iter().zip(1..).map(|(&reserved, n)| with(reserved, n)).collect();
    register.record(id, &recorded).unwrap();
    // The same randomness proposes the same serials first.
    let second = register.reserve(3, &mut randomness(1)).unwrap();
    for reserved in second {
        assert!(first.iter().all(|old| old.serial != reserved.serial && old.slot != reserved.slot));
    }
}

#[test]
fn randomness_that_repeats_itself_is_refused_and_takes_nothing() {
    let mut register = memory();
    let error = register.reserve(2, &mut |bytes| bytes.fill(7)).unwrap_err();
    assert!(matches!(error, RegisterError::NotRandom { .. }), "{error}");
    assert!(register.status_lists().unwrap().is_empty());
}

#[test]
fn a_map_of_slots_that_does_not_add_up_is_refused() {
    let mut register = memory();
    register.reserve(2, &mut randomness(1)).unwrap();
    register.connection.execute("UPDATE status_lists SET taken = zeroblob(8192)", []).unwrap();
    assert!(matches!(register.reserve(1, &mut randomness(2)).unwrap_err(), RegisterError::Damaged { .. }));
}
