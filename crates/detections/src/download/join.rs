//! Joins files with their requests, whichever record comes first.

use records::{AnyRecord, File, Interval, Timestamp};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use world::{DeviceIndex, Direction, Seen, Visit, World};

/// A file waits so long for the record of its request, which is written when the response is over.
const WAIT: Interval = Interval::from_secs(600);
const WAITING_MAX: usize = 10_000;

/// What the detections of downloads need to know of a file, since records themselves cannot be kept in checkpoints.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FetchedFile {
    pub(crate) ts: Timestamp,
    pub(crate) uid: records::Uid,
    pub(crate) fuid: records::Uid,
    pub(crate) id: records::Endpoints,
    pub(crate) mime_type: Option<String>,
    pub(crate) filename: Option<String>,
    pub(crate) bytes: u64,
    pub(crate) md5: Option<String>,
    pub(crate) sha1: Option<String>,
    pub(crate) sha256: Option<String>,
}

impl FetchedFile {
    pub(crate) fn new(file: &File) -> Self {
        Self {
            ts: file.ts,
            uid: file.uid,
            fuid: file.fuid,
            id: file.id,
            mime_type: file.mime_type.as_deref().map(str::to_owned),
            filename: file.filename.clone(),
            bytes: file.seen_bytes,
            md5: file.md5.clone(),
            sha1: file.sha1.clone(),
            sha256: file.sha256.clone(),
        }
    }
}

/// A file and the request that fetched it.
pub(crate) struct Download {
    pub(crate) device: DeviceIndex,
    pub(crate) file: FetchedFile,
    pub(crate) request: Visit,
}

/// Files that wait for their requests.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Joiner {
    waiting: FxHashMap<records::Uid, Vec<(DeviceIndex, FetchedFile)>>,
    count: usize,
}

impl Joiner {
    /// The downloads that this record completes, of files for which `wanted` holds.
    pub(crate) fn observe(
        &mut self,
        seen: &Seen<'_>,
        world: &World,
        wanted: impl FnOnce(&File) -> bool,
    ) -> Vec<Download> {
        let (Direction::Outward, Some(device)) = (seen.direction, seen.orig) else { return Vec::new() };
        match seen.record {
            AnyRecord::File(file) if file.source == "HTTP" && file.is_orig == Some(false) && wanted(file) => {
                let fetched = FetchedFile::new(file);
                match world.visits().find(device, file.uid, file.fuid, file.seen_bytes) {
                    Some(request) => vec![Download { device, file: fetched, request: request.clone() }],
                    None => {
                        self.wait(device, fetched);
                        Vec::new()
                    }
                }
            }
            AnyRecord::Http(http) if !self.waiting.is_empty() => {
                let Some(files) = self.waiting.remove(&http.uid) else { return Vec::new() };
                self.count -= files.len();
                let request = Visit::new(http);
                let download = |(device, file)| Download { device, file, request: request.clone() };
                files.into_iter().map(download).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Gives up on files whose request never came.
    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.waiting.retain(|_, files| files.iter().any(|(_, file)| now.since(file.ts) < WAIT));
        self.count = self.waiting.values().map(Vec::len).sum();
    }

    fn wait(&mut self, device: DeviceIndex, file: FetchedFile) {
        if self.count < WAITING_MAX {
            self.count += 1;
            self.waiting.entry(file.uid).or_default().push((device, file));
        }
    }
}
