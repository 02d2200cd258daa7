//! Records in the order of time, however many there are: what does not fit into memory waits in a file that has no name.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use records::{AnyRecord, Interval};

use crate::packed::{Packer, Unpacker};

/// Bytes of records that wait in memory.
const MEMORY_BYTES: usize = 192 << 20;

/// Memory for reading all runs at once, …
const READ_BYTES: usize = 64 << 20;

/// … of which each gets no less and no more than this.
const READ_BYTES_OF_RUN: (usize, usize) = (16 << 10, 256 << 10);

/// Key, type, flags and length before each record of a run.
const HEAD_BYTES: usize = 8 + 2 + 1 + 4;

/// The time at which a sensor would have written the record: a connection when it was over.
pub(crate) fn written_at(record: &AnyRecord) -> i64 {
    let span = match record {
        AnyRecord::Conn(conn) => conn.duration.unwrap_or_default(),
        AnyRecord::File(file) => file.duration,
        AnyRecord::Dns(dns) => dns.rtt.unwrap_or_default(),
        _ => Interval(0),
    };
    (record.ts() + span.max(Interval(0))).0
}

/// A record with its place in time.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) key: i64,
    pub(crate) record: AnyRecord,
    /// Logins are to be told from it: whoever wrote it has no records of them.
    pub(crate) tells_logins: bool,
}

/// Where a record lies in the memory.
#[derive(Clone, Copy, Debug)]
struct Entry {
    key: i64,
    start: usize,
    length: u32,
    type_index: u16,
    tells_logins: bool,
}

/// Takes records in any order.
pub(crate) struct Sorter {
    memory: Vec<u8>,
    memory_max: usize,
    entries: Vec<Entry>,
    folder: PathBuf,
    file: Option<File>,
    file_bytes: u64,
    /// Where the sorted runs end in the file.
    runs: Vec<u64>,
}

impl Sorter {
    /// What does not fit into memory goes to this folder.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            memory: Vec::new(),
            memory_max: MEMORY_BYTES,
            entries: Vec::new(),
            folder,
            file: None,
            file_bytes: 0,
            runs: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, placed: &Placed) -> io::Result<()> {
        let start = self.memory.len();
        placed.record.write(&mut Packer(&mut self.memory));
        self.entries.push(Entry {
            key: placed.key,
            start,
            length: u32::try_from(self.memory.len() - start).unwrap_or(u32::MAX),
            type_index: u16::try_from(placed.record.type_index()).unwrap_or(u16::MAX),
            tells_logins: placed.tells_logins,
        });
        if self.memory.len() + self.entries.len() * size_of::<Entry>() > self.memory_max {
            self.spill()?;
        }
        Ok(())
    }

    /// All records, the earliest first; of the same time as they came.
    pub(crate) fn sorted(mut self) -> io::Result<Sorted> {
        if !self.runs.is_empty() {
            self.spill()?;
        }
        self.entries.sort_by_key(|entry| entry.key);
        let mut sorted = Sorted {
            memory: self.memory,
            entries: self.entries.into_iter(),
            runs: Vec::new(),
            turns: BinaryHeap::new(),
        };
        if let Some(file) = self.file.map(Arc::new) {
            let room = (READ_BYTES / self.runs.len().max(1)).clamp(READ_BYTES_OF_RUN.0, READ_BYTES_OF_RUN.1);
            let mut start = 0;
            for end in self.runs {
                let run = Run { file: Arc::clone(&file), start, end, room, buffer: Vec::new(), at: 0 };
                sorted.runs.push(run);
                start = end;
            }
            for place in 0..sorted.runs.len() {
                sorted.queue(place)?;
            }
        }
        Ok(sorted)
    }

    /// Writes what is in memory as a run.
    fn spill(&mut self) -> io::Result<()> {
        self.entries.sort_by_key(|entry| entry.key);
        let file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(&self.folder)?,
        };
        let mut writer = io::BufWriter::with_capacity(1 << 20, file);
        for entry in self.entries.drain(..) {
            let record =
                self.memory.get(entry.start..entry.start + entry.length as usize).unwrap_or_default();
            writer.write_all(&entry.key.to_le_bytes())?;
            writer.write_all(&entry.type_index.to_le_bytes())?;
            writer.write_all(&[u8::from(entry.tells_logins)])?;
            writer.write_all(&entry.length.to_le_bytes())?;
            writer.write_all(record)?;
            self.file_bytes += (HEAD_BYTES + record.len()) as u64;
        }
        self.memory.clear();
        self.file = Some(writer.into_inner().map_err(io::IntoInnerError::into_error)?);
        self.runs.push(self.file_bytes);
        Ok(())
    }
}

/// Gives records in order.
#[derive(Debug)]
pub(crate) struct Sorted {
    memory: Vec<u8>,
    entries: std::vec::IntoIter<Entry>,
    runs: Vec<Run>,
    /// The next record of each run: earlier runs first where times are the same.
    turns: BinaryHeap<Reverse<(i64, usize)>>,
}

impl Sorted {
    /// The next record.
    pub(crate) fn next(&mut self) -> io::Result<Option<Placed>> {
        let Some(Reverse((key, place))) = self.turns.pop() else { return self.next_in_memory() };
        let Some(run) = self.runs.get_mut(place) else { return Ok(None) };
        let head = run.take(HEAD_BYTES)?;
        let type_index = u16::from_le_bytes(part(head, 8)?);
        let [flags] = part(head, 10)?;
        let length = u32::from_le_bytes(part(head, 11)?) as usize;
        let record = unpacked(type_index, run.take(length)?)?;
        self.queue(place)?;
        Ok(Some(Placed { key, record, tells_logins: flags != 0 }))
    }

    fn next_in_memory(&mut self) -> io::Result<Option<Placed>> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        let bytes = self.memory.get(entry.start..entry.start + entry.length as usize).unwrap_or_default();
        let record = unpacked(entry.type_index, bytes)?;
        Ok(Some(Placed { key: entry.key, record, tells_logins: entry.tells_logins }))
    }

    /// Puts the next record of a run in the queue.
    fn queue(&mut self, place: usize) -> io::Result<()> {
        if let Some(run) = self.runs.get_mut(place)
            && run.has(HEAD_BYTES)?
        {
            let key = i64::from_le_bytes(part(run.left(), 0)?);
            self.turns.push(Reverse((key, place)));
        }
        Ok(())
    }
}

fn unpacked(type_index: u16, bytes: &[u8]) -> io::Result<AnyRecord> {
    AnyRecord::read(usize::from(type_index), &mut Unpacker(bytes)).map_err(|_| damaged())
}

fn part<const LENGTH: usize>(bytes: &[u8], at: usize) -> io::Result<[u8; LENGTH]> {
    bytes.get(at..at + LENGTH).and_then(|part| part.try_into().ok()).ok_or_else(damaged)
}

/// The file has no name: nobody but the disk can have changed it.
fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the temporary file is damaged")
}

/// A sorted part of the file.
#[derive(Debug)]
struct Run {
    file: Arc<File>,
    /// What has not been read yet.
    start: u64,
    end: u64,
    room: usize,
    buffer: Vec<u8>,
    at: usize,
}

impl Run {
    fn left(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// Makes sure that so many bytes are in the buffer; false where the run has fewer.
    fn has(&mut self, length: usize) -> io::Result<bool> {
        if self.left().len() < length {
            self.buffer.drain(..self.at);
            self.at = 0;
            let before = self.buffer.len();
            let wanted = self.room.max(length - before) as u64;
            let count = wanted.min(self.end - self.start);
            self.buffer.resize(before + count as usize, 0);
            if let Some(room) = self.buffer.get_mut(before..) {
                self.file.read_exact_at(room, self.start)?;
            }
            self.start += count;
        }
        Ok(self.left().len() >= length)
    }

    fn take(&mut self, length: usize) -> io::Result<&[u8]> {
        if !self.has(length)? {
            return Err(damaged());
        }
        let start = self.at;
        self.at += length;
        self.buffer.get(start..self.at).ok_or_else(damaged)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use records::{Timestamp, Weird};

    use super::*;

    fn order(keys: &[i64], memory_max: usize) -> Vec<(i64, i64)> {
        let mut sorter = Sorter::new(std::env::temp_dir());
        sorter.memory_max = memory_max;
        for (place, key) in (0..).zip(keys) {
            let record = Weird {
                ts: Timestamp(place),
                name: "x".repeat(place as usize % 50).into(),
                ..Weird::default()
            };
            sorter.push(&Placed { key: *key, record: record.into(), tells_logins: place % 2 == 0 }).unwrap();
        }
        let mut sorted = sorter.sorted().unwrap();
        let mut order = Vec::new();
        while let Some(placed) = sorted.next().unwrap() {
            assert_eq!(placed.tells_logins, placed.record.ts().0 % 2 == 0);
            order.push((placed.key, placed.record.ts().0));
        }
        order
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_order_does_not_depend_on_the_memory(keys in prop::collection::vec(-5..5_i64, 0..300)) {
            let mut expected: Vec<(i64, i64)> = keys.iter().copied().zip(0..).collect();
            expected.sort();
            for memory_max in [1, 500, 5000, MEMORY_BYTES] {
                prop_assert_eq!(&order(&keys, memory_max), &expected);
            }
        }
    }
}
