//! What one device does to the files of one server.

use std::net::IpAddr;

use records::{SmbFiles, SmbTransfer};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use world::hash_of;

use crate::trail::Trail;

/// Extensions that are counted; longer ones are parts of names.
const EXTENSIONS_KEPT: usize = 32;
const EXTENSION_MAX: usize = 16;
/// Extensions of files that are being written: programs save and download under another name first.
const TEMPORARY: [&str; 7] = ["crdownload", "download", "part", "partial", "swp", "temp", "tmp"];
/// Files whose reading is remembered.
const FILES_KEPT: usize = 2_048;
const EXAMPLES_KEPT: usize = 10;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Files {
    pub(super) trail: Trail,
    /// Files by the extension that they got.
    became: FxHashMap<String, u64>,
    /// Kinds of files that were touched.
    kinds: FxHashSet<String>,
    read: FxHashSet<u64>,
    pub(super) rewritten: u64,
    pub(super) deleted: u64,
    pub(super) examples: Vec<String>,
    told: u64,
}

impl Files {
    pub(super) fn new(host: IpAddr) -> Self {
        Self {
            trail: Trail::new(host),
            became: FxHashMap::default(),
            kinds: FxHashSet::default(),
            read: FxHashSet::default(),
            rewritten: 0,
            deleted: 0,
            examples: Vec::new(),
            told: 0,
        }
    }

    pub(super) fn note_action(&mut self, record: &SmbFiles) {
        self.trail.note(record.id.orig_h, record.ts, record.ts, record.uid);
        match record.action.as_deref() {
            Some("SMB::FILE_DELETE") => self.deleted += 1,
            Some("SMB::FILE_RENAME") => {
                let (Some(before), Some(now)) = (&record.prev_name, &record.name) else { return };
                self.note_rename(before, now);
            }
            _ => {}
        }
    }

    fn note_rename(&mut self, before: &str, now: &str) {
        let (old, new) = (extension(before), extension(now));
        let Some(new) = new.filter(|new| Some(*new) != old) else { return };
        let is_temporary =
            |kind: &str| TEMPORARY.iter().any(|temporary| kind.eq_ignore_ascii_case(temporary));
        if is_temporary(new) || old.is_some_and(is_temporary) {
            return;
        }
        let new = new.to_ascii_lowercase();
        if !self.became.contains_key(&new) && self.became.len() >= EXTENSIONS_KEPT {
            return;
        }
        *self.became.entry(new).or_default() += 1;
        if let Some(old) = old.filter(|_| self.kinds.len() < EXTENSIONS_KEPT) {
            self.kinds.insert(old.to_ascii_lowercase());
        }
        if self.examples.len() < EXAMPLES_KEPT {
            self.examples.push(format!("{before} → {now}"));
        }
    }

    pub(super) fn note_transfer(&mut self, record: &SmbTransfer) {
        self.trail.note(record.id.orig_h, record.opened, record.ts, record.uid);
        let Some(name) = &record.name else { return };
        let file = hash_of(name);
        if record.bytes_read > 0 && self.read.len() < FILES_KEPT {
            self.read.insert(file);
        }
        // What was read whole and is written whole, is another file after that.
        if record.bytes_written > 0 && self.read.remove(&file) {
            self.rewritten += 1;
        }
    }

    /// The extension that most files got, and how many. None where files became kinds that others had before: a
    /// program that saves.
    pub(super) fn renamed(&self) -> (u64, &str) {
        let most = self
            .became
            .iter()
            .filter(|(extension, _)| !self.kinds.contains(*extension))
            .max_by_key(|(extension, count)| (**count, std::cmp::Reverse(extension.as_str())));
        most.map_or((0, ""), |(extension, count)| (*count, extension.as_str()))
    }

    pub(super) fn kinds(&self) -> usize {
        self.kinds.len()
    }

    fn size(&self) -> u64 {
        self.renamed().0 + self.rewritten
    }

    pub(super) fn is_due(&self) -> bool {
        self.told == 0 || self.size() >= self.told + self.told / 4
    }

    pub(super) fn is_stale(&self) -> bool {
        self.told > 0 && self.size() > self.told
    }

    pub(super) fn told(&mut self) {
        self.told = self.size().max(1);
    }
}

/// What stands after the last full stop of a file name.
fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit(['\\', '/']).next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && (1..=EXTENSION_MAX).contains(&extension.len())).then_some(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_saves_makes_no_new_kind() {
        let mut files = Files::new([10, 0, 0, 5].into());
        for number in 0..9 {
            files.note_rename(&format!("a\\~{number}.tmp"), &format!("a\\{number}.docx"));
            files.note_rename(&format!("a\\{number}.docx"), &format!("a\\{number}.bak"));
        }
        assert_eq!(files.renamed(), (9, "bak"));
        files.note_rename("a\\b.bak", "a\\b.docx");
        assert_eq!(files.renamed(), (0, ""));
    }
}
