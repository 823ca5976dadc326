//! Revoked, suspended, superseded, and the way back.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::register::{Change, Filter, RegisterError, Status};

fn issued(count: u32) -> Register {
    let mut register = memory();
    register.reserve(1, &mut randomness(1)).unwrap();
    let id = new_batch(&mut register, 1);
    let credentials: Vec<_> = (1..=count).map(|n| in_slot(n, 0, n as u16)).collect();
    register.record(id, &credentials).unwrap();
    register
}

fn status(register: &Register, n: u32) -> Status {
    register.find(serial(n)).unwrap().unwrap().entry.status
}

#[test]
fn a_revocation_is_written_with_its_reason_and_listed() {
    let mut register = issued(3);
    let changes = register.revoke(&[serial(2)], "lost at the border", at(50)).unwrap();
    assert_eq!(changes, [Change { serial: serial(2), before: Status::Valid, after: Status::Revoked }]);
    register.suspend(&[serial(3)], "under review", at(51)).unwrap();
    assert_eq!(register.status_entries(0).unwrap(), [(2, Status::Revoked), (3, Status::Suspended)]);
    assert!(register.status_entries(1).unwrap().is_empty());
    let history = register.status_history(serial(2)).unwrap();
    assert_eq!(
        (history[0].at, history[0].status, &*history[0].reason),
        (at(50), Status::Revoked, "lost at the border")
    );
}

#[test]
fn revoking_twice_is_written_once() {
    let mut register = issued(1);
    register.revoke(&[serial(1), serial(1)], "lost", at(50)).unwrap();
    let again = register.revoke(&[serial(1)], "lost", at(60)).unwrap();
    assert_eq!(again[0].before, Status::Revoked);
    assert_eq!(register.status_history(serial(1)).unwrap().len(), 1);
}

#[test]
fn an_unknown_serial_among_them_changes_nothing() {
    let mut register = issued(1);
    let error = register.revoke(&[serial(1), serial(9)], "lost", at(50)).unwrap_err();
    assert_eq!(error.to_string(), format!("no credential {} was issued here", serial(9)));
    assert_eq!(status(&register, 1), Status::Valid);
}

#[test]
fn a_reason_is_asked_for_and_has_a_limit() {
    let mut register = issued(1);
    for reason in [String::new(), "x".repeat(1001)] {
        assert!(matches!(register.revoke(&[serial(1)], &reason, at(1)).unwrap_err(), RegisterError::Reason { .. }));
    }
    register.revoke(&[serial(1)], &"ሀ".repeat(1000), at(1)).unwrap();
}

#[test]
fn what_was_revoked_or_suspended_can_be_reinstated() {
    let mut register = issued(2);
    register.revoke(&[serial(1)], "by mistake", at(1)).unwrap();
    register.suspend(&[serial(2)], "under review", at(1)).unwrap();
    register.reinstate(&[serial(1), serial(2)], "cleared", at(2)).unwrap();
    assert!(register.status_entries(0).unwrap().is_empty());
    assert_eq!(register.status_history(serial(1)).unwrap().len(), 2);
}

#[test]
fn what_was_replaced_cannot_be_reinstated() {
    let mut register = issued(1);
    let id = new_batch(&mut register, 2);
    register.revoke(&[serial(1)], "stolen", at(1)).unwrap();
    let newer = NewCredential { row: 2, serial: serial(2), supersedes: Some(serial(1)), ..credential(1) };
    register.record(id, &[newer]).unwrap();
    assert_eq!(status(&register, 1), Status::Revoked, "revoked says more than superseded");
    let error = register.reinstate(&[serial(1)], "found again", at(3)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} was replaced by {}, and cannot become valid again", serial(1), serial(2))
    );
    assert_eq!(status(&register, 1), Status::Revoked);
}

#[test]
fn what_was_taken_out_of_use_comes_back_only_while_its_holder_has_nothing_else() {
    let mut register = issued(1);
    let id = new_batch(&mut register, 2);
    register.supersede(&[serial(1)], "replaced in Nairobi", at(1)).unwrap();
    register.reinstate(&[serial(1)], "it was not", at(2)).unwrap();
    register.supersede(&[serial(1)], "replaced in Nairobi", at(3)).unwrap();
    register.record(id, &[NewCredential { row: 2, serial: serial(2), ..credential(1) }]).unwrap();
    let error = register.reinstate(&[serial(1)], "found again", at(4)).unwrap_err();
    assert!(matches!(error, RegisterError::Replaced { by, .. } if by == serial(2)), "{error}");
}

#[test]
fn a_revoked_paper_is_not_merely_suspended() {
    let mut register = issued(1);
    register.revoke(&[serial(1)], "lost", at(1)).unwrap();
    let error = register.suspend(&[serial(1)], "review", at(2)).unwrap_err();
    assert_eq!(error.to_string(), format!("{} is revoked, and cannot become suspended", serial(1)));
}

#[test]
fn a_person_whose_credential_was_taken_out_of_use_may_get_a_new_one() {
    let mut register = issued(1);
    let id = new_batch(&mut register, 2);
    register.revoke(&[serial(1)], "fraud", at(1)).unwrap();
    let newer = NewCredential { row: 2, serial: serial(2), ..credential(1) };
    let error = register.record(id, std::slice::from_ref(&newer)).unwrap_err();
    assert!(matches!(error, RegisterError::AlreadyHolds { .. }), "a revocation alone frees nobody: {error}");
    register.supersede(&[serial(1)], "replaced in Nairobi", at(2)).unwrap();
    register.record(id, &[newer]).unwrap();
}

#[test]
fn a_status_is_a_word() {
    for status in Status::ALL {
        assert_eq!(status.to_string().parse(), Ok(status));
    }
    assert!("Revoked".parse::<Status>().unwrap_err().to_string().contains("\"Revoked\""));
}

#[derive(Clone, Debug)]
enum Step {
    Issue { person: u32, supersede: bool },
    Set { nth: usize, to: Status },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let issue = (0..4u32, any::<bool>()).prop_map(|(person, supersede)| Step::Issue { person, supersede });
    let set = (0..30usize, 0..4usize).prop_map(|(nth, to)| Step::Set { nth, to: Status::ALL[to] });
    proptest::collection::vec(prop_oneof![issue, set], 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a desk does, nobody has two current credentials, none that is current was superseded, and the
    /// history's last word is the status (a revoked paper that was replaced aside).
    #[test]
    fn nobody_ever_has_two_current_credentials(steps in steps()) {
        let mut register = memory();
        let id = new_batch(&mut register, 1);
        let mut count = 0;
        for step in steps {
            match step {
                Step::Issue { person, supersede } => {
                    let subject = format!("P-{person}");
                    let held = register.holders_of("registration", &[&subject]).unwrap().remove(&subject);
                    let held = held.map(|holder| holder.serial);
                    let supersedes = held.filter(|_| supersede);
                    let new = NewCredential { subject, supersedes, ..credential(count + 1) };
                    let outcome = register.record(id, &[new]);
                    prop_assert_eq!(outcome.is_ok(), held.is_none() || supersede);
                    count += u32::from(outcome.is_ok());
                }
                Step::Set { nth, to } if count > 0 => {
                    let _ = register.set_status_for_test(serial(nth as u32 % count + 1), to);
                }
                Step::Set { .. } => {}
            }
            let mut current: HashMap<String, u32> = HashMap::new();
            for entry in register.list(Filter::default()) {
                let entry = entry.unwrap();
                *current.entry(entry.subject).or_default() += u32::from(entry.current);
                let last = register.status_history(entry.serial).unwrap().last().map_or(Status::Valid, |e| e.status);
                prop_assert!(last == entry.status || (last, entry.status) == (Status::Superseded, Status::Revoked));
            }
            prop_assert!(current.values().all(|&n| n <= 1));
        }
    }
}

impl Register {
    fn set_status_for_test(&mut self, serial: Serial, to: Status) -> Result<Vec<Change>, RegisterError> {
        match to {
            Status::Valid => self.reinstate(&[serial], "test", at(9)),
            Status::Suspended => self.suspend(&[serial], "test", at(9)),
            Status::Revoked => self.revoke(&[serial], "test", at(9)),
            Status::Superseded => self.supersede(&[serial], "test", at(9)),
        }
    }
}
