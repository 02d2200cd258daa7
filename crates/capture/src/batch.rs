//! Frames by the thousand: the unit in which frames travel from a source to those who decode them.

use std::sync::Arc;

use packets::LinkType;

use crate::block::Block;

/// Most frames of a batch. Fewer, and threads wake each other so often that it costs; more, and the frames are no longer in the
/// cache when the shards read them.
pub const BATCH_FRAMES: usize = 2048;

/// A batch with so many bytes of frames is full, however few these are: a frame may be long.
pub(crate) const BATCH_BYTES: usize = 4 << 20;

/// Frames in the order of the source, and the blocks in which they lie. Blocks are shared, frames not copied.
#[derive(Debug, Default)]
pub struct FrameBatch {
    blocks: Vec<Arc<Block>>,
    frames: Vec<Place>,
    bytes: usize,
}

/// A frame of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Capture time in nanoseconds since the epoch.
    pub ts: i64,
    /// How the frame begins.
    pub link: LinkType,
    /// Length of the frame on the wire.
    pub original_length: u32,
    /// Which file of the source it comes from.
    pub file: u32,
    /// What was captured of it.
    pub bytes: &'a [u8],
}

/// Where a frame lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) ts: i64,
    pub(crate) link: LinkType,
    pub(crate) original_length: u32,
    pub(crate) file: u32,
    /// Index of the block in the batch.
    pub(crate) block: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl FrameBatch {
    /// An empty batch.
    pub fn new() -> Self {
        Self { frames: Vec::with_capacity(BATCH_FRAMES), ..Self::default() }
    }

    /// How many frames there are.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Forgets the frames and lets go of their blocks.
    pub fn clear(&mut self) {
        self.frames.clear();
        self.blocks.clear();
        self.bytes = 0;
    }

    /// Whether it should go on its way.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.frames.len() >= BATCH_FRAMES || self.bytes >= BATCH_BYTES
    }

    /// The frame at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Frame<'_>> {
        self.frames.get(index).and_then(|place| self.frame(place))
    }

    /// All frames.
    #[inline]
    pub fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.frames.iter().filter_map(|place| self.frame(place))
    }

    #[inline]
    fn frame(&self, place: &Place) -> Option<Frame<'_>> {
        let block = self.blocks.get(place.block as usize)?;
        let bytes = block.bytes().get(place.start as usize..place.end as usize)?;
        let Place { ts, link, original_length, file, .. } = *place;
        Some(Frame { ts, link, original_length, file, bytes })
    }

    /// Adds a block and says its index.
    pub(crate) fn add_block(&mut self, block: &Arc<Block>) -> u32 {
        self.blocks.push(Arc::clone(block));
        (self.blocks.len() - 1) as u32
    }

    #[inline]
    pub(crate) fn push(&mut self, place: Place) {
        self.bytes += (place.end - place.start) as usize;
        self.frames.push(place);
    }
}
