//! One capture file, frame by frame.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use packets::format::{FormatReader, FrameHead, Step};

use crate::block::{BLOCK_LENGTH, Block, BlockPool};
use crate::damage::{Damage, Fault};
use crate::folder::Listed;
use crate::input::Input;
use crate::progress::Progress;
use crate::stamps::{EXAMINED_MAX, WITNESSES, believed, is_leap};

/// The smallest pieces in which a file is read.
const BLOCK_LENGTH_MIN: usize = 16 * 1024;

/// So many bytes of TLS secrets are taken out of a file; what is more is passed over.
const SECRETS_BYTES_MAX: usize = 64 << 20;

/// So far ahead of a frame other frames are looked for.
const AHEAD_MAX: usize = 1 << 20;

/// What is known of a file once it has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReport {
    /// The file; `-` for the standard input.
    pub path: PathBuf,
    /// Which file of the source it is, as [`crate::Frame::file`] says.
    pub file: u32,
    /// What is in it: `packets`, or the kind of log.
    pub format: &'static str,
    /// The name of the sensor, where the file tells it.
    pub sensor: Option<String>,
    /// Bytes on disk.
    pub disk_bytes: u64,
    /// XXH3-128 of the bytes on disk.
    pub disk_hash: u128,
    /// Bytes of the unpacked content, up to the damage where the packing is damaged.
    pub content_bytes: u64,
    /// XXH3-128 of the content: the same for a capture and the same capture compressed.
    pub content_hash: u128,
    /// Frames given out; of a log its lines that could be read.
    pub frames: u64,
    /// Earliest capture time in nanoseconds since the epoch.
    pub first: Option<i64>,
    /// Latest capture time.
    pub last: Option<i64>,
    /// Frames whose time stamps no other frame bears out: they have the time of the frame before.
    pub mended_stamps: u64,
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
    /// Time of the last frame.
    previous: Option<i64>,
    examined: u32,
    mended: u64,
    damage: Option<(u64, Fault)>,
    ended: bool,
    /// Logs of TLS secrets that were read and not taken yet.
    secrets: Vec<u8>,
    secrets_left: usize,
}

impl CaptureReader {
    pub(crate) fn new(file: &Listed, progress: Option<Arc<Progress>>) -> Self {
        Self {
            input: Input::of(file, progress),
            format: FormatReader::new(),
            block: Arc::default(),
            block_number: 0,
            at: 0,
            skip: 0,
            block_length: BLOCK_LENGTH,
            frames: 0,
            times: None,
            previous: None,
            examined: 0,
            mended: 0,
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
                    if is_leap(head.ts, self.previous) {
                        head.ts = self.examine(head.ts, consumed, pool);
                    }
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
        self.previous = Some(ts);
        self.times = Some(match self.times {
            Some((first, last)) => (first.min(ts), last.max(ts)),
            None => (ts, ts),
        });
    }

    /// The time of the frame at hand, which takes so many bytes and seems to leap.
    #[cold]
    fn examine(&mut self, stamp: i64, consumed: usize, pool: &mut BlockPool) -> i64 {
        self.examined += 1;
        if self.examined > EXAMINED_MAX {
            return stamp;
        }
        let witnesses = self.stamps_after(consumed, pool);
        let believed = believed(stamp, self.previous, &witnesses);
        self.mended += u64::from(believed != stamp);
        believed
    }

    /// The stamps of the frames that follow `ahead` bytes from here. What is read for them stays in the block.
    fn stamps_after(&mut self, mut ahead: usize, pool: &mut BlockPool) -> Vec<i64> {
        let mut format = self.format.clone();
        let mut stamps = Vec::with_capacity(WITNESSES);
        while stamps.len() < WITNESSES && ahead <= AHEAD_MAX {
            let bytes = self.block.bytes().get(self.at + ahead..);
            let needed = match bytes.map(|bytes| format.step(bytes)) {
                Some(Ok(Step::Frame { head, consumed })) => {
                    stamps.push(head.ts);
                    ahead += consumed;
                    continue;
                }
                Some(Ok(Step::Skip(bytes))) => {
                    ahead = ahead.saturating_add(usize::try_from(bytes).unwrap_or(usize::MAX));
                    continue;
                }
                // They are taken when their turn comes.
                Some(Ok(Step::Secrets(range))) => {
                    ahead = ahead.saturating_add(range.end);
                    continue;
                }
                Some(Ok(Step::More(needed))) => needed,
                Some(Err(_)) => break,
                None => 0,
            };
            if !self.refill(ahead.saturating_add(needed), pool) {
                break;
            }
        }
        stamps
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
            format: "packets",
            sensor: None,
            disk_bytes: raw.identity().bytes,
            disk_hash: raw.identity().hash,
            content_bytes,
            content_hash,
            frames: self.frames,
            first: self.times.map(|times| times.0),
            last: self.times.map(|times| times.1),
            mended_stamps: self.mended,
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
        fn a_damaged_stamp_is_mended_whatever_the_size_of_the_blocks(
            lengths in prop::collection::vec(0..3000_usize, 3..40),
            damaged in 0..40_usize,
            stamp in 0..4_000_000_000_i64,
            block_length in 1..5000_usize,
        ) {
            const SECOND: i64 = 1_000_000_000;
            let damaged = damaged % (lengths.len() - 1);
            let time = |place: usize| (1_700_000_000 + place as i64) * SECOND;
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("capture");
            let mut writer = PcapWriter::new(std::fs::File::create(&path).unwrap(), LinkType::RAW).unwrap();
            for (place, length) in lengths.iter().enumerate() {
                let ts = if place == damaged { stamp * SECOND } else { time(place) };
                writer.write(ts, &vec![place as u8; *length], 3000).unwrap();
            }
            writer.finish().unwrap();
            let file = crate::list_captures(&[path]).unwrap().captures.pop().unwrap();
            let mut reader = CaptureReader::new(&file, None);
            reader.set_block_length(block_length);
            let mut pool = BlockPool::default();
            for (place, length) in lengths.iter().enumerate() {
                let head = reader.next(&mut pool).unwrap();
                let frame = reader.block().0.bytes().get(head.range).unwrap();
                prop_assert_eq!(frame, vec![place as u8; *length]);
                let is_leap = time(place).abs_diff(stamp * SECOND) > 61 * SECOND as u64;
                // The first may come before all others by any time.
                if is_leap && (place > 0 || stamp > 1_700_000_000) {
                    prop_assert!(head.ts.abs_diff(time(place)) <= SECOND as u64, "{} {}", place, head.ts);
                }
            }
            prop_assert_eq!(reader.next(&mut pool), None);
        }

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
            let file = crate::list_captures(&[path]).unwrap().captures.pop().unwrap();
            let mut reader = CaptureReader::new(&file, None);
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
