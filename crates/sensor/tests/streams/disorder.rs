//! How a stream comes to be in disorder: choices that a number decides.

/// Choices, the same for the same number.
#[derive(Debug)]
pub(crate) struct Disorder {
    /// `None`: everything in order, in pieces as they were sent.
    state: Option<u64>,
}

/// A piece of a stream: its first byte, counted from 0, and one past its last.
pub(crate) type Piece = (usize, usize);

impl Disorder {
    pub(crate) fn none() -> Self {
        Self { state: None }
    }

    pub(crate) fn of(seed: u64) -> Self {
        Self { state: Some(seed) }
    }

    /// A number below `limit`; 0 where all is in order.
    fn below(&mut self, limit: usize) -> usize {
        let Some(state) = &mut self.state else { return 0 };
        // SplitMix64.
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % limit.max(1) as u64).unwrap_or(0)
    }

    /// Whether something happens that does so once in `times`.
    fn once_in(&mut self, times: usize) -> bool {
        self.state.is_some() && self.below(times) == 0
    }

    /// Cuts what was sent at once into pieces that cover it, some of them twice, in any order.
    pub(crate) fn pieces(&mut self, sent: Vec<Piece>) -> Vec<Piece> {
        if self.state.is_none() {
            return sent;
        }
        let longest = 1 + [3, 40, 1200][self.below(3)];
        let mut pieces = Vec::new();
        for (start, end) in sent {
            let mut at = start;
            while at < end {
                let stop = end.min(at + 1 + self.below(longest));
                let back = if self.once_in(4) { self.below(20) } else { 0 };
                pieces.push((at.saturating_sub(back).max(start), stop));
                if self.once_in(8) {
                    pieces.push((at, stop));
                }
                at = stop;
            }
        }
        // Pieces change places with others near them: so that they wait for each other, but not all for one.
        let reach = 1 + self.below(24);
        for place in 0..pieces.len() {
            let other = (place + self.below(reach)).min(pieces.len() - 1);
            pieces.swap(place, other);
        }
        pieces
    }

    /// How long the fragments of the next packet are, if it comes in any.
    pub(crate) fn fragments(&mut self, length: usize) -> Option<usize> {
        let shortest = 64;
        (length > 2 * shortest && self.once_in(3)).then(|| shortest + 8 * self.below(20))
    }

    /// Another order.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        if self.state.is_some() {
            for place in (1..list.len()).rev() {
                let other = self.below(place + 1);
                list.swap(place, other);
            }
        }
    }
}
