//! The manifest: which segments and ingests belong to the lake. What it does not name is not in the lake.

use std::path::{Path, PathBuf};

use records::{RECORD_TYPES, Timestamp};
use serde::{Deserialize, Serialize};

use crate::runs::Run;
use crate::{LakeError, folder};

/// Format version of the manifest and of what it names.
pub(crate) const FORMAT: u32 = 1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// See [`FORMAT`].
    pub(crate) format: u32,
    /// Number of the next segment.
    pub(crate) next_segment: u64,
    /// Number of the next ingest.
    pub(crate) next_ingest: u64,
    /// Sorted by type, day and number.
    pub(crate) segments: Vec<Segment>,
    /// Ingests that have not been committed: running, or interrupted by a crash.
    pub(crate) open: Vec<OpenIngest>,
    /// Captures whose records are all in the lake.
    pub(crate) captures: Vec<CaptureIdentity>,
    /// Ingests that were committed, in order.
    #[serde(default)]
    pub(crate) runs: Vec<Run>,
    /// Segments that compaction has replaced; their files go with the next change, so that who reads them
    /// at the time can finish.
    #[serde(default)]
    pub(crate) replaced: Vec<Segment>,
}

/// A Parquet file with records of one type and one day, sorted by time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Number, unique in the lake.
    pub number: u64,
    /// Name of the record type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Day (UTC) of the records, e.g. `2026-11-16`.
    pub day: String,
    /// How many records it holds.
    pub rows: u64,
    /// Length of the file.
    pub bytes: u64,
    /// Time of the first record, nanoseconds since the epoch.
    pub first: i64,
    /// Time of the last record.
    pub last: i64,
    /// The ingest that it belongs to as long as that is not committed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingest: Option<u64>,
    /// Where records of the same time stand among those of other segments; [`Segment::number`] where absent.
    /// A merged segment takes the place of the first that it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u64>,
    /// Which of its records arrived first and which last, counted through all ingests; absent where an earlier
    /// version wrote it, which did not keep the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrivals: Option<(u64, u64)>,
}

impl Segment {
    /// Where the file lies in the lake's folder.
    pub fn path(&self, dir: &Path) -> PathBuf {
        dir.join(&self.record_type)
            .join(format!("day={}", self.day))
            .join(format!("{:08}.parquet", self.number))
    }

    pub(crate) fn place(&self) -> u64 {
        self.place.unwrap_or(self.number)
    }

    /// The place of its type in [`RECORD_TYPES`]; `None` where this version does not know the type.
    pub(crate) fn type_index(&self) -> Option<usize> {
        RECORD_TYPES.iter().position(|record_type| record_type.name == self.record_type)
    }

    fn sort_key(&self) -> (&str, &str, u64) {
        (&self.record_type, &self.day, self.number)
    }
}

/// An ingest that has not been committed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct OpenIngest {
    pub(crate) number: u64,
    pub(crate) name: String,
    /// The first log file whose records are not in segments.
    pub(crate) log_from: u64,
    /// See [`Run::networks`].
    #[serde(default)]
    pub(crate) networks: Vec<String>,
}

/// What names a capture by its content, so that the same capture is noticed under another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaptureIdentity {
    /// XXH3-128 of the content.
    #[serde(with = "hexadecimal")]
    pub hash: u128,
    /// Length of the content.
    pub bytes: u64,
    /// Name of the file, for people.
    pub name: String,
    /// What it holds, where that is not packets: `zeek-tsv`, `zeek-json`, `suricata-eve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Name of the sensor, where the input tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensor: Option<String>,
}

impl CaptureIdentity {
    /// Whether both have the same content.
    pub fn is_same_content(&self, other: &Self) -> bool {
        self.hash == other.hash && self.bytes == other.bytes
    }
}

mod hexadecimal {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(hash: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{hash:032x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map_err(D::Error::custom)
    }
}

impl Manifest {
    pub(crate) const fn empty() -> Self {
        Self {
            format: FORMAT,
            next_segment: 1,
            next_ingest: 1,
            segments: Vec::new(),
            open: Vec::new(),
            captures: Vec::new(),
            runs: Vec::new(),
            replaced: Vec::new(),
        }
    }

    /// Reads the manifest; `None` where there is no lake.
    pub(crate) fn load(dir: &Path) -> Result<Option<Self>, LakeError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let path = folder::manifest_path(dir);
        let content = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            content => content.map_err(LakeError::io("read", &path))?,
        };
        let damaged =
            |error: serde_json::Error| LakeError::Manifest { path: path.clone(), reason: error.to_string() };
        let head: Head = serde_json::from_slice(&content).map_err(damaged)?;
        if head.format > FORMAT {
            return Err(LakeError::Format { path, found: head.format, known: FORMAT });
        }
        serde_json::from_slice(&content).map(Some).map_err(damaged)
    }

    pub(crate) fn store(&mut self, dir: &Path) -> Result<(), LakeError> {
        self.segments.sort_by(|left, right| left.sort_key().cmp(&right.sort_key()));
        let path = folder::manifest_path(dir);
        let mut content = serde_json::to_vec_pretty(self)
            .map_err(|error| LakeError::Manifest { path: path.clone(), reason: error.to_string() })?;
        content.push(b'\n');
        folder::replace_file(&path, &content)
    }

    /// The number for a segment about to be written.
    pub(crate) fn take_segment_number(&mut self) -> u64 {
        let number = self.next_segment;
        self.next_segment += 1;
        number
    }

    pub(crate) fn open_ingest(&mut self, number: u64) -> Option<&mut OpenIngest> {
        self.open.iter_mut().find(|ingest| ingest.number == number)
    }

    /// Takes the ingest and its segments out of the lake; gives the segments, whose files can then go.
    pub(crate) fn drop_ingest(&mut self, number: u64) -> Vec<Segment> {
        self.open.retain(|ingest| ingest.number != number);
        self.segments.extract_if(.., |segment| segment.ingest == Some(number)).collect()
    }

    /// Whether the capture's records are all in the lake.
    pub(crate) fn knows(&self, capture: &CaptureIdentity) -> bool {
        self.captures.iter().any(|known| known.is_same_content(capture))
    }

    /// Time of the latest record in segments.
    pub(crate) fn latest(&self) -> Option<Timestamp> {
        self.segments.iter().map(|segment| Timestamp(segment.last)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_is_known_under_another_name() {
        let capture = |name: &str, bytes| CaptureIdentity {
            hash: 7,
            bytes,
            name: name.to_owned(),
            format: None,
            sensor: None,
        };
        let mut manifest = Manifest::empty();
        manifest.captures.push(capture("monday.pcap", 10));
        assert!(manifest.knows(&capture("copy.pcap", 10)));
        assert!(!manifest.knows(&capture("monday.pcap", 11)));
    }

    #[test]
    fn a_manifest_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::load(folder.path()).unwrap(), None);
        let mut manifest = Manifest::empty();
        manifest.captures.push(CaptureIdentity {
            hash: u128::MAX - 5,
            bytes: 1,
            name: "a".into(),
            format: Some("zeek-tsv".into()),
            sensor: None,
        });
        manifest.open.push(OpenIngest { number: 1, name: "b".into(), log_from: 2, networks: Vec::new() });
        manifest.runs.push(Run::new(3, "c", 5, &["203.0.113.0/24".to_owned()]));
        manifest.store(folder.path()).unwrap();
        assert_eq!(Manifest::load(folder.path()).unwrap(), Some(manifest));
    }

    #[test]
    fn a_damaged_manifest_says_which_file_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder::manifest_path(folder.path());
        for content in ["", "{\"format\": 1, \"segm", "{\"format\": 1}"] {
            std::fs::write(&path, content).unwrap();
            let message = Manifest::load(folder.path()).unwrap_err().to_string();
            assert!(message.contains("manifest.json") && message.contains("restore"), "{message}");
        }
        std::fs::write(&path, "{\"format\": 99}").unwrap();
        let message = Manifest::load(folder.path()).unwrap_err().to_string();
        assert!(message.contains("format 99"), "{message}");
    }
}
