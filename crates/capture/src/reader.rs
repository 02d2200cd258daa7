//! One capture file, frame by frame.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use packets::format::{FormatReader, FrameHead, Step};

use crate::block::{BLOCK_LENGTH, Block, BlockPool};
use crate::damage::{Damage, Fault};
use crate::input::Input;
use crate::progress::Progress;

/// The smallest pieces in which a file is read.
const BLOCK_LENGTH_MIN: usize = 16 * 1024;

/// So many bytes of TLS secrets are taken out of a file; what is more is passed over.
const SECRETS_BYTES_MAX: usize = 64 << 20;

/// What is known of a file once it has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// The file; `-` for the standard input.
    pub path: PathBuf,
    /// Which file of the source it is, as [`crate::Frame::file`] says.
    pub file: u32,
    /// Bytes on disk.
    pub disk_bytes: u64,
    /// XXH3-128 of the bytes on disk.
    pub disk_hash: u128,
    /// Bytes of the unpacked content, up to the damage where the packing is damaged.
    pub content_bytes: u64,
    /// XXH3-128 of the content: the same for a capture and the same capture compressed.
    pub content_hash: u128,
    /// Frames given out.
    pub frames: u64,
    /// Earliest capture time in nanoseconds since the epoch.
    pub first: Option<i64>,
    /// Latest capture time.
    pub last: Option<i64>,
    /// What is wrong with it.
    pub damage: Option<Damage>,
}

/// Reads one file. The frames lie in [`CaptureReader::block`] until the next call.
pub(crate) struct CaptureReader {
    input: Input,
    format: FormatReader,
    block: Arc<Block>,
    /// Counts the blocks, so that a batch knows whether it has this one.
    block_number: u64,
    at: usize,
    skip: u64,
    block_length: usize,
    frames: u64,
    times: Option<(i64, i64)>,
    damage: Option<(u64, Fault)>,
    ended: bool,
    /// Logs of TLS secrets that were read and not taken yet.
    secrets: Vec<u8>,
    secrets_left: usize,
}

impl CaptureReader {
    pub(crate) fn new(path: &Path, progress: Option<Arc<Progress>>) -> Self {
        Self {
            input: Input::new(path, progress),
            format: FormatReader::new(),
            block: Arc::default(),
            block_number: 0,
            at: 0,
            skip: 0,
            block_length: BLOCK_LENGTH,
            frames: 0,
            times: None,
            damage: None,
            ended: false,
            secrets: Vec::new(),
            secrets_left: SECRETS_BYTES_MAX,
        }
    }

    /// Works with about so much memory; more only where the file cannot be read otherwise.
    pub(crate) fn set_memory(&mut self, bytes: usize) {
        self.set_block_length((bytes / 16).clamp(BLOCK_LENGTH_MIN, BLOCK_LENGTH));
        self.input.set_memory(bytes);
    }

    fn set_block_length(&mut self, length: usize) {
        self.block_length = length;
    }

    /// The block in which the last frame lies, and its number.
    #[inline]
    pub(crate) fn block(&self) -> (&Arc<Block>, u64) {
        (&self.block, self.block_number)
    }

    /// The next frame: its range is of the block.
    #[inline]
    pub(crate) fn next(&mut self, pool: &mut BlockPool) -> Option<FrameHead> {
        while !self.ended {
            if self.skip > 0 && !self.skip_ahead(pool) {
                break;
            }
            let bytes = self.block.bytes().get(self.at..).unwrap_or(&[]);
            match self.format.step(bytes) {
                Ok(Step::Frame { mut head, consumed }) => {
                    head.range = head.range.start + self.at..head.range.end + self.at;
                    self.at += consumed;
                    self.note(head.ts);
                    return Some(head);
                }
                Ok(Step::Skip(bytes)) => {
                    self.skip = bytes;
                    self.end_secrets();
                }
                Ok(Step::Secrets(range)) => self.keep_secrets(&range),
                Ok(Step::More(needed)) => {
                    if !self.refill(needed, pool) {
                        self.end();
                    }
                }
                Err(damage) => {
                    self.damage = Some((damage.offset, damage.error.into()));
                    self.ended = true;
                }
            }
        }
        None
    }

    #[cold]
    fn keep_secrets(&mut self, range: &Range<usize>) {
        let here = self.block.bytes().get(self.at..).unwrap_or(&[]);
        self.at += range.end;
        let piece = here.get(range.clone()).unwrap_or(&[]);
        let kept = piece.get(..self.secrets_left).unwrap_or(piece);
        self.secrets_left -= kept.len();
        self.secrets.extend_from_slice(kept);
    }

    /// Two logs one after the other are two, even if the first ends within a line.
    fn end_secrets(&mut self) {
        if self.secrets.last().is_some_and(|last| *last != b'\n') {
            self.secrets.push(b'\n');
        }
    }

    /// Whether there are TLS secrets to be taken.
    #[inline]
    pub(crate) fn has_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// Gives out the TLS secrets that stand before the next frame and were not given out yet.
    pub(crate) fn take_secrets(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.secrets)
    }

    #[inline]
    fn note(&mut self, ts: i64) {
        self.frames += 1;
        self.times = Some(match self.times {
            Some((first, last)) => (first.min(ts), last.max(ts)),
            None => (ts, ts),
        });
    }

    /// Passes over what is to be skipped; false where the file ends before.
    fn skip_ahead(&mut self, pool: &mut BlockPool) -> bool {
        loop {
            let here = self.block.bytes().len() - self.at;
            let step = usize::try_from(self.skip).map_or(here, |skip| skip.min(here));
            self.at += step;
            self.skip -= step as u64;
            if self.skip == 0 {
                return true;
            }
            if !self.refill(1, pool) {
                self.end();
                return false;
            }
        }
    }

    /// Goes on to a new block that begins with what is left of this one; false where nothing came.
    fn refill(&mut self, needed: usize, pool: &mut BlockPool) -> bool {
        let left = self.block.bytes().get(self.at..).unwrap_or(&[]);
        let length = self.block_length.max(needed.next_power_of_two());
        let mut block = pool.take(length, left);
        let count = self.input.fill(block.room());
        block.grow(count);
        self.at = 0;
        self.block_number += 1;
        pool.retire(std::mem::replace(&mut self.block, Arc::new(block)));
        count > 0
    }

    fn end(&mut self) {
        self.ended = true;
        if self.input.fault().is_some() {
            return;
        }
        if self.skip > 0 {
            let error = packets::format::FormatError::Truncated(self.skip);
            self.damage = Some((self.input.content().0, error.into()));
            return;
        }
        let left = self.block.bytes().get(self.at..).unwrap_or(&[]);
        if let Err(damage) = self.format.end(left) {
            self.damage = Some((damage.offset, damage.error.into()));
        }
    }

    /// From now on gives the file descriptor back after each reading.
    pub(crate) fn close_between_readings(&mut self) {
        self.input.close_between_readings();
    }

    /// Ends the reading and says what was read.
    pub(crate) fn finish(mut self, file: u32, pool: &mut BlockPool) -> FileReport {
        self.input.drain();
        pool.retire(self.block);
        let raw = self.input.raw();
        let (content_bytes, content_hash) = self.input.content();
        let damage = self.damage.or_else(|| self.input.fault().cloned());
        FileReport {
            path: raw.path().to_owned(),
            file,
            disk_bytes: raw.identity().bytes,
            disk_hash: raw.identity().hash,
            content_bytes,
            content_hash,
            frames: self.frames,
            first: self.times.map(|times| times.0),
            last: self.times.map(|times| times.1),
            damage: damage.map(|(offset, what)| Damage { path: raw.path().to_owned(), offset, what }),
        }
    }
}

#[cfg(test)]
mod tests {
    use packets::LinkType;
    use proptest::prelude::*;

    use super::*;
    use crate::write::PcapWriter;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_size_of_the_blocks_does_not_matter(
            lengths in prop::collection::vec(0..3000_usize, 1..40),
            block_length in 1..5000_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("capture");
            let mut writer = PcapWriter::new(std::fs::File::create(&path).unwrap(), LinkType::RAW).unwrap();
            for (ts, length) in (0..).zip(&lengths) {
                writer.write(ts * 1000, &vec![*length as u8; *length], 3000).unwrap();
            }
            writer.finish().unwrap();
            let mut reader = CaptureReader::new(&path, None);
            reader.set_block_length(block_length);
            let mut pool = BlockPool::default();
            for (ts, length) in (0..).zip(&lengths) {
                let head = reader.next(&mut pool).unwrap();
                prop_assert_eq!(head.ts, ts * 1000);
                let frame = reader.block().0.bytes().get(head.range).unwrap();
                prop_assert_eq!(frame, vec![*length as u8; *length]);
            }
            prop_assert_eq!(reader.next(&mut pool), None);
            prop_assert_eq!(reader.finish(0, &mut pool).damage, None);
        }
    }
}
