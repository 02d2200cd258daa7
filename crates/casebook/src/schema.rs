//! The tables, and how those of earlier versions are brought up to date.

use std::path::Path;

use rusqlite::Connection;

use crate::CasebookError;

/// One step per version, in order; a released step is never changed.
const STEPS: &[&str] = &[
    "
    CREATE TABLE findings (
        id TEXT PRIMARY KEY,
        detection TEXT NOT NULL,
        device TEXT NOT NULL,
        host TEXT NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        raised INTEGER,
        threat INTEGER NOT NULL,
        certainty INTEGER NOT NULL,
        state TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX findings_by_device ON findings (device, first_seen);
    CREATE TABLE devices (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
",
    "
    CREATE TABLE decisions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        finding TEXT,
        body TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions
        BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
    CREATE TRIGGER decisions_are_kept BEFORE DELETE ON decisions
        BEGIN SELECT RAISE(ABORT, 'a decision is never removed'); END;
",
];

/// The version that first had decisions.
pub(crate) const WITH_DECISIONS: u32 = 2;

/// Brings the database to the latest version.
pub(crate) fn migrate(database: &mut Connection, path: &Path) -> Result<(), CasebookError> {
    database.pragma_update(None, "journal_mode", "WAL").map_err(CasebookError::at(path))?;
    let version = check(database, path)?;
    for (step, number) in STEPS.iter().zip(1_u32..).skip(version as usize) {
        let transaction = database.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The version of the database, if it can be read.
pub(crate) fn check(database: &Connection, path: &Path) -> Result<u32, CasebookError> {
    let found: u32 = database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(CasebookError::at(path))?;
    let known = STEPS.len() as u32;
    if found > known {
        return Err(CasebookError::Version { path: path.to_owned(), found, known });
    }
    Ok(found)
}
