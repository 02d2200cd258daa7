//! Findings and devices at rest: one SQLite file beside the lake, for those who read, rank and close them.
//!
//! The brain knows how a finding came about; the casebook only keeps what it said, by the finding's id, so that
//! the same finding told again replaces what was told before.

mod error;
mod rows;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use records::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, params};
use serde::Serialize;
use serde_json::Value;

pub use error::CasebookError;
pub use rows::{DecisionRow, DeviceRow, FindingRow};

/// When a finding was seen last, its threat and its certainty.
pub type Outline = (Timestamp, u8, u8);

/// Name of the file in the lake's folder.
const FILE: &str = "casebook.sqlite";

/// An open casebook.
pub struct Casebook {
    database: Connection,
}

impl Casebook {
    /// Opens the casebook in a lake's folder for reading and writing, and makes it where there is none.
    pub fn open(folder: &Path) -> Result<Self, CasebookError> {
        let path = folder.join(FILE);
        let mut database = Connection::open(&path).map_err(CasebookError::at(&path))?;
        schema::migrate(&mut database, &path)?;
        Ok(Self { database })
    }

    /// A casebook that is gone when it is closed.
    pub fn in_memory() -> Result<Self, CasebookError> {
        let mut database = Connection::open_in_memory()?;
        schema::migrate(&mut database, Path::new("memory"))?;
        Ok(Self { database })
    }

    /// Opens an existing casebook for reading; others may write to it meanwhile.
    pub fn read(folder: &Path) -> Result<Self, CasebookError> {
        let path = folder.join(FILE);
        // Where the folder may not be looked into, SQLite says why.
        if matches!(path.try_exists(), Ok(false)) {
            return Err(CasebookError::Missing { folder: folder.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(&path, flags).map_err(CasebookError::at(&path))?;
        if schema::check(&database, &path)? == 0 {
            // Who was about to make it was stopped, or has not come to its tables yet.
            return Err(CasebookError::Missing { folder: folder.to_owned() });
        }
        Ok(Self { database })
    }

    /// Keeps findings and devices, all or none. A finding or device of the same id is replaced, but for the
    /// state that a person gave it.
    pub fn keep(
        &mut self,
        findings: impl IntoIterator<Item = FindingRow>,
        devices: impl IntoIterator<Item = DeviceRow<impl Serialize>>,
    ) -> Result<(), CasebookError> {
        let transaction = self.database.transaction()?;
        write(&transaction, findings, devices)?;
        Ok(transaction.commit()?)
    }

    /// Keeps these findings and devices alone: what led to others is no longer there. Those of the findings that are
    /// `marked` stay, since a person said what they are.
    pub fn keep_only(
        &mut self,
        findings: impl IntoIterator<Item = FindingRow>,
        devices: impl IntoIterator<Item = DeviceRow<impl Serialize>>,
        marked: &BTreeSet<String>,
    ) -> Result<(), CasebookError> {
        let marked = serde_json::to_string(marked)?;
        let transaction = self.database.transaction()?;
        transaction.execute(
            "DELETE FROM findings WHERE state IN ('open', 'explained')
                 AND id NOT IN (SELECT value FROM json_each(?1))",
            [marked],
        )?;
        transaction.execute("DELETE FROM devices", [])?;
        write(&transaction, findings, devices)?;
        Ok(transaction.commit()?)
    }

    /// The ids of all findings, each with when it was seen last, its threat and its certainty.
    pub fn outlines(&self) -> Result<BTreeMap<String, Outline>, CasebookError> {
        let mut statement = self.database.prepare("SELECT id, last_seen, threat, certainty FROM findings")?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, (Timestamp(row.get(1)?), row.get(2)?, row.get(3)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// All findings, ranked: alerts first, then by threat and certainty together, then the older first.
    pub fn findings(&self) -> Result<Vec<Value>, CasebookError> {
        self.bodies(
            "SELECT body, state FROM findings
             ORDER BY certainty >= 50 DESC, threat * certainty DESC, first_seen, id",
        )
    }

    /// All devices by name.
    pub fn devices(&self) -> Result<Vec<Value>, CasebookError> {
        self.bodies("SELECT body, NULL FROM devices ORDER BY name, id")
    }

    /// The devices that findings concern, and the one that was seen last, by name.
    pub fn concerned_devices(&self) -> Result<Vec<Value>, CasebookError> {
        self.bodies(
            "SELECT body, NULL FROM devices
             WHERE id IN (SELECT device FROM findings)
                OR id = (SELECT id FROM devices ORDER BY last_seen DESC, id LIMIT 1)
             ORDER BY name, id",
        )
    }

    /// Takes down what was decided; it is safe when this returns. Gives its number.
    pub fn decide(&mut self, decision: &DecisionRow) -> Result<i64, CasebookError> {
        let DecisionRow { number: _, at, who, why, finding, body } = decision;
        self.database.execute(
            "INSERT INTO decisions (at, who, why, finding, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![at.0, who, why, finding, body.to_string()],
        )?;
        Ok(self.database.last_insert_rowid())
    }

    /// All that was decided, in order.
    pub fn decisions(&self) -> Result<Vec<DecisionRow>, CasebookError> {
        // A casebook that is only read may be of an earlier version.
        let version: u32 = self.database.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version < schema::WITH_DECISIONS {
            return Ok(Vec::new());
        }
        let mut statement = self
            .database
            .prepare("SELECT number, at, who, why, finding, body FROM decisions ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            let (number, at, who, why) = (row.get(0)?, Timestamp(row.get(1)?), row.get(2)?, row.get(3)?);
            Ok((DecisionRow { number, at, who, why, finding: row.get(4)?, body: Value::Null }, row.get(5)?))
        })?;
        rows.map(|row| {
            let (decision, body): (DecisionRow, String) = row?;
            Ok(DecisionRow { body: serde_json::from_str(&body)?, ..decision })
        })
        .collect()
    }

    fn bodies(&self, query: &str) -> Result<Vec<Value>, CasebookError> {
        let mut statement = self.database.prepare(query)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| {
            let (body, state): (String, Option<String>) = row?;
            let mut body: Value = serde_json::from_str(&body)?;
            if let (Some(state), Some(object)) = (state, body.as_object_mut()) {
                object.insert("state".to_owned(), Value::String(state));
            }
            Ok(body)
        })
        .collect()
    }
}

/// Writes findings and devices; one of the same id is replaced, but for the state that a person gave it.
fn write(
    transaction: &Transaction<'_>,
    findings: impl IntoIterator<Item = FindingRow>,
    devices: impl IntoIterator<Item = DeviceRow<impl Serialize>>,
) -> Result<(), CasebookError> {
    let mut insert = transaction.prepare(
                "INSERT INTO findings (id, detection, device, host, first_seen, last_seen, raised, threat, certainty, state, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT (id) DO UPDATE SET detection = ?2, device = ?3, host = ?4, first_seen = ?5, last_seen = ?6,
                 raised = ?7, threat = ?8, certainty = ?9, body = ?11,
                 state = CASE WHEN state IN ('open', 'explained') THEN ?10 ELSE state END",
            )?;
    for row in findings {
        insert.execute(params![
            row.id,
            row.detection,
            row.device,
            row.host,
            row.first_seen.0,
            row.last_seen.0,
            row.raised.map(|time| time.0),
            row.threat,
            row.certainty,
            row.state,
            row.body.to_string(),
        ])?;
    }
    let mut insert = transaction.prepare(
        "INSERT INTO devices (id, name, first_seen, last_seen, body) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET name = ?2, first_seen = ?3, last_seen = ?4, body = ?5",
    )?;
    for row in devices {
        let body = serde_json::to_string(&row.body)?;
        insert.execute(params![row.id, row.name, row.first_seen.0, row.last_seen.0, body])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NO_DEVICES: [DeviceRow; 0] = [];

    fn finding(id: &str, threat: u8, certainty: u8) -> FindingRow {
        FindingRow {
            id: id.to_owned(),
            detection: "port-scan".to_owned(),
            device: "d1".to_owned(),
            host: "10.0.0.1".to_owned(),
            first_seen: Timestamp(1),
            last_seen: Timestamp(2),
            raised: None,
            threat,
            certainty,
            state: "open".to_owned(),
            body: json!({"id": id, "threat": threat, "state": "open"}),
        }
    }

    fn ids(casebook: &Casebook) -> Vec<String> {
        casebook
            .findings()
            .unwrap()
            .iter()
            .map(|finding| finding["id"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn findings_are_ranked_and_told_again_replace_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let mut casebook = Casebook::open(folder.path()).unwrap();
        casebook
            .keep([finding("a", 90, 40), finding("b", 40, 80), finding("c", 80, 80)], NO_DEVICES)
            .unwrap();
        assert_eq!(ids(&casebook), ["c", "b", "a"]);
        casebook.keep([finding("a", 99, 99)], NO_DEVICES).unwrap();
        assert_eq!(ids(&Casebook::read(folder.path()).unwrap()), ["a", "c", "b"]);
    }

    #[test]
    fn a_state_that_a_person_gave_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut casebook = Casebook::open(folder.path()).unwrap();
        casebook.keep([finding("a", 90, 90)], NO_DEVICES).unwrap();
        casebook.database.execute("UPDATE findings SET state = 'triaged'", []).unwrap();
        casebook.keep([finding("a", 95, 95)], NO_DEVICES).unwrap();
        let findings = casebook.findings().unwrap();
        assert_eq!((&findings[0]["state"], &findings[0]["threat"]), (&json!("triaged"), &json!(95)));
    }

    #[test]
    fn what_is_kept_alone_replaces_all_but_what_a_person_decided_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut casebook = Casebook::open(folder.path()).unwrap();
        casebook
            .keep([finding("a", 90, 90), finding("b", 80, 90), finding("c", 70, 90)], NO_DEVICES)
            .unwrap();
        casebook.database.execute("UPDATE findings SET state = 'triaged' WHERE id = 'a'", []).unwrap();
        casebook.keep_only([finding("c", 60, 90)], NO_DEVICES, &BTreeSet::new()).unwrap();
        assert_eq!(ids(&casebook), ["a", "c"]);
        let outline = (Timestamp(2), 60, 90);
        assert_eq!(casebook.outlines().unwrap().get("c"), Some(&outline));
    }

    fn mark(finding: &str) -> DecisionRow {
        DecisionRow {
            number: 0,
            at: Timestamp(7),
            who: "sato".to_owned(),
            why: "backup".to_owned(),
            finding: Some(finding.to_owned()),
            body: json!({"kind": "mark", "finding": finding, "label": "permitted"}),
        }
    }

    #[test]
    fn decisions_are_added_and_never_changed() {
        let folder = tempfile::tempdir().unwrap();
        let mut casebook = Casebook::open(folder.path()).unwrap();
        assert_eq!((casebook.decide(&mark("a")).unwrap(), casebook.decide(&mark("b")).unwrap()), (1, 2));
        let told = Casebook::read(folder.path()).unwrap().decisions().unwrap();
        assert_eq!(told[1], DecisionRow { number: 2, ..mark("b") });
        assert!(casebook.database.execute("UPDATE decisions SET who = 'x'", []).is_err());
        assert!(casebook.database.execute("DELETE FROM decisions", []).is_err());
    }

    #[test]
    fn a_finding_that_was_marked_stays_when_it_is_not_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut casebook = Casebook::open(folder.path()).unwrap();
        casebook.keep([finding("a", 90, 90), finding("b", 80, 90)], NO_DEVICES).unwrap();
        let marked = BTreeSet::from(["a".to_owned()]);
        casebook.keep_only([finding("c", 60, 90)], NO_DEVICES, &marked).unwrap();
        assert_eq!(ids(&casebook), ["a", "c"]);
        casebook.keep_only([finding("c", 60, 90)], NO_DEVICES, &BTreeSet::new()).unwrap();
        assert_eq!(ids(&casebook), ["c"], "nobody says any more what it is");
    }

    #[test]
    fn a_folder_without_a_casebook_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Casebook::read(folder.path()).err().unwrap().to_string();
        assert!(error.contains(&folder.path().display().to_string()), "{error}");
        // One that was killed while it made the casebook.
        let database = Connection::open(folder.path().join(FILE)).unwrap();
        database.pragma_update(None, "journal_mode", "WAL").unwrap();
        assert_eq!(Casebook::read(folder.path()).err().unwrap().to_string(), error);
        assert!(Casebook::open(folder.path()).is_ok() && Casebook::read(folder.path()).is_ok());
    }

    #[test]
    fn a_casebook_of_a_later_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(Casebook::open(folder.path()).unwrap());
        let database = Connection::open(folder.path().join(FILE)).unwrap();
        database.pragma_update(None, "user_version", 999).unwrap();
        assert!(matches!(Casebook::read(folder.path()), Err(CasebookError::Version { found: 999, .. })));
        assert!(matches!(Casebook::open(folder.path()), Err(CasebookError::Version { found: 999, .. })));
    }
}
