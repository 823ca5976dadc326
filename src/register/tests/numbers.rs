//! Numbers without people.

use jiff::civil::date;

use super::*;
use crate::register::{Counted, NewPrint, Number};

#[test]
fn a_day_has_what_was_issued_printed_withdrawn_and_verified_on_it() {
    let mut desk = memory();
    let batch = new_batch(&mut desk, 1);
    let kept = [credential(1), credential(2)];
    desk.record(batch, &kept).unwrap();
    let print = NewPrint { serial: kept[0].serial, copy: 1, sheet: 1, signed: None };
    desk.record_prints(&[print], "out.pdf", kept[0].issued).unwrap();
    desk.revoke(&[kept[1].serial], "lost", kept[0].issued).unwrap();
    let day = kept[0].issued.to_zoned(jiff::tz::TimeZone::UTC).date();
    for ms in [10, 20, 1000] {
        desk.count_verified(day, "valid", "", ms).unwrap();
    }
    desk.count_verified(day, "invalid", "expired", 0).unwrap();
    desk.count_verified(date(1999, 1, 1), "valid", "", 5).unwrap();
    let numbers = desk.numbers(day, day).unwrap();
    let line = |number: &Number| (number.counted, number.reason.clone(), number.count, number.median_ms);
    let type_name = "registration";
    assert!(numbers[..3].iter().all(|number| number.of == type_name && number.day == day), "{numbers:?}");
    assert_eq!(
        numbers.iter().map(line).collect::<Vec<_>>(),
        [
            (Counted::Issued, String::new(), 2, None),
            (Counted::Printed, String::new(), 1, None),
            (Counted::StatusChanged, "revoked".to_owned(), 1, None),
            (Counted::Verified, "expired".to_owned(), 1, Some(1)),
            (Counted::Verified, String::new(), 3, Some(23)),
        ]
    );
    assert_eq!(desk.numbers(date(1999, 1, 1), date(1999, 12, 31)).unwrap().len(), 1);
    assert!(desk.numbers(date(9999, 12, 31), date(9999, 12, 31)).unwrap().is_empty());
}
