//! The TLS handshake of one end, put in order: its pieces come in any order, over several packets (RFC 9000,
//! section 19.6).

use std::ops::Range;

use crate::take;

/// Pieces beyond so many bytes are not kept; hellos are a tenth of it.
const BYTES_MAX: usize = 16 * 1024;

/// So many pieces may stand by themselves. Clients cut their hello into a dozen or two on purpose.
const PIECES_MAX: usize = 64;

/// What came so far.
#[derive(Debug, Default)]
pub(super) struct CryptoStream {
    bytes: Vec<u8>,
    /// Which of them came: without order, none touches another.
    pieces: Vec<Range<usize>>,
    /// So many have been read.
    read: usize,
}

impl CryptoStream {
    /// Keeps a piece.
    pub(super) fn push(&mut self, offset: u64, piece: &[u8]) {
        let Ok(start) = usize::try_from(offset) else { return };
        let Some(end) = start.checked_add(piece.len()).filter(|end| *end <= BYTES_MAX) else { return };
        let mut whole = start..end;
        self.pieces.retain(|other| {
            let touches = other.start <= whole.end && whole.start <= other.end;
            if touches {
                whole = whole.start.min(other.start)..whole.end.max(other.end);
            }
            !touches
        });
        if self.pieces.len() >= PIECES_MAX {
            return;
        }
        self.pieces.push(whole);
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        if let Some(place) = self.bytes.get_mut(start..end) {
            place.copy_from_slice(piece);
        }
    }

    /// The next message, once it has come whole: its type, and what is in it.
    pub(super) fn message(&mut self) -> Option<(u8, Vec<u8>)> {
        let end = self.pieces.iter().find(|piece| piece.start == 0)?.end;
        let mut rest = self.bytes.get(self.read..end)?;
        let kind = take::u8(&mut rest)?;
        let body = take::after_u24(&mut rest)?.to_vec();
        self.read = end - rest.len();
        Some((kind, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut stream = CryptoStream::default();
        stream.push(u64::MAX, b"a");
        stream.push(BYTES_MAX as u64, b"a");
        for piece in 0..1000 {
            stream.push(1 + piece * 2, b"a");
        }
        assert_eq!((stream.pieces.len(), stream.bytes.len()), (PIECES_MAX, 2 * PIECES_MAX));
        stream.push(0, b"\x01\0\0\x01a");
        assert_eq!(stream.message(), Some((1, b"a".to_vec())));
    }

    proptest! {
        #[test]
        fn order_and_overlap_do_not_matter(
            order in Just((0..20_usize).collect::<Vec<_>>()).prop_shuffle(),
            lengths in prop::collection::vec(10..30_usize, 20),
        ) {
            let mut sent = b"\x01\0\0\xc4".to_vec();
            sent.extend(4..200);
            let mut stream = CryptoStream::default();
            let mut found = Vec::new();
            for piece in order {
                let start = piece * 10;
                let end = (start + lengths[piece]).min(sent.len());
                stream.push(start as u64, &sent[start..end]);
                found.extend(stream.message());
            }
            prop_assert_eq!(found, [(1, sent[4..].to_vec())]);
        }
    }
}
