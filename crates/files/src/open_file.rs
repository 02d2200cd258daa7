//! One file while its bytes come.

use records::{AnyRecord, File, Timestamp, Uid};

use crate::assembly::{Assembly, Piece};
use crate::digest::Digest;
use crate::entropy::Entropy;
use crate::files::{Carrier, Start};
use crate::formats::Inspection;
use crate::magic;
use crate::store::Store;
use crate::window::Budget;

/// The type is told from so many bytes at the beginning (Zeek's `default_file_bof_buffer_size`).
const HEAD_BYTES: usize = 4096;

/// A file without traffic for so long is given up when its timer fires (Zeek's `default_file_timeout_interval`).
const TIMEOUT_NANOSECONDS: i64 = 120_000_000_000;

/// How far the content is known.
enum Head {
    /// Too few bytes yet to tell the type.
    Collecting(Vec<u8>),
    /// The type has been told, or cannot be.
    Told,
}

/// One file.
pub(crate) struct OpenFile {
    pub(crate) fuid: Uid,
    pub(crate) start: Start,
    pub(crate) mime_type: Option<&'static str>,
    pub(crate) seen_bytes: u64,
    first: Timestamp,
    last: Timestamp,
    missing_bytes: u64,
    overflow_bytes: u64,
    assembly: Assembly,
    head: Head,
    /// None once there is a hole.
    digest: Option<Digest>,
    entropy: Entropy,
    /// Only for the formats that are looked into.
    inspection: Option<Box<Inspection>>,
    budget: Budget,
    stored: bool,
}

impl OpenFile {
    pub(crate) fn new(
        ts: Timestamp,
        fuid: Uid,
        start: Start,
        store: Option<&mut Store>,
        budget: Budget,
    ) -> Self {
        let stored = store.is_some_and(|store| store.begin(fuid));
        Self {
            fuid,
            start,
            mime_type: None,
            seen_bytes: 0,
            first: ts,
            last: ts,
            missing_bytes: 0,
            overflow_bytes: 0,
            assembly: Assembly::default(),
            head: Head::Collecting(Vec::new()),
            digest: Some(Digest::default()),
            entropy: Entropy::default(),
            inspection: None,
            budget,
            stored,
        }
    }

    /// Bytes at `offset`, or behind the last ones.
    pub(crate) fn take(
        &mut self,
        ts: Timestamp,
        offset: Option<u64>,
        bytes: &[u8],
        store: Option<&mut Store>,
    ) {
        self.last = ts;
        let offset = offset.unwrap_or_else(|| self.assembly.position());
        // An offset at the end of the number range holds no more bytes.
        let room = usize::try_from(u64::MAX - offset).unwrap_or(usize::MAX).min(bytes.len());
        let (bytes, _) = bytes.split_at(room);
        self.with_assembly(ts, store, |assembly, deliver| assembly.take(offset, bytes, deliver));
    }

    pub(crate) fn gap(&mut self, ts: Timestamp, length: u64, store: Option<&mut Store>) {
        self.last = ts;
        self.with_assembly(ts, store, |assembly, deliver| {
            assembly.skip(length, deliver);
            0
        });
    }

    /// What the bytes cost that wait for a hole to be filled.
    pub(crate) fn pending_cost(&self) -> usize {
        self.assembly.pending_cost()
    }

    /// Gives up the holes for which bytes wait.
    pub(crate) fn give_way(&mut self, store: Option<&mut Store>) {
        self.with_assembly(self.last, store, |assembly, deliver| assembly.flush(deliver));
    }

    /// All bytes that it should have were seen or are known to be missing.
    pub(crate) fn is_complete(&self) -> bool {
        self.start.total_bytes.is_some_and(|total| self.assembly.position() >= total)
    }

    /// Whether the file was given up before `now`. Zeek's timer first fires a time-out after the file began,
    /// and again after as long a span, until it finds the file idle.
    pub(crate) fn is_timed_out(&self, now: Timestamp) -> bool {
        let idle_from = self.last.since(self.first).0.saturating_add(TIMEOUT_NANOSECONDS);
        let spans = idle_from.saturating_add(TIMEOUT_NANOSECONDS - 1).div_euclid(TIMEOUT_NANOSECONDS);
        now.since(self.first).0 >= spans.saturating_mul(TIMEOUT_NANOSECONDS)
    }

    /// Ends the file and writes its records.
    pub(crate) fn finish(
        &mut self,
        carrier: &Carrier,
        timed_out: bool,
        mut store: Option<&mut Store>,
        records: &mut Vec<AnyRecord>,
    ) {
        let last = self.last;
        self.with_assembly(last, store.as_deref_mut(), |assembly, deliver| {
            assembly.flush(deliver);
            0
        });
        self.tell_type(last);
        if self.seen_bytes == 0 && self.missing_bytes == 0 {
            // Nothing came of it, so nothing was lost.
            if let Some(store) = store {
                store.discard(self.fuid);
            }
            return;
        }
        let is_whole = self.start.total_bytes.is_none_or(|total| self.seen_bytes >= total);
        if let Some(mut inspection) = self.inspection.take() {
            inspection.records(self.fuid, is_whole, records);
        }
        let sums = self.digest.as_ref().filter(|_| self.seen_bytes > 0).map(Digest::sums);
        let extracted = match (&sums, store) {
            (Some(sums), Some(store)) if self.stored => store.finish(self.fuid, &sums.sha256),
            (_, store) => {
                self.drop_stored(store);
                None
            }
        };
        let (md5, sha1, sha256) =
            sums.map_or((None, None, None), |sums| (Some(sums.md5), Some(sums.sha1), Some(sums.sha256)));
        records.push(
            File {
                ts: self.first,
                fuid: self.fuid,
                uid: carrier.uid,
                id: carrier.id,
                source: self.start.source.into(),
                depth: self.start.depth,
                mime_type: self.mime_type.map(Into::into),
                filename: self.start.filename.take(),
                duration: self.last.since(self.first),
                local_orig: Some(self.start.local_orig),
                is_orig: Some(self.start.is_orig),
                seen_bytes: self.seen_bytes,
                total_bytes: self.start.total_bytes,
                missing_bytes: self.missing_bytes,
                overflow_bytes: self.overflow_bytes,
                timedout: timed_out,
                parent_fuid: None,
                md5,
                sha1,
                sha256,
                entropy: self.entropy.bits_per_byte(),
                extracted,
            }
            .into(),
        );
    }

    fn with_assembly(
        &mut self,
        ts: Timestamp,
        mut store: Option<&mut Store>,
        work: impl FnOnce(&mut Assembly, &mut dyn FnMut(Piece<'_>)) -> u64,
    ) {
        let mut assembly = std::mem::take(&mut self.assembly);
        let lost = work(&mut assembly, &mut |piece| match piece {
            Piece::Bytes(bytes) => self.next_bytes(ts, bytes, store.as_deref_mut()),
            Piece::Gap(length) => self.next_gap(ts, length, store.as_deref_mut()),
        });
        self.overflow_bytes = self.overflow_bytes.saturating_add(lost);
        self.assembly = assembly;
    }

    fn next_bytes(&mut self, ts: Timestamp, bytes: &[u8], store: Option<&mut Store>) {
        self.seen_bytes = self.seen_bytes.saturating_add(bytes.len() as u64);
        if let Some(inspection) = &mut self.inspection {
            inspection.data(bytes);
        }
        if let Head::Collecting(head) = &mut self.head {
            let room = HEAD_BYTES.saturating_sub(head.len());
            head.extend_from_slice(bytes.split_at(room.min(bytes.len())).0);
            if head.len() >= HEAD_BYTES {
                self.tell_type(ts);
                let (_, rest) = bytes.split_at(room.min(bytes.len()));
                if let Some(inspection) = &mut self.inspection {
                    inspection.data(rest);
                }
            }
        }
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
        self.entropy.update(bytes);
        if self.stored && store.is_some_and(|store| !store.write(self.fuid, bytes)) {
            self.stored = false;
        }
    }

    fn next_gap(&mut self, ts: Timestamp, length: u64, store: Option<&mut Store>) {
        self.tell_type(ts);
        self.digest = None;
        if let Some(inspection) = &mut self.inspection {
            inspection.stop();
        }
        self.drop_stored(store);
        self.missing_bytes = self.missing_bytes.saturating_add(length);
    }

    /// Tells the type from what is there; later bytes do not change it.
    fn tell_type(&mut self, ts: Timestamp) {
        let Head::Collecting(head) = std::mem::replace(&mut self.head, Head::Told) else { return };
        if head.is_empty() {
            return;
        }
        self.mime_type = magic::mime_type(&head);
        self.inspection = Inspection::of(self.first, ts, self.mime_type, &head, &self.budget);
    }

    fn drop_stored(&mut self, store: Option<&mut Store>) {
        if std::mem::take(&mut self.stored)
            && let Some(store) = store
        {
            store.drop_file(self.fuid);
        }
    }
}
