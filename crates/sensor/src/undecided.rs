//! How much all connections of a shard may keep until they are recognised. Nobody loses because of others that keep
//! much: when all is used up, only those give up that keep more than their share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// So many bytes may wait to be recognised before shares count. Each further connection may still keep its share, so
/// that all together may keep a few times as many.
const BYTES_MAX: usize = 128 << 20;

/// What the connections of a shard keep.
#[derive(Debug, Default)]
pub(crate) struct Undecided {
    bytes: AtomicUsize,
    connections: AtomicUsize,
    gave_up: AtomicU64,
}

/// What one connection keeps; gives it back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    of: Arc<Undecided>,
    bytes: usize,
}

impl Undecided {
    /// How many connections were given up.
    pub(crate) fn gave_up(&self) -> u64 {
        self.gave_up.load(Ordering::Relaxed)
    }
}

impl Share {
    /// Of a connection that keeps nothing yet.
    pub(crate) fn new(of: &Arc<Undecided>) -> Self {
        of.connections.fetch_add(1, Ordering::Relaxed);
        Self { of: Arc::clone(of), bytes: 0 }
    }

    /// Keeps further bytes; false where it may not.
    pub(crate) fn keep(&mut self, bytes: usize) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        let all = self.of.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let fair = BYTES_MAX / self.of.connections.load(Ordering::Relaxed).max(1);
        let may = all <= BYTES_MAX || self.bytes <= fair;
        if !may {
            self.of.gave_up.fetch_add(1, Ordering::Relaxed);
        }
        may
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.of.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_keep_much_give_up_and_the_others_do_not() {
        let undecided = Arc::new(Undecided::default());
        let mut greedy: Vec<Share> = (0..100).map(|_| Share::new(&undecided)).collect();
        let kept = greedy.iter_mut().map(|share| share.keep(BYTES_MAX / 100)).filter(|kept| *kept).count();
        assert_eq!(kept, 100);
        let mut modest = Share::new(&undecided);
        assert!(modest.keep(2000));
        assert!(greedy.iter_mut().all(|share| !share.keep(2000)));
        assert_eq!(undecided.gave_up(), 100);
        drop((greedy, modest));
        assert_eq!(undecided.bytes.load(Ordering::Relaxed), 0);
        assert_eq!(undecided.connections.load(Ordering::Relaxed), 0);
    }
}
