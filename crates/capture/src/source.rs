//! Many files as one row of frames.
//!
//! Files are merged by time. Within a file the order is kept even where times go back: a frame counts as no
//! earlier than those before it in its file. Of frames at the same time, that of the file given first comes
//! first. Which frames are given out, and in which order, so depends on the files and their order alone.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use packets::format::FrameHead;

use crate::batch::{FrameBatch, Place};
use crate::block::BlockPool;
use crate::damage::OpenError;
use crate::folder::{Listed, Listing};
use crate::progress::Progress;
use crate::reader::{CaptureReader, FileReport};

/// Files that stay open at the same time; others that overlap them are closed after each reading.
const OPEN_FILES_MAX: usize = 128;

/// Memory for the files that overlap, as long as they need no more at least.
const MEMORY: usize = 1 << 30;

/// Memory for finding the time of a file's first frame.
const PEEK_MEMORY: usize = 1 << 18;

/// Where frames come from: files, folders, the standard input.
pub struct Source {
    /// Files not yet begun, by the time of their first frame.
    waiting: VecDeque<Waiting>,
    /// Files being read, but for the current one.
    active: BinaryHeap<Reverse<Turn>>,
    current: Option<Turn>,
    readers: Vec<Option<Box<Active>>>,
    pool: BlockPool,
    batches: u64,
    progress: Arc<Progress>,
    reports: Vec<FileReport>,
    /// Logs of TLS secrets that lay in the files and were not taken yet.
    secrets: Vec<u8>,
}

/// A file whose turn has not come.
struct Waiting {
    first: i64,
    file: u32,
    listed: Listed,
}

/// When a file is next: its time, then its place in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    key: i64,
    file: u32,
}

/// A file being read and its next frame.
struct Active {
    reader: CaptureReader,
    next: FrameHead,
    /// Index in the batch of the reader's block: (batch, block, index).
    placed: (u64, u64, u32),
}

impl Source {
    /// Finds the files and the times at which they begin.
    ///
    /// # Errors
    /// A path does not exist or cannot be looked at, or a folder has no capture in it. What is wrong within a file is told by
    /// [`Source::reports`] once it has been read.
    pub fn open(paths: &[PathBuf]) -> Result<Self, OpenError> {
        let Listing { captures, unreadable } = crate::list_captures(paths)?;
        match unreadable.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(Self::of(captures)),
        }
    }

    /// Finds the times at which the files begin.
    pub fn of(files: Vec<Listed>) -> Self {
        let progress = Arc::new(Progress::default());
        let mut pool = BlockPool::default();
        let is_alone = files.len() == 1;
        let mut waiting = Vec::with_capacity(files.len());
        for (file, listed) in (0..).zip(files) {
            progress.add_total(listed.disk_bytes);
            // What cannot be read twice begins at once.
            let first = if is_alone || listed.is_stream {
                i64::MIN
            } else {
                let mut reader = CaptureReader::new(&listed, None);
                reader.set_memory(PEEK_MEMORY);
                reader.next(&mut pool).map_or(i64::MIN, |head| head.ts)
            };
            waiting.push(Waiting { first, file, listed });
        }
        let readers = waiting.iter().map(|_| None).collect();
        waiting.sort_by_key(|waiting| (waiting.first, waiting.file));
        Self {
            waiting: waiting.into(),
            active: BinaryHeap::new(),
            current: None,
            readers,
            pool: BlockPool::default(),
            batches: 0,
            progress,
            reports: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// How far the reading has come.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// What has been read, in the order in which the files ended.
    pub fn reports(&self) -> &[FileReport] {
        &self.reports
    }

    /// Gives out the logs of TLS secrets that stood in the files up to the frame behind the last batch.
    pub fn take_secrets(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.secrets)
    }

    /// Fills the batch with the next frames; false where there are none.
    pub fn fill(&mut self, batch: &mut FrameBatch) -> bool {
        batch.clear();
        if self.progress.is_stopped() {
            return false;
        }
        self.batches += 1;
        while !batch.is_full() {
            if !self.choose() {
                break;
            }
            self.take(batch);
        }
        self.progress.add_frames(batch.len() as u64);
        !batch.is_empty()
    }

    /// Makes the file whose turn it is the current one; false at the end of all.
    #[inline]
    fn choose(&mut self) -> bool {
        loop {
            let next = match (self.current, self.active.peek()) {
                (Some(current), Some(&Reverse(other))) => Some(current.min(other)),
                (Some(turn), None) | (None, Some(&Reverse(turn))) => Some(turn),
                (None, None) => None,
            };
            let begins = self.waiting.front().is_some_and(|waiting| {
                next.is_none_or(|turn| (waiting.first, waiting.file) < (turn.key, turn.file))
            });
            if begins {
                self.begin();
                continue;
            }
            let Some(next) = next else { return false };
            if self.current != Some(next) {
                self.active.pop();
                self.active.extend(self.current.map(Reverse));
                self.current = Some(next);
            }
            return true;
        }
    }

    /// Opens the next of the waiting files.
    fn begin(&mut self) {
        let Some(Waiting { file, listed, .. }) = self.waiting.pop_front() else { return };
        let mut reader = CaptureReader::new(&listed, Some(Arc::clone(&self.progress)));
        let active = self.active.len() + 2;
        reader.set_memory(MEMORY / active);
        if active > OPEN_FILES_MAX && !listed.is_stream {
            reader.close_between_readings();
        }
        let next = reader.next(&mut self.pool);
        self.secrets.append(&mut reader.take_secrets());
        match next {
            Some(next) => {
                self.active.push(Reverse(Turn { key: next.ts, file }));
                if let Some(slot) = self.readers.get_mut(file as usize) {
                    *slot = Some(Box::new(Active { reader, next, placed: (0, 0, 0) }));
                }
            }
            None => self.finish(file, reader),
        }
    }

    /// Moves the next frame of the current file into the batch.
    #[inline]
    fn take(&mut self, batch: &mut FrameBatch) {
        let Some(turn) = self.current else { return };
        let Some(slot) = self.readers.get_mut(turn.file as usize) else { return };
        let Some(active) = slot else { return };
        let (block, number) = active.reader.block();
        if (active.placed.0, active.placed.1) != (self.batches, number) {
            active.placed = (self.batches, number, batch.add_block(block));
        }
        let FrameHead { ts, link, original_length, ref range } = active.next;
        batch.push(Place {
            ts,
            link,
            original_length,
            file: turn.file,
            block: active.placed.2,
            start: range.start as u32,
            end: range.end as u32,
        });
        let next = active.reader.next(&mut self.pool);
        if active.reader.has_secrets() {
            self.secrets.append(&mut active.reader.take_secrets());
        }
        match next {
            Some(next) => {
                self.current = Some(Turn { key: turn.key.max(next.ts), file: turn.file });
                active.next = next;
            }
            None => {
                self.current = None;
                if let Some(active) = slot.take() {
                    self.finish(turn.file, active.reader);
                }
            }
        }
    }

    fn finish(&mut self, file: u32, reader: CaptureReader) {
        self.reports.push(reader.finish(file, &mut self.pool));
        self.progress.add_file();
    }
}
