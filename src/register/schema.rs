//! The tables, their versions, and what must hold before a file is used as a register.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};

use super::RegisterError;

/// `application_id` of a register ("nans"), so that another program's database is never taken for one.
pub(super) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"nans");

/// Steps from an empty file to the newest schema; `user_version` counts the steps that a file has taken.
/// A step that was released is never edited: a change is a new step.
const MIGRATIONS: &[&str] = &[
    include_str!("schema.sql"),
    include_str!("schema_2.sql"),
    include_str!("readbacks.sql"),
    include_str!("numbers.sql"),
];

/// Checks whose file this is, sets the connection up, and brings the schema up to date.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), RegisterError> {
    // The file may come from a stranger's USB stick: nothing in its schema may run more than plain SQL.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // Before anything that writes: a foreign file stays as it was.
    let steps_taken = identify(connection)?;
    settle(connection)?;
    if steps_taken < MIGRATIONS.len() {
        migrate(connection)?;
    }
    Ok(())
}

/// How many steps the file has taken, once it is sure that it is a register or empty.
fn identify(connection: &Connection) -> Result<usize, RegisterError> {
    // In one statement: between two, another process may have made the tables.
    let (found, version, tables): (i32, i64, i64) = connection.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
                (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let untouched = found == 0 && version == 0 && tables == 0;
    if found != APPLICATION_ID && !untouched {
        return Err(RegisterError::Foreign { found, wanted: APPLICATION_ID });
    }
    match usize::try_from(version) {
        Ok(steps) if steps <= MIGRATIONS.len() => Ok(steps),
        Ok(_) => Err(RegisterError::Newer { found: version, known: MIGRATIONS.len() as i64 }),
        Err(_) => Err(RegisterError::Damaged { what: "the schema version" }),
    }
}

/// Durability and integrity settings, which hold for a connection and not for a file.
fn settle(connection: &Connection) -> Result<(), RegisterError> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" && mode != "memory" {
        return Err(RegisterError::NoWriteAheadLog { found: mode });
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS a plain fsync leaves data in the drive's cache; elsewhere these two do nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), RegisterError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Asked again as the only writer: another process may have made the tables meanwhile.
    let taken = identify(&transaction)?;
    for step in &MIGRATIONS[taken..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    Ok(transaction.commit()?)
}
