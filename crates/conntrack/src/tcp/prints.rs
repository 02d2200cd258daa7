//! Fingerprints of the segments that were handed on last. Their bytes are gone, so this is how a retransmission with
//! other content is noticed. Segments cut in another way are not compared.

use crate::folding::print_of;

/// How many segments are remembered.
const REMEMBERED: usize = 3;
/// Of a long segment so many bytes at both ends count: enough to tell forgeries, little enough for each packet.
const ENDS_BYTES: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Print {
    /// Relative number of the first byte, modulo 2^32; 0 where there is none.
    start: u32,
    hash: u32,
    length: u16,
}

/// The last segments of one direction; each field by itself, so that no room is lost between them.
#[derive(Debug, Default)]
pub(crate) struct Prints {
    starts: [u32; REMEMBERED],
    hashes: [u32; REMEMBERED],
    lengths: [u16; REMEMBERED],
    next: u8,
}

impl Prints {
    pub(crate) fn note(&mut self, start: u64, bytes: &[u8]) {
        let print = Print::of(start, bytes);
        let place = usize::from(self.next) % REMEMBERED;
        if let (Some(start), Some(hash), Some(length)) =
            (self.starts.get_mut(place), self.hashes.get_mut(place), self.lengths.get_mut(place))
        {
            (*start, *hash, *length) = (print.start, print.hash, print.length);
        }
        self.next = self.next.wrapping_add(1);
    }

    /// Whether the same place had other bytes.
    pub(crate) fn contradict(&self, start: u64, bytes: &[u8]) -> bool {
        let print = Print::of(start, bytes);
        let known = self.starts.iter().zip(&self.lengths).zip(&self.hashes);
        known.into_iter().any(|((start, length), hash)| {
            *start == print.start && *length == print.length && *hash != print.hash
        })
    }
}

impl Print {
    #[expect(clippy::cast_possible_truncation, reason = "the numbers are compared modulo 2^32")]
    fn of(start: u64, bytes: &[u8]) -> Self {
        let ends = (bytes.first_chunk::<ENDS_BYTES>(), bytes.last_chunk::<ENDS_BYTES>());
        let hash = match ends {
            (Some(first), Some(last)) if bytes.len() > 2 * ENDS_BYTES => {
                print_of(first) ^ print_of(last).rotate_left(32)
            }
            _ => print_of(bytes),
        };
        Self { start: start as u32, hash: hash as u32, length: bytes.len() as u16 }
    }
}
