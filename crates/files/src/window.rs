//! Keeps of a file what its format wants to look at, while its bytes come.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::content::Content;

/// All files of a shard may keep so many bytes at the same time. Shards do not share this: what one keeps
/// must not depend on how quick another one is.
const KEPT_BYTES_MAX: usize = 64 << 20;

/// Where others have used that up, a file may still keep its part of so many bytes more: nobody can blind us with a few
/// long files that never end.
const SHARED_BYTES: usize = 16 << 20;

/// How much of a file its format wants to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// From the beginning.
    pub(crate) head: usize,
    /// Up to the end, where that lies behind the beginning.
    pub(crate) tail: usize,
}

/// The bytes that all files of a shard keep.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget(Arc<Kept>);

#[derive(Debug, Default)]
struct Kept {
    bytes: AtomicUsize,
    windows: AtomicUsize,
    refused: AtomicU64,
}

impl Budget {
    /// How many files could not keep what their format wants.
    pub(crate) fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// Takes bytes for a file that keeps so many already.
    fn take(&self, own: usize, bytes: usize) -> bool {
        let share = SHARED_BYTES / self.0.windows.load(Ordering::Relaxed).max(1);
        let kept = self.0.bytes.load(Ordering::Relaxed).saturating_add(bytes);
        let may = kept <= KEPT_BYTES_MAX || own.saturating_add(bytes) <= share;
        if may {
            self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
        } else {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
        }
        may
    }
}

/// What is kept of one file.
pub(crate) struct Window {
    wanted: Wanted,
    head: Vec<u8>,
    /// At most twice what is wanted: what is too old is taken off when it is full.
    tail: Vec<u8>,
    length: u64,
    /// Bytes are missing: what follows is not kept.
    stopped: bool,
    budget: Budget,
    charged: usize,
}

impl Window {
    pub(crate) fn new(wanted: Wanted, budget: Budget) -> Self {
        let (head, tail) = (Vec::new(), Vec::new());
        budget.0.windows.fetch_add(1, Ordering::Relaxed);
        Self { wanted, head, tail, length: 0, stopped: false, budget, charged: 0 }
    }

    /// The next bytes.
    pub(crate) fn data(&mut self, bytes: &[u8]) {
        if self.stopped {
            return;
        }
        let room = self.wanted.head.saturating_sub(self.head.len()).min(bytes.len());
        let (head, tail) = bytes.split_at(room);
        if !self.charge(head.len()) {
            return;
        }
        self.reserve_head(head.len());
        self.head.extend_from_slice(head);
        if !tail.is_empty() && self.wanted.tail > 0 && !self.keep_end(tail) {
            return;
        }
        self.length += bytes.len() as u64;
    }

    /// Makes room in strides that are longer than those of a list: what is kept may come to megabytes.
    fn reserve_head(&mut self, more: usize) {
        const STRIDE: usize = 4;
        let needed = self.head.len() + more;
        if needed > self.head.capacity() {
            let capacity = (self.head.capacity() * STRIDE).min(self.wanted.head).max(needed);
            self.head.reserve_exact(capacity - self.head.len());
        }
    }

    /// The bytes that follow are missing.
    pub(crate) fn stop(&mut self) {
        self.stopped = true;
    }

    /// What was kept. The file `is_whole` if nothing should have followed.
    pub(crate) fn with_content<Result>(
        &mut self,
        is_whole: bool,
        look: impl FnOnce(Content<'_>) -> Result,
    ) -> Result {
        let tail_at = self.tail.len().saturating_sub(self.wanted.tail);
        let mut tail = self.tail.get(tail_at..).unwrap_or_default();
        // Not asked of the buffers: what they hold beyond what is wanted depends on the cuts between the bytes.
        if self.length <= (self.wanted.head + self.wanted.tail) as u64 {
            self.head.append(&mut self.tail);
            tail = &[];
        }
        look(Content::new(&self.head, tail, self.length, is_whole && !self.stopped))
    }

    fn keep_end(&mut self, bytes: &[u8]) -> bool {
        let (wanted, full) = (self.wanted.tail, self.wanted.tail * 2);
        if self.tail.capacity() == 0 {
            if !self.charge(full) {
                return false;
            }
            self.tail.reserve_exact(full);
        }
        let (_, newest) = bytes.split_at(bytes.len().saturating_sub(wanted));
        if self.tail.len() + newest.len() > full {
            let old = (self.tail.len() + newest.len()).saturating_sub(wanted).min(self.tail.len());
            self.tail.drain(..old);
        }
        self.tail.extend_from_slice(newest);
        true
    }

    /// Whether there is room for so many more bytes; without, the file ends here for whom looks into it.
    fn charge(&mut self, bytes: usize) -> bool {
        if bytes > 0 && !self.budget.take(self.charged, bytes) {
            self.stopped = true;
            return false;
        }
        self.charged += bytes;
        true
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.budget.0.bytes.fetch_sub(self.charged, Ordering::Relaxed);
        self.budget.0.windows.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bytes: &[u8], cut: usize, wanted: Wanted) -> (Vec<u8>, Vec<u8>, u64, bool) {
        let mut window = Window::new(wanted, Budget::default());
        bytes.chunks(cut).for_each(|chunk| window.data(chunk));
        window.with_content(true, |content| {
            (content.head().to_vec(), content.end().to_vec(), content.end_at(), content.is_cut())
        })
    }

    #[test]
    fn the_beginning_and_the_end_are_kept_whatever_the_cuts() {
        let bytes: Vec<u8> = (0..100).collect();
        for cut in [1, 3, 7, 64, 1000] {
            assert_eq!(kept(&bytes[..24], cut, Wanted { head: 10, tail: 8 }).2, 16);
            let (head, end, end_at, is_cut) = kept(&bytes, cut, Wanted { head: 10, tail: 8 });
            assert_eq!((head.as_slice(), end.as_slice()), (&bytes[..10], &bytes[92..]));
            assert_eq!((end_at, is_cut), (92, true));
            let (head, _, end_at, is_cut) = kept(&bytes, cut, Wanted { head: 95, tail: 8 });
            assert_eq!((head.as_slice(), end_at, is_cut), (bytes.as_slice(), 0, false));
        }
    }

    #[test]
    fn what_is_kept_at_once_is_bounded_and_given_back() {
        let budget = Budget::default();
        let wanted = Wanted { head: 2 * KEPT_BYTES_MAX, tail: 0 };
        let mut first = Window::new(wanted, budget.clone());
        first.data(&vec![0; KEPT_BYTES_MAX - 2]);
        first.data(b"four");
        assert!(first.with_content(true, |content| content.is_cut()));
        assert_eq!(budget.refused(), 1);
        drop(first);
        let mut second = Window::new(wanted, budget.clone());
        second.data(b"room");
        assert!(!second.with_content(true, |content| content.is_cut()));
        drop(second);
        assert_eq!(budget.0.bytes.load(Ordering::Relaxed), 0);
        assert_eq!(budget.0.windows.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn long_files_that_do_not_end_leave_room_for_others() {
        let budget = Budget::default();
        let keep = |bytes: usize| {
            let mut window = Window::new(Wanted { head: 4 << 20, tail: 0 }, budget.clone());
            (0..bytes / 1024).for_each(|_| window.data(&[0; 1024]));
            window
        };
        let greedy: Vec<Window> = (0..100).map(|_| keep(4 << 20)).collect();
        let mut modest = keep(100 << 10);
        assert!(!modest.with_content(true, |content| content.is_cut()));
        let kept: usize = greedy.iter().map(|window| window.charged).sum();
        assert!(kept < KEPT_BYTES_MAX + 4 * SHARED_BYTES, "{kept}");
    }
}
