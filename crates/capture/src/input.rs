//! The content of one file: read in large pieces, unpacked, and hashed on the way.

use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use crate::damage::{Damage, Fault};
use crate::folder::Listed;
use crate::progress::Progress;
use crate::raw_file::RawFile;
use crate::reader::FileReport;
use crate::unpack::{HEAD_LENGTH, Unpacker};

/// How much of a packed file is read at once.
const PACKED_LENGTH: usize = 128 * 1024;

/// Content of so many bytes is believed of every file, however small it is on disk, …
const CONTENT_BYTES_FREE: u64 = 1 << 30;

/// … and beyond that so many bytes for each byte on disk (gzip cannot reach more than 1032).
const EXPANSION_MAX: u64 = 1_100;

/// The unpacked bytes of a file.
pub struct Input {
    raw: RawFile,
    unpacker: Option<Unpacker>,
    memory: usize,
    /// Read, but not yet unpacked: these bytes of the buffer.
    packed: Vec<u8>,
    at: usize,
    end: usize,
    content_length: u64,
    /// Of what came out of the unpacker; plain content has the hash of the file.
    content_hash: Xxh3,
    state: State,
    fault: Option<(u64, Fault)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// The file has been read to its end, but more may come out of the unpacker.
    Draining,
    Ended,
}

impl Input {
    /// Of a file that was listed.
    pub fn of(file: &Listed, progress: Option<Arc<Progress>>) -> Self {
        let mut input = Self::new(&file.path, progress);
        input.raw.begin_with(&file.taken);
        input
    }

    /// Of what was taken from a stream, as far as it goes.
    pub(crate) fn of_taken(taken: &Arc<[u8]>) -> Self {
        let mut input = Self::new(Path::new("/dev/null"), None);
        input.raw.begin_with(taken);
        input
    }

    pub(crate) fn new(path: &Path, progress: Option<Arc<Progress>>) -> Self {
        Self {
            raw: RawFile::new(path, progress),
            unpacker: None,
            memory: usize::MAX,
            packed: Vec::new(),
            at: 0,
            end: 0,
            content_length: 0,
            content_hash: Xxh3::new(),
            state: State::Open,
            fault: None,
        }
    }

    /// Fills the room with content; what it leaves empty is beyond the end.
    pub fn fill(&mut self, room: &mut [u8]) -> usize {
        let mut filled = 0;
        while self.state != State::Ended {
            let Some(left) = room.get_mut(filled..).filter(|left| !left.is_empty()) else { break };
            let produced = self.portion(left);
            if !self.is_plain() {
                self.content_hash.update(left.get(..produced).unwrap_or(&[]));
            }
            self.content_length += produced as u64;
            filled += produced;
            if self.content_length > CONTENT_BYTES_FREE.max(self.raw.offset().saturating_mul(EXPANSION_MAX)) {
                self.fail(self.raw.offset(), Fault::Bomb);
            }
        }
        filled
    }

    fn portion(&mut self, room: &mut [u8]) -> usize {
        if self.is_plain() && self.at == self.end {
            return self.read_plain(room);
        }
        if self.at == self.end && self.state == State::Open {
            self.read_packed();
        }
        let Some(unpacker) = &mut self.unpacker else { return 0 };
        let portion = unpacker.step(self.packed.get(self.at..self.end).unwrap_or(&[]), room);
        self.at += portion.consumed;
        if let Some(fault) = portion.fault {
            self.fail(self.raw.offset() - (self.end - self.at) as u64, fault);
        } else if self.state == State::Draining && portion.produced == 0 && portion.consumed == 0 {
            self.state = State::Ended;
            if let Some(fault) = self.unpacker.as_ref().and_then(Unpacker::end) {
                self.fail(self.raw.offset(), fault);
            }
        }
        portion.produced
    }

    /// Plain content goes where it is wanted without a stop.
    fn read_plain(&mut self, room: &mut [u8]) -> usize {
        match self.raw.fill(room) {
            Ok(count) => {
                if count < room.len() {
                    self.state = State::Ended;
                }
                count
            }
            Err((count, kind)) => {
                self.fail(self.raw.offset(), Fault::Read(kind));
                count
            }
        }
    }

    fn read_packed(&mut self) {
        let length = if self.unpacker.is_none() { HEAD_LENGTH } else { PACKED_LENGTH };
        self.packed.resize(length, 0);
        (self.at, self.end) = (0, 0);
        match self.raw.fill(&mut self.packed) {
            Ok(count) => {
                self.end = count;
                if count < length {
                    self.state = State::Draining;
                }
            }
            Err((_, kind)) => return self.fail(self.raw.offset(), Fault::Read(kind)),
        }
        if self.unpacker.is_none() {
            match Unpacker::for_head(self.packed.get(..self.end).unwrap_or(&[]), self.memory) {
                Ok(unpacker) => self.unpacker = Some(unpacker),
                Err(fault) => self.fail(0, fault),
            }
        }
    }

    fn fail(&mut self, offset: u64, fault: Fault) {
        self.state = State::Ended;
        self.fault.get_or_insert((offset, fault));
    }

    /// What was wrong with the file, and where.
    pub(crate) fn fault(&self) -> Option<&(u64, Fault)> {
        self.fault.as_ref()
    }

    /// Whether what has been read so far is not the content itself.
    pub(crate) fn is_packed(&self) -> bool {
        matches!(self.unpacker, Some(Unpacker::Gzip(_) | Unpacker::Zstd(_)))
    }

    fn is_plain(&self) -> bool {
        matches!(self.unpacker, Some(Unpacker::Plain))
    }

    /// Reads the file to its end for the sake of the hashes: the content as far as it can be unpacked, however much
    /// of it made sense as a capture, and all bytes on disk.
    pub(crate) fn drain(&mut self) {
        let mut buffer = vec![0; PACKED_LENGTH];
        while self.fill(&mut buffer) > 0 {}
        while self.raw.fill(&mut buffer).is_ok_and(|count| count > 0) {}
    }

    /// Ends the reading of what is no capture, and says what was read: so many lines in the place of frames, from the
    /// earliest to the latest time, in this format.
    pub fn finish(mut self, format: &'static str, lines: u64, span: Option<(i64, i64)>) -> FileReport {
        self.drain();
        let (content_bytes, content_hash) = self.content();
        let path = self.raw.path().to_owned();
        let damage = self.fault.take();
        FileReport {
            file: 0,
            format,
            sensor: None,
            disk_bytes: self.raw.identity().bytes,
            disk_hash: self.raw.identity().hash,
            content_bytes,
            content_hash,
            frames: lines,
            first: span.map(|span| span.0),
            mended_stamps: 0,
            last: span.map(|span| span.1),
            damage: damage.map(|(offset, what)| Damage { path: path.clone(), offset, what }),
            path,
        }
    }

    /// Unpacks with about so much memory, or as much as ordinary files need where that is more.
    pub(crate) fn set_memory(&mut self, bytes: usize) {
        self.memory = bytes;
    }

    /// From now on gives the file descriptor back after each reading.
    pub(crate) fn close_between_readings(&mut self) {
        self.raw.close_between_readings();
    }

    pub(crate) fn raw(&self) -> &RawFile {
        &self.raw
    }

    /// Length and XXH3-128 of the content that came out.
    pub(crate) fn content(&self) -> (u64, u128) {
        let hash = if self.is_plain() { self.raw.identity().hash } else { self.content_hash.digest128() };
        (self.content_length, hash)
    }
}
