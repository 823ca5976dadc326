//! Which files are taken for a register, and what happens when two processes hold one.

use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::*;
use crate::register::Filter;
use crate::register::RegisterError;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn what_was_recorded_is_there_after_opening_again() {
    let folder = folder();
    let path = folder.path().join("register.db");
    {
        let mut register = Register::open(&path).unwrap();
        let batch = new_batch(&mut register, 1);
        register.record(batch, &[credential(1)]).unwrap();
    }
    let register = Register::open_existing(&path).unwrap();
    assert_eq!(register.find(serial(1)).unwrap().unwrap().envelope, b"NP1:1");
    register.check().unwrap();
}

#[cfg(unix)]
#[test]
fn a_new_register_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let path = folder.path().join("register.db");
    let mut register = Register::open(&path).unwrap();
    new_batch(&mut register, 1);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[test]
fn a_commit_waits_for_the_disk() {
    let folder = folder();
    let register = Register::open(&folder.path().join("register.db")).unwrap();
    let setting = |name: &str| -> String {
        let sql = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
        register.connection.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(setting("journal_mode"), "wal");
    assert_eq!(setting("synchronous"), "2", "FULL");
    assert_eq!(setting("foreign_keys"), "1");
}

#[test]
fn a_file_that_is_not_there_is_named_when_it_must_be() {
    let folder = folder();
    let path = folder.path().join("register.db");
    let error = Register::open_existing(&path).unwrap_err();
    assert!(matches!(error, RegisterError::Missing { .. }), "{error}");
    assert!(!path.exists());
    let error = Register::open(&folder.path().join("nowhere/register.db")).unwrap_err();
    assert!(matches!(error, RegisterError::NoFile { .. }), "{error}");
}

#[test]
fn a_file_that_is_no_register_is_refused_and_left_alone() {
    let folder = folder();
    let text = folder.path().join("list.csv");
    std::fs::write(&text, "individual_id,name\n".repeat(200)).unwrap();
    let before = std::fs::read(&text).unwrap();
    assert!(matches!(Register::open(&text).unwrap_err(), RegisterError::NotADatabase(_)));
    assert_eq!(std::fs::read(&text).unwrap(), before);

    let other = folder.path().join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE credentials (id)").unwrap();
    let before = std::fs::read(&other).unwrap();
    let error = Register::open(&other).unwrap_err();
    assert!(matches!(error, RegisterError::Foreign { found: 0, .. }), "{error}");
    assert_eq!(std::fs::read(&other).unwrap(), before);

    assert!(matches!(Register::open(folder.path()).unwrap_err(), RegisterError::CannotOpen(_)));
}

#[test]
fn a_register_of_a_newer_nansen_is_refused() {
    let folder = folder();
    let path = folder.path().join("register.db");
    Register::open(&path).unwrap().connection.pragma_update(None, "user_version", 7).unwrap();
    let error = Register::open(&path).unwrap_err();
    assert_eq!(error.to_string(), "the register has schema 7, and this nansen knows schemas up to 4");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", -7).unwrap();
    assert!(matches!(Register::open(&path).unwrap_err(), RegisterError::Damaged { .. }));
}

#[test]
fn a_register_of_the_first_schema_is_brought_up_to_date_and_keeps_what_it_says() {
    let folder = folder();
    let path = folder.path().join("register.db");
    let first = Connection::open(&path).unwrap();
    first.execute_batch(include_str!("../schema.sql")).unwrap();
    first.pragma_update(None, "application_id", i32::from_be_bytes(*b"nans")).unwrap();
    first.pragma_update(None, "user_version", 1).unwrap();
    first
        .execute_batch(
            "INSERT INTO batches VALUES (1, 'registration', zeroblob(32), 'old.pdf', 1, 1790000000, NULL);
             INSERT INTO credentials VALUES (1, x'5e00000001', 1, 1, 'registration', 'P-1', '', 'Amina', 'amina',
                1790000000, NULL, NULL, NULL, 'nansen', x'0102030405060708', x'4e50', '{}', NULL, NULL, 0, 'valid', 1);
             INSERT INTO prints VALUES (x'5e00000001', 1, 1790000000, 'old.pdf');",
        )
        .unwrap();
    drop(first);
    let mut register = Register::open(&path).unwrap();
    register.check().unwrap();
    let print = &register.prints_of(serial(1)).unwrap()[0];
    assert_eq!((print.copy, print.file.as_str(), print.sheet, &print.kid), (1, "old.pdf", None, &None));
    let id = register.unfinished_batches().unwrap()[0].id;
    assert!(register.volumes_of(id).unwrap().is_empty());
    let place = crate::register::Place { serial: serial(1), sheet: 1 };
    register.record_volume(id, 1, "new.pdf", &[place], at(9)).unwrap();
    assert_eq!(register.prints_of(serial(1)).unwrap().len(), 1, "it was printed once");
}

#[test]
fn a_damaged_file_gives_errors_and_no_panic() {
    let folder = folder();
    let path = folder.path().join("register.db");
    {
        let mut register = Register::open(&path).unwrap();
        let batch = new_batch(&mut register, 1);
        let credentials: Vec<_> = (1..=300).map(credential).collect();
        register.record(batch, &credentials).unwrap();
    }
    let sound = std::fs::read(&path).unwrap();
    let mut random = randomness(5);
    let mut refused = 0;
    for _ in 0..60 {
        let mut file = sound.clone();
        for _ in 0..20 {
            let mut place = [0; 4];
            random(&mut place);
            let at = u32::from_be_bytes(place) as usize % file.len();
            random(&mut file[at..=at]);
        }
        std::fs::write(&path, &file).unwrap();
        let outcome = Register::open(&path).and_then(|mut register| {
            register.check()?;
            register.list(Filter::default()).try_for_each(|entry| entry.map(drop))?;
            register.find(serial(7))?;
            register.reserve(5, &mut random)?;
            register.revoke(&[serial(9)], "test", at(500))?;
            Ok(())
        });
        refused += usize::from(outcome.is_err());
    }
    assert!(refused > 30, "{refused} of 60");
    // Half a file.
    std::fs::write(&path, &sound[..sound.len() / 2]).unwrap();
    assert!(Register::open(&path).and_then(|register| register.check()).is_err());
}

#[test]
fn a_value_that_nobody_could_have_written_is_named() {
    let mut register = memory();
    let batch = new_batch(&mut register, 1);
    register.record(batch, &[credential(1)]).unwrap();
    register.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).unwrap();
    register.connection.pragma_update(None, "ignore_check_constraints", true).unwrap();
    for (damage, what) in [
        ("UPDATE credentials SET issued = 9000000000000000", "a time"),
        ("UPDATE credentials SET issued = 0, serial = x'0102'", "a serial"),
    ] {
        register.connection.execute(damage, []).unwrap();
        let error = register.list(Filter::default()).next().unwrap().unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[test]
fn several_processes_may_make_the_same_register_at_once() {
    let folder = folder();
    let path = folder.path().join("register.db");
    std::thread::scope(|scope| {
        for digest in 0..8 {
            let path = &path;
            scope.spawn(move || {
                let mut register = Register::open(path).unwrap();
                new_batch(&mut register, digest);
            });
        }
    });
    assert_eq!(Register::open(&path).unwrap().unfinished_batches().unwrap().len(), 8);
}

#[test]
fn a_second_writer_waits_and_then_says_that_the_register_is_busy() {
    let folder = folder();
    let path = folder.path().join("register.db");
    let mut first = Register::open(&path).unwrap();
    let mut second = Register::open(&path).unwrap();
    let batch = new_batch(&mut first, 1);
    second.set_busy_wait(Duration::from_millis(20)).unwrap();
    let writing = first.write().unwrap();
    let error = second.record(batch, &[credential(1)]).unwrap_err();
    assert!(matches!(error, RegisterError::Busy(_)), "{error}");
    assert_eq!(second.list(Filter::default()).count(), 0, "reading goes on meanwhile");
    drop(writing);
    second.record(batch, &[credential(1)]).unwrap();
    assert!(first.contains(serial(1)).unwrap());
}

#[test]
fn two_desks_on_one_file_never_share_a_serial_a_slot_or_a_person() {
    let folder = folder();
    let path = folder.path().join("register.db");
    drop(Register::open(&path).unwrap());
    let refused: u32 = std::thread::scope(|scope| {
        let desks: Vec<_> = (1..=2u8)
            .map(|desk| {
                let path = &path;
                scope.spawn(move || {
                    let mut register = Register::open(path).unwrap();
                    let mut random = randomness(u64::from(desk));
                    let batch = new_batch(&mut register, desk);
                    let mut refused = 0;
                    for n in 0..60 {
                        let reserved = register.reserve(1, &mut random).unwrap()[0];
                        match register.record(batch, &[with(reserved, n)]) {
                            Ok(()) => {}
                            Err(RegisterError::AlreadyHolds { .. }) => refused += 1,
                            Err(error) => panic!("{error}"),
                        }
                    }
                    refused
                })
            })
            .collect();
        desks.into_iter().map(|desk| desk.join().unwrap()).sum()
    });
    let register = Register::open(&path).unwrap();
    assert_eq!(register.list(Filter::default()).count(), 60);
    assert_eq!(refused, 60);
    register.check().unwrap();
}

#[test]
fn two_processes_on_one_list_do_not_issue_a_row_twice() {
    let folder = folder();
    let path = folder.path().join("register.db");
    let mut first = Register::open(&path).unwrap();
    let mut second = Register::open(&path).unwrap();
    let batch = new_batch(&mut first, 1);
    assert_eq!(second.begin_batch(&plan(1, 10), at(1)).unwrap(), Batch::Resumed { id: batch, done: vec![] });
    first.record(batch, &[credential(1)]).unwrap();
    let again = NewCredential { serial: serial(7), ..credential(1) };
    let error = second.record(batch, &[credential(2), again]).unwrap_err();
    assert!(matches!(error, RegisterError::RowTaken { row: 1, serial: taken } if taken == serial(1)), "{error}");
    assert_eq!(second.rows_of(batch).unwrap().len(), 1);
}

#[test]
fn a_full_disk_leaves_nothing_half_recorded() {
    let folder = folder();
    let path = folder.path().join("register.db");
    let mut register = Register::open(&path).unwrap();
    let batch = new_batch(&mut register, 1);
    register.record(batch, &[credential(1)]).unwrap();
    let pages: i64 = register.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    register.connection.query_row(&format!("PRAGMA max_page_count = {}", pages + 3), [], |_| Ok(())).unwrap();
    let many: Vec<_> = (2..200).map(|n| NewCredential { photo: Some(vec![7; 900]), ..credential(n) }).collect();
    let error = register.record(batch, &many).unwrap_err();
    assert!(matches!(error, RegisterError::Full(_)), "{error}");
    assert_eq!(register.rows_of(batch).unwrap().len(), 1);
    register.check().unwrap();
    // Room again, and the same rows go in.
    register.connection.query_row("PRAGMA max_page_count = 100000", [], |_| Ok(())).unwrap();
    register.record(batch, &many).unwrap();
    assert_eq!(register.finish_batch(batch, at(300)).unwrap(), 199);
}

#[test]
fn a_note_is_kept_and_replaced() {
    let mut register = memory();
    assert_eq!(register.meta("status-list").unwrap(), None);
    register.set_meta("status-list", "1").unwrap();
    register.set_meta("status-list", "2").unwrap();
    assert_eq!(register.meta("status-list").unwrap().as_deref(), Some("2"));
}
