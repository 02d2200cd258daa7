//! The way back into a stream that has lost bytes: the next place that looks like the header of a record, and whose
//! record can be opened.

use super::direction::{Direction, Opened};
use super::record_keys::Content;
use super::{APPLICATION_DATA, SEALED_BYTES_MAX};
use crate::ssl::record_layer::Header;

/// The shortest sealed record, without its header: a tag and a type.
const SEALED_BYTES_MIN: usize = 17;

const HEADER_BYTES: usize = 5;

/// Bytes in which a record is looked for: at most one record and a chunk.
#[derive(Debug, Default)]
pub(crate) struct Search {
    bytes: Vec<u8>,
}

/// What came of a search.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// More bytes are needed.
    More,
    /// A record, behind so many lost bytes of content.
    Record { content: Content, lost: u64 },
    /// There is no use in looking on.
    Nothing,
}

impl Search {
    /// The next bytes of the stream.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// What is left behind the record that was found.
    pub(crate) fn into_rest(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn next(&mut self, direction: &mut Direction) -> Found {
        let mut at = 0;
        let found = self.look(&mut at, direction);
        self.bytes.drain(..at.min(self.bytes.len()));
        found
    }

    /// Looks at each place once; what is before `at` is done with.
    fn look(&self, at: &mut usize, direction: &mut Direction) -> Found {
        loop {
            let bytes = self.bytes.get(*at..).unwrap_or_default();
            let skipped = memchr::memchr(APPLICATION_DATA, bytes).unwrap_or(bytes.len());
            *at += skipped;
            direction.lose(skipped as u64);
            let bytes = bytes.get(skipped..).unwrap_or_default();
            let Some((raw, behind)) = bytes.split_first_chunk::<HEADER_BYTES>() else { return Found::More };
            let header = Header::new(*raw);
            let is_header =
                header.version == 0x0303 && (SEALED_BYTES_MIN..=SEALED_BYTES_MAX).contains(&header.length);
            if is_header {
                let Some(body) = behind.get(..header.length) else { return Found::More };
                if let Opened::Content { content, lost } = direction.open(&header, body) {
                    *at += HEADER_BYTES + header.length;
                    return Found::Record { content, lost };
                }
                if direction.is_exhausted() {
                    return Found::Nothing;
                }
            }
            *at += 1;
            direction.lose(1);
        }
    }
}
