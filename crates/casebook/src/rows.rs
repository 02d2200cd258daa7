//! What is kept: the columns to search and rank by, and the whole as JSON.

use records::Timestamp;
use serde_json::Value;

/// A finding.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingRow {
    /// Its id, the same whenever the same traffic is analysed.
    pub id: String,
    /// Id of the detection.
    pub detection: String,
    /// Id of the device.
    pub device: String,
    /// The internal address at fault.
    pub host: String,
    /// When the behaviour began.
    pub first_seen: Timestamp,
    /// When it was seen last.
    pub last_seen: Timestamp,
    /// Traffic time at which it became an alert.
    pub raised: Option<Timestamp>,
    /// 0–100.
    pub threat: u8,
    /// 0–100.
    pub certainty: u8,
    /// `open` or `explained`; a state that a person gave is kept.
    pub state: String,
    /// The whole finding, as `otus findings --json` prints it.
    pub body: Value,
}

/// A device; `B` is written as JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceRow<B = Value> {
    /// Its stable id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// First traffic.
    pub first_seen: Timestamp,
    /// Latest traffic.
    pub last_seen: Timestamp,
    /// The whole device, as `otus devices --json` prints it.
    pub body: B,
}

/// Something that a person decided.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRow {
    /// Its place in the order of all decisions; the casebook gives it.
    pub number: i64,
    /// When, by the clock on the wall.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// The finding that it is about, where it is about one.
    pub finding: Option<String>,
    /// What was decided.
    pub body: Value,
}
