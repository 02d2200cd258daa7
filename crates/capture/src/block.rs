//! Large pieces of capture files in memory, shared by the frames that lie in them and used again when the
//! last of these is done with.

use std::collections::VecDeque;
use std::sync::Arc;

/// How much of a file is read at once.
pub(crate) const BLOCK_LENGTH: usize = 256 * 1024;

/// Blocks kept for use again; beyond that the memory is given back.
const RETIRED_MAX: usize = 64;

/// How many of the retired blocks are looked at for one that nobody uses any more.
const TRIES: usize = 8;

/// A piece of the content of a capture file.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    filled: usize,
}

impl Block {
    /// The bytes of the file.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or(&[])
    }

    /// The room that has not been filled.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.filled..).unwrap_or(&mut [])
    }

    /// Says that `count` bytes of the room have been filled.
    pub(crate) fn grow(&mut self, count: usize) {
        self.filled = self.bytes.len().min(self.filled + count);
    }

    fn begin(&mut self, length: usize, head: &[u8]) {
        if self.bytes.len() != length {
            self.bytes.resize(length, 0);
            self.bytes.shrink_to(length);
        }
        self.filled = 0;
        if let Some(front) = self.bytes.get_mut(..head.len()) {
            front.copy_from_slice(head);
            self.filled = head.len();
        }
    }
}

/// Gives out blocks.
#[derive(Debug, Default)]
pub(crate) struct BlockPool {
    retired: VecDeque<Arc<Block>>,
}

impl BlockPool {
    /// A block that begins with `head` and has room for the rest of `length` bytes.
    pub(crate) fn take(&mut self, length: usize, head: &[u8]) -> Block {
        let mut block = self.unused().unwrap_or_default();
        block.begin(length.max(head.len()), head);
        block
    }

    /// Takes a block back; frames may still lie in it.
    pub(crate) fn retire(&mut self, block: Arc<Block>) {
        if self.retired.len() >= RETIRED_MAX {
            self.retired.pop_front();
        }
        self.retired.push_back(block);
    }

    fn unused(&mut self) -> Option<Block> {
        for _ in 0..TRIES.min(self.retired.len()) {
            match Arc::try_unwrap(self.retired.pop_front()?) {
                Ok(block) => return Some(block),
                Err(shared) => self.retired.push_back(shared),
            }
        }
        None
    }
}
