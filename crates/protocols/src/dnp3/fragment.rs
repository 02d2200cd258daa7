//! Fragments of the application layer, put together from the pieces that frames carry (IEEE 1815, clause 8).

/// A longer fragment is cut; the standard asks for 2,048 bytes.
const FRAGMENT_BYTES_MAX: usize = 16 * 1024;

const FIRST: u8 = 0x40;
const FINAL: u8 = 0x80;

/// What one end has sent of a fragment.
#[derive(Debug, Default)]
pub(super) struct Fragment {
    bytes: Vec<u8>,
    has_begun: bool,
}

/// What came of a piece.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The fragment goes on.
    Taken,
    /// The fragment is whole.
    Whole(Vec<u8>),
    /// The pieces before it are missing.
    Stray,
}

impl Fragment {
    /// Takes what a frame carries.
    pub(super) fn add(&mut self, carried: &[u8]) -> Piece {
        let Some((transport, piece)) = carried.split_first() else { return Piece::Taken };
        if transport & FIRST != 0 {
            self.bytes.clear();
            self.has_begun = true;
        }
        if !self.has_begun {
            return Piece::Stray;
        }
        let room = FRAGMENT_BYTES_MAX.saturating_sub(self.bytes.len());
        self.bytes.extend(piece.iter().take(room));
        if transport & FINAL == 0 {
            return Piece::Taken;
        }
        self.has_begun = false;
        Piece::Whole(std::mem::take(&mut self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_a_fragment() {
        let mut fragment = Fragment::default();
        assert_eq!(fragment.add(&[0x01, 9]), Piece::Stray);
        assert_eq!(fragment.add(&[0x40, 1, 2]), Piece::Taken);
        assert_eq!(fragment.add(&[0x81, 3]), Piece::Whole(vec![1, 2, 3]));
    }
}
