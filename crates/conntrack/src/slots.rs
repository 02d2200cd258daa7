//! The places of connections: by number, so that index and wheel can name them.

use crate::wheel::{Spoke, Spokes};

/// So many entries lie together. Places are never moved: with a million connections that would stop all traffic.
const BLOCK_ENTRIES: usize = 256;

/// Entries by number; free numbers are used again.
pub(crate) struct Slots<E> {
    blocks: Vec<Vec<Place<E>>>,
    free: Vec<u32>,
}

struct Place<E> {
    spoke: Spoke,
    entry: Option<E>,
}

/// What decides between entries that are due at the same time.
pub(crate) trait Numbered {
    /// Counts up from entry to entry.
    fn serial(&self) -> u64;
}

impl<E> Default for Slots<E> {
    fn default() -> Self {
        Self { blocks: Vec::new(), free: Vec::new() }
    }
}

impl<E: Numbered> Spokes for Slots<E> {
    fn spoke(&mut self, slot: u32) -> Option<&mut Spoke> {
        Some(&mut self.place_mut(slot)?.spoke)
    }

    fn serial(&self, slot: u32) -> u64 {
        self.get(slot).map_or(0, Numbered::serial)
    }
}

impl<E> Slots<E> {
    /// What an entry costs.
    #[cfg(test)]
    pub(crate) const fn place_bytes() -> usize {
        size_of::<Place<E>>()
    }

    fn place_mut(&mut self, slot: u32) -> Option<&mut Place<E>> {
        let slot = slot as usize;
        self.blocks.get_mut(slot / BLOCK_ENTRIES)?.get_mut(slot % BLOCK_ENTRIES)
    }

    pub(crate) fn get(&self, slot: u32) -> Option<&E> {
        let slot = slot as usize;
        self.blocks.get(slot / BLOCK_ENTRIES)?.get(slot % BLOCK_ENTRIES)?.entry.as_ref()
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut E> {
        self.place_mut(slot)?.entry.as_mut()
    }

    pub(crate) fn insert(&mut self, entry: E) -> u32 {
        if let Some(slot) = self.free.pop() {
            if let Some(place) = self.place_mut(slot) {
                place.entry = Some(entry);
            }
            return slot;
        }
        let full_blocks = self.blocks.len().saturating_sub(1);
        let place = Place { spoke: Spoke::default(), entry: Some(entry) };
        match self.blocks.last_mut().filter(|block| block.len() < BLOCK_ENTRIES) {
            Some(block) => {
                let slot = full_blocks * BLOCK_ENTRIES + block.len();
                block.push(place);
                u32::try_from(slot).unwrap_or(u32::MAX)
            }
            None => {
                let slot = self.blocks.len() * BLOCK_ENTRIES;
                let mut block = Vec::with_capacity(BLOCK_ENTRIES);
                block.push(place);
                self.blocks.push(block);
                u32::try_from(slot).unwrap_or(u32::MAX)
            }
        }
    }

    pub(crate) fn remove(&mut self, slot: u32) -> Option<E> {
        let entry = self.place_mut(slot)?.entry.take()?;
        self.free.push(slot);
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_with_their_entries_and_are_used_again() {
        let mut slots = Slots::default();
        let numbers: Vec<u32> = (0..1000).map(|entry| slots.insert(entry)).collect();
        assert_eq!(numbers, (0..1000).collect::<Vec<_>>());
        assert!(numbers.iter().all(|number| slots.get(*number) == Some(&(*number as i32))));
        assert_eq!(slots.remove(300), Some(300));
        assert_eq!(slots.get(300), None);
        assert_eq!(slots.remove(300), None);
        assert_eq!(slots.insert(7), 300);
        assert_eq!(slots.get(300), Some(&7));
        assert_eq!(slots.insert(8), 1000);
    }
}
